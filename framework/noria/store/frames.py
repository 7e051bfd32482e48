"""Arrow's stream format, for pandas frames that come back from it as they were.

The columns are made Arrow's one by one, not by its own conversion, which makes missing values of
NaN and guesses types again: a number's column is its memory, a moment's is its number.
"""

from typing import Any

from noria.store.plain import NotPlainError, decode_plain, encode_plain
from noria.store.sink import Sink

_NUMBERS = "biuf"
_MOMENTS = "mM"
_MAGIC = b"NORIA FRAME 1\n\0\0"
_WIDEST = 8  # bytes of a number
_ALIGNED = 64
_PIECES = 100


def is_exact(value: Any) -> bool:
    """Tell whether a frame comes back equal from the format, in types, index and attributes."""
    import pandas as pd

    return (
        type(value) is pd.DataFrame
        and type(value.columns) is pd.Index
        and _kind(value.columns) in ("text", "object")
        and all(type(name) is str for name in value.columns)
        and type(value.index) in (pd.RangeIndex, pd.Index)
        and _kind(value.index) is not None
        and _kind(value.index) != "object"
        and all(_kind(column) not in (None, "object") for _, column in value.items())
        and value.flags.allows_duplicate_labels
        and _about(value) is not None
    )


def encode_frame(value: Any, sink: Sink) -> None:
    """Write a frame for which :func:`is_exact` holds."""
    import pandas as pd
    import pyarrow as pa

    arrays = [_arrow(column) for _, column in value.items()]
    if type(value.index) is not pd.RangeIndex:
        arrays.append(_arrow(value.index))
    # Names stand in the description: a name may occur twice.
    schema = pa.schema([pa.field(str(at), array.type) for at, array in enumerate(arrays)])
    batch = pa.RecordBatch.from_arrays(arrays, schema=schema)
    sink.write(_MAGIC)
    about = _about(value)
    assert about is not None
    about += b" " * (-len(about) % _ALIGNED)  # so that numbers lie where processors like them
    sink.write(len(about).to_bytes(_ALIGNED - len(_MAGIC), "little"))
    sink.write(about)
    with pa.ipc.new_stream(sink, schema) as stream:
        stream.write_batch(batch)


def decode_frame(data: bytearray) -> Any:
    """Return the frame that bytes hold; they are its memory from then on."""
    import pandas as pd
    import pyarrow as pa

    if not data.startswith(_MAGIC):
        raise ValueError("no frame")
    length = int.from_bytes(data[len(_MAGIC) : _ALIGNED], "little")
    about = decode_plain(data[_ALIGNED : _ALIGNED + length])
    whole = pa.py_buffer(data)
    with pa.ipc.open_stream(whole.slice(_ALIGNED + length)) as stream:
        batch = stream.read_next_batch()
    memory = (data, whole.address)
    columns = [_pandas(batch.column(at), kind, memory) for at, kind in enumerate(about["kinds"])]
    if about["range"] is not None:
        start, stop, step = about["range"]
        index: pd.Index[Any] = pd.RangeIndex(start, stop, step, name=about["label"])
    else:
        made = _pandas(batch.column(len(columns)), about["index"], memory)
        index = pd.Index(made, dtype=made.dtype, name=about["label"])
    # Many columns are copied together: pandas is slow with many pieces of memory.
    frame = pd.DataFrame(dict(enumerate(columns)), index=index, copy=len(columns) > _PIECES)
    labels = object if about["columns"] == "object" else _text_kind()
    frame.columns = pd.Index(about["names"], dtype=labels, name=about["columns_label"])
    frame.attrs = about["attrs"]
    return frame


def _about(value: Any) -> bytes | None:
    """Return what Arrow does not hold of a frame, ``None`` when it cannot be written down."""
    import pandas as pd

    index = value.index
    ranged = type(index) is pd.RangeIndex
    about = {
        "names": list(value.columns),
        "columns": _kind(value.columns),
        "columns_label": value.columns.name,
        "kinds": [_kind(column) for _, column in value.items()],
        "range": [index.start, index.stop, index.step] if ranged else None,
        "index": None if ranged else _kind(index),
        "label": index.name,
        "attrs": value.attrs,
    }
    try:
        return encode_plain(about)
    except NotPlainError:
        return None


def _kind(column: Any) -> str | None:
    """Return the name of a column's or index's type, ``None`` for one that is not for Arrow."""
    import numpy as np

    kind = column.dtype
    if isinstance(kind, np.dtype):
        if kind.kind == "O":
            return "object"
        fits = kind.kind in _NUMBERS or (kind.kind in _MOMENTS and np.datetime_data(kind)[1] == 1)
        return kind.str if fits and kind.isnative and kind.itemsize <= _WIDEST else None
    # Asked by type first: comparing any other one with it may mean anything.
    return "text" if type(kind) is type(_text_kind()) and kind == _text_kind() else None


def _text_kind() -> Any:
    """Return the type that pandas gives text by itself from its third version on."""
    import numpy as np
    import pandas as pd

    try:
        return pd.StringDtype("pyarrow", na_value=np.nan)
    except TypeError:  # pandas 2: there, text is objects
        return pd.StringDtype("pyarrow")


def _arrow(column: Any) -> Any:
    """Return a column as an Arrow array, of the same memory where it is contiguous."""
    import pyarrow as pa

    if _kind(column) == "text":
        text = pa.chunked_array(pa.array(column.array)).cast(pa.large_string())
        return text.chunk(0) if text.num_chunks == 1 else text.combine_chunks()
    memory = column.to_numpy()
    return pa.array(memory.view("i8") if memory.dtype.kind in _MOMENTS else memory)


def _pandas(array: Any, kind: str, memory: tuple[bytearray, int]) -> Any:
    """Return what :func:`_arrow` was given, without its index.

    Numbers stay where they are in ``memory``, at its address: Arrow does not write into what it
    has read, but nobody else has these bytes.
    """
    import numpy as np
    import pyarrow as pa

    if kind == "text":
        # A copy: else a column of text keeps the bytes of all others.
        bits = [None if part is None else pa.py_buffer(bytes(part)) for part in array.buffers()]
        own = pa.Array.from_buffers(array.type, len(array), bits, array.null_count)
        return _text_kind().__from_arrow__(pa.chunked_array([own]))
    if pa.types.is_boolean(array.type) or not len(array):
        return array.to_numpy(zero_copy_only=False).astype(kind)
    data, address = memory
    offset = array.buffers()[1].address - address
    return np.frombuffer(data, dtype=kind, count=len(array), offset=offset)
