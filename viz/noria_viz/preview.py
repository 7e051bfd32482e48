"""A first look at a dataset: bounded in rows, columns and bytes, and never a pickle.

What it returns is JSON; ``kind`` says what, ``none`` with a ``reason`` where there is nothing to
show.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from noria_viz.errors import ViewError
from noria_viz.pictures import look_at_picture
from noria_viz.tables import CSV_SUFFIXES, look_at_array, look_at_csv, look_at_parquet
from noria_viz.texts import look_at_figure, look_at_json, look_at_markdown, look_at_text

Preview = dict[str, Any]
Look = Callable[[Path, dict[str, Any]], Preview]

_PICKLES = (".pkl", ".pickle", ".joblib", ".dill", ".cloudpickle", ".pt", ".pth")
_PICKLE_WORDS = ("pickle", "joblib", "skops", "torch")
_BY_SUFFIX: dict[str, Look] = {
    **dict.fromkeys(CSV_SUFFIXES, look_at_csv),
    ".parquet": look_at_parquet,
    ".pq": look_at_parquet,
    ".npy": look_at_array,
    ".json": look_at_json,
    ".geojson": look_at_json,
    ".jsonl": look_at_text,
    ".yml": look_at_text,
    ".yaml": look_at_text,
    ".toml": look_at_text,
    ".txt": look_at_text,
    ".log": look_at_text,
    ".sql": look_at_text,
    ".html": look_at_text,
    ".xml": look_at_text,
    ".md": look_at_markdown,
    ".markdown": look_at_markdown,
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg"), look_at_picture),
}
_BY_WORD: tuple[tuple[str, Look], ...] = (
    ("plotly.", look_at_figure),
    ("csvdataset", look_at_csv),
    ("parquetdataset", look_at_parquet),
    ("jsondataset", look_at_json),
    ("yamldataset", look_at_text),
)
_MOST_PARTITIONS = 100


def preview(place: dict[str, Any]) -> Preview:
    """Return a first look at what lies at ``place["path"]``.

    >>> preview({"path": "model.pkl", "type": "pickle.PickleDataset"})["kind"]
    'none'
    """
    if not place.get("path"):
        return nothing(place.get("reason") or "it does not lie on this machine's disk")
    path = Path(place["path"])
    word = place.get("type", "").lower()
    if _is_pickle(path, word):
        return nothing("opening a pickle runs what is in it, so it is never opened for a preview")
    if not path.exists():
        return nothing("nothing is there yet")
    if path.is_dir():
        return _look_at_folder(path, place, word)
    if not path.is_file():
        return nothing("it is no plain file")
    if path.stat().st_size == 0:
        return nothing("the file is empty")
    look = _look_for(path, word)
    if look is None:
        return nothing(f"there is no preview of {place.get('type') or 'this kind of file'}")
    return _guarded(look, path, place)


def nothing(reason: str) -> Preview:
    """Return the preview that says why there is none."""
    return {"kind": "none", "reason": reason}


def facts(place: dict[str, Any]) -> dict[str, Any]:
    """Return the number of rows and the columns, ``None`` where they are not cheap to know."""
    found = preview(place)
    columns = found.get("types")
    rows = found.get("total")
    return {"rows": rows, "columns": columns if isinstance(columns, list) else None}


def _is_pickle(path: Path, word: str) -> bool:
    name = path.name.lower()
    return name.endswith(_PICKLES) or any(part in word for part in _PICKLE_WORDS)


def _look_for(path: Path, word: str) -> Look | None:
    name = path.name.lower()
    for part, look in _BY_WORD:
        if part in word and not (part == "plotly." and not name.endswith(".json")):
            return look
    for packed in (".gz", ".bz2", ".xz", ".zst", ".zip"):
        name = name.removesuffix(packed)
    return _BY_SUFFIX.get(Path(name).suffix)


def _guarded(look: Look, path: Path, place: dict[str, Any]) -> Preview:
    try:
        return look(path, place)
    except ViewError as error:
        return nothing(error.message)
    except MemoryError:
        return nothing("it is too large for a preview")
    # The file may be anything and half written; its reader may raise anything.
    except Exception as error:  # noqa: BLE001
        text = " ".join(str(error).split())[:300]
        return nothing(f"it cannot be read, or is being written: {type(error).__name__}: {text}")


def _look_at_folder(path: Path, place: dict[str, Any], word: str) -> Preview:
    """List the files of a folder; a folder of Parquet files is one table."""
    files: list[tuple[str, int]] = []
    for root, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if name[0] not in "._")
        for name in sorted(name for name in names if name[0] not in "._"):
            whole = Path(root, name)
            files.append((whole.relative_to(path).as_posix(), whole.lstat().st_size))
        if len(files) > _MOST_PARTITIONS:
            break
    if not files:
        return nothing("the folder is empty")
    if "parquetdataset" in word and "partition" not in word:
        return _guarded(look_at_parquet, path / files[0][0], place)
    cut = len(files) > _MOST_PARTITIONS
    return {
        "kind": "table",
        "columns": ["file", "bytes"],
        "rows": [[name[-300:], size] for name, size in files[:_MOST_PARTITIONS]],
        "truncated": cut,
        "total": None if cut else len(files),
    }
