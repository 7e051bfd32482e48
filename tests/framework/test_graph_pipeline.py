"""A pipeline: its facts, its algebra, what it refuses, and that size does not hurt."""

import itertools
import json
import pickle
import sys
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
from noria.errors import CycleError, DuplicateOutputError, PipelineError
from noria.graph import Pipeline, node, pipeline


def take(data: object, *more: object) -> object:
    return data, more


def other_take(data: object) -> object:
    return data


CLEAN = node(take, ["raw", "params:limit"], "clean", name="clean", tags="fast")
FIT = node(take, ["clean", "parameters"], ["model", "scores"], name="fit")
REPORT = node(take, "scores", "report", name="report", tags=["fast", "daily"])


def names(of: Pipeline) -> list[str]:
    return [each.name for each in of.nodes]


def test_inputs_and_outputs_are_those_that_nobody_else_makes_or_reads() -> None:
    made = Pipeline([CLEAN, FIT, REPORT])
    assert made.inputs() == {"raw", "params:limit", "parameters"}
    assert made.outputs() == {"model", "report"}
    assert made.all_inputs() == made.inputs() | {"clean", "scores"}
    assert made.all_outputs() == {"clean", "model", "scores", "report"}
    assert made.datasets() == made.all_inputs() | made.all_outputs()


def test_what_a_pipeline_hands_out_cannot_change_it() -> None:
    made = Pipeline([CLEAN, FIT])
    made.nodes.clear()
    made.inputs().clear()
    made.grouped_nodes[0].clear()
    assert names(made) == ["clean", "fit"]
    assert made.inputs() == {"raw", "params:limit", "parameters"}
    assert made.grouped_nodes == [[CLEAN], [FIT]]
    with pytest.raises(TypeError):
        made.node_dependencies[CLEAN] = frozenset()  # type: ignore[index]


def test_nodes_run_in_the_order_of_declaration_where_that_is_possible() -> None:
    free = [node(take, f"in{letter}", f"out{letter}", name=letter) for letter in "zbya"]
    assert names(Pipeline(free)) == ["z", "b", "y", "a"]
    assert names(Pipeline([REPORT, FIT, *free, CLEAN])) == [
        *("z", "b", "y", "a"),
        *("clean", "fit", "report"),
    ]


def test_layers_hold_what_can_run_together() -> None:
    free = node(take, "elsewhere", "aside", name="aside")
    made = Pipeline([REPORT, FIT, CLEAN, free])
    assert made.grouped_nodes == [[CLEAN, free], [FIT], [REPORT]]
    assert made.node_dependencies == {
        CLEAN: set(),
        FIT: {CLEAN},
        REPORT: {FIT},
        free: set(),
    }


def test_an_empty_pipeline_is_one() -> None:
    empty = Pipeline([])
    assert (empty.nodes, empty.grouped_nodes, empty.inputs()) == ([], [], set())
    assert "Inputs: None" in empty.describe()


def test_pipelines_among_the_nodes_are_opened() -> None:
    assert names(Pipeline([Pipeline([CLEAN, FIT]), REPORT])) == ["clean", "fit", "report"]
    assert names(pipeline(Pipeline([CLEAN]))) == ["clean"]


@pytest.mark.parametrize("wrong", [None, 5, CLEAN, [CLEAN, "fit"], [len]])
def test_what_is_no_node_is_refused(wrong: Any) -> None:
    with pytest.raises(PipelineError, match="made of a list of nodes"):
        Pipeline(wrong)


def test_two_nodes_of_one_name_are_both_shown_with_their_lines() -> None:
    with pytest.raises(PipelineError) as caught:
        Pipeline([node(take, "a", "b", name="x"), node(other_take, "c", "d", name="x")])
    text = str(caught.value)
    assert "'x'" in text
    assert text.count(f"{Path(__file__).name}:") == 2
    with pytest.raises(PipelineError, match="two nodes are called"):
        Pipeline([CLEAN, Pipeline([CLEAN])])


@pytest.mark.parametrize("second", ["b", "b@pandas"])
def test_two_producers_are_both_shown_with_their_lines(second: str) -> None:
    first = node(take, "a", "b" + second[1:], name="one")
    with pytest.raises(DuplicateOutputError) as caught:
        Pipeline([first, node(other_take, "c", ["d", second], name="two")])
    text = str(caught.value)
    assert "two nodes make 'b':" in text
    assert "  one: take([a]) -> [b" in text
    assert "  two: other_take([c]) -> [d;b" in text
    assert text.count(f"{Path(__file__).name}:") == 2


