"""The head of a table as JSON: few rows, few columns, short cells."""

import math
from collections.abc import Iterable
from io import BufferedIOBase
from pathlib import Path
from typing import IO, Any

from noria_viz.errors import ViewError
from noria_viz.geometry import clean_text

CSV_SUFFIXES = (".csv", ".tsv")
MOST_ROWS = 50
MOST_COLUMNS = 100
LONGEST_CELL = 300
LONGEST_NAME = 120
_HEAD_BYTES = 4_000_000
_LARGEST_FOOTER = 16_000_000
# What of a dataset's load_args changes how the text is read; the rest could run or fetch something.
_READING = (
    "sep", "delimiter", "encoding", "header", "names", "index_col", "skiprows", "quotechar",
    "quoting", "doublequote", "escapechar", "comment", "decimal", "thousands", "na_values",
)  # fmt: skip


def look_at_csv(path: Path, place: dict[str, Any]) -> dict[str, Any]:
    """Return the head of a CSV file, compressed or not; only its first bytes are read."""
    import io

    import pandas as pd

    given = place.get("load_args") or {}
    arguments = {key: given[key] for key in _READING if key in given}
    if ".tsv" in path.suffixes[-2:]:
        arguments.setdefault("sep", "\t")
    with _opened(path, given.get("compression", "infer")) as file:
        head = file.read(_HEAD_BYTES)
        whole = not file.read(1)
    if not head.strip():
        raise ViewError("the file has no rows")
    end = len(head) if whole else head.rfind(b"\n") + 1
    if end == 0:
        raise ViewError("one row of it is longer than a preview may read")
    text = io.BytesIO(head[:end])
    table = pd.read_csv(text, nrows=MOST_ROWS + 1, **arguments)
    if isinstance(table.index, pd.RangeIndex):
        cut = table.iloc[:, :MOST_COLUMNS]
    else:
        cut = table.iloc[:, :MOST_COLUMNS].reset_index()
    more = len(cut) > MOST_ROWS
    total = None if more or not whole else len(cut)
    names = [str(name) for name in cut.columns]
    kinds = [str(kind) for kind in cut.dtypes]
    rows = cut.head(MOST_ROWS).astype(object).to_numpy().tolist()
    wide = table.shape[1] > MOST_COLUMNS
    return _table(names, kinds, rows, truncated=more or wide or not whole, total=total)


def look_at_parquet(path: Path, _place: dict[str, Any]) -> dict[str, Any]:
    """Return the head of a Parquet file: its footer and the first batch of its first columns."""
    import pyarrow.parquet as pq

    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 8))
        tail = file.read()
    if len(tail) < 8 or tail[4:] not in (b"PAR1", b"PARE"):
        raise ViewError("it is no whole Parquet file: it is being written, or was cut off")
    if int.from_bytes(tail[:4], "little") > _LARGEST_FOOTER:
        raise ViewError("it has more columns than a preview may read")
    with pq.ParquetFile(path) as table:
        schema, total = table.schema_arrow, table.metadata.num_rows
        names = schema.names[:MOST_COLUMNS]
        kinds = [str(field.type)[:LONGEST_NAME] for field in list(schema)[:MOST_COLUMNS]]
        batch = next(table.iter_batches(batch_size=MOST_ROWS, columns=names), None)
        columns = [] if batch is None else [column.to_pylist() for column in batch.columns]
    rows = [list(row) for row in zip(*columns, strict=True)] if columns else []
    truncated = total > len(rows) or len(schema.names) > MOST_COLUMNS
    return _table(names, kinds, rows, truncated=truncated, total=total)


def look_at_array(path: Path, _place: dict[str, Any]) -> dict[str, Any]:
    """Return the corner of a numpy array; one of objects is a pickle and stays closed."""
    import numpy as np

    array = np.load(path, mmap_mode="r", allow_pickle=False)
    if array.dtype.hasobject or array.ndim == 0 or array.ndim > 2:
        raise ViewError(f"an array of {array.dtype} in the shape {array.shape} has no table")
    corner = array[:MOST_ROWS, :MOST_COLUMNS] if array.ndim > 1 else array[:MOST_ROWS, None]
    names = [str(number) for number in range(corner.shape[1])]
    return _table(
        names,
        [str(array.dtype)] * len(names),
        corner.tolist(),
        truncated=corner.size < array.size,
        total=int(array.shape[0]),
    )


def _table(
    names: list[str],
    kinds: list[str],
    rows: Iterable[Iterable[Any]],
    *,
    truncated: bool,
    total: int | None,
) -> dict[str, Any]:
    shown = [clean_text(name, LONGEST_NAME) for name in names]
    return {
        "kind": "table",
        "columns": shown,
        "types": [{"name": name, "type": kind} for name, kind in zip(shown, kinds, strict=True)],
        "rows": [[_cell(value) for value in row] for row in rows],
        "truncated": truncated,
        "total": total,
    }


def _cell(value: Any) -> Any:
    """Return a value that JSON has; what is missing is ``None``."""
    if value is None or isinstance(value, bool | int):
        exact = value is None or abs(value) < 2**53
        return value if exact else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None if math.isnan(value) else str(value)
    if isinstance(value, bytes):
        return f"{len(value):,} bytes"
    if type(value).__name__ in {"NaTType", "NAType"}:
        return None
    text = str(value) if isinstance(value, str) else str(value)[: LONGEST_CELL * 4]
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"


def _opened(path: Path, compression: Any) -> BufferedIOBase | IO[bytes]:
    """Open a file, its compression undone while it is read: a bomb is cut like all else."""
    method = compression.get("method", "infer") if isinstance(compression, dict) else compression
    suffix = path.suffix.lower()
    kinds = {".gz": "gzip", ".bz2": "bz2", ".xz": "xz", ".zip": "zip", ".zst": "zstd"}
    method = kinds.get(suffix) if method == "infer" else method
    if method is None:
        return path.open("rb")
    if method == "gzip":
        import gzip

        return gzip.open(path, "rb")
    if method == "bz2":
        import bz2

        return bz2.open(path, "rb")
    if method == "xz":
        import lzma

        return lzma.open(path, "rb")
    if method == "zip":
        import zipfile

        archive = zipfile.ZipFile(path)
        return archive.open(archive.namelist()[0])
    raise ViewError(f"there is no preview of files compressed by {str(method)[:40]}")
