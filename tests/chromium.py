"""Chromium without a window, as the tests, the benchmarks and the pictures of the docs start it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

NEEDED = "Chromium (apt-get install chromium)"
# What it does by itself is switched off, and no name leads anywhere but to this machine.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


def find_chromium() -> str | None:
    """Return the program's path, ``None`` where there is none."""
    return shutil.which("chromium")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start it, and end it with the context."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        yield browser
        browser.close()
