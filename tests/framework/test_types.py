"""Types along the edges of a pipeline, and of its parameters, before anything runs."""

import datetime as dt
import typing
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, Literal, NewType, Protocol, TypedDict, TypeVar, Union

import numpy as np
import pandas as pd
import pydantic
import pytest
from noria import DataCatalog, Pipeline, node, run
from noria.errors import EdgeTypeError, ParameterTypeError
from noria.graph.build import build
from noria.graph.types import fits
from noria.runner.loaded import loaded_type
from noria_catalog.formats.pandas import CSVDataset
from noria_catalog.located import Located, locate

T = TypeVar("T")
Id = NewType("Id", int)


class Row(TypedDict):
    price: float


class Closes(Protocol):
    def close(self) -> None: ...


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (int, int), (int, float), (bool, int), (float, complex), (str, object), (Any, int),
        (int, Any), (int, int | None), (int | None, int), (Union[int, str], str),  # noqa: UP007  # the older form is written too
        (list, list[int]), (list[int], list), (list[int], Sequence[int]), (list[int], Iterable),
        (tuple[int, str], tuple[int, ...]), (dict[str, int], Mapping[str, float]),
        (pd.DataFrame, pd.DataFrame), (Row, dict), (dict, Row), (Row, Mapping), (Id, int),
        (Literal["a"], str), (str, Literal["a"]), (Literal["a", "b"], Literal["b"]),
        ("Later", int), (T, int), (int, T), (int, Closes), (Path, str | Path), (None, int | None),
        (list[Any], list[int]), (Sequence, list), (Iterable, set), (type[int], type),
        (np.ndarray, Sequence | np.ndarray), (Callable[[int], int], Callable), (str, Iterable[str]),
        (typing.Annotated[int, "x"], int),
    ],
)  # fmt: skip
def test_what_may_be_right_fits(given: Any, wanted: Any) -> None:
    assert fits(given, wanted)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (str, int), (int, str), (float, int), (None, int), (int, None), (str, Path), (list, dict),
        (pd.DataFrame, pd.Series), (dict, pd.DataFrame), (Row, pd.DataFrame), (Id, str),
        (list[int], list[str]), (dict[str, int], dict[str, str]), (tuple[int, int], tuple[int]),
        (tuple[int, str], tuple[int, int]), (Literal["a"], Literal["b"]), (Literal["a"], int),
        (int | str, list), (int, str | None), (list[list[int]], list[list[str]]),
        (list[int], Iterable[str]), (int, Callable), (int, Mapping),
    ],
)  # fmt: skip
def test_what_cannot_be_right_does_not_fit(given: Any, wanted: Any) -> None:
    assert not fits(given, wanted)


def make_text() -> str:
    return "x"


def take_list(rows: list[int]) -> int:
    return len(rows)


def test_an_edge_names_both_ends_before_anything_runs() -> None:
    ran: list[int] = []

    def first() -> int:
        ran.append(1)
        return 1

    nodes = [node(first, None, "one"), node(make_text, None, "rows", name="make")]
    pipeline = Pipeline([*nodes, node(take_list, "rows", "size", name="take")])
    with pytest.raises(EdgeTypeError) as caught:
        run(pipeline)
    said = caught.value.message
    assert "'rows': node 'make' gives str" in said
    assert "node 'take' takes list[int]" in said
    assert said.count("test_types.py:") == 2
    assert not ran


def test_parts_of_a_result_are_compared_one_by_one() -> None:
    def split() -> tuple[str, list[int]]:
        return "a", [1]

    right = Pipeline([node(split, None, ["a", "b"]), node(take_list, "b", "size")])
    assert run(right) == {"a": "a", "size": 1}
    wrong = Pipeline([node(split, None, ["a", "b"]), node(take_list, "a", "size")])
    with pytest.raises(EdgeTypeError, match="gives str"):
        run(wrong)


def test_what_a_generator_yields_is_compared() -> None:
    def yields() -> Iterator[list[int]]:
        yield [1]
        yield [2]

    pipeline = Pipeline([node(yields, None, "rows"), node(take_list, "rows", "size")])
    assert run(pipeline) == {"size": 2}


def test_a_dataset_between_two_nodes_may_change_the_type(tmp_path: Path) -> None:
    def write() -> tuple[int, ...]:
        return (1, 2)

    entries = locate({"rows": {"type": "json.JSONDataset", "filepath": "rows.json"}})
    catalog = DataCatalog.from_config(entries, base_path=tmp_path)
    pipeline = Pipeline([node(write, None, "rows"), node(take_list, "rows", "size")])
    assert run(pipeline, catalog) == {"size": 2}


