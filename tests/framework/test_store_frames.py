"""Frames come out of the store as they went in: types, index, names, attributes."""

import datetime as dt
import zoneinfo
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from noria.errors import NotStorable
from noria.store.codecs import encode
from noria.store.sink import Sink
from polars.testing import parametric

from tests.framework.stored_values import BIG, many, same_frame, through


class Frame(pd.DataFrame):
    @property
    def _constructor(self) -> type["Frame"]:
        return Frame


class DataFrame(pd.DataFrame):
    """Another one, of the same name."""


@pytest.mark.parametrize("size", [3, BIG])
def test_a_subclass_of_a_frame_keeps_its_type(size: int) -> None:
    for kind in (Frame, DataFrame):
        codec, back, _ = through(kind({"a": range(size)}))
        assert (codec, type(back)) == ("pickle", kind)


def column(kind: str, rows: int) -> Any:
    numbers: Any = np.arange(rows) % 7
    texts: list[Any] = [None if n == 3 else f"é{n}" for n in numbers]
    match kind:
        case "text":
            return pd.array(texts, dtype="str")
        case "python text":
            return pd.array([f"{n}" for n in numbers], dtype=pd.StringDtype("python"))
        case "arrow text":
            return pd.array([f"{n}" for n in numbers], dtype=pd.StringDtype("pyarrow"))
        case "object":
            return np.array([[n] for n in numbers] + [None], dtype=object)[:rows]
        case "category":
            return pd.Categorical([f"{n}" for n in numbers])
        case "Int64" | "UInt8" | "boolean" | "Float64":
            wanted = [None if n == 3 else n % 2 for n in numbers]
            return pd.array(wanted, dtype=kind)
        case "ordered":
            codes: Any = np.where(numbers == 3, -1, numbers % 5)
            labels = pd.Index([9, 0.5, -1, 3, 2])
            return pd.Categorical.from_codes(codes, categories=labels, ordered=True)
        case "moments category":
            return pd.Categorical(numbers.astype("M8[ns]"))
        case "offset":
            zone = dt.timezone(dt.timedelta(hours=1))
            return pd.date_range("2026", periods=rows, tz=zone)
        case "utc":
            moments = pd.Series(pd.date_range("2026", periods=rows, tz="UTC", unit="us"))
            return moments.where(pd.Series(numbers) != 3)
        case "zone":
            return pd.date_range("2026", periods=rows, tz=zoneinfo.ZoneInfo("Europe/Berlin"))
        case "period":
            return pd.period_range("2026", periods=rows, freq="D")
        case "moment" | "span":
            code = "M8[us]" if kind == "moment" else "m8[ns]"
            return np.where(numbers == 3, np.datetime64("NaT").astype("i8"), numbers).view(code)
        case "float":
            return np.where(numbers == 3, np.nan, np.where(numbers == 2, -0.0, numbers))
        case "complex":
            return numbers * 1j
        case "big-endian":
            return numbers.astype(">i4")
        case "arrow":
            return pd.array(numbers, dtype="int32[pyarrow]")
        case "sparse":
            return pd.arrays.SparseArray(numbers)
        case _:
            return numbers.astype(kind)


KINDS = [
    "text", "python text", "arrow text", "object", "category", "Int64", "UInt8", "boolean",
    "Float64", "ordered", "moments category", "offset", "utc", "zone", "period",
    "moment", "span", "float", "complex", "big-endian", "arrow", "sparse", "bool", "i1", "u2", "i8",
    "u8", "f2", "f4",
]  # fmt: skip
FOR_ARROW = {
    "category", "ordered", "Int64", "UInt8", "boolean", "utc", "zone", "text",
    "moment", "span", "float", "bool", "i1", "u2", "i8", "u8",
    "f2", "f4",
}  # fmt: skip
INDEXES = ["range", "stepped", "named", "ints", "text", "floats", "moments", "dates", "multi",
           "category", "nullable", "flags", "object"]  # fmt: skip


def index_of(kind: str, rows: int) -> Any:
    match kind:
        case "range":
            return pd.RangeIndex(rows)
        case "stepped":
            return pd.RangeIndex(5, 5 + 3 * rows, 3, name="n")
        case "named":
            return pd.RangeIndex(rows, name=("a", 1))
        case "ints":
            return pd.Index(np.arange(rows)[::-1].astype("i2"), name="id")
        case "text":
            return pd.Index([f"r{at}" for at in range(rows)], dtype="str")
        case "nullable":
            return pd.Index(column("Int64", rows), name="id")
        case "flags":
            return pd.Index(column("boolean", rows))
        case "floats":
            return pd.Index(np.linspace(0, 1, rows))
        case "moments":
            return pd.Index(np.arange(rows).view("M8[ns]"))
        case "dates":
            return pd.date_range("2026", periods=rows, freq="D")
        case "multi":
            return pd.MultiIndex.from_product([range(rows), ["x"]], names=["a", None])
        case "category":
            return pd.CategoricalIndex([f"{at}" for at in range(rows)])
        case _:
            return pd.Index([(at,) for at in range(rows)], dtype=object, tupleize_cols=False)


frames = st.tuples(
    st.lists(st.sampled_from(KINDS), max_size=4),
    st.sampled_from(INDEXES),
    st.sampled_from([0, 1, 9, BIG]),
    st.sampled_from(["text", "object", "numbers", "twice", "named"]),
    st.sampled_from([{}, {"unit": "m", "n": (1, {"a"})}, {"o": object}, {1: [1.5]}]),
    st.booleans(),
)


