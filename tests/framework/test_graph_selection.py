"""Choosing nodes: every condition, what they mean together, and what is said to a wrong name."""

from typing import Any

import pytest
from noria.errors import SelectionError
from noria.graph import Pipeline, node


def take(*data: object) -> object:
    return data


#   raw -> clean -> rows -> ml.fit -> ml.model -> ml.score -> scores -> report -> page
#                   rows -> count -> size                              size -> report
DAILY = Pipeline(
    [
        node(take, "raw", "rows", name="clean", tags=["fast", "io"]),
        node(take, "rows", "size", name="count", tags="fast"),
        Pipeline(
            [
                node(take, "rows", "model", name="fit", tags="slow"),
                node(take, "model", "scores", name="score", namespace="judge"),
            ],
            namespace="ml",
            inputs="rows",
            outputs="scores",
        ),
        node(take, ["scores", "size"], "page", name="report", tags="io"),
    ]
)
FIT, SCORE = "ml.fit", "ml.judge.score"


def names(of: Pipeline) -> list[str]:
    return [each.name for each in of.nodes]


@pytest.mark.parametrize(
    ("conditions", "left"),
    [
        ({"tags": ["fast"]}, ["clean", "count"]),
        ({"tags": ["slow", "io"]}, ["clean", FIT, "report"]),
        ({"from_nodes": [FIT]}, [FIT, SCORE, "report"]),
        ({"from_nodes": [FIT, "count"]}, ["count", FIT, SCORE, "report"]),
        ({"to_nodes": [SCORE]}, ["clean", FIT, SCORE]),
        ({"node_names": ["report", "clean"]}, ["clean", "report"]),
        ({"from_inputs": ["rows"]}, ["count", FIT, SCORE, "report"]),
        ({"from_inputs": ["scores"]}, ["report"]),
        ({"to_outputs": ["ml.model"]}, ["clean", FIT]),
        ({"to_outputs": ["size", "ml.model"]}, ["clean", "count", FIT]),
        ({"node_namespaces": ["ml"]}, [FIT, SCORE]),
        ({"node_namespaces": ["ml.judge"]}, [SCORE]),
        ({"tags": ["io"], "from_inputs": ["rows"]}, ["report"]),
        ({"from_nodes": ["clean"], "to_nodes": [FIT]}, ["clean", FIT]),
        ({"node_names": ["clean", "report"], "from_inputs": ["raw"]}, ["clean", "report"]),
        ({"tags": [], "node_names": None, "to_nodes": ["clean"]}, ["clean"]),
        ({}, ["clean", "count", FIT, SCORE, "report"]),
    ],
)
def test_a_filter_leaves_what_meets_all_conditions(
    conditions: dict[str, Any], left: list[str]
) -> None:
    assert names(DAILY.filter(**conditions)) == left


def test_each_condition_has_a_method_of_its_own() -> None:
    assert names(DAILY.from_nodes(SCORE)) == [SCORE, "report"]
    assert names(DAILY.to_nodes("count")) == ["clean", "count"]
    assert names(DAILY.from_inputs("size", "scores")) == ["report"]
    assert names(DAILY.to_outputs("rows")) == ["clean"]
    assert names(DAILY.only_nodes("count", "clean")) == ["clean", "count"]
    assert names(DAILY.only_nodes_with_tags("slow", "io")) == ["clean", FIT, "report"]
    assert names(DAILY.only_nodes_with_inputs("rows")) == ["count", FIT]
    assert names(DAILY.only_nodes_with_outputs("rows", "page")) == ["clean", "report"]
    assert names(DAILY.only_nodes_with_namespaces(["ml.judge"])) == [SCORE]


def test_no_names_leave_nothing() -> None:
    assert names(DAILY.only_nodes()) == []
    assert names(DAILY.only_nodes_with_tags()) == []
    assert names(DAILY.only_nodes_with_tags("nobody")) == []
    assert names(DAILY.to_outputs("raw")) == []


def test_a_namespace_is_not_a_prefix_of_letters() -> None:
    made = Pipeline([node(take, "a", "b", name="x", namespace="ml"), node(take, "a", "c", name="y",
                     namespace="mlops")])  # fmt: skip
    assert names(made.only_nodes_with_namespaces(["ml"])) == ["ml.x"]


def test_a_format_chooses_its_readers_alone() -> None:
    made = Pipeline(
        [
            node(take, "raw", "rows@spark", name="write"),
            node(take, "rows@pandas", "a", name="pandas"),
            node(take, "rows@polars", "b", name="polars"),
        ]
    )
    assert names(made.from_inputs("rows@pandas")) == ["pandas"]
    assert names(made.from_inputs("rows")) == ["pandas", "polars"]
    assert names(made.to_outputs("rows")) == ["write"]
    assert names(made.to_outputs("rows@pandas")) == []
    assert names(made.from_nodes("write")) == ["write", "pandas", "polars"]


def test_a_cut_does_not_change_the_pipeline() -> None:
    DAILY.only_nodes("clean")
    assert len(DAILY.nodes) == 5


@pytest.mark.parametrize(
    ("conditions", "message", "nearest"),
    [
        ({"node_names": ["cleen"]}, "no node 'cleen'", "clean"),
        ({"from_nodes": ["score"]}, "no node 'score'", SCORE),
        ({"to_nodes": ["qqq"]}, "no node 'qqq'", None),
        ({"tags": ["fats"]}, "no tag 'fats'", "fast"),
        ({"from_inputs": ["raws"]}, "no dataset 'raws'", "raw"),
        ({"to_outputs": ["model"]}, "no dataset 'model'", "ml.model"),
        ({"node_namespaces": ["mll"]}, "no namespace 'mll'", "ml"),
    ],
)
def test_an_unknown_name_gets_the_nearest_one(
    conditions: dict[str, Any], message: str, nearest: str | None
) -> None:
    with pytest.raises(SelectionError) as caught:
        DAILY.filter(**conditions)
    assert message in str(caught.value)
    assert caught.value.nearest == nearest


def test_all_unknown_names_are_said_at_once() -> None:
    with pytest.raises(SelectionError) as caught:
        DAILY.only_nodes("cleen", "clean", "reprot", "qqq")
    assert str(caught.value).splitlines() == [
        "the pipeline has no nodes:",
        "  'cleen', did you mean 'clean'?",
        "  'reprot', did you mean 'report'?",
        "  'qqq'",
    ]


def test_a_pipeline_without_tags_says_so() -> None:
    with pytest.raises(SelectionError, match="has no tags at all"):
        Pipeline([node(take, "a", "b")]).filter(tags=["x"])


def test_conditions_that_leave_nothing_together_are_named_and_no_others() -> None:
    with pytest.raises(SelectionError) as caught:
        DAILY.filter(tags=["slow", "fast"], from_nodes=[SCORE], to_nodes=["report"])
    assert str(caught.value).splitlines() == [
        "together these conditions leave no node:",
        "  tags=slow,fast leaves 3 of 5 nodes",
        f"  from_nodes={SCORE} leaves 2 of 5 nodes",
    ]


def test_a_condition_that_leaves_nothing_alone_is_named_alone() -> None:
    with pytest.raises(SelectionError) as caught:
        DAILY.filter(to_outputs=["raw"], tags=["fast"])
    assert str(caught.value).splitlines() == [
        "this condition leaves no node:",
        "  to_outputs=raw leaves 0 of 5 nodes",
    ]


def test_nothing_can_be_chosen_from_an_empty_pipeline() -> None:
    with pytest.raises(SelectionError, match="no nodes to choose from"):
        Pipeline([]).filter()
