"""What a pipeline is and which part of it is meant, on both sides."""

import json
from typing import Any

import pytest

from tests.conformance.adapter import (
    CIRCLE,
    OUTPUT_TWICE,
    PIPELINE_REFUSED,
    UNKNOWN,
    GroupedNodes,
    Pipeline,
    node,
    pipeline,
    shows,
)


def one(a: Any) -> Any:
    return a


def two(a: Any, b: Any) -> Any:
    return a


def names(made: Any) -> set[str]:
    return {each.name for each in made.nodes}


def chain() -> Any:
    """Return raw -> clean -> features -> model, and a report beside."""
    return Pipeline(
        [
            node(one, "raw", "cleaned", name="clean", tags=["prepare"], namespace="data"),
            node(two, ["cleaned", "params:n"], "features", name="build", tags=["prepare", "slow"]),
            node(one, "features", "model", name="fit", namespace="model.linear", tags="slow"),
            node(one, "cleaned", "report", name="tell"),
        ]
    )


@shows("Pipeline", "Pipeline(nodes)", "Pipeline.nodes")
def test_nodes_come_in_an_order_in_which_they_can_run() -> None:
    shuffled = Pipeline(list(reversed(chain().nodes)))
    order = [each.name for each in shuffled.nodes]
    assert set(order) == {"data.clean", "build", "model.linear.fit", "tell"}
    assert order.index("data.clean") < order.index("build") < order.index("model.linear.fit")
    assert order.index("data.clean") < order.index("tell")


@shows("Pipeline(nodes)", "pipeline", "pipeline(nodes)")
def test_a_pipeline_is_made_of_nodes_and_pipelines() -> None:
    more = node(one, "model", "score", name="judge")
    assert names(Pipeline([chain(), more])) == names(chain()) | {"judge"}
    assert names(pipeline(chain())) == names(chain())
    assert Pipeline([]).nodes == []


@shows("Pipeline.inputs", "Pipeline.outputs", "Pipeline.all_inputs", "Pipeline.all_outputs",
       "Pipeline.datasets")  # fmt: skip
def test_free_and_all_datasets() -> None:
    made = chain()
    assert made.inputs() == {"raw", "params:n"}
    assert made.outputs() == {"model", "report"}
    assert made.all_inputs() == {"raw", "cleaned", "params:n", "features"}
    assert made.all_outputs() == {"cleaned", "features", "model", "report"}
    assert made.datasets() == made.all_inputs() | made.all_outputs()


@shows("Pipeline.inputs", "Pipeline.outputs", "Pipeline.datasets")
def test_formats_of_one_dataset_are_one_dataset() -> None:
    made = Pipeline([node(one, "a", "b@x", name="first"), node(one, "b@y", "c", name="second")])
    assert [each.name for each in made.nodes] == ["first", "second"]
    assert made.inputs() == {"a"}
    assert made.outputs() == {"c"}


@shows("Pipeline.grouped_nodes")
def test_layers_hold_what_can_run_side_by_side() -> None:
    layers = [{each.name for each in layer} for layer in chain().grouped_nodes]
    assert layers == [{"data.clean"}, {"build", "tell"}, {"model.linear.fit"}]


@shows("Pipeline.node_dependencies")
def test_dependencies_are_the_direct_ones() -> None:
    found = {
        each.name: {parent.name for parent in parents}
        for each, parents in chain().node_dependencies.items()
    }
    assert found == {
        "data.clean": set(),
        "build": {"data.clean"},
        "model.linear.fit": {"build"},
        "tell": {"data.clean"},
    }


@shows("Pipeline.describe")
def test_a_description_names_the_nodes_in_order() -> None:
    text = chain().describe()
    assert text.index("data.clean") < text.index("build") < text.index("model.linear.fit")
    assert "one([features]) -> [model]" in chain().describe(names_only=False)
    assert "one([features]) -> [model]" not in text


@shows("Pipeline.to_json")
def test_json_holds_the_nodes() -> None:
    document = json.loads(Pipeline([node(one, "a", "b", name="n", tags="t")]).to_json())
    assert document["pipeline"] == [{"name": "n", "inputs": ["a"], "outputs": ["b"], "tags": ["t"]}]


@shows("Pipeline.tag", "Pipeline(tags)", "pipeline(tags)")
def test_tags_go_to_all_nodes_of_a_new_pipeline() -> None:
    made = chain()
    for tagged in (made.tag("new"), Pipeline(made, tags=["new"]), pipeline(made, tags="new")):
        assert all("new" in each.tags for each in tagged.nodes)
    assert not any("new" in each.tags for each in made.nodes)


@shows("Pipeline")
def test_set_algebra_works_on_nodes() -> None:
    made = chain()
    part = made.only_nodes("build", "tell")
    other = Pipeline([node(one, "model", "score", name="judge")])
    assert names(made + other) == names(made | other) == names(made) | {"judge"}
    assert names(made - part) == {"data.clean", "model.linear.fit"}
    assert names(made & part) == {"build", "tell"}
    assert names(sum([made, other, Pipeline([])])) == names(made) | {"judge"}
    assert names(made + made) == names(made)


@shows("Pipeline")
def test_two_makers_of_a_dataset_are_refused() -> None:
    with pytest.raises(OUTPUT_TWICE):
        Pipeline([node(one, "a", "c", name="x"), node(one, "b", "c", name="y")])
    with pytest.raises(OUTPUT_TWICE):
        Pipeline([node(one, "a", "c@1", name="x"), node(one, "b", "c@2", name="y")])