def test_two_unnamed_nodes_with_one_output_are_two_producers() -> None:
    with pytest.raises(DuplicateOutputError, match="two nodes make 'b'"):
        Pipeline([node(take, "a", "b"), node(take, "c", "b")])


def test_a_circle_is_shown_step_by_step_and_by_its_shortest_way() -> None:
    nodes = [
        node(take, "free", "a", name="before"),
        node(take, ["a", "e"], "b", name="one"),
        node(take, "b", "c", name="two"),
        node(take, "c", "d", name="three"),
        node(take, ["d", "c"], "e", name="four"),
        node(take, "e", "f", name="after"),
    ]
    with pytest.raises(CycleError) as caught:
        Pipeline(nodes)
    lines = caught.value.message.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["one", "two", "four"]
    assert lines[1].endswith("makes 'b' for two")
    assert lines[3].endswith("makes 'e' for one")
    assert all(f"{Path(__file__).name}:" in line for line in lines[1:])


def test_the_shorter_one_of_two_circles_is_shown() -> None:
    wide = [node(take, f"w{n}", f"w{(n + 1) % 4}", name=f"wide{n}") for n in range(4)]
    narrow = [node(take, f"x{n}", f"x{(n + 1) % 2}", name=f"narrow{n}") for n in range(2)]
    with pytest.raises(CycleError) as caught:
        Pipeline([*wide, *narrow])
    shown = [line.split()[0] for line in caught.value.message.splitlines()[1:]]
    assert shown == ["narrow0", "narrow1"]


def test_a_dataset_is_named_with_its_format_everywhere_or_nowhere() -> None:
    with pytest.raises(PipelineError, match="'b' is named both with and without '@'"):
        Pipeline([node(take, "a", "b"), node(take, "b@pandas", "c")])


def test_formats_of_one_dataset_are_one_dataset() -> None:
    made = Pipeline([node(take, "a", "b@spark", name="x"), node(take, "b@pandas", "c", name="y")])
    assert made.grouped_nodes == [[made.nodes[0]], [made.nodes[1]]]
    assert (made.inputs(), made.outputs()) == ({"a"}, {"c"})


def test_two_nodes_that_confirm_one_dataset_are_refused() -> None:
    confirming = [node(take, "a", f"b{n}", name=f"n{n}", confirms="a") for n in range(2)]
    with pytest.raises(PipelineError, match="two nodes confirm 'a': n0"):
        Pipeline(confirming)


def test_the_algebra_is_that_of_sets() -> None:
    left, right = Pipeline([CLEAN, FIT]), Pipeline([FIT, REPORT])
    assert names(left + right) == ["clean", "fit", "report"]
    assert names(left | right) == ["clean", "fit", "report"]
    assert names(left & right) == ["fit"]
    assert names(left - right) == ["clean"]
    assert names(sum([left, right], left)) == ["clean", "fit", "report"]
    assert names(sum([left, right], Pipeline([]))) == ["clean", "fit", "report"]
    assert names(left + left.tag("x")) == ["clean", "fit"]
    for operation in ("__add__", "__or__", "__and__", "__sub__", "__radd__"):
        assert getattr(left, operation)([CLEAN]) is NotImplemented


def test_a_sum_keeps_the_order_from_left_to_right() -> None:
    parts = [Pipeline([node(take, f"in{n}", f"out{n}", name=f"n{n}")]) for n in (2, 0, 1)]
    assert names(parts[0] + parts[1] + parts[2]) == ["n2", "n0", "n1"]
    assert names(parts[0] + (parts[1] + parts[2])) == ["n2", "n0", "n1"]


def test_a_sum_is_checked_when_it_is_looked_at() -> None:
    twin = Pipeline([node(other_take, "else", "clean", name="other")])
    with pytest.raises(DuplicateOutputError):
        (Pipeline([CLEAN]) + twin).nodes  # noqa: B018
    back = Pipeline([node(other_take, "report", "raw", name="back")])
    with pytest.raises(CycleError):
        (Pipeline([CLEAN, FIT, REPORT]) + back).nodes  # noqa: B018


