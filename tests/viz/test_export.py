"""Saving the graph as a file."""

import html.parser
import json
import re
import shutil
import subprocess
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from noria.graph import Pipeline, node
from noria_viz.dot import make_dot
from noria_viz.drawing import make_svg
from noria_viz.errors import ViewError
from noria_viz.export import save
from noria_viz.layout import find_engine, lay_out
from noria_viz.mermaid import make_mermaid
from noria_viz.page_script import WEB
from noria_viz.places import edge_path, places_of
from noria_viz.saved_page import make_page
from noria_viz.saved_views import boxes_of, saved_views, toggled
from noria_viz.scene import View, make_scene
from noria_viz.shown_first import drawn

from tests.project_on_disk import ProjectOnDisk
from tests.viz.bare import Bare
from tests.viz.graphs import HOSTILE, LIGHT, chain, document_of, first, hostile_pipeline

needs_engine = pytest.mark.skipif(
    find_engine() is None, reason="not here: a layout engine (the extra `export`)"
)
SVG = "{http://www.w3.org/2000/svg}"


def _parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314  what we made ourselves


def nested() -> Pipeline:
    """Two boxes, one in the other, parameters, and edges across."""
    inner = Pipeline(chain(2), namespace="outer.inner", inputs="d0", outputs="d2")
    outer = Pipeline([node(max, ["d2", "params:n"], "e", name="join")], namespace="outer")
    last = node(first, "outer.e", "end", name="last")
    return inner + Pipeline(outer, inputs=None) + Pipeline([last])


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
            r"| +(e\d+|subgraph cluster_b\d+)[\[(/]{1,2}"
            r'"([\w .\-]|#\d+;|[^\x00-\x7f])*"[\])/]{1,2}',
            line,
        ), line


def test_boxes_nest_in_both_texts() -> None:
    scene = make_scene(document_of(chain(1, "a.b")))
    assert re.search(r"subgraph cluster_b0 \{[^}]*subgraph cluster_b1 \{", make_dot(scene))
    assert "  subgraph cluster_b0[" in make_mermaid(scene)
    assert "    subgraph cluster_b1[" in make_mermaid(scene)


def test_the_command_saves_what_is_selected(project: ProjectOnDisk) -> None:
    project.write(LIGHT)
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
    project.write(LIGHT)
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


@needs_engine
def test_a_drawing_has_every_node_box_and_edge_once() -> None:
    document = document_of(nested())
    scene, places = drawn(document, View(parameters=True))
    root = _parsed(make_svg(document, scene, places))
    classes = [each.get("class", "") for each in root.iter()]
    assert sum(name.startswith("node ") for name in classes) == len(scene["nodes"])
    assert sum(name.startswith("box ") for name in classes) == len(scene["boxes"]) == 2
    assert classes.count("edge") == len(scene["edges"])
    texts = {each.text for each in root.iter(f"{SVG}text")}
    assert texts == {each["label"] for each in [*scene["nodes"], *scene["boxes"]]}


@needs_engine
def test_a_drawing_of_hostile_names_holds_no_element_but_ours() -> None:
    document = document_of(hostile_pipeline())
    scene, places = drawn(document, View(collapsed=frozenset()))
    text = make_svg(document, scene, places)
    tags = {each.tag.removeprefix(SVG) for each in _parsed(text).iter()}
    assert tags <= {"svg", "style", "rect", "g", "path", "text", "title"}
    assert "\u202e" not in text
    assert "\x1b" not in text
    shown = [each.text for each in _parsed(text).iter(f"{SVG}text")]
    assert "<script>alert(1)</script>" in shown


@needs_engine
def test_drawings_and_the_page_put_everything_at_the_same_place() -> None:
    """The page's own code, run by node, is the measure."""
    program = shutil.which("node")
    if program is None:
        pytest.skip("not here: node")
    document = document_of(nested())
    for direction in ("LR", "TB"):
        scene = make_scene(document, View(parameters=True, direction=direction))
        answer = lay_out(make_dot(scene))
        script = (
            f'import {{ placesOf, edgePath }} from "{(WEB / "geometry.js").as_uri()}";'
            f"const places = placesOf({json.dumps(answer)}, {json.dumps(scene)});"
            "console.log(JSON.stringify({...places, nodes: [...places.nodes],"
            " boxes: [...places.boxes], paths: places.edges.map(edgePath)}));"
        )
        done = subprocess.run(
            [program, "--input-type=module", "-e", script],
            capture_output=True,
            text=True,
            check=True,
        )
        page = json.loads(done.stdout)
        ours = places_of(answer, scene)
        for mine, theirs in ((ours.nodes, page["nodes"]), (ours.boxes, page["boxes"])):
            assert {
                id_: (area.x, area.y, area.width, area.height) for id_, area in mine.items()
            } == {id_: (a["x"], a["y"], a["width"], a["height"]) for id_, a in theirs}
        assert (ours.width, ours.height) == (page["width"], page["height"])
        assert [edge_path(edge) for edge in ours.edges] == page["paths"]


