"""A node: what it accepts, what it is called, and what it makes of a function's result."""

import os
import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from functools import partial, wraps
from pathlib import Path
from typing import Any

import pytest
from noria.errors import NodeOutputError, PipelineError, RunError
from noria.graph import Node, node


def split(data: str, at: int = 1) -> tuple[str, str]:
    return data[:at], data[at:]


def keyword_only(*, a: int, b: int = 0) -> int:
    return a + b


def position_only(a: int, b: int, /) -> int:
    return a + b


def position_and_rest(a: int, /, **rest: int) -> object:
    return a, rest


def anything(*args: object, **kwargs: object) -> object:
    return args, kwargs


def loud(func: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(func)
    def wrapper(*args: object, **kwargs: object) -> object:
        return func(*args, **kwargs)

    return wrapper


@loud
def wrapped(a: int) -> int:
    return a


class Scale:
    def __init__(self, factor: int) -> None:
        self.factor = factor

    def __call__(self, a: int) -> int:
        return a * self.factor

    def method(self, a: int) -> int:
        return a + self.factor


@node(inputs=["a", "b"], outputs="c", tags="x")
def decorated(a: int, b: int) -> int:
    return a + b


def line_of(text: str) -> int:
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    return 1 + next(number for number, line in enumerate(lines) if line.startswith(text))


@pytest.mark.parametrize(
    ("inputs", "given", "result"),
    [
        ("x", {"x": "abc"}, {"head": "a", "tail": "bc"}),
        (["x", "params:at"], {"x": "abc", "params:at": 2}, {"head": "ab", "tail": "c"}),
        ({"at": "n", "data": "x"}, {"x": "abc", "n": 2}, {"head": "ab", "tail": "c"}),
    ],
)
def test_inputs_reach_the_function_as_they_were_declared(
    inputs: Any, given: dict[str, Any], result: dict[str, Any]
) -> None:
    assert Node(split, inputs, ["head", "tail"]).run(given) == result


def test_one_input_may_feed_two_arguments() -> None:
    assert Node(max, ["a", "a"], "b").run({"a": 3}) == {"b": 3}


def test_a_mapping_of_inputs_is_listed_in_the_order_of_the_signature() -> None:
    assert Node(split, {"at": "n", "data": "x"}, "o").inputs == ["x", "n"]
    assert Node(partial(split, at=3), {"data": "x"}, "o").inputs == ["x"]
    assert Node(anything, {"z": "1", "a": "2"}, "o").inputs == ["1", "2"]
    assert Node(Scale(2), {"a": "x"}, "o").inputs == ["x"]


def test_a_mapping_of_outputs_takes_the_values_of_a_returned_dict() -> None:
    made = Node(lambda a: {"low": a, "high": a + 1}, "a", {"high": "h", "low": "l"})
    assert made.outputs == ["h", "l"]
    assert made.run({"a": 1}) == {"h": 2, "l": 1}


def test_a_node_without_inputs_or_without_outputs_runs() -> None:
    assert Node(lambda: 1, None, "one").run() == {"one": 1}
    assert Node(print, "a", None).run({"a": ""}) == {}
    assert Node(lambda: 1, [], "one").inputs == []


def test_a_result_that_no_output_takes_is_named_in_a_warning() -> None:
    with pytest.warns(UserWarning, match="no outputs"):
        assert Node(len, "a", None).run({"a": "xy"}) == {}


@pytest.mark.parametrize("given", [{}, {"b": 1}, {"a": 1, "b": 2}, [1]])
def test_running_on_other_inputs_than_declared_is_an_error(given: Any) -> None:
    with pytest.raises(RunError, match=r"len__n"):
        Node(len, "a", "n").run(given)


@pytest.mark.parametrize(
    ("outputs", "result", "came"),
    [
        (["p", "q"], [1], "returned 1 value"),
        (["p", "q"], (1, 2, 3), "returned 3 values"),
        (["p", "q"], None, "returned None, not a list or tuple"),
        (["p"], "x", "returned a str, not a list or tuple"),
        ({"k": "p"}, None, "returned None, not a dict"),
        ({"k": "p", "l": "q"}, {"k": 1}, "returned a dict without 'l'"),
        ({"k": "p"}, {"k": 1, "m": 2}, "returned a dict with 'm' that no output takes"),
    ],
)
def test_a_result_of_another_form_than_the_outputs_says_what_came(
    outputs: Any, result: object, came: str
) -> None:
    faulty = Node(lambda: result, None, outputs, name="faulty")
    with pytest.raises(NodeOutputError) as caught:
        faulty.run()
    assert caught.value.node == "faulty"
    assert caught.value.expected == tuple(outputs)
    assert caught.value.came == came
    assert caught.value.exit_code == 1
    assert f"{Path(__file__).name}:" in str(caught.value)


def test_what_the_function_raises_passes_unchanged() -> None:
    with pytest.raises(ZeroDivisionError):
        Node(divmod, ["a", "b"], "c").run({"a": 1, "b": 0})


@pytest.mark.parametrize(
    ("func", "inputs"),
    [
        (split, None),
        (split, ["a", "b", "c"]),
        (split, {"at": "n"}),
        (split, {"data": "x", "att": "n"}),
        (keyword_only, ["a"]),
        (keyword_only, {"b": "x"}),
        (position_only, "a"),
        (position_only, {"a": "x", "b": "y"}),
        (position_and_rest, {"a": "x"}),
        (Scale(2), ["a", "b"]),
        (Scale(2).method, None),
        (Scale, {"wrong": "x"}),
        (partial(split, "x", 1), "a"),
    ],
)
def test_a_function_that_does_not_take_its_inputs_is_refused(func: Any, inputs: Any) -> None:
    with pytest.raises(PipelineError, match=r"cannot be called") as caught:
        Node(func, inputs, "out")
    assert f"{Path(__file__).name}:" in str(caught.value)


@pytest.mark.parametrize(
    ("func", "inputs"),
    [
        (split, "a"),
        (split, ["a", "b"]),
        (keyword_only, {"a": "x"}),
        (position_only, ["a", "b"]),
        (anything, list("abcdef")),
        (anything, {"x": "y"}),
        (wrapped, ["a", "b"]),  # the wrapper takes everything
        (Scale(2), "a"),
        (Scale(2).method, {"a": "x"}),
        (Scale, "factor"),
        (partial(split, at=3), "a"),
        (len, ["a", "b", "c"]),  # it is written in C: trusted
        (dict, {"k": "x"}),
        (int, "x"),
    ],
)
def test_a_function_that_takes_its_inputs_is_accepted(func: Any, inputs: Any) -> None:
    assert Node(func, inputs, "out").outputs == ["out"]


def test_the_refusal_shows_the_signature_and_the_line_that_asked() -> None:
    with pytest.raises(PipelineError) as caught:
        Node(split, ["a", "b", "c"], "out")
    text = str(caught.value)
    assert "split(data, at=1)" in text
    assert f"{Path(__file__).name}:{line_of('def split')} " in text
    assert re.search(rf"asked for at .*{Path(__file__).name}:\d+", text)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"func": 5}, "a node's first argument is its function, not a int"),
        ({"inputs": None, "outputs": None}, "neither inputs nor outputs"),
        ({"inputs": ("a",)}, "its inputs are a tuple"),
        ({"outputs": {"b"}}, "its outputs are a set"),
        ({"inputs": [1]}, "1 in its inputs is not a dataset's name"),
        ({"outputs": ""}, "'' in its outputs is not a dataset's name"),
        ({"outputs": "a@b@c"}, "'a@b@c' in its outputs is not a dataset's name"),
        ({"outputs": ["b", "b"]}, "it gives 'b' twice"),
        ({"outputs": "a"}, "'a' is both its input and its output"),
        ({"inputs": "a@x", "outputs": "a@y"}, "'a' is both its input and its output"),
        ({"outputs": "params:b"}, "'params:b' is a parameter"),
        ({"name": "two words"}, "'two words' is not a node's name"),
        ({"tags": ["ok", "not ok"]}, "'not ok' is not a tag"),
        ({"tags": [["t"]]}, "['t'] is not a tag"),
        ({"tags": 5}, "its tags are a int, not strings"),
        ({"preview_fn": 1}, "its preview_fn is no function but a int"),
    ],
)
def test_a_wrong_node_says_what_is_wrong(arguments: dict[str, Any], says: str) -> None:
    right: dict[str, Any] = {"func": len, "inputs": "a", "outputs": "b"}
    with pytest.raises(PipelineError) as caught:
        Node(**(right | arguments))
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("made", "name", "short"),
    [
        (Node(split, "a", "b", name="cut"), "cut", "cut"),
        (Node(split, "a", "b", name="cut", namespace="x.y"), "x.y.cut", "cut"),
        (Node(split, "a", ["b", "c"]), "split__b", "Split"),
        (Node(split, "a", "b@csv"), "split__b_csv", "Split"),
        (Node(anything, ["a", "params:n"], None), "anything__of_a-params_n", "Anything"),
        (Node(split, "x.a", "x.b", namespace="x"), "x.split__b", "Split"),
        (Node(partial(split, at=2), "a", "b"), "split__b", "Split"),
        (Node(Scale(2), "a", "b"), "Scale__b", "Scale"),
        (Node(lambda a: a, "a", "b"), "lambda__b", "<Lambda>"),
        (Node(split, "ä", "größe"), "split__größe", "Split"),
    ],
)
def test_a_node_has_a_readable_name(made: Node, name: str, short: str) -> None:
    assert (made.name, made.short_name) == (name, short)