def test_a_sum_never_drops_another_function_of_the_same_name() -> None:
    def made_again() -> Pipeline:
        return Pipeline([node(lambda a: a, "a", "b", name="x")])

    assert names(made_again() + made_again()) == ["x"]
    with pytest.raises(PipelineError, match="two nodes are called 'x'"):
        (made_again() + Pipeline([node(take, "a", "b", name="x")])).nodes  # noqa: B018


def test_tags_are_added_to_all_nodes() -> None:
    assert [sorted(each.tags) for each in Pipeline([CLEAN, FIT], tags="t").nodes] == [
        ["fast", "t"],
        ["t"],
    ]
    assert {tag for each in Pipeline([FIT]).tag(["u", "v"]).nodes for tag in each.tags} == {
        "u",
        "v",
    }


def test_the_description_lists_names_or_wiring() -> None:
    made = Pipeline([FIT, CLEAN])
    assert made.describe().splitlines() == [
        "#### Pipeline execution order ####",
        "Inputs: parameters, params:limit, raw",
        "",
        "clean",
        "fit",
        "",
        "Outputs: model, scores",
        "##################################",
    ]
    assert "fit: take([clean;parameters]) -> [model;scores]" in made.describe(names_only=False)


def test_the_json_is_the_same_each_time() -> None:
    tagged = Pipeline([CLEAN.tag(list("qwertyuiop")), FIT])
    assert tagged.to_json() == Pipeline([CLEAN.tag(list("poiuytrewq")), FIT]).to_json()
    assert json.loads(Pipeline([REPORT]).to_json()) == {
        "pipeline": [
            {
                "name": "report",
                "inputs": ["scores"],
                "outputs": ["report"],
                "tags": ["daily", "fast"],
            }
        ]
    }


def test_the_representation_stays_short() -> None:
    many = Pipeline([node(take, f"a{n}", f"b{n}", name=f"n{n}") for n in range(1000)])
    assert repr(many) == "Pipeline(1000 nodes: n0, n1, n2, n3, n4, ...)"
    assert repr(Pipeline([CLEAN])) == "Pipeline(1 node: clean)"


def test_groups_for_deployment_are_namespaces_or_single_nodes() -> None:
    made = Pipeline([CLEAN, Pipeline([FIT, REPORT], namespace="ml", inputs="clean")])
    grouped = made.group_nodes_by("namespace")
    assert [tuple(each) for each in grouped] == [
        ("clean", "nodes", ["clean"], []),
        ("ml", "namespace", ["ml.fit", "ml.report"], ["clean"]),
    ]
    assert [each.name for each in made.group_nodes_by(None)] == names(made)
    assert made.group_nodes_by("none")[2].dependencies == ["ml.fit"]
    with pytest.raises(PipelineError, match="cannot be grouped"):
        made.group_nodes_by("colour")


def test_a_sum_survives_pickling() -> None:
    chain = [Pipeline([node(take, f"d{n}", f"d{n + 1}", name=f"n{n}")]) for n in range(3000)]
    copy = pickle.loads(pickle.dumps(sum(chain)))
    assert names(copy) == [f"n{n}" for n in range(3000)]


def test_a_chain_of_any_depth_is_ordered_cut_and_described() -> None:
    deep = [node(take, f"d{n}", f"d{n + 1}", name=f"n{n}") for n in range(20_000)]
    made = Pipeline(deep[::-1])
    assert made.nodes == deep
    assert len(made.grouped_nodes) == 20_000
    assert len(made.to_nodes("n15000").nodes) == 15_001
    with pytest.raises(CycleError):
        Pipeline([*deep, node(take, "d20000", "d0", name="back")])


def test_pipelines_added_in_a_loop_cost_what_their_nodes_cost() -> None:
    def calls(count: int) -> int:
        parts = [
            Pipeline([node(take, f"{p}_{n}", f"{p}_{n + 1}", name=f"n{p}_{n}") for n in range(5)])
            for p in range(count)
        ]
        counted = itertools.count()
        sys.setprofile(lambda *_: next(counted))
        try:
            total = sum(parts)
            assert isinstance(total, Pipeline)
            found = len(total.nodes)
        finally:
            sys.setprofile(None)
        assert found == 5 * count
        return next(counted)

    # Each added to the sum of those before it would be looked at 400 times as often.
    assert calls(2000) < 25 * calls(100)


def test_doubling_a_pipeline_again_and_again_costs_nothing() -> None:
    made = reduce(lambda total, _: total + total, range(60), Pipeline([CLEAN, FIT]))
    assert names(made) == ["clean", "fit"]
