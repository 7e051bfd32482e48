"""A browser, and a server of the page that shows what a test wants."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.viz.pages.looking import CHROMIUM_FLAGS, Look
from tests.viz.pages.server import PageServer, serving


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, started once."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("not here: Chromium (apt-get install chromium)")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def page_server() -> Iterator[PageServer]:
    """One server for all tests; each shows its own documents."""
    with serving() as server:
        yield server


@pytest.fixture(scope="session")
def window(browser: Browser) -> BrowserContext:
    """One profile of 1440 by 900 for all pages: the browser keeps what it compiled."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    return context


@pytest.fixture
def look(window: BrowserContext, page_server: PageServer) -> Iterator[Look]:
    """A fresh page; what goes wrong in it fails the test."""
    page_server.reset()
    looking = Look(window.new_page(), page_server)
    yield looking
    looking.page.close()
    assert looking.troubles == []


@pytest.fixture
def page(look: Look) -> Page:
    """The browser's page that the test looks at."""
    return look.page
