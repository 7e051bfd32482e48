"""Take the pictures of the pages that show the view: the worked example in real Chromium.

python -m docs.take_pictures
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, ViewportSize

from tests.chromium import chromium

Scheme = Literal["light", "dark"]

PICTURES = Path(__file__).parent / "pictures"
NORIA = [sys.executable, "-m", "noria"]
WIDE: ViewportSize = {"width": 1440, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}
SCHEMES: tuple[Scheme, ...] = ("light", "dark")


def main() -> None:
    """Scaffold, run, serve, look."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "flights"
        subprocess.run(
            [*NORIA, "new-project", str(project), "--starter", "flights", "--no-input"], check=True
        )
        subprocess.run([*NORIA, "run", "--quiet"], cwd=project, check=True)
        served = subprocess.Popen(
            [*NORIA, "viz", "--pipeline", "train", "--no-browser"],
            cwd=project,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            with chromium() as browser:
                take(browser, _address(served))
        finally:
            served.terminate()
            served.wait()


def take(browser: Browser, address: str) -> None:
    """Take every picture."""
    for scheme in SCHEMES:
        page = _open(browser, address, scheme, WIDE)
        _shoot(page, f"view-{scheme}")
        _select(page, "fit_model")
        _shoot(page, f"function-{scheme}")
        _select(page, "features")
        page.get_by_text("Show a preview").click()
        page.wait_for_selector("table")
        _shoot(page, f"dataset-{scheme}")
        page.close()
    _shoot(_open(browser, address, "light", NARROW), "narrow-light")


def _address(served: "subprocess.Popen[str]") -> str:
    assert served.stdout is not None
    for line in served.stdout:
        found = re.search(r"http://\S+", line)
        if found:
            return found[0]
    raise SystemExit("noria viz named no address")


def _open(browser: Browser, address: str, scheme: Scheme, size: ViewportSize) -> Page:
    page = browser.new_page(viewport=size, color_scheme=scheme)
    page.goto(address)
    page.wait_for_selector("svg text")
    page.wait_for_timeout(1500)
    return page


def _select(page: Page, name: str) -> None:
    page.keyboard.press("/")
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    page.wait_for_timeout(1000)


def _shoot(page: Page, name: str) -> None:
    page.screenshot(path=PICTURES / f"{name}.png")


if __name__ == "__main__":
    main()
