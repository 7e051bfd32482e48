"""Annotations that only Python 3.12 and later can write, as text: earlier ones cannot read it."""

import sys
from typing import Any

import pytest
from noria import DataCatalog, Pipeline, node, run
from noria.errors import EdgeTypeError
from noria.graph.build import build
from noria.graph.types import fits
from noria_catalog.located import locate

pytestmark = pytest.mark.skipif(sys.version_info < (3, 12), reason="not here: Python 3.12")

ALIASES = """
from dataclasses import dataclass

import pydantic

type Rate = float
type Rates[T] = list[T]
type Maybe[T] = T | None
type Same[T] = T
type Json = dict[str, Json] | list[Json] | int
type OtherJson = dict[str, OtherJson] | list[OtherJson] | int
type Itself = Itself
type ForCheckersAlone = pd.DataFrame

@dataclass
class Model:
    depth: int

class Leaf(pydantic.BaseModel, extra="forbid"):
    depth: int

type Tree = dict[str, Tree] | Leaf

class Wood(pydantic.BaseModel, extra="forbid"):
    tree: Tree

def make(x: int) -> ForCheckersAlone: return x
def many() -> Rates[int]: return [1]
def take(x: Rates[str]) -> int: return 1
def first[T](x: Rates[T]) -> T: return x[0]
def take_frame(x: int) -> int: return x
"""


@pytest.fixture(scope="module")
def said() -> dict[str, Any]:
    space: dict[str, Any] = {"__name__": "__main__"}
    exec(ALIASES, space)  # noqa: S102  # the test's own
    return space


@pytest.mark.parametrize(
    ("given", "wanted", "fit"),
    [
        ("Rate", "float", True), ("Rate", "str", False), ("Rates[int]", "list[int]", True),
        ("Rates[int]", "list[str]", False), ("Maybe[str]", "int", False),
        ("Same[str]", "int", False), ("Rates", "list[str]", True), ("Rates[int]", "int", False),
        ("Json", "OtherJson", True), ("Json", "str", False), ("Itself", "int", True),
        ("ForCheckersAlone", "int", True), ("Rates[int, str]", "int", True),
    ],
)  # fmt: skip
def test_an_alias_is_what_it_stands_for(
    said: dict[str, Any], given: str, wanted: str, fit: bool
) -> None:
    assert fits(*(eval(text, said) for text in (given, wanted))) == fit  # noqa: S307


def test_nodes_that_speak_in_aliases_are_compared(said: dict[str, Any]) -> None:
    made = node(said["many"], None, "rates", name="many")
    with pytest.raises(EdgeTypeError, match=r"list\[int\]|Rates\[int\]"):
        run(Pipeline([made, node(said["take"], "rates", "b", name="take")]), DataCatalog({}))
    done = run(Pipeline([made, node(said["first"], "rates", "b", name="first")]), DataCatalog({}))
    assert done == {"b": 1}


def test_an_alias_for_type_checkers_alone_says_nothing(said: dict[str, Any]) -> None:
    nodes = [node(said["make"], "x", "frame"), node(said["take_frame"], "frame", "y")]
    assert run(Pipeline(nodes), DataCatalog({"x": 3})) == {"y": 3}


def test_parameters_are_built_as_an_alias_says(said: dict[str, Any]) -> None:
    for text in ("Maybe[Model]", "Same[Model]", "Model"):
        made = build(eval(text, said), locate({"depth": 3}))  # noqa: S307
        assert made.value == said["Model"](3)
    wrong = build(eval("Rates[Model]", said), locate([{"depth": "deep"}]), "all")  # noqa: S307
    assert [each.message for each in wrong.problems] == ["all[0].depth is 'deep', not int"]


def test_a_slip_below_an_alias_that_holds_itself_is_told(said: dict[str, Any]) -> None:
    given = {"tree": {"a": {"b": {"depth": 1, "dept": 1}}}}
    problems = build(said["Wood"], locate(given), "wood").problems
    assert any(each.key.endswith("dept") and each.nearest == "depth" for each in problems)