@pytest.mark.parametrize(
    ("func", "line"),
    [
        (split, "def split"),
        (partial(partial(split, at=1)), "def split"),
        (wrapped, "@loud"),
        (Scale(1), "    def __call__"),
        (Scale(1).method, "    def method"),
    ],
)
def test_the_source_is_the_definition(func: Any, line: str) -> None:
    made = Node(func, "a", "b")
    assert made.source == (__file__, line_of(line))
    assert made.where.endswith(f"{Path(__file__).name}:{line_of(line)}")


def test_the_source_of_a_class_lies_in_it_and_that_of_c_is_unknown() -> None:
    source = Node(Scale, "a", "b").source
    assert source is not None
    assert line_of("class Scale") <= source[1] <= line_of("class Scale") + 1
    assert Node(len, "a", "b").source is None
    assert Node(len, "a", "b").where == "builtins.len"


def test_a_place_below_the_working_directory_is_shown_relative(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = Node(split, "a", "b")
    monkeypatch.chdir(Path(__file__).parent)
    assert made.where == f"{Path(__file__).name}:{line_of('def split')}"
    monkeypatch.chdir(tmp_path)
    assert made.where == f"{__file__}:{line_of('def split')}"


def test_nodes_are_equal_by_name_inputs_and_outputs() -> None:
    one = Node(split, {"data": "x", "at": "n"}, "b", name="cut", tags="t")
    same = Node(split, {"at": "n", "data": "x"}, "b", name="cut")
    assert one == same
    assert len({one, same}) == 1
    assert one != Node(split, ["x", "n"], "b", name="cut")
    assert one != Node(split, {"data": "x", "at": "n"}, "c", name="cut")
    assert one != "cut"
    assert min([Node(len, "a", "b", name="z"), Node(len, ["a"], "b", name="y")]).name == "y"


def test_a_node_cannot_be_changed_from_outside() -> None:
    names, mapping = ["a", "b"], {"data": "x"}
    listed, mapped = Node(max, names, "c"), Node(split, mapping, "c")
    names.append("z")
    mapping["at"] = "n"
    listed.inputs.append("z")
    listed.outputs.append("z")
    listed.tags.add("z")
    assert (listed.inputs, listed.outputs, listed.tags) == (["a", "b"], ["c"], set())
    assert mapped.run({"x": "ab"}) == {"c": ("a", "b")}
    with pytest.raises(AttributeError):
        listed.name = "other"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        listed.func = min  # type: ignore[misc]


def test_tagging_gives_another_node() -> None:
    one = Node(len, "a", "b", tags=["x"], confirms="c", namespace="n")
    two = one.tag("y").tag(["z", "x"])
    assert (one.tags, two.tags) == ({"x"}, {"x", "y", "z"})
    assert (two.name, two.confirms, two.func) == (one.name, ["c"], len)
    with pytest.raises(PipelineError, match="is not a tag"):
        one.tag("not ok")


def test_the_text_shows_what_goes_in_and_out() -> None:
    assert str(Node(split, ["a", "n"], ["b", "c"])) == "split([a;n]) -> [b;c]"
    assert str(Node(split, "a", None, name="cut")) == "cut: split([a]) -> None"
    assert repr(Node(split, ["a"], "b")) == "Node(split, ['a'], 'b', name='split__b')"


def test_the_decorator_makes_a_node_that_keeps_its_function() -> None:
    assert isinstance(decorated, Node)
    assert decorated.name == "decorated__c"
    assert decorated.tags == {"x"}
    assert decorated(a=1, b=2) == {"c": 3}
    assert decorated.func(1, 2) == 3


def test_a_node_survives_pickling() -> None:
    one = Node(len, ["a"], {"k": "b"}, tags="t", namespace="n")
    copy = pickle.loads(pickle.dumps(one))
    assert copy == one
    assert (copy.tags, copy.func) == ({"t"}, len)


def test_a_decorated_node_runs_in_another_process(tmp_path: Path) -> None:
    module = tmp_path / "flight_nodes.py"
    module.write_text(
        "from noria.graph import node\n"
        "@node(inputs='a', outputs='b')\n"
        "def measure(a):\n"
        "    return len(a)\n",
        encoding="utf-8",
    )
    send = "import pickle, sys, flight_nodes; pickle.dump(flight_nodes.measure, sys.stdout.buffer)"
    receive = "import pickle, sys; print(pickle.load(sys.stdin.buffer).run({'a': 'xyz'}))"
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    packed = subprocess.run(
        [sys.executable, "-c", send], capture_output=True, check=True, env=environment
    )
    shown = subprocess.run(
        [sys.executable, "-c", receive],
        input=packed.stdout,
        capture_output=True,
        check=True,
        env=environment,
    )
    assert shown.stdout.decode().strip() == "{'b': 3}"


def test_a_preview_is_made_when_asked_for() -> None:
    assert Node(len, "a", "b", preview_fn=lambda: "shown").preview() == "shown"
    assert Node(len, "a", "b").preview() is None
