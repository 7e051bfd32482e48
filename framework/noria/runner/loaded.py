"""What a dataset says it loads."""

import sys
from functools import cache
from typing import Any, get_type_hints

from noria_catalog.dataset import Dataset
from noria_catalog.file_dataset import FileDataset


def loaded_type(dataset: Dataset) -> Any:
    """Return the type of what a dataset loads, ``Any`` where it does not say.

    It says so by the name of a class, ``loads``, or else by the annotation of what reads.

    >>> from noria_catalog.formats.text import TextDataset
    >>> loaded_type(TextDataset("a.txt"))
    <class 'str'>
    """
    named, annotated = _said(type(dataset))
    if named is None:
        return annotated
    arguments = getattr(dataset, "load_args", {})
    other = not getattr(dataset, "other_with", frozenset()).isdisjoint(arguments)
    return Any if other else _imported(named)


@cache
def _said(kind: type) -> tuple[str | None, Any]:
    """Return the name of the class that a dataset's class says it loads, or else the annotation."""
    word = "read" if issubclass(kind, FileDataset) else "load"
    says = _first(kind, "loads")
    # Whoever reads in a way of their own says anew what comes of it.
    if says is not None and issubclass(says, _first(kind, word) or object):
        return vars(says)["loads"], Any
    try:
        return None, get_type_hints(getattr(kind, word)).get("return", Any)
    # An annotation is any expression; one that does not evaluate says nothing.
    except Exception:  # noqa: BLE001
        return None, Any


def _first(kind: type, word: str) -> type | None:
    """Return the class that gives ``kind`` something of this name; a ``None`` gives nothing."""
    owners = (each for each in kind.__mro__ if vars(each).get(word) is not None)
    return next(owners, None)


def _imported(name: str) -> Any:
    """Return a class by its full name; of a library that nobody imported nobody takes anything."""
    module, _, word = name.rpartition(".")
    return getattr(sys.modules.get(module), word, Any)
