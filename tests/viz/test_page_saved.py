"""A saved page in the browser: from disk, and in a frame of a notebook."""

from collections.abc import Iterator
from pathlib import Path

import noria_viz
import pytest
from noria_viz.layout import find_engine
from playwright.sync_api import BrowserContext, Page, expect

from tests.project_on_disk import ProjectOnDisk
from tests.viz.bare import Bare
from tests.viz.graphs import LIGHT, opened

BAD = {"error", "warning"}
PATIENCE = 60_000  # milliseconds, whatever else the machine does
DRAWN = ".pane[data-drawing=ready] .drawing .node"


@pytest.fixture
def opening(window: BrowserContext) -> Iterator[Page]:
    """A page that asks for nothing but files, and that nothing goes wrong in."""
    page = window.new_page()
    troubles: list[str] = []
    asked: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: troubles.extend([said.text] if said.type in BAD else []))
    page.on("request", lambda request: asked.append(request.url))
    yield page
    page.close()
    assert troubles == []
    assert [url for url in asked if not url.startswith(("file:", "blob:", "data:", "about:"))] == []


@pytest.fixture
def light(project: ProjectOnDisk) -> ProjectOnDisk:
    project.write(LIGHT)
    return project


def test_a_saved_page_works_from_disk(light: ProjectOnDisk, opening: Page) -> None:
    if find_engine() is None:
        pytest.skip("not here: a layout engine (the extra `export`)")
    with opened(light.path) as session:
        noria_viz.show(session).save(light.path / "graph.html")
    opening.goto((light.path / "graph.html").as_uri())
    expect(opening.locator(DRAWN)).to_have_count(5, timeout=PATIENCE)
    opening.locator('.drawing [data-id="f:total"]').click()
    expect(opening.locator(".panel")).to_contain_text(
        "def total(clean_orders, rate)", timeout=PATIENCE
    )
    opening.keyboard.press("p")
    expect(opening.locator(DRAWN)).to_have_count(6, timeout=PATIENCE)
    opening.reload()
    expect(opening.locator(DRAWN)).to_have_count(6, timeout=PATIENCE)


def test_a_page_saved_without_a_layout_lays_itself_out(
    light: ProjectOnDisk, tmp_path: Path, opening: Page
) -> None:
    said = Bare(tmp_path).save(light, "graph.html")
    assert said.returncode == 0, said.stderr
    opening.goto((light.path / "graph.html").as_uri())
    expect(opening.locator(DRAWN)).to_have_count(5, timeout=PATIENCE)
    xs = opening.locator(DRAWN).evaluate_all(
        "nodes => nodes.map(node => Math.round(node.getBoundingClientRect().x))"
    )
    assert len(set(xs)) == 5  # one after the other


def test_a_cell_draws_it_whatever_the_page_around_it_says_of_its_encoding(
    light: ProjectOnDisk, tmp_path: Path, opening: Page
) -> None:
    with opened(light.path) as session:
        cell = noria_viz.show(session)._repr_html_()
    around = tmp_path / "notebook.html"
    around.write_text(f"<!doctype html><title>Notebook</title>{cell}", "utf-8")
    opening.goto(around.as_uri())
    expect(opening.frame_locator("iframe").locator(DRAWN)).to_have_count(5, timeout=PATIENCE)
