"""What comes out of the store is what went in: equal, of the same type, and writable."""

import collections
import dataclasses
import datetime as dt
import decimal
import enum
import functools
import math
import os
import pathlib
import pickle
import struct
import subprocess
import sys
import threading
import zoneinfo
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from noria.errors import NotStorable, Undecodable
from noria.store.codecs import decode, encode
from noria.store.sink import Sink

many = settings(
    max_examples=200, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
BIG = 20_000


class Colour(enum.Enum):
    RED = 1


class Row(NamedTuple):
    a: int
    b: list[int]


@dataclasses.dataclass
class Point:
    x: float
    tags: set[str]


class Text(str):
    __slots__ = ()


class Frame(pd.DataFrame):
    @property
    def _constructor(self) -> type["Frame"]:
        return Frame


class DataFrame(pd.DataFrame):
    """Another one, of the same name."""


class Array(np.ndarray):
    pass


class Rising:
    def __reduce__(self) -> str:
        raise ZeroDivisionError("on purpose")


def price(amount: float) -> float:
    return amount * 2


def through(value: Any) -> tuple[str, Any, tuple[Any, ...]]:
    """Encode and decode; return the codec, the value that came back, and what it refers to."""
    sink = Sink(None, small=1 << 40)
    codec, refers = encode(value, sink)
    data = sink.close().data
    assert data is not None
    return codec, decode(codec, data), refers


def same(one: Any, other: Any) -> bool:
    """Tell whether two values cannot be told apart, by type, value and order."""
    if type(one) is not type(other):
        return False
    if isinstance(one, float):
        return struct.pack("d", one) == struct.pack("d", other)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return same(list(one.items()), list(other.items()))
    if isinstance(one, np.ndarray):
        return same_array(one, other)
    if isinstance(one, pd.DataFrame):
        return same_frame(one, other)
    return bool(one == other)


def same_array(one: Any, other: Any) -> bool:
    return bool(
        one.dtype == other.dtype
        and one.dtype.byteorder == other.dtype.byteorder
        and one.shape == other.shape
        and one.tobytes() == other.tobytes()
        and one.flags.writeable == other.flags.writeable
        and (other.flags.f_contiguous or not one.flags.f_contiguous)
        and (other.flags.c_contiguous or not one.flags.c_contiguous)
    )


def same_frame(one: Any, other: Any) -> bool:
    compare: Any = pd.testing.assert_frame_equal  # the stubs know not all of its words
    compare(
        one, other, check_exact=True, check_index_type="exact", check_column_type="exact",
        check_freq=True, check_flags=True,
    )  # fmt: skip
    assert type(one.index) is type(other.index)
    assert type(one.columns) is type(other.columns)
    assert one.index.dtype == other.index.dtype
    assert one.columns.dtype == other.columns.dtype
    assert list(one.dtypes) == list(other.dtypes)
    assert one.index.names == other.index.names
    assert one.columns.names == other.columns.names
    assert same(one.attrs, other.attrs)
    if isinstance(one.index, pd.RangeIndex):
        assert (one.index.start, one.index.step) == (other.index.start, other.index.step)
    for at in range(one.shape[1]):
        left, right = one.iloc[:, at], other.iloc[:, at]
        assert [type(value) for value in left[:5]] == [type(value) for value in right[:5]]
        if isinstance(left.dtype, np.dtype) and left.dtype != object:
            assert left.to_numpy().tobytes() == right.to_numpy().tobytes()
    if one.shape[0] and one.shape[1] and not isinstance(one.dtypes.iloc[0], pd.SparseDtype):
        changed, kept = other.copy(deep=False), one.copy()
        other.iloc[0, 0] = other.iloc[-1, 0]  # writable as before
        del changed
        assert kept.equals(one)
    return True


atoms = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.binary(max_size=20)
)  # fmt: skip
keys = st.none() | st.booleans() | st.integers() | st.text(max_size=6) | st.just("~set")
values = st.recursive(
    atoms
    | st.frozensets(st.text(max_size=5), max_size=4)
    | st.sets(st.text(max_size=5), max_size=4)
    | st.sets(st.integers(), max_size=4),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(keys, inner, max_size=4)
    ),
    max_leaves=20,
)


