"""The document: what a view is told of a project."""

import json
from typing import Any

import pytest
from noria.errors import ProjectCodeError
from noria.graph import Pipeline, node
from noria.project.selection import Selection
from noria_viz.document import Document, Element
from noria_viz.project_graph import ProjectGraph
from noria_viz.scene import View, make_scene

from tests.project_on_disk import ProjectOnDisk
from tests.viz.graphs import HOSTILE, chain, document_of, first, hostile_pipeline, opened


def _element(document: Document, id_: str) -> Element:
    return next(element for element in document["elements"] if element["id"] == id_)


def test_functions_datasets_and_parameters_are_told_apart() -> None:
    shown = Pipeline([node(max, ["rows", "params:model.depth", "parameters"], "size", name="n")])
    kinds = {element["id"]: element["kind"] for element in document_of(shown)["elements"]}
    assert kinds == {
        "f:n": "function",
        "d:rows": "dataset",
        "p:params:model.depth": "parameter",
        "p:parameters": "parameter",
        "d:size": "dataset",
    }


def test_a_dataset_has_its_type_layer_and_role() -> None:
    shown = chain(2)
    entries: dict[str, dict[str, Any]] = {
        "d0": {"type": "pandas.CSVDataset", "filepath": "/p/data/01_raw/d0.csv"},
        "d1": {"type": "x.Y", "metadata": {"kedro-viz": {"layer": "mine"}}},
    }
    document = document_of(shown, entries)
    told = [
        (element.get("type"), element.get("layer"), element.get("role"))
        for element in document["elements"]
        if element["kind"] == "dataset"
    ]
    assert told == [
        ("pandas.CSVDataset", "01_raw", "input"),
        ("x.Y", "mine", "intermediate"),
        (None, None, "output"),
    ]


def test_two_forms_of_one_dataset_are_one_element() -> None:
    shown = Pipeline(
        [node(first, "a", "sales@spark", name="x"), node(first, "sales@pandas", "b", name="y")]
    )
    document = document_of(shown, {"sales@pandas": {"type": "pandas.CSVDataset"}})
    assert [one["name"] for one in document["elements"] if one["kind"] == "dataset"] == [
        "a",
        "sales",
        "b",
    ]
    assert ("f:x", "d:sales") in document["edges"]
    assert ("d:sales", "f:y") in document["edges"]


def test_names_lie_in_the_namespace_that_functions_have() -> None:
    shown = Pipeline([node(max, ["a", "params:n"], "b", name="fit")], namespace="train.eu")
    document = document_of(shown)
    assert {(one["label"], one["namespace"]) for one in document["elements"]} == {
        ("fit", "train.eu"),
        ("a", "train.eu"),
        ("n", "train.eu"),
        ("b", "train.eu"),
    }
    # A dot alone makes no namespace.
    assert _element(document_of(Pipeline([node(first, "x.y", "z")])), "d:x.y")["namespace"] is None


def test_elements_carry_all_pipelines_that_they_are_in() -> None:
    a, b = chain(2), chain(1)
    document = document_of(a, pipeline="a", names=["a", "b", "later"], loaded={"a": a, "b": b})
    assert _element(document, "f:step0")["pipelines"] == ["a", "b"]
    assert _element(document, "d:d2")["pipelines"] == ["a"]
    assert {one["name"]: one["nodes"] for one in document["pipelines"]} == {
        "a": 2,
        "b": 1,
        "later": None,
    }


def test_the_revision_changes_with_the_graph_alone() -> None:
    assert document_of(chain(3))["revision"] == document_of(chain(3))["revision"]
    assert document_of(chain(3))["revision"] != document_of(chain(4))["revision"]


def test_a_large_graph_is_collapsed_at_first() -> None:
    small = document_of(sum((chain(3, f"n{k}") for k in range(3)), Pipeline([])))
    large = document_of(sum((chain(30, f"n{k}") for k in range(40)), Pipeline([])))
    assert small["collapsed"] == []
    assert len(large["collapsed"]) == 40
    assert len(make_scene(large)["nodes"]) <= 60


def test_deep_namespaces_open_as_far_as_they_fit() -> None:
    parts = [chain(10, f"top.{side}.{k}") for side in "ab" for k in range(10)]
    document = document_of(sum(parts, Pipeline([])))
    assert "top.a.0" in document["collapsed"]
    assert len(make_scene(document)["nodes"]) == 20


