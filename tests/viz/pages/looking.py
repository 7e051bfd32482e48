"""Looking at the page as a reader does."""

from typing import Any

from noria_viz.document import Document
from playwright.sync_api import Locator, Page

from tests.viz.pages.documents import SHOP_TYPES, document_of, shop
from tests.viz.pages.server import PageServer

# Places and sizes on the screen of all text that is drawn, of what is in sight.
_TEXTS = """() => {
  const pane = document.querySelector(".pane").getBoundingClientRect();
  return [...document.querySelectorAll(".drawing text")].map((text) => {
    const box = text.getBoundingClientRect();
    const size = parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a;
    return { said: text.textContent, size, x: box.x, y: box.y, w: box.width, h: box.height };
  }).filter(({ x, y, w, h }) => w > 0 && x + w > pane.left && y + h > pane.top
    && x < pane.right && y < pane.bottom);
}"""


class Look:
    """A page that is looked at; ``troubles`` are its errors, ``asked_elsewhere`` other origins."""

    def __init__(self, page: Page, server: PageServer) -> None:
        self.page = page
        self.server = server
        self.troubles: list[str] = []
        self.asked_elsewhere: list[str] = []
        page.add_init_script("globalThis.noriaPatience = 90_000")  # whatever else the machine does
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("console", lambda said: self._note(said.type, said.text))
        page.on("request", lambda request: self._watch(request.url))

    def _note(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.troubles.append(text)

    def _watch(self, url: str) -> None:
        if not url.startswith((self.server.url, "data:", "blob:")):
            self.asked_elsewhere.append(url)

    def at(self, document: Document, address: str = "") -> Page:
        """Open the page on a document and wait until it is drawn."""
        self.server.show(document)
        return self.open(address)

    def at_shop(self, address: str = "") -> Page:
        """Open the page on the small project with all its pipelines."""
        pipelines = shop()
        self.server.show(document_of(pipelines, types=SHOP_TYPES))
        for name in pipelines:
            self.server.documents[name] = document_of(pipelines, name, types=SHOP_TYPES)
        return self.open(address)

    def open(self, address: str = "") -> Page:
        """Open the page anew and wait until it is drawn."""
        self.page.goto("about:blank")
        self.page.goto(self.server.url + address)
        self.drawn()
        return self.page

    def drawn(self) -> None:
        """Wait until the graph stands and nothing moves."""
        self.page.wait_for_selector(".pane[data-drawing=ready]", timeout=60_000)
        self.page.wait_for_timeout(60)
        self.page.wait_for_selector(".pane[data-drawing=ready]", timeout=60_000)
        self.page.wait_for_selector(".shield", state="hidden")

    def node(self, id_: str) -> Locator:
        """Return what is drawn for an id."""
        return self.page.locator(f'.drawing [data-id="{id_}"]')

    def names(self) -> set[str]:
        """Return the ids of all that is drawn."""
        found: list[str] = self.page.locator(".drawing .node").evaluate_all(
            "nodes => nodes.map(node => node.dataset.id)"
        )
        return set(found)

    def texts(self) -> list[dict[str, Any]]:
        """Return every text in sight with its size and place on the screen."""
        found: list[dict[str, Any]] = self.page.evaluate(_TEXTS)
        return found

    def place(self, id_: str) -> tuple[float, float]:
        """Return where something stands on the screen."""
        box = self.node(id_).bounding_box()
        assert box is not None, id_
        return box["x"], box["y"]

    def key(self, key: str) -> None:
        """Press a key on the graph and wait until what it did is drawn."""
        self.page.keyboard.press(key)
        self.drawn()


def overlaps(texts: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return the pairs of texts that lie over each other by more than a pixel."""
    found = []
    ordered = sorted(texts, key=lambda text: float(text["x"]))
    for i, a in enumerate(ordered):
        for b in ordered[i + 1 :]:
            if b["x"] >= a["x"] + a["w"] - 1:
                break
            if b["y"] < a["y"] + a["h"] - 2 and a["y"] < b["y"] + b["h"] - 2:
                found.append((a["said"], b["said"]))
    return found