@pytest.mark.parametrize(
    ("entry", "fits"),
    [
        ({"type": "pandas.CSVDataset", "filepath": "rows.csv"}, False),
        ({"type": "pandas.ParquetDataset", "filepath": "rows.parquet"}, False),
        # A series is no table.
        (
            {"type": "pandas.JSONDataset", "filepath": "a.json", "load_args": {"typ": "series"}},
            True,
        ),
        ({"type": "pickle.PickleDataset", "filepath": "rows.pickle"}, True),
    ],
)
def test_the_types_of_tables_are_compared_across_datasets(
    entry: dict[str, Any], fits: bool, tmp_path: Path
) -> None:
    def write() -> pd.DataFrame:
        return pd.DataFrame({"a": [1, 2]})

    def take_table(rows: pd.DataFrame) -> int:
        return len(rows)

    def take_other(rows: Mapping[str, Any]) -> int:
        return 0 * len(rows)

    catalog = DataCatalog.from_config(locate({"rows": entry}), base_path=tmp_path)
    wrong = Pipeline([node(write, None, "rows"), node(take_other, "rows", "size")])
    if not fits:
        with pytest.raises(EdgeTypeError, match=r"its dataset loads DataFrame, but node .* takes"):
            run(wrong, catalog)
        right = Pipeline([node(write, None, "rows"), node(take_table, "rows", "size")])
        assert run(right, catalog) == {"size": 2}
    else:
        assert run(wrong, catalog) == {"size": 0}


def test_a_dataset_that_reads_in_its_own_way_is_not_taken_for_its_base(tmp_path: Path) -> None:
    class Columns(CSVDataset):
        def read(self, path: Path) -> Any:
            return list(super().read(path).columns)

    class Same(CSVDataset):
        pass

    assert loaded_type(Same(tmp_path / "a.csv")) is pd.DataFrame
    assert loaded_type(Columns(tmp_path / "a.csv")) is Any


def test_what_a_dataset_says_it_loads_is_compared(tmp_path: Path) -> None:
    entries = locate({"rows": {"type": "text.TextDataset", "filepath": "rows.txt"}})
    catalog = DataCatalog.from_config(entries, base_path=tmp_path)
    catalog.save("rows", "x")
    with pytest.raises(EdgeTypeError, match=r"its dataset loads str, but node .* takes list"):
        run(Pipeline([node(take_list, "rows", "size")]), catalog)


def test_an_annotation_that_cannot_be_resolved_says_nothing() -> None:
    def take(rows: "Nowhere", size: "list[int]") -> None:  # type: ignore[name-defined]  # noqa: ARG001, F821
        return None

    nodes = [node(make_text, None, "a"), node(take, ["a", "b"], None)]
    with pytest.raises(EdgeTypeError, match="'b'"):
        run(Pipeline([*nodes, node(lambda: 1, None, "c"), node(make_text, None, "b", name="m")]))


# Parameters.


class Kind(Enum):
    TREE = "tree"
    LINEAR = "linear"


@dataclass
class Leaf:
    size: int
    weights: tuple[float, float] = (0.5, 0.5)


@dataclass
class Tree:
    depth: int
    leaf: Leaf
    kind: Kind = Kind.TREE


@dataclass
class Model:
    tree: Tree
    names: list[str] = field(default_factory=list)
    folder: Path | None = None

    def __post_init__(self) -> None:
        if self.names == ["bad"]:
            raise ValueError("no such name")


class Sizes(pydantic.BaseModel):
    width: int
    inner: dict[str, list[int]] = {}


PLAIN = {"tree": {"depth": 3, "leaf": {"size": 1, "weights": [0.1, 1]}, "kind": "linear"}}


def test_a_dataclass_is_built_from_parameters() -> None:
    def fit(model: Model) -> Model:
        return model

    made = run(
        Pipeline([node(fit, "params:model", "fitted")]),
        DataCatalog({"params:model": {**PLAIN, "folder": "data"}}),
    )
    tree = Tree(3, Leaf(1, (0.1, 1)), Kind.LINEAR)
    assert made["fitted"] == Model(tree, [], Path("data"))


def test_a_field_for_type_checkers_alone_allows_everything() -> None:
    @dataclass
    class Sized:
        depth: int
        frame: "Nowhere | None" = None  # type: ignore[name-defined]  # noqa: F821

    class Part(TypedDict):
        rows: "Nowhere"  # type: ignore[name-defined]  # noqa: F821
        size: int

    assert build(Sized, locate({"depth": 3, "frame": [1]})).value == Sized(3, [1])
    assert [each.message for each in build(Sized, locate({"depth": "x"}), "m").problems] == [
        "m.depth is 'x', not int"
    ]
    problems = build(Part, locate({"rows": 1, "size": "x"}), "part").problems
    assert [each.key for each in problems] == ["part.size"]

    def make() -> Part:
        return {"rows": 1, "size": 2}

    def take(rows: str, size: str) -> str:
        return rows + size

    made = node(make, None, {"rows": "rows", "size": "size"}, name="make")
    with pytest.raises(EdgeTypeError, match="size"):
        run(Pipeline([made, node(take, ["rows", "size"], "n", name="take")]), DataCatalog({}))


def test_each_node_gets_a_model_of_its_own() -> None:
    def spoil(model: Leaf) -> int:
        model.size += 1
        return model.size

    nodes = [node(spoil, "params:leaf", f"size{n}", name=f"n{n}") for n in range(3)]
    made = run(Pipeline(nodes), DataCatalog({"params:leaf": {"size": 1}}))
    assert made == {"size0": 2, "size1": 2, "size2": 2}