@needs_engine
def test_a_picture_has_the_names_written_on_it(tmp_path: Path) -> None:
    resvg = pytest.importorskip("resvg_py", reason="not here: the extra `export`")
    assert resvg
    save(document_of(chain(2)), tmp_path / "graph.png")
    raw = (tmp_path / "graph.png").read_bytes()
    assert raw.startswith(b"\x89PNG")
    width, height = int.from_bytes(raw[16:20]), int.from_bytes(raw[20:24])
    assert width > height > 100


class Islands(html.parser.HTMLParser):
    """The scripts, styles and everything that could load something."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.styles: list[str] = []
        self.loads: list[str] = []
        self.policy = ""
        self._inside: tuple[str, dict[str, str | None]] | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("script", "style"):
            self._inside = (tag, given)
        if given.get("http-equiv") == "content-security-policy":
            self.policy = given.get("content") or ""
        self.loads += [given[key] or "" for key in ("src", "href", "srcset") if key in given]
        assert "style" not in given
        assert not any(name.startswith("on") for name in given)

    def handle_data(self, data: str) -> None:
        if self._inside is not None:
            tag, given = self._inside
            if tag == "script":
                self.scripts.append((given, data))
            else:
                self.styles.append(data)
            self._inside = None


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def test_a_saved_page_needs_nothing_outside_of_it_and_allows_nothing_else() -> None:
    page = Islands(make_page(document_of(hostile_pipeline()), {"f:x": {"name": HOSTILE[2]}}))
    laid_out = find_engine() is not None
    islands = ["noria-document"] if laid_out else ["noria-document", "noria-layout"]
    assert [given.get("id") for given, _ in page.scripts] == [*islands, None]
    assert all(load.startswith("data:") for load in page.loads)
    policy = dict(part.strip().split(" ", 1) for part in page.policy.split(";"))
    assert policy["default-src"] == "'none'"
    rights = [] if laid_out else ["blob:", "'wasm-unsafe-eval'"]
    assert policy["script-src"].split() == [_hash(page.scripts[-1][1]), *rights]
    assert policy["style-src"] == _hash(page.styles[0])
    assert "unsafe-inline" not in page.policy
    held: dict[str, Any] = json.loads(page.scripts[0][1])
    assert held["details"]["f:x"]["name"] == HOSTILE[2]
    names = {element["name"] for element in held["document"]["elements"]}
    assert "<script>alert(1)</script>" in names


@needs_engine
def test_a_saved_page_holds_the_views_of_one_step() -> None:
    document = document_of(nested())
    states = [saved["state"] for saved in saved_views(document)]
    keys = {state["key"] for state in states}
    start = states[0]
    assert start["collapsed"] == []
    direction = start["direction"]
    for key in ("outer", "outer.inner", ""):
        assert f"{key}|0|{direction}" in keys
    assert f"|1|{direction}" in keys
    assert {state["direction"] for state in states} == {"LR", "TB"}
    assert all("layout" in saved for saved in saved_views(document))


def test_boxes_open_as_on_the_page() -> None:
    large = sum((chain(15, f"big.{side}") for side in "ab"), Pipeline([]))
    boxes = boxes_of(document_of(large))
    assert toggled(boxes, frozenset({"big"}), "big") == {"big.a", "big.b"}
    assert toggled(boxes, frozenset({"big.a", "big.b"}), "big.a") == {"big.b"}


def test_without_the_extra_a_page_can_be_saved_and_a_drawing_names_it(
    project: ProjectOnDisk, tmp_path: Path
) -> None:
    project.write(LIGHT)
    bare = Bare(tmp_path)
    for name in ("graph.svg", "graph.png"):
        said = bare.save(project, name)
        assert said.returncode == 2
        assert "noria[export]" in said.stderr
        assert not (project.path / name).exists()
    said = bare.save(project, "graph.html")
    assert said.returncode == 0, said.stderr
    page = Islands((project.path / "graph.html").read_text("utf-8"))
    assert "'wasm-unsafe-eval'" in page.policy
    assert page.scripts[1][0]["id"] == "noria-layout"
