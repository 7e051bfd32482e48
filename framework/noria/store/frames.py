"""Arrow's stream format, for pandas frames that come back from it as they were.

The columns are made Arrow's one by one, not by its own conversion, which makes missing values of
NaN and guesses types again: a number's column is its memory, a moment's is its number.
"""

from typing import Any

from noria.store.columns import from_arrow, is_writable, kind_of, label_type, to_arrow
from noria.store.plain import NotPlainError, decode_plain, encode_plain
from noria.store.sink import Sink

_MAGIC = b"NORIA FRAME 1\n\0\0"
_ALIGNED = 64
_PIECES = 100


def describe_frame(value: Any) -> dict[str, Any] | None:
    """Return what Arrow does not hold of a frame; ``None`` when it would not come back exactly."""
    import pandas as pd

    # First of all: what is only called a frame need not have what is asked of one.
    if type(value) is not pd.DataFrame:
        return None
    columns, index = value.columns, value.index
    if not (
        type(columns) is pd.Index
        and all(type(name) is str for name in columns)
        and type(index) in (pd.RangeIndex, pd.Index)
        and value.flags.allows_duplicate_labels
        # Attributes that somebody has set come back from neither.
        and all(name.startswith("_") for name in vars(value))
    ):
        return None
    labels = "object" if columns.dtype == object else kind_of(columns)
    kinds = [kind_of(column) for _, column in value.items()]
    about = {
        "names": list(columns),
        "labels": labels,
        "labels_name": columns.name,
        "kinds": kinds,
        "range": _steps(index),
        "index": kind_of(index),
        "index_name": index.name,
        "attrs": value.attrs,
    }
    exact = (
        labels in ("text", "object")
        and None not in (*kinds, about["index"])
        and all(is_writable(column) for _, column in value.items())
    )
    try:
        return about if exact and encode_plain(about) else None
    except NotPlainError:
        return None


def _steps(index: Any) -> list[int] | None:
    import pandas as pd

    return [index.start, index.stop, index.step] if type(index) is pd.RangeIndex else None


def encode_frame(value: Any, about: dict[str, Any], sink: Sink) -> None:
    """Write a frame of which ``about`` is the description."""
    import pyarrow as pa

    columns = zip(value.items(), about["kinds"], strict=True)
    arrays = [to_arrow(column, kind) for (_, column), kind in columns]
    if about["range"] is None:
        arrays.append(to_arrow(value.index, about["index"]))
    # Names stand in the description: a name may occur twice.
    schema = pa.schema([pa.field(str(at), array.type) for at, array in enumerate(arrays)])
    batch = pa.RecordBatch.from_arrays(arrays, schema=schema)
    described = encode_plain(about)
    described += b" " * (-len(described) % _ALIGNED)  # numbers lie where processors like them
    sink.write(_MAGIC)
    sink.write(len(described).to_bytes(_ALIGNED - len(_MAGIC), "little"))
    sink.write(described)
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
    columns = [from_arrow(batch.column(at), kind, memory) for at, kind in enumerate(about["kinds"])]
    if about["range"] is not None:
        start, stop, step = about["range"]
        index: pd.Index[Any] = pd.RangeIndex(start, stop, step, name=about["index_name"])
    else:
        made = from_arrow(batch.column(len(columns)), about["index"], memory)
        index = pd.Index(made, dtype=made.dtype, name=about["index_name"])
    # Many columns are copied together: pandas is slow with many pieces of memory.
    frame = pd.DataFrame(dict(enumerate(columns)), index=index, copy=len(columns) > _PIECES)
    labels = label_type(about["labels"])
    frame.columns = pd.Index(about["names"], dtype=labels, name=about["labels_name"])
    frame.attrs = about["attrs"]
    return frame