@many
@given(values)
@example({"~tuple": [1, 2]})
@example({"~dict": [[1, 2]], "b": 1})
@example([-0.0, 0.0, math.inf, -math.inf])
@example({1: "a", "1": "b", 0.5: "c"})
@example("\ud83d\ude00")
@example([True, 1, 1.0, 10**400])
@example({})
@example(())
def test_plain_values_come_back(value: Any) -> None:
    assert same(through(value)[1], value)


def test_nan_comes_back_bit_by_bit() -> None:
    odd = struct.unpack("d", struct.pack("Q", 0xFFF8_0000_0000_1234))[0]
    assert same(through([odd])[1], [odd])


def test_one_list_in_two_places_stays_one() -> None:
    shared = [1]
    _, back, _ = through({"a": shared, "b": shared})
    assert back["a"] is back["b"]
    cycle: list[Any] = []
    cycle.append(cycle)
    _, back, _ = through(cycle)
    assert back[0] is back


SPECIAL: list[Any] = [
    Text("a"), Row(1, [2]), Point(1.5, {"a"}), Colour.RED, 1 + 2j, range(3), slice(1, 2),
    bytearray(b"ab"), decimal.Decimal("1.10"), dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    pathlib.PurePosixPath("a/b"), collections.OrderedDict(b=1, a=2), collections.Counter("aab"),
    collections.deque([1, 2], maxlen=3), np.float64(1.5), np.int8(3), np.datetime64("2026-01-01"),
    [np.float64(1.5)], {"a": np.bool_(1)}, frozenset({1, 2}), {(1, 2): {"a"}}, pd.Timestamp("2026"),
    pd.NA, pd.NaT, b"x" * 300_000, "y" * 300_000, list(range(50_000)), Ellipsis, int, price,
    {"f": functools.partial(price, 2)}, "a" * 99 + "\ud800", [[]] * 2,
]  # fmt: skip


@pytest.mark.parametrize("value", SPECIAL, ids=lambda value: type(value).__name__)
def test_other_values_come_back(value: Any) -> None:
    _, back, _ = through(value)
    assert type(back) is type(value)
    assert pickle.dumps(back) == pickle.dumps(value) or same(back, value)


@pytest.mark.parametrize("size", [3, BIG])
def test_subclasses_keep_their_type(size: int) -> None:
    for kind in (Frame, DataFrame):
        codec, back, _ = through(kind({"a": range(size)}))
        assert (codec, type(back)) == ("pickle", kind)
    array = np.arange(size).view(Array)
    codec, back, _ = through(array)
    assert (codec, type(back)) == ("pickle", Array)
    record = np.rec.array([(1, 2.0)] * size, dtype=[("a", int), ("b", float)])
    assert type(through(record)[1]) is np.recarray
    masked = np.ma.masked_array(np.arange(size), np.arange(size) > 1)
    assert type(through(masked)[1]) is np.ma.MaskedArray


DTYPES = [
    "bool", "i1", "u8", ">i4", "f2", "f4", ">f8", "f8", "c8", "c16", "S3", "U4", ">U4", "O",
    "M8[ns]", "M8[D]", "M8", "m8[us]", np.longdouble, np.clongdouble, [("a", "i4"), ("b", "f8")],
    "V3", ">M8[s]",
]  # fmt: skip