def test_a_pydantic_model_is_built_from_parameters() -> None:
    def fit(sizes: Sizes) -> int:
        return sizes.width

    pipeline = Pipeline([node(fit, "params:sizes", "width")])
    assert run(pipeline, DataCatalog({"params:sizes": {"width": "3"}})) == {"width": 3}


@pytest.mark.parametrize(
    ("hint", "value", "said"),
    [
        (
            Model,
            {"tree": {**PLAIN["tree"], "leaf": {"size": "x"}}},
            "p.tree.leaf.size is 'x', not int",
        ),
        (Model, {"tree": {**PLAIN["tree"], "depht": 1}}, "p.tree: Tree has no 'depht'"),
        (Model, {"tree": {"leaf": {"size": 1}}}, "p.tree has no 'depth', which Tree needs"),
        (Model, {"tree": 3}, "p.tree is 3, not Tree"),
        (Model, {**PLAIN, "names": ["bad"]}, "p makes no Model: no such name"),
        (Model, {**PLAIN, "names": [1]}, "p.names[0] is 1, not str"),
        (Leaf, {"size": 1, "weights": [1]}, "p.weights has 1 values, not 2"),
        (Kind, "treee", "p is 'treee', not Kind"),
        (
            Sizes,
            {"width": 1, "inner": {"a": [1, "x"]}},
            "p.inner.a.1: Input should be a valid integer",
        ),
        (Row, {"price": "high"}, "p.price is 'high', not float"),
        (Row, {}, "p has no 'price', which Row needs"),
        (Literal["low", "high"], "hihg", "p is 'hihg', not Literal['low', 'high']"),
        (int | None, "x", "p is 'x', not int"),
        (int | str, [1], "p is a list, not int | str"),
        (int, True, "p is True, not int"),
        (int, 0.5, "p is 0.5, not int"),
        (bool, 1, "p is 1, not bool"),
        (float, None, "p is nothing, not float"),
        (dict[str, int], {"a": "b"}, "p.a is 'b', not int"),
        (pd.DataFrame, {"a": 1}, "p is a mapping, not DataFrame"),
    ],
)
def test_a_value_of_the_wrong_type_is_named_by_its_key(hint: Any, value: Any, said: str) -> None:
    problems = build(hint, locate(value), "p").problems
    assert len(problems) == 1
    assert problems[0].message.startswith(said)


@pytest.mark.parametrize(
    ("hint", "value"),
    [
        (int, 3), (float, 3), (str, "x"), (bool, False), (int | None, None), (list[int], [1]),
        (dict, {"a": 1}), (Any, object()), (Sequence[str], ["a"]), (dt.date, dt.date.min),
        (Row, {"price": 1}), (Literal[1, "a"], "a"), (Mapping[str, Any], {"a": [1]}),
        (object, 3), ("Later", 3), (Closes, 3), (dict[str, dict[str, int]], {"a": {"b": 1}}),
        (typing.Annotated[int, "x"], 1), (Id, 1), (Any, True), (dict[str, Any], {"a": True}),
        (Hashable, True), (list[object], [True]),
    ],
)  # fmt: skip
def test_a_value_of_the_right_type_is_left_as_it_is(hint: Any, value: Any) -> None:
    built = build(hint, Located(value) if not isinstance(value, dict | list) else locate(value))
    assert (built.value, built.changed, built.problems) == (value, False, [])


class Strict(pydantic.BaseModel, extra="forbid"):
    size: int = 1


class Outer(pydantic.BaseModel):
    strict: Strict | None = None
    several: dict[str, Strict] = {}


@pytest.mark.parametrize(
    ("value", "near"),
    [
        ({"strict": {"siez": 1}}, "size"),
        ({"strict": {"elsewhere": 1}}, None),
        ({"several": {"a": {"siez": 1}}}, "size"),
    ],
)
def test_a_field_that_a_pydantic_model_forbids_names_the_nearest(value: Any, near: Any) -> None:
    problems = build(Outer, locate(value), "p").problems
    assert [problem.nearest for problem in problems] == [near]


def test_a_parameter_of_the_wrong_type_stops_the_run_before_it_begins() -> None:
    def fit(depth: int) -> int:
        return depth

    with pytest.raises(ParameterTypeError, match="depth is 'three', not int, wanted by node 'fit'"):
        run(
            Pipeline([node(fit, "params:depth", "x", name="fit")]),
            DataCatalog({"params:depth": "three"}),
        )


def test_values_given_to_a_run_are_built_and_compared_too() -> None:
    def fit(leaf: Leaf) -> int:
        return leaf.size

    pipeline = Pipeline([node(fit, "params:leaf", "size", name="fit")])
    assert run(pipeline, inputs={"params:leaf": {"size": 2}}) == {"size": 2}
    with pytest.raises(ParameterTypeError, match=r"leaf.size is 'x', not int"):
        run(pipeline, inputs={"params:leaf": {"size": "x"}})
