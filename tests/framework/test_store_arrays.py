"""Arrays come out of the store as they went in: type, order, writability."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hn

from tests.framework.stored_values import BIG, many, same_array, through


class Array(np.ndarray):
    pass


@pytest.mark.parametrize("size", [3, BIG])
def test_a_subclass_of_an_array_keeps_its_type(size: int) -> None:
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


@st.composite
def any_arrays(draw: st.DrawFn) -> Any:
    """Arrays of every type, in pieces, turned, read-only."""
    shape = hn.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)
    array = draw(hn.arrays(draw(hn.scalar_dtypes() | hn.array_dtypes(max_size=3)), shape))
    if draw(st.booleans()):
        array = array.T
    if array.ndim and draw(st.booleans()):
        array = array[:: draw(st.sampled_from([2, -1]))]
    if draw(st.booleans()):
        array = array.view()
        array.flags.writeable = False
    return array


@many
@given(st.lists(any_arrays(), max_size=3))
def test_arrays_inside_of_others_come_back(arrays: list[Any]) -> None:
    back = through({"a": arrays})[1]["a"]
    for array, found in zip(arrays, back, strict=True):
        assert type(found) is np.ndarray
        assert found.dtype == array.dtype
        assert found.flags.writeable == array.flags.writeable
        assert repr(found.tolist()) == repr(array.tolist())
    for array in arrays:
        alone = through(array)[1]
        assert (alone.dtype, alone.flags.writeable) == (array.dtype, array.flags.writeable)
        assert repr(alone.tolist()) == repr(array.tolist())


def test_plain_arrays_are_no_pickles() -> None:
    assert through(np.zeros((3, 3)))[0] == "npy"
    assert through(np.array([object()]))[0] == "pickle"


def test_a_small_part_of_a_large_value_does_not_hold_all_of_it() -> None:
    value = {"large": np.zeros(1_000_000), "small": np.ones(10_000)}
    _, back, _ = through(value)
    base = back["small"]
    while getattr(base, "base", None) is not None:
        base = base.base
    assert memoryview(base).nbytes < 100_000
