"""The beginning of data whose dataset cannot show it by itself."""

from itertools import islice
from typing import Any

from noria_catalog.attribute import attribute_of
from noria_catalog.dataset import Dataset, Sized
from noria_catalog.errors import LoadError

LARGEST = 16 * 2**20
"""Bytes of the largest file that is loaded whole for a preview."""

_PICKLES = ("pickle", "joblib", "skops", "torch")


def first_part(dataset: Dataset, rows: int) -> Any:
    """Return the first rows, lines or items of what a dataset loads; other values whole.

    Raises LoadError for a pickle, which would run what is in it, and for what is too large to be
    loaded for a look.

    >>> from noria_catalog.memory import MemoryDataset
    >>> first_part(MemoryDataset("a b c".replace(" ", chr(10))), 2).split()
    ['a', 'b']
    """
    kind = type(dataset)
    if any(word in f"{kind.__module__}.{kind.__qualname__}".lower() for word in _PICKLES):
        raise LoadError("opening a pickle runs what is in it, so it is never opened for a preview")
    size = dataset.size() if isinstance(dataset, Sized) else None
    if size is not None and size > LARGEST:
        raise LoadError(f"{size:,} bytes are too many to be loaded for a preview")
    return beginning(dataset.load(), rows)


def beginning(data: Any, rows: int) -> Any:
    """Return the first rows, lines or items of data; a value that has none of these as it is.

    >>> beginning([1, 2, 3], 2), beginning({"a": 1, "b": 2}, 1), beginning(7, 1)
    ([1, 2], {'a': 1}, 7)
    """
    if isinstance(data, str):
        return "".join(islice(data.splitlines(keepends=True), rows))
    if isinstance(data, dict):
        return dict(islice(data.items(), rows))
    if callable(attribute_of(data, "head")):
        return data.head(rows)
    try:
        return data[:rows]
    except (TypeError, KeyError, IndexError):
        return data
