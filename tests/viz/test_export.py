"""Saving the graph as a file."""

import json
import re
from pathlib import Path

import pytest
from noria_viz.dot import make_dot
from noria_viz.errors import ViewError
from noria_viz.export import save
from noria_viz.mermaid import make_mermaid
from noria_viz.scene import View, make_scene

from tests.project_on_disk import ProjectOnDisk
from tests.viz.graphs import chain, document_of, hostile_pipeline


def test_hostile_names_stay_inside_their_quotes_in_dot() -> None:
    scene = make_scene(document_of(hostile_pipeline()), View(collapsed=frozenset()))
    text = make_dot(scene)
    quoted = re.sub(r'"(?:[^"\\]|\\.)*"', '""', text)
    for line in quoted.splitlines()[1:-1]:
        assert re.fullmatch(
            r'\s*(graph|node|edge|subgraph \w+ \{|\}|e\d+( -> e\d+)?|(\w+=(\w|[.]|"")+ ?)+)?'
            r'( ?\[?(\w+=(\w|[.]|"")+ ?)*\]?)?',
            line,
        ), line


def test_hostile_names_are_only_entities_in_mermaid() -> None:
    scene = make_scene(document_of(hostile_pipeline()), View(collapsed=frozenset()))
    for line in make_mermaid(scene).splitlines():
        assert re.fullmatch(
            r"flowchart LR| +end| +e\d+ --> e\d+"
            r'| +(e\d+|subgraph cluster_b\d+)[\[(/]{1,2}"([\w .\-]|#\d+;|…|.(?<=[^\x00-\x7f]))*"[\])/]{1,2}',
            line,
        ), line


def test_boxes_nest_in_both_texts() -> None:
    scene = make_scene(document_of(chain(1, "a.b")))
    assert re.search(r"subgraph cluster_b0 \{[^}]*subgraph cluster_b1 \{", make_dot(scene))
    assert "  subgraph cluster_b0[" in make_mermaid(scene)
    assert "    subgraph cluster_b1[" in make_mermaid(scene)


def test_the_command_saves_what_is_selected(project: ProjectOnDisk) -> None:
    said = project.noria("viz", "--save", "out/graph.json", "--nodes", "total")
    assert "saved" in said.out
    document = json.loads((project.path / "out/graph.json").read_text("utf-8"))
    assert [one["name"] for one in document["elements"] if one["kind"] == "function"] == ["total"]
    assert document["selection"] == ["--nodes", "total"]
    for name in ("graph.dot", "graph.mmd"):
        project.noria("viz", "--save", name)
        assert "clean_orders" in (project.path / name).read_text("utf-8")


def test_an_unknown_suffix_is_refused_before_the_project_is_opened(project: ProjectOnDisk) -> None:
    project.write({"src/shop/__init__.py": "raise RuntimeError"})
    said = project.noria("viz", "--save", "graph.gif", code=2)
    for suffix in (".html", ".svg", ".png", ".dot", ".mmd", ".json"):
        assert suffix in said.err


def test_a_graph_that_cannot_be_made_leaves_the_old_file(project: ProjectOnDisk) -> None:
    project.noria("viz", "--save", "graph.dot")
    before = (project.path / "graph.dot").read_bytes()
    project.write({"src/shop/pipelines/sales/nodes.py": "def clean(:\n"})
    said = project.noria("viz", "--save", "graph.dot", code=2)
    assert "src/shop/pipelines/sales/nodes.py:1" in said.err
    assert (project.path / "graph.dot").read_bytes() == before


def test_a_save_that_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ViewError):
        save(document_of(chain(1)), tmp_path / "graph")
    assert list(tmp_path.iterdir()) == []
