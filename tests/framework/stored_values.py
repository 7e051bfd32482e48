"""Values through the store's codecs and back, and whether they are the same then."""

import struct
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, settings
from noria.store.codecs import decode, encode
from noria.store.sink import Sink

many = settings(
    max_examples=200, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
BIG = 20_000


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
