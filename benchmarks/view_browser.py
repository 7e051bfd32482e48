"""Chromium without a window: when a graph stands in it, and what a frame of movement costs."""

import json
import shutil
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import TimeoutError as TooLate

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
CATEGORIES = ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline", "cc"]
TASKS = {"RunTask", "ThreadControllerImpl::RunTask"}
_PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
_KEDRO_DRAWN = """(least) => {
  const go = [...document.querySelectorAll("button")].find(
    (button) => button.textContent.includes("Render it anyway"));
  if (go) go.click();
  return document.querySelectorAll(".pipeline-node").length >= least;
}"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser once; every page gets a profile of its own."""
    with sync_playwright() as playwright:
        path = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def page_of(browser: Browser) -> Iterator[Page]:
    """Open a page that has nothing cached."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield context.new_page()
    context.close()


def see_noria(page: Page, address: str) -> tuple[float, int]:
    """Return when the graph is painted, and how many nodes are in the DOM."""
    page.goto(address, wait_until="commit")
    page.wait_for_selector(".pane[data-drawing=ready]", timeout=60_000)
    page.evaluate(_PAINTED)
    return time.perf_counter(), page.locator(".drawing .node").count()


def see_kedro(page: Page, address: str, least: int, until: float) -> tuple[float, int] | None:
    """Return the same of Kedro-Viz once ``least`` nodes stand, ``None`` where it takes too long."""
    try:
        page.set_default_timeout(_left(until))
        page.goto(address, wait_until="commit")
        page.wait_for_function(_KEDRO_DRAWN, arg=least, polling=50, timeout=_left(until))
        return time.perf_counter(), page.locator(".pipeline-node").count()
    except TooLate:  # any other error is a fault of the measuring, and must be seen
        return None


def _left(until: float) -> float:
    return max(1.0, (until - time.perf_counter()) * 1000)


def frames_of_movement(browser: Browser, page: Page) -> list[float]:
    """Pan near, pan with all in sight, zoom; return the main thread's seconds of each frame."""
    browser.start_tracing(page=page, categories=CATEGORIES)
    _pan(page)
    page.keyboard.press("0")
    page.wait_for_timeout(600)
    _pan(page)
    for turn in range(60):
        page.mouse.wheel(0, -120 if turn < 30 else 120)
        page.wait_for_timeout(16)
    page.wait_for_timeout(400)
    return frames(json.loads(browser.stop_tracing())["traceEvents"])


def _pan(page: Page) -> None:
    page.mouse.move(700, 850)
    page.mouse.down()
    for step in range(60):
        page.mouse.move(700 + 8 * (step if step < 30 else 60 - step), 850)
        page.wait_for_timeout(16)
    page.mouse.up()
    page.wait_for_timeout(400)


def frames(events: list[dict[str, Any]]) -> list[float]:
    """Return the processor time of the page's main thread from each of its frames to the next."""
    begins: dict[tuple[int, int], list[float]] = defaultdict(list)
    tasks: dict[tuple[int, int], list[tuple[float, float, float]]] = defaultdict(list)
    for event in events:
        thread = (event.get("pid", 0), event.get("tid", 0))
        if event["name"] == "BeginMainThreadFrame":
            begins[thread].append(event["ts"])
        elif event["name"] in TASKS and "dur" in event:
            took = event.get("tdur", event["dur"])
            tasks[thread].append((event["ts"], event["ts"] + event["dur"], took))
    if not begins:
        raise SystemExit("the trace of a movement has no frames")
    main = max(begins, key=lambda thread: len(begins[thread]))
    starts = sorted(begins[main])
    spent = [0.0] * len(starts)
    at = 0
    # A frame begins inside its task, so a task belongs to the last frame begun before it ends.
    for _, ended, took in sorted(tasks[main]):
        while at + 1 < len(starts) and starts[at + 1] < ended:
            at += 1
        spent[at] += took / 1e6
    return spent


def percentile_95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1]