@many
@given(frames)
@example(([], "range", 9, "text", {}, False))
@example((["f2", "bool", "text"], "text", 0, "text", {}, False))
@example((["f8", "f8", "i8"], "range", BIG, "twice", {}, True))
@example((["Float64"], "nullable", 9, "text", {}, False))
@example((["text"], "flags", 9, "text", {}, True))
def test_frames_come_back(made_of: Any) -> None:
    kinds, index, rows, labels, attrs, sliced = made_of
    data = dict(enumerate(column(kind, rows) for kind in kinds))
    frame = pd.DataFrame(data, index=index_of(index, rows))
    names = [f"c{at}" for at in range(len(kinds))]
    match labels:
        case "text":
            frame.columns = pd.Index(names, dtype="str")
        case "object":
            frame.columns = pd.Index(names, dtype=object)
        case "twice":
            frame.columns = pd.Index(["c"] * len(names), dtype="str")
        case "named":
            frame.columns = pd.Index(names, dtype="str", name="columns")
    frame.attrs = attrs
    if sliced:
        frame = frame.iloc[::2]
    codec, back, _ = through(frame)
    assert same_frame(back, frame)
    plain = set(kinds) <= FOR_ARROW and index not in ("moments", "dates", "multi", "category",
                                                      "object")  # fmt: skip
    # The labels of no rows have no type.
    if plain and labels != "numbers" and "o" not in attrs and (rows or "category" not in kinds):
        assert codec == "arrow"


class Table:
    """What anybody may call a frame, with none of a frame's attributes."""

    def __init__(self, rows: list[int]) -> None:
        self.rows = rows


Table.__name__ = "DataFrame"
Table.__qualname__ = "Table"


def test_what_is_only_called_a_frame_comes_back() -> None:
    table = pl.DataFrame({"a": [1, 2], "b": ["x", None]})
    codec, back, _ = through(table)
    assert codec == "pickle"
    assert type(back) is pl.DataFrame
    assert back.equals(table)
    assert through(Table([1]))[1].rows == [1]


@settings(parent=many, max_examples=50)
@given(parametric.dataframes(max_cols=4, max_size=5))
def test_tables_of_polars_come_back(table: pl.DataFrame) -> None:
    columns = table.get_columns()
    back = through({"a": table, "b": columns})[1]
    assert back["a"].schema == table.schema
    assert back["a"].equals(table)
    for found, column in zip(back["b"], columns, strict=True):
        assert (found.name, found.dtype) == (column.name, column.dtype)
        assert found.equals(column)


def test_a_frame_that_arrow_stumbles_over_is_pickled(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumbling(*_: Any) -> Any:
        raise pa.ArrowInvalid("on purpose")

    monkeypatch.setattr(pa.ipc, "new_stream", stumbling)  # when the description is written
    for size in (3, BIG):
        frame = pd.DataFrame({"a": np.arange(size)})
        codec, back, _ = through(frame)
        assert codec == "pickle"
        assert same_frame(back, frame)


def test_a_time_zone_that_only_its_own_file_knows_is_not_looked_up_by_name() -> None:
    path = files("tzdata.zoneinfo.Europe") / "Berlin"
    with path.open("rb") as file:
        zone = zoneinfo.ZoneInfo.from_file(file, key="Europe/Paris")
    with pytest.raises(NotStorable, match="does not pickle"):
        through(pd.DataFrame({"at": pd.date_range("2026", periods=2, tz=zone)}))


def test_a_frame_of_memory_that_cannot_be_written_stays_so() -> None:
    memory = np.zeros((BIG, 2))
    memory.flags.writeable = False
    _, back, _ = through(pd.DataFrame(memory, columns=list("ab"), copy=False))
    with pytest.raises(ValueError, match="read-only"):
        back.iloc[0, 0] = 1


def test_an_attribute_that_was_set_on_a_frame_is_not_lost() -> None:
    for table in (pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [[1]]}), pd.Series([1])):
        object.__setattr__(table, "unit", "kg")
        with pytest.raises(NotStorable, match="'unit' would not come back"):
            through(table)


def test_a_frame_has_the_same_bytes_however_it_lies_in_memory() -> None:
    numbers = np.random.default_rng(0).random((1000, 4))
    one = pd.DataFrame(numbers, columns=list("abcd"))
    other = pd.DataFrame({name: numbers[:, at] for at, name in enumerate("abcd")})
    sinks = [Sink(None, small=1 << 30), Sink(None, small=1 << 30)]
    for frame, sink in zip((one, other), sinks, strict=True):
        encode(frame, sink)
    assert sinks[0].close().digest == sinks[1].close().digest


def test_a_frame_of_many_columns_comes_back_in_few_pieces() -> None:
    frame = pd.DataFrame({f"c{at}": np.arange(10.0) + at for at in range(300)})
    _, back, _ = through(frame)
    assert same_frame(back, frame)


def test_a_series_and_an_index_come_back() -> None:
    for size in (3, BIG):
        series = pd.Series(np.arange(size), index=np.arange(size) * 2, name="s")
        pd.testing.assert_series_equal(through(series)[1], series)
        back = through({"a": series})[1]["a"]
        back.iloc[0] = 5
        assert series.iloc[0] == 0