@shows("Pipeline")
def test_a_circle_is_refused() -> None:
    with pytest.raises(CIRCLE):
        Pipeline([node(one, "a", "b", name="x"), node(one, "b", "a", name="y")])


@pytest.mark.parametrize("wrong", [
    lambda: [node(one, "a", "b", name="x"), node(one, "c", "d", name="x")],
    lambda: [node(one, "a@1", "b"), node(one, "a", "c")],
])  # fmt: skip
@shows("Pipeline")
def test_nodes_that_do_not_fit_are_refused(wrong: Any) -> None:
    with pytest.raises(PIPELINE_REFUSED):
        Pipeline(wrong())


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ({"tags": ["slow"]}, {"build", "model.linear.fit"}),
        ({"tags": ["slow", "prepare"]}, {"data.clean", "build", "model.linear.fit"}),
        ({"node_names": ["tell", "build"]}, {"tell", "build"}),
        ({"from_nodes": ["build"]}, {"build", "model.linear.fit"}),
        ({"to_nodes": ["build"]}, {"data.clean", "build"}),
        ({"from_inputs": ["features"]}, {"model.linear.fit"}),
        ({"from_inputs": ["params:n"]}, {"build", "model.linear.fit"}),
        ({"to_outputs": ["features"]}, {"data.clean", "build"}),
        ({"node_namespaces": ["model"]}, {"model.linear.fit"}),
        ({"tags": ["slow"], "to_nodes": ["build"]}, {"build"}),
        ({}, {"data.clean", "build", "model.linear.fit", "tell"}),
    ],
)
@shows("Pipeline.filter", "filter(tags)", "filter(node_names)", "filter(from_nodes)",
       "filter(to_nodes)", "filter(from_inputs)", "filter(to_outputs)",
       "filter(node_namespaces)")  # fmt: skip
def test_conditions_narrow_each_other(words: dict[str, list[str]], left: set[str]) -> None:
    assert names(chain().filter(**words)) == left


@pytest.mark.parametrize(
    "words",
    [
        {"node_names": ["nobody"]},
        {"from_nodes": ["nobody"]},
        {"to_nodes": ["nobody"]},
        {"from_inputs": ["nothing"]},
        {"to_outputs": ["nothing"]},
        {"node_namespaces": ["nowhere"]},
        {"tags": ["nope"]},
        {"from_nodes": ["tell"], "to_nodes": ["build"]},
    ],
)
@shows("Pipeline.filter")
def test_unknown_names_and_nothing_left_are_refused(words: dict[str, list[str]]) -> None:
    with pytest.raises(UNKNOWN):
        chain().filter(**words)


@shows("Pipeline.from_nodes", "Pipeline.to_nodes", "Pipeline.from_inputs", "Pipeline.to_outputs",
       "Pipeline.only_nodes", "Pipeline.only_nodes_with_tags",
       "Pipeline.only_nodes_with_namespaces", "Pipeline.only_nodes_with_inputs",
       "Pipeline.only_nodes_with_outputs")  # fmt: skip
def test_parts_by_method() -> None:
    made = chain()
    assert names(made.from_nodes("build")) == {"build", "model.linear.fit"}
    assert names(made.to_nodes("build")) == {"data.clean", "build"}
    assert names(made.from_inputs("features")) == {"model.linear.fit"}
    assert names(made.to_outputs("report")) == {"data.clean", "tell"}
    assert names(made.only_nodes("tell")) == {"tell"}
    assert names(made.only_nodes_with_tags("slow")) == {"build", "model.linear.fit"}
    assert names(made.only_nodes_with_tags("nope")) == set()
    assert names(made.only_nodes_with_namespaces(["data", "model.linear"])) == {
        "data.clean",
        "model.linear.fit",
    }
    assert names(made.only_nodes_with_inputs("cleaned")) == {"build", "tell"}
    assert names(made.only_nodes_with_outputs("features", "model")) == {
        "build",
        "model.linear.fit",
    }


@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("from_nodes", "nobody"),
        ("to_nodes", "nobody"),
        ("only_nodes", "nobody"),
        ("from_inputs", "nothing"),
        ("to_outputs", "nothing"),
        ("only_nodes_with_inputs", "nothing"),
        ("only_nodes_with_outputs", "nothing"),
    ],
)
@shows("Pipeline.only_nodes", "Pipeline.from_inputs")
def test_unknown_names_are_refused_by_methods(method: str, name: str) -> None:
    with pytest.raises(UNKNOWN):
        getattr(chain(), method)(name)
    with pytest.raises(UNKNOWN):
        chain().only_nodes_with_namespaces(["nowhere"])


@shows("Pipeline.group_nodes_by", "GroupedNodes")
def test_groups_are_outermost_namespaces_and_single_nodes() -> None:
    groups = {group.name: group for group in chain().group_nodes_by("namespace")}
    assert all(isinstance(group, GroupedNodes) for group in groups.values())
    assert set(groups) == {"data", "build", "model", "tell"}
    assert groups["data"].type == "namespace"
    assert groups["build"].type == "nodes"
    assert list(groups["model"].nodes) == ["model.linear.fit"]
    assert {name: set(group.dependencies) for name, group in groups.items()} == {
        "data": set(),
        "build": {"data"},
        "model": {"build"},
        "tell": {"data"},
    }
    assert {group.name for group in chain().group_nodes_by(None)} == names(chain())


@shows("Pipeline.group_nodes_by")
def test_an_unknown_grouping_is_refused() -> None:
    with pytest.raises(PIPELINE_REFUSED):
        chain().group_nodes_by("colour")
