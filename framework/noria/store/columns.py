"""A pandas column as an Arrow array and back: what kinds there are, and how each comes back."""

import datetime as dt
from collections.abc import Callable
from typing import Any

_NUMBERS = "biuf"
_MOMENTS = "mM"
_WIDEST = 8  # bytes of a number

Kind = str | dict[str, Any]
"""What a column's type is called, in words that JSON has."""


def kind_of(column: Any) -> Kind | None:
    """Return the kind of a column or index, ``None`` for one that does not come back exactly."""
    import numpy as np
    import pandas as pd

    kind = column.dtype
    if isinstance(kind, np.dtype):
        fits = kind.kind in _NUMBERS or (kind.kind in _MOMENTS and np.datetime_data(kind)[1] == 1)
        return kind.str if fits and kind.isnative and kind.itemsize <= _WIDEST else None
    # Asked by type first: comparing any other one with it may mean anything.
    if type(kind) is pd.StringDtype:
        return "text" if kind == text_kind() else None
    if type(kind) is pd.CategoricalDtype:
        return _category(column.dtype)
    if type(kind) is pd.DatetimeTZDtype:
        return _zoned(kind)
    # Another library's type may have one of these names.
    is_own = type(kind).__module__.partition(".")[0] == "pandas"
    return f"masked {kind}" if is_own and kind.name in _masked() else None


def is_writable(column: Any) -> bool:
    """Tell whether a column's memory can be written: a frame may be made of what cannot."""
    made = column.array
    memory = getattr(made, "_ndarray", None)  # else the numbers below a mask, if they are any
    flags = getattr(getattr(made, "_data", None) if memory is None else memory, "flags", None)
    return flags is None or bool(flags.writeable)


def text_kind() -> Any:
    """Return the type that pandas gives text by itself from its third version on."""
    import numpy as np
    import pandas as pd

    try:
        return pd.StringDtype("pyarrow", na_value=np.nan)
    except TypeError:  # pandas 2: there, text is objects
        return pd.StringDtype("pyarrow")


def to_arrow(column: Any, kind: Kind) -> Any:
    """Return a column as an Arrow array, of the same memory where it is contiguous."""
    import numpy as np
    import pyarrow as pa

    if kind == "text":
        text = pa.chunked_array(pa.array(column.array)).cast(pa.large_string())
        return text.chunk(0) if text.num_chunks == 1 else text.combine_chunks()
    if isinstance(kind, dict):
        if "zone" in kind:
            return pa.array(column.to_numpy(dtype=kind["moments"]).view("i8"))
        return pa.array(column.array.codes)
    if kind.startswith("masked "):
        missing = np.asarray(column.isna())  # a column's is one, an index's an array
        # What lies under a missing value is nobody's business: the same bytes each time.
        values = column.to_numpy(dtype=_masked()[kind.removeprefix("masked ")][0], na_value=0)
        return pa.array(values, mask=missing)
    memory = column.to_numpy()
    return pa.array(memory.view("i8") if memory.dtype.kind in _MOMENTS else memory)


def from_arrow(array: Any, kind: Kind, memory: tuple[bytearray, int]) -> Any:
    """Return what :func:`to_arrow` was given, without its index.

    Numbers stay where they are in ``memory``, at its address: Arrow does not write into what it
    has read, but nobody else has these bytes.
    """
    import pandas as pd
    import pyarrow as pa

    if kind == "text":
        # A copy: else a column of text keeps the bytes of all others.
        bits = [None if part is None else pa.py_buffer(bytes(part)) for part in array.buffers()]
        own = pa.Array.from_buffers(array.type, len(array), bits, array.null_count)
        return text_kind().__from_arrow__(pa.chunked_array([own]))
    if isinstance(kind, dict):
        if "zone" in kind:
            moments = pd.Series(_numbers(array, kind["moments"], memory))
            return moments.dt.tz_localize(dt.UTC).dt.tz_convert(_zone(kind["zone"])).array
        codes = _numbers(array, kind["codes"], memory)
        labels = pd.Index(kind["labels"], dtype=label_type(kind["of"]), name=kind["name"])
        return pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(labels, kind["ordered"]))
    if kind.startswith("masked "):
        numbers, make = _masked()[kind.removeprefix("masked ")]
        missing = array.is_null().to_numpy(zero_copy_only=False).copy()
        return make(_numbers(array, numbers, memory), missing)
    return _numbers(array, kind, memory)


def label_type(kind: str) -> Any:
    """Return the type of an index of labels by its kind."""
    return {"text": text_kind(), "object": object}.get(kind, kind)


def _numbers(array: Any, kind: str, memory: tuple[bytearray, int]) -> Any:
    import numpy as np
    import pyarrow as pa

    if pa.types.is_boolean(array.type):
        return array.fill_null(False).to_numpy(zero_copy_only=False).astype(kind)
    if not len(array):
        return np.empty(0, dtype=kind)
    data, address = memory
    offset = array.buffers()[1].address - address
    return np.frombuffer(data, dtype=kind, count=len(array), offset=offset)


def _masked() -> dict[str, tuple[str, Callable[[Any, Any], Any]]]:
    """Return pandas' types of numbers with a mask: their numbers' type, and what makes them."""
    import pandas as pd

    # Not the floating ones: they know two kinds of missing, and pandas' versions differ.
    whole = {
        f"{sign}nt{8 * size}": (f"<{sign.lower()}{size}", pd.arrays.IntegerArray)
        for sign in ("I", "UI")
        for size in (1, 2, 4, 8)
    }
    return {
        **{name: (code.replace("ui", "u"), make) for name, (code, make) in whole.items()},
        "boolean": ("|b1", pd.arrays.BooleanArray),
    }


def _category(kind: Any) -> Kind | None:
    import pandas as pd

    labels = kind.categories
    of = None if type(labels) is not pd.Index else kind_of(labels)
    if not isinstance(of, str) or of.startswith("masked "):
        return None
    return {
        "codes": pd.Categorical.from_codes([], dtype=kind).codes.dtype.str,
        "labels": labels.tolist(),
        "of": of,
        "name": labels.name,
        "ordered": kind.ordered,
    }


def _zoned(kind: Any) -> Kind | None:
    moments = f"M8[{kind.unit}]"
    if kind.tz is dt.UTC:
        return {"moments": moments, "zone": ""}
    name = getattr(kind.tz, "key", None) if _is_zone(kind.tz) else None
    # One that was read from a file may have another's name.
    if name and _zone(name) is kind.tz:
        return {"moments": moments, "zone": name}
    return None


def _zone(name: str) -> dt.tzinfo:
    from zoneinfo import ZoneInfo

    return ZoneInfo(name) if name else dt.UTC


def _is_zone(zone: Any) -> bool:
    from zoneinfo import ZoneInfo  # here: it is long to import, and few have one

    return type(zone) is ZoneInfo