def arranged(kind: Any, size: int, order: str) -> Any:
    base = np.arange(size * 2) % 200
    dtype = np.dtype(kind)
    if dtype.names or dtype.kind == "V":
        array = np.zeros(size * 2, dtype)
        if dtype.names:
            array["a"] = base
    elif dtype.kind in "Mm":
        array = base.astype("i8").view("i8").astype(dtype.newbyteorder("=")).astype(dtype)
        array[: size // 2] = "NaT"
    else:
        array = base.astype(dtype)
    match order:
        case "C":
            return array.reshape(2, size).copy()
        case "F":
            return np.asfortranarray(array.reshape(2, size))
        case "strided":
            return array[::2]
        case "reversed":
            return array.reshape(2, size)[::-1, ::-1]
        case "read-only":
            array.flags.writeable = False
            return array
        case "zero":
            return array[:1].reshape(())
        case _:
            return array[:0].reshape(0, 3)


ORDERS = ["C", "F", "strided", "reversed", "read-only", "zero", "empty"]


@pytest.mark.parametrize("kind", DTYPES, ids=str)
def test_arrays_come_back(kind: Any) -> None:
    for order in ORDERS:
        for size in (4, BIG):
            array = arranged(kind, size, order)
            codec, back, _ = through(array)
            assert type(back) is np.ndarray
            assert back.dtype == array.dtype
            if array.dtype == object or array.dtype.names:
                assert back.tolist() == array.tolist()
            elif array.dtype.char in "gG":
                assert np.array_equal(back, array)
            else:
                assert same_array(array, back), (order, size)
            if codec == "npy" and back.size and back.flags.writeable:
                back.flat[0] = back.flat[-1]


def test_plain_arrays_are_no_pickles() -> None:
    assert through(np.zeros((3, 3)))[0] == "npy"
    assert through(np.array([object()]))[0] == "pickle"


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
           "category", "object"]  # fmt: skip


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


def test_a_small_part_of_a_large_value_does_not_hold_all_of_it() -> None:
    value = {"large": np.zeros(1_000_000), "small": np.ones(10_000)}
    _, back, _ = through(value)
    base = back["small"]
    while getattr(base, "base", None) is not None:
        base = base.base
    assert memoryview(base).nbytes < 100_000


def test_a_series_and_an_index_come_back() -> None:
    for size in (3, BIG):
        series = pd.Series(np.arange(size), index=np.arange(size) * 2, name="s")
        pd.testing.assert_series_equal(through(series)[1], series)
        back = through({"a": series})[1]["a"]
        back.iloc[0] = 5
        assert series.iloc[0] == 0


NO_PICKLES: list[Any] = [
    lambda: 1, (n for n in range(3)), threading.Lock(), Rising(), [Rising()]
]  # fmt: skip


@pytest.mark.parametrize("value", NO_PICKLES, ids=["lambda", "generator", "lock", "raises", "in"])
def test_what_does_not_pickle_is_not_storable(value: Any) -> None:
    with pytest.raises(NotStorable, match="does not pickle"):
        through(value)


def test_too_deep_a_value_is_not_storable() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(NotStorable, match="does not pickle"):
        through(deep)


def test_the_code_that_a_value_counts_on_is_told() -> None:
    assert through([Point(1.0, set()), Row(1, []), functools.partial(price, 1)])[2] == (
        Point, Row, price,
    )  # fmt: skip
    assert through({"a": Colour.RED, "b": Text("a")})[2] == (Colour, Text)
    assert through([price, int, len, dt.date(2026, 1, 1)])[2] == (price,)
    assert through(Point(1.0, set()).__repr__)[2] == (Point,)
    assert through({"a": (1, 2)})[2] == ()


def test_an_unknown_codec_is_refused() -> None:
    for codec in ("", "PICKLE", "noria.store.pickles"):
        with pytest.raises(Undecodable, match="nothing here reads the codec"):
            decode(codec, b"1")


@pytest.mark.parametrize("codec", ["json", "npy", "arrow", "pickle"])
@pytest.mark.parametrize("data", [b"", b"{", b"\x80\x05", b"x" * 500], ids=len)
def test_bytes_of_another_codec_are_no_value(codec: str, data: bytes) -> None:
    with pytest.raises(Undecodable):
        decode(codec, data)


def test_a_value_whose_class_is_gone_is_undecodable() -> None:
    sink = Sink(None, small=1000)
    codec, _ = encode(Point(1.0, set()), sink)
    data = sink.close().data
    assert data is not None
    with pytest.raises(Undecodable, match="a stored pickle cannot be read"):
        decode(codec, data.replace(b"Point", b"Paint"))


SETS = """
from noria.store.codecs import encode
from noria.store.sink import Sink
names = [f"name {n}" for n in range(50)]
sink = Sink(None, small=1 << 20)
encode([set(names), frozenset(names), {"a": {"b": set(names[:9])}}], sink)
print(sink.close().digest)
"""


def test_sets_of_text_have_the_same_bytes_in_every_process() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", SETS],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(digests) == 1