def test_a_large_flat_graph_is_folded_by_pipeline_or_else_in_runs() -> None:
    parts = {name: chain(40).tag(name) for name in "ab"}
    renamed = {
        name: Pipeline([each.rename(f"{name}_{{}}".format) for each in part.nodes])
        for name, part in parts.items()
    }
    both = Pipeline(
        [
            node(first, each.inputs[0], each.outputs[0], name=f"{name}_{each.name}")
            for name, part in renamed.items()
            for each in part.nodes
        ]
    )
    loaded = {
        name: both.only_nodes(*(each.name for each in both.nodes if each.name.startswith(name)))
        for name in "ab"
    }
    by_pipeline = document_of(
        both,
        pipeline="__default__",
        names=["__default__", *"ab"],
        loaded={**loaded, "__default__": both},
    )
    assert set(by_pipeline["folds"].values()) == {"a", "b"}
    alone = document_of(chain(200))
    scene = make_scene(alone)
    assert 30 <= len(scene["nodes"]) <= 60
    assert len(scene["edges"]) == len(scene["nodes"]) - 1
    assert scene["nodes"][0]["label"].startswith("step0 … ")
    # Opened, a fold is a box around what it held.
    opened = make_scene(alone, View(collapsed=frozenset(alone["collapsed"]) - {"~1"}))
    assert [box["id"] for box in opened["boxes"]] == ["n:~1"]


def test_filters_keep_what_is_left_connected() -> None:
    document = document_of(chain(3))
    functions = make_scene(document, View(kinds=frozenset({"function"})))
    labels = {one["name"]: one["label"] for one in functions["nodes"]}
    assert [(labels[a], labels[b]) for a, b in functions["edges"]] == [
        ("step0", "step1"),
        ("step1", "step2"),
    ]


def test_a_collapsed_namespace_is_one_node_and_its_edges_are_folded() -> None:
    inside = Pipeline(chain(3), namespace="ns", inputs="d0", outputs="d3")
    document = document_of(inside + Pipeline([node(first, "d3", "end", name="after")]))
    scene = make_scene(document, View(collapsed=frozenset({"ns"})))
    labels = {one["name"]: one["label"] for one in scene["nodes"]}
    assert [(labels[a], labels[b]) for a, b in scene["edges"]] == [
        ("d0", "ns"),
        ("ns", "d3"),
        ("d3", "after"),
        ("after", "end"),
    ]
    assert not scene["boxes"]


def test_parameters_are_folded_until_they_are_asked_for() -> None:
    document = document_of(Pipeline([node(max, ["a", "params:n"], "b", name="x")]))
    folded, shown = make_scene(document), make_scene(document, View(parameters=True))
    assert len(shown["nodes"]) == len(folded["nodes"]) + 1
    assert folded["hidden"] == {"parameters": 1}


def test_inputs_come_before_the_functions_that_read_them() -> None:
    scene = make_scene(document_of(chain(2)))
    assert [one["label"] for one in scene["nodes"]] == ["d0", "step0", "d1", "step1", "d2"]


def test_hostile_names_are_kept_and_their_labels_can_be_drawn() -> None:
    document = document_of(hostile_pipeline())
    names = {element["name"] for element in document["elements"]}
    assert set(HOSTILE) <= {*names, *(name.partition("@")[0] for name in HOSTILE)}
    for element in document["elements"]:
        assert len(element["label"]) <= 200
        assert element["label"].isprintable()
    json.loads(json.dumps(document))


def test_only_the_selected_pipeline_is_imported(project: ProjectOnDisk) -> None:
    project.write(
        {
            "src/shop/pipelines/broken/__init__.py": "",
            "src/shop/pipelines/broken/pipeline.py": "import no_such_module\n",
        }
    )
    with opened(project.path) as session:
        document = ProjectGraph(session, Selection("sales")).document()
        assert [one["nodes"] for one in document["pipelines"]] == [None, None, 2]
        assert document["selection"] == ["--pipeline", "sales"]
        with pytest.raises(ProjectCodeError) as error:
            ProjectGraph(session).document()
        assert str(error.value.where) == "src/shop/pipelines/broken/pipeline.py:1:1"


def test_the_catalog_is_read_without_importing_its_classes(project: ProjectOnDisk) -> None:
    project.write(
        {
            "conf/base/catalog.yml": "orders:\n  type: no.such.Thing\n"
            "  filepath: data/02_in/orders.csv\n  credentials: nowhere\n",
            "src/shop/hooks.py": "raise RuntimeError('hooks are for runs')\n",
            "pyproject.toml": (project.path / "pyproject.toml").read_text()
            + 'hooks = ["shop.hooks:Hooks"]\n',
        }
    )
    with opened(project.path) as session:
        document = ProjectGraph(session).document()
    orders = _element(document, "d:orders")
    assert (orders.get("type"), orders.get("layer")) == ("no.such.Thing", "02_in")
