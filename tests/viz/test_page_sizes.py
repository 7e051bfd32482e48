"""First sight at any size: text that reads, few boxes, no label over another."""

import pytest
from noria.graph import Pipeline
from noria_viz.document import Document
from playwright.sync_api import Page, expect

from tests.viz.pages.documents import document_of, generated
from tests.viz.pages.looking import Look, overlaps

MOST_BOXES = 60
LEAST_TEXT = 10.99


def _document(pipeline: Pipeline) -> Document:
    return document_of({"__default__": pipeline})


SIZES = {
    "10": generated(10, 11),
    "100": generated(100, 130, groups=6),
    "100 flat": generated(100, 130),
    "500": generated(500, 700, groups=12, depth=2),
    "500 flat": generated(500, 700),
    "2000": generated(2000, 2500, groups=40, depth=2),
    "5000": generated(5000, 6500, groups=60, depth=2),
    "namespace ten deep": generated(20, 25, groups=2, depth=10),
}


@pytest.mark.parametrize("name", SIZES)
def test_first_sight_can_be_read(look: Look, page: Page, name: str) -> None:
    look.at(_document(SIZES[name]))
    texts = look.texts()
    assert texts
    assert min(text["size"] for text in texts) >= LEAST_TEXT
    assert page.locator(".drawing .node").count() <= MOST_BOXES
    assert overlaps(texts) == []


_OVER = """() => [...document.querySelectorAll(".drawing .node")].flatMap((node) => {
  const shape = node.querySelector(".shape").getBoundingClientRect();
  return [...node.querySelectorAll("text")].filter((text) => {
    const box = text.getBoundingClientRect();
    return box.right > shape.right - 3 || box.left < shape.left;
  }).map((text) => text.textContent);
})"""


@pytest.mark.parametrize("name", ["10", "100 flat", "500"])
def test_labels_stay_inside_of_what_they_name(look: Look, page: Page, name: str) -> None:
    look.at(_document(SIZES[name]))
    assert page.evaluate(_OVER) == []
    assert page.locator(".drawing text[textLength]").count() == 0  # none is squeezed either


def test_edges_touch_what_they_join(look: Look, page: Page) -> None:
    """A dataset is rounder than the box that an edge is led to."""
    look.at(_document(SIZES["100"]), "#collapsed=")
    loose = page.evaluate(
        """() => {
          const near = ([px, py]) => [...document.querySelectorAll(".drawing .node .shape")]
            .some((shape) => { const { x, y, width: w, height: h } = shape.getBBox();
              const r = Math.min(Number(shape.getAttribute("rx") ?? 0), h / 2);
              const cx = Math.min(Math.max(px, x + r), x + w - r);
              const cy = Math.min(Math.max(py, y + r), y + h - r);
              return Math.hypot(px - cx, py - cy) <= r + 1.6; });
          return [...document.querySelectorAll(".edge")].filter((edge) => {
            const [, start] = edge.getAttribute("d").match(/^M([-\\d.,]+)/);
            const [, tip] = edge.getAttribute("d").match(/L([-\\d.,]+)M/);
            return !near(start.split(",").map(Number)) || !near(tip.split(",").map(Number));
          }).length;
        }"""
    )
    assert page.locator(".edge").count() > 100
    assert loose == 0


def test_first_sight_can_be_read_on_a_phone(look: Look, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for name in ("10", "2000"):
        look.at(_document(SIZES[name]))
        texts = look.texts()
        assert texts
        assert min(text["size"] for text in texts) >= LEAST_TEXT
        assert overlaps(texts) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_two_thousand_elements_open_and_stay_readable(look: Look, page: Page) -> None:
    look.at(_document(SIZES["2000"]), "#collapsed=")
    assert page.locator(".drawing .node").count() == 2001
    texts = look.texts()
    assert min(text["size"] for text in texts) >= LEAST_TEXT
    assert overlaps(texts) == []
    look.key("0")
    page.wait_for_timeout(500)
    look.drawn()
    far = look.texts()
    assert far
    assert min(text["size"] for text in far) >= LEAST_TEXT
    assert overlaps(far) == []


def test_zooming_out_ends_where_all_is_in_sight(look: Look, page: Page) -> None:
    look.at(_document(SIZES["100 flat"]), "#collapsed=")
    page.mouse.move(500, 400)
    for _ in range(30):
        page.mouse.wheel(0, 500)
    look.drawn()
    box = page.locator(".drawing .world").bounding_box()
    pane = page.locator(".pane").bounding_box()
    assert box is not None
    assert pane is not None
    assert box["width"] >= pane["width"] * 0.5 or box["height"] >= pane["height"] * 0.5


def test_a_frame_of_a_pan_costs_the_page_little(look: Look, page: Page) -> None:
    look.at(_document(SIZES["500"]), "#collapsed=")
    page.mouse.move(500, 400)
    before = page.locator(".world").get_attribute("transform")
    page.mouse.down()
    for step in range(10):
        page.mouse.move(500 + 8 * step, 400)
        assert page.locator(".world").get_attribute("transform") == before
    page.mouse.up()
    look.drawn()
    assert page.locator(".world").get_attribute("transform") != before


def test_a_graph_of_one_node_and_of_none(look: Look, page: Page) -> None:
    look.at(_document(generated(2, 1)))
    assert look.names() == {"f:clean_0", "d:raw", "d:table_0"}
    look.at(_document(Pipeline([])))
    expect(page.get_by_text("This pipeline has no nodes yet.")).to_be_visible()


def test_a_layout_that_hangs_is_replaced_by_one_that_does_not(look: Look, page: Page) -> None:
    page.route(
        "**/layout-worker.js",
        lambda route: route.fulfill(
            content_type="text/javascript", body="self.onmessage = () => {};"
        ),
    )
    page.add_init_script("globalThis.noriaPatience = 200")
    look.at_shop()
    assert page.locator(".drawing .node").count() == 15
    assert page.locator(".edge").count() == 16
    assert overlaps(look.texts()) == []
    look.troubles.clear()  # the page says in the console that it gave up waiting
