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
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from noria.errors import NotStorable, Undecodable
from noria.store.codecs import decode, encode
from noria.store.sink import Sink

from tests.framework.stored_values import many, same, through


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


class Rising:
    def __reduce__(self) -> str:
        raise ZeroDivisionError("on purpose")


def price(amount: float) -> float:
    return amount * 2


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
