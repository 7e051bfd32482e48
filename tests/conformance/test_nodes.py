"""What a node is, on both sides."""

import pickle
from typing import Any

import pytest

from tests.conformance.adapter import (
    NODE_REFUSED,
    WRONG_INPUTS,
    WRONG_OUTPUTS,
    Node,
    node,
    shows,
    text_preview,
)


def add(a: int, b: int = 1) -> int:
    return a + b


def halves(text: str) -> tuple[str, str]:
    return text[: len(text) // 2], text[len(text) // 2 :]


def parts(text: str) -> dict[str, str]:
    return {"first": text[0], "last": text[-1]}


@shows("node", "Node", "Node(func)", "Node(inputs)", "Node(outputs)", "Node(name)",
       "Node.func", "Node.name", "Node.inputs", "Node.outputs")  # fmt: skip
def test_a_node_says_what_it_is_made_of() -> None:
    made = node(add, ["x", "y"], "z", name="sum_up")
    assert isinstance(made, Node)
    assert made.func is add
    assert (made.name, made.inputs, made.outputs) == ("sum_up", ["x", "y"], ["z"])


@shows("Node.short_name")
def test_a_short_name_has_no_namespace_or_is_the_functions_title() -> None:
    assert node(add, "x", "z", name="sum_up", namespace="a.b").short_name == "sum_up"
    assert node(halves, "x", ["y", "z"]).short_name == "Halves"


@shows("Node(namespace)", "Node.namespace", "Node.namespace_prefixes")
def test_a_namespace_stands_before_the_name() -> None:
    made = node(add, "x", "z", name="sum_up", namespace="a.b")
    assert (made.name, made.namespace) == ("a.b.sum_up", "a.b")
    assert made.namespace_prefixes == ["a", "a.b"]
    assert node(add, "x", "z").namespace is None


@shows("Node(tags)", "Node.tags", "Node.tag")
def test_tags_are_added_and_the_node_itself_stays() -> None:
    made = node(add, "x", "z", tags="slow")
    assert made.tag(["daily"]).tags == {"slow", "daily"}
    assert made.tag("nightly").tags == {"slow", "nightly"}
    assert made.tags == {"slow"}


@shows("Node(confirms)", "Node.confirms")
def test_confirms_is_a_list_of_names() -> None:
    assert node(add, "x", "z").confirms == []
    assert node(add, "x", "z", confirms="x").confirms == ["x"]
    assert node(add, ["x", "y"], "z", confirms=["x", "y"]).confirms == ["x", "y"]


@pytest.mark.filterwarnings("ignore:The 'preview_fn' feature is experimental")
@shows("Node(preview_fn)", "Node.preview")
def test_a_preview_is_what_its_function_shows() -> None:
    assert node(add, "x", "z").preview() is None
    shown = text_preview("a drawing")
    assert node(add, "x", "z", preview_fn=lambda: shown).preview() == shown


@shows("Node(preview_fn)")
def test_a_preview_that_is_no_function_is_refused() -> None:
    with pytest.raises(NODE_REFUSED):
        node(add, "x", "z", preview_fn="text")


@pytest.mark.parametrize(
    ("inputs", "given", "result"),
    [
        ("x", {"x": 4}, 5),
        (["x", "y"], {"x": 4, "y": 3}, 7),
        ({"b": "y", "a": "x"}, {"x": 4, "y": 3}, 7),
        (["x", "x"], {"x": 4}, 8),
    ],
)
@shows("Node.run", "Node(inputs)")
def test_inputs_are_handed_over_as_written(inputs: Any, given: dict[str, int], result: int) -> None:
    assert node(add, inputs, "z").run(given) == {"z": result}


@pytest.mark.parametrize(
    ("func", "outputs", "result"),
    [
        (halves, "both", {"both": ("ab", "cd")}),
        (halves, ["left", "right"], {"left": "ab", "right": "cd"}),
        (parts, {"first": "head", "last": "tail"}, {"head": "a", "tail": "d"}),
        (parts, "all", {"all": {"first": "a", "last": "d"}}),
    ],
)
@shows("Node.run", "Node(outputs)")
def test_results_are_named_as_written(func: Any, outputs: Any, result: dict[str, Any]) -> None:
    assert node(func, "text", outputs).run({"text": "abcd"}) == result


@shows("Node.run")
def test_a_node_without_inputs_or_outputs_runs() -> None:
    heard: list[int] = []
    assert node(lambda: 1, None, "one").run() == {"one": 1}
    assert node(heard.append, "x", None).run({"x": 3}) == {}
    assert heard == [3]


@shows("Node.run")
def test_a_node_is_called_with_its_inputs_by_name() -> None:
    assert node(add, ["x", "y"], "z")(x=1, y=2) == {"z": 3}


@pytest.mark.parametrize("given", [{}, {"y": 1}, {"x": 1, "y": 2}, None])
@shows("Node.run")
def test_wrong_inputs_are_refused(given: Any) -> None:
    with pytest.raises(WRONG_INPUTS):
        node(add, "x", "z").run(given)


@pytest.mark.parametrize(
    ("func", "outputs"),
    [
        (lambda text: text, ["a", "b"]),
        (lambda text: [1, 2, 3], ["a", "b"]),
        (lambda text: {"first": 1}, {"first": "a", "last": "b"}),
        (lambda text: 1, {"first": "a"}),
    ],
)
@shows("Node.run")
def test_results_that_do_not_fit_are_refused(func: Any, outputs: Any) -> None:
    with pytest.raises(WRONG_OUTPUTS):
        node(func, "text", outputs).run({"text": 5})


@shows("Node.run")
def test_what_the_function_raises_passes_unchanged() -> None:
    with pytest.raises(ZeroDivisionError):
        node(lambda x: 1 / x, "x", "z").run({"x": 0})


@pytest.mark.parametrize(
    ("func", "inputs", "outputs", "words"),
    [
        ("add", "x", "z", {}),
        (add, None, None, {}),
        (add, 5, "z", {}),
        (add, "x", 5, {}),
        (add, "x", "x", {}),
        (add, "x@one", "x@two", {}),
        (halves, "x", ["y", "y"], {}),
        (add, ["x", "y", "w"], "z", {}),
        (add, None, "z", {}),
        (add, {"c": "x"}, "z", {}),
        (add, "x", "z", {"name": "a name, with commas"}),
        (add, "x", "z", {"tags": "two words"}),
    ],
)
@shows("Node", "node", "Node(name)", "Node(tags)")
def test_a_node_that_cannot_work_is_refused(
    func: Any, inputs: Any, outputs: Any, words: dict[str, Any]
) -> None:
    with pytest.raises(NODE_REFUSED):
        node(func, inputs, outputs, **words)


@shows("Node")
def test_nodes_are_equal_by_name_inputs_and_outputs_and_sort_by_name() -> None:
    first, second = node(add, "x", "y", name="a"), node(add, "x", "z", name="b")
    assert first == node(add, "x", "y", name="a", tags="other")
    assert first != second
    assert len({first, node(add, "x", "y", name="a")}) == 1
    assert sorted([second, first]) == [first, second]


@shows("Node")
def test_a_node_can_be_pickled() -> None:
    made = node(add, ["x", "y"], "z", name="sum_up", tags="slow", namespace="n")
    again = pickle.loads(pickle.dumps(made))
    assert again == made
    assert again.tags == {"slow"}
    assert again.run({"x": 1, "y": 2}) == {"z": 3}
