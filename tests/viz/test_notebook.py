"""The graph in a notebook."""

import html
import json
import re
from pathlib import Path

import noria_viz
import pytest
from noria.errors import ProjectError
from noria.project.selection import Selection

from tests.project_on_disk import ProjectOnDisk
from tests.viz.graphs import LIGHT, opened


@pytest.fixture
def light(tmp_path: Path) -> ProjectOnDisk:
    made = ProjectOnDisk(tmp_path / "shop")
    made.write(LIGHT)
    return made


def test_a_cell_shows_the_saved_page_in_a_frame_without_rights(light: ProjectOnDisk) -> None:
    with opened(light.path) as session:
        shown = noria_viz.show(session, height=300)
    text = shown._repr_html_()
    frame = re.fullmatch(r'<iframe sandbox="allow-scripts" srcdoc="([^"]*)"[^<>]*></iframe>', text)
    assert frame is not None
    assert "height:300px" in text
    page = html.unescape(frame[1])
    island = re.search(r'id="noria-document">(.*?)</script>', page)
    assert island is not None
    held = json.loads(island[1])
    assert held["details"]["f:total"]["source"]["text"].startswith("def total")
    assert held["document"]["elements"]


def test_a_part_of_a_pipeline_can_be_shown(light: ProjectOnDisk) -> None:
    with opened(light.path) as session:
        shown = noria_viz.show(session, Selection("sales", nodes=("clean",)))
        assert repr(shown) == "<graph of 'sales': 1 functions>"
        with pytest.raises(ProjectError, match="no pipeline 'x'"):
            noria_viz.show(session, "x")


def test_what_is_shown_can_be_saved(light: ProjectOnDisk, tmp_path: Path) -> None:
    with opened(light.path) as session:
        noria_viz.show(session).save(tmp_path / "graph.mmd")
    assert "flowchart" in (tmp_path / "graph.mmd").read_text("utf-8")
