"""One pipeline used several times, on both sides."""

from typing import Any

import pytest

from tests.conformance.adapter import RENAMED_WRONGLY, Pipeline, node, pipeline, shows


def one(a: Any, b: Any = None, c: Any = None) -> Any:
    return a


def made() -> Any:
    return Pipeline(
        [
            node(one, ["raw", "params:n", "parameters"], "cleaned", name="clean"),
            node(one, "cleaned", "model", name="fit", namespace="inner"),
        ]
    )


@shows("pipeline(namespace)", "Pipeline(namespace)")
def test_a_namespace_stands_before_nodes_datasets_and_parameters() -> None:
    for below in (pipeline(made(), namespace="eu"), Pipeline(made(), namespace="eu")):
        assert {each.name for each in below.nodes} == {"eu.clean", "eu.inner.fit"}
        assert below.inputs() == {"eu.raw", "params:eu.n", "parameters"}
        assert below.outputs() == {"eu.model"}
        assert {each.namespace for each in below.nodes} == {"eu", "eu.inner"}


@shows("pipeline(inputs)", "Pipeline(inputs)", "pipeline(outputs)", "Pipeline(outputs)",
       "pipeline(parameters)", "Pipeline(parameters)")  # fmt: skip
def test_names_that_are_listed_stay_and_mappings_rename() -> None:
    words = {"inputs": "raw", "outputs": {"model": "eu_model"}, "parameters": {"params:n": "size"}}
    for below in (
        pipeline(made(), namespace="eu", **words),
        Pipeline(made(), namespace="eu", **words),
    ):
        assert below.inputs() == {"raw", "params:size", "parameters"}
        assert below.outputs() == {"eu_model"}
    assert "params:n" in pipeline(made(), namespace="eu", parameters={"n"}).inputs()


@shows("pipeline(prefix_datasets_with_namespace)", "Pipeline(prefix_datasets_with_namespace)")
def test_only_nodes_may_go_below_the_namespace() -> None:
    words = {"namespace": "eu", "prefix_datasets_with_namespace": False}
    for below in (pipeline(made(), **words), Pipeline(made(), **words)):
        assert {each.name for each in below.nodes} == {"eu.clean", "eu.inner.fit"}
        assert below.datasets() == made().datasets()


@shows("pipeline(inputs)")
def test_names_are_renamed_without_a_namespace() -> None:
    assert "orders" in pipeline(made(), inputs={"raw": "orders"}).inputs()


@shows("pipeline(namespace)")
def test_namespaces_nest() -> None:
    outer = pipeline(pipeline(made(), namespace="b"), namespace="a")
    assert {each.name for each in outer.nodes} == {"a.b.clean", "a.b.inner.fit"}
    assert "a.b.raw" in outer.inputs()
    assert "params:a.b.n" in outer.inputs()


@shows("pipeline(inputs)")
def test_formats_are_renamed_together() -> None:
    both = Pipeline([node(one, ["a@x", "a@y"], "b")])
    assert pipeline(both, inputs={"a": "c"}).inputs() == {"c@x", "c@y"}
    assert pipeline(both, namespace="n").inputs() == {"n.a@x", "n.a@y"}


@shows("pipeline(inputs)", "pipeline(outputs)")
def test_a_namespaced_node_still_runs() -> None:
    below = pipeline([node(lambda x: x + 1, "x", "y", name="n")], namespace="eu")
    assert below.nodes[0].run({"eu.x": 1}) == {"eu.y": 2}


@pytest.mark.parametrize(
    "words",
    [
        {"inputs": "nothing"},
        {"outputs": "nothing"},
        {"parameters": "params:nothing"},
        {"inputs": {"cleaned": "x"}},
        {"outputs": {"raw": "x"}},
        {"inputs": {"params:n": "params:m"}},
    ],
)
@shows("pipeline(inputs)", "pipeline(outputs)", "pipeline(parameters)")
def test_names_that_are_not_there_to_rename_are_refused(words: dict[str, Any]) -> None:
    with pytest.raises(RENAMED_WRONGLY):
        pipeline(made(), namespace="eu", **words)
