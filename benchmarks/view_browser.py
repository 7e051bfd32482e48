"""Pages in Chromium: when a graph stands in one, and what that took of the processors."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, CDPSession, Page
from playwright.sync_api import TimeoutError as TooLate

# The page says itself when it is drawn, so that no way to and from it is counted; looking often
# enough for a hundredth of a second costs it nothing.
_DRAWN = """([selector, least, until]) => new Promise((done) => {
  const found = () => document.querySelectorAll(selector).length;
  const end = () => done({ at: (performance.timeOrigin + performance.now()) / 1000, nodes: found(),
                           all: document.querySelectorAll("*").length });
  const look = () => {
    [...document.querySelectorAll("button")].find(
      (button) => button.textContent.includes("Render it anyway"))?.click();
    if (found() >= least) requestAnimationFrame(() => requestAnimationFrame(end));
    else if (Date.now() / 1000 < until) setTimeout(look, 10);
    else done(null);
  };
  look();
})"""
NORIA = ".pane[data-drawing=ready] .drawing .node"
KEDRO = ".pipeline-node"
ANY = "body *"
_AT_REST = 0.03  # of a processor's time, over half a second


@dataclass(frozen=True)
class Seen:
    """A drawn page: when that was by the clock, its graph's nodes and all its elements."""

    at: float
    nodes: int
    elements: int


class Window:
    """One page of a profile that is new, in a browser that has come to rest."""

    def __init__(self, browser: Browser, page: Page, session: CDPSession) -> None:
        self.browser = browser
        self.page = page
        self._session = session

    @property
    def spent(self) -> float:
        """The processor time of all processes of the browser so far, in seconds."""
        told = self._session.send("SystemInfo.getProcessInfo")["processInfo"]
        return sum(float(process["cpuTime"]) for process in told)

    def see(self, address: str, selector: str, least: int, until: float) -> Seen | None:
        """Open an address and wait until ``least`` nodes are painted, ``None`` if never."""
        left = max(0.1, until - time.time())
        self.page.set_default_timeout(1000 * (left + 5))
        try:
            self.page.goto(address, wait_until="commit")
            found = self.page.evaluate(_DRAWN, [selector, least, until])
        except TooLate:  # the page's own thread never came to look; any other error is a fault
            return None
        return found and Seen(found["at"], found["nodes"], found["all"])

    def rest(self) -> None:
        """Wait until the browser does nothing: what a new window makes it do is not the page's."""
        ended = time.monotonic() + 20
        before = self.spent
        while time.monotonic() < ended:
            time.sleep(0.5)
            now = self.spent
            if now - before < _AT_REST:
                return
            before = now


@contextmanager
def window(browser: Browser) -> Iterator[Window]:
    """Give a window of 1440 by 900, with nothing cached."""
    session = browser.new_browser_cdp_session()
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    found = Window(browser, context.new_page(), session)
    found.rest()
    try:
        yield found
    finally:
        context.close()
        session.detach()
