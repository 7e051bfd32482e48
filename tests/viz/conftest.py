"""A browser, and a server of the page that shows what a test wants."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.chromium import NEEDED, chromium, find_chromium
from tests.viz.pages.looking import Look
from tests.viz.pages.server import PageServer, serving


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, started once."""
    if find_chromium() is None:
        pytest.skip(f"not here: {NEEDED}")
    with chromium() as started:
        yield started


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
