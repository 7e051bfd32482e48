"""What a frame of pan and zoom costs the main thread, from a trace of the browser."""

import json
import statistics
from collections import Counter, defaultdict
from typing import Any

from benchmarks.view_browser import Window

CATEGORIES = ["toplevel", "cc"]
TASK = "ThreadControllerImpl::RunTask"
FRAME = "ProxyMain::BeginMainFrame"
STEPS = 60


def frames_of_movement(window: Window) -> list[float]:
    """Pan near, pan with all in sight, zoom; return the main thread's seconds of each frame."""
    page = window.page
    window.browser.start_tracing(page=page, categories=CATEGORIES)
    _pan(window)
    page.keyboard.press("0")
    page.wait_for_timeout(600)
    _pan(window)
    for turn in range(STEPS):
        page.mouse.wheel(0, -120 if turn < STEPS // 2 else 120)
        page.wait_for_timeout(16)
    page.wait_for_timeout(400)
    return frames(json.loads(window.browser.stop_tracing())["traceEvents"])


def _pan(window: Window) -> None:
    page = window.page
    page.mouse.move(700, 850)
    page.mouse.down()
    for step in range(STEPS):
        page.mouse.move(700 + 8 * min(step, STEPS - step), 850)
        page.wait_for_timeout(16)
    page.mouse.up()
    page.wait_for_timeout(400)


def frames(events: list[dict[str, Any]]) -> list[float]:
    """Return the processor time of the page's main thread from each of its frames to the next.

    >>> main = {"pid": 1, "tid": 1}
    >>> name = main | {"name": "thread_name", "ph": "M", "args": {"name": "CrRendererMain"}}
    >>> begin = main | {"name": FRAME, "ph": "X"}
    >>> task = main | {"name": TASK, "ph": "X", "dur": 90}
    >>> frames([name, begin | {"ts": 110}, task | {"ts": 100, "tdur": 50},
    ...         begin | {"ts": 210}, task | {"ts": 200, "tdur": 7}])
    [5e-05, 7e-06]
    """
    pages = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    begins: dict[tuple[int, int], list[float]] = defaultdict(list)
    tasks: dict[tuple[int, int], list[tuple[float, float, float]]] = defaultdict(list)
    unsure: Counter[tuple[int, int]] = Counter()
    for event in events:
        thread = (event.get("pid", 0), event.get("tid", 0))
        if thread not in pages or event["ph"] != "X":
            continue
        if event["name"] == FRAME:
            begins[thread].append(event["ts"])
        elif event["name"] == TASK:
            # A task that the trace caught half has no processor time: that of the clock is more.
            took = event.get("tdur", event["dur"])
            unsure[thread] += "tdur" not in event
            tasks[thread].append((event["ts"], event["ts"] + event["dur"], took))
    if not begins:
        raise SystemExit("the trace of a movement has no frames")
    main = max(begins, key=lambda thread: len(begins[thread]))
    if unsure[main] > len(tasks[main]) / 20:
        raise SystemExit("the trace has no time of threads: it would be that of the clock")
    starts = sorted(begins[main])
    spent = [0.0] * len(starts)
    at, until = 0, 0.0
    # A frame begins inside its task, so a task belongs to the last frame begun before it ends.
    for _, ended, took in sorted(tasks[main], key=lambda task: (task[0], -task[1])):
        if ended <= until:
            continue  # inside another, which counts it already
        until = ended
        while at + 1 < len(starts) and starts[at + 1] < ended:
            at += 1
        spent[at] += took / 1e6
    return spent


def percentile_95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1]
