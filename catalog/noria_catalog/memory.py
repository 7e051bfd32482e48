"""Data that lives in memory, and how values are copied between nodes."""

import copy
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from noria_catalog.errors import DatasetDefinitionError, MissingDataError, SaveError
from noria_catalog.libraries import imported
from noria_catalog.refusals import refuse_none
from noria_catalog.suggest import nearest

_MODES = ("deepcopy", "copy", "assign")
_NOTHING = object()
_NEVER_CHANGED = frozenset({bool, bytes, complex, float, int, str, type(None)})


def copy_value(value: Any, mode: str | None = None) -> Any:
    """Return a copy that can be changed without changing ``value``.

    ``mode`` is ``deepcopy``, ``copy`` (the value's own ``copy()`` or ``clone()``) or ``assign``
    (the value itself); ``None`` chooses: tables and numpy arrays are copied by their own means,
    tables that have none, which cannot be changed or only stand for data, are handed on, and all
    else is copied deeply.  A copy of a polars table, and from pandas 3 on of a pandas table, shares
    memory until it is written.

    >>> first = [[1]]
    >>> second = copy_value(first)
    >>> second[0].append(2)
    >>> first
    [[1]]
    """
    if type(value) in _NEVER_CHANGED:
        return value
    chosen = mode if mode is not None else copy_mode_of(value)
    if chosen == "assign":
        return value
    if chosen == "copy":
        if _copies_on_write(value):
            return value.copy(deep=False)
        if _is_array(value):
            return _copied_array(value)
        return in_one_piece((_copier(type(value)) or copy.copy)(value))
    if _is_of_pandas(value) and _has_changeable_cells(value):
        from noria_catalog.cells import copy_cells

        return copy_cells(value, value.copy(deep=not _copies_on_write(value)))
    # A table that is copied deeply is asked to do so itself, and leaves its cells; an array leaves
    # its order, and whether it can be written.
    copied = {}
    for each in _held_in(value) if imported("numpy") is not None else ():
        if type(each) in _NEVER_CHANGED:
            continue
        if _is_of_pandas(each):
            copied[id(each)] = copy_value(each, "deepcopy")
        elif _is_array(each) and not each.dtype.hasobject:
            copied[id(each)] = _copied_array(each)
    return copy.deepcopy(value, copied)


def in_one_piece(value: Any) -> Any:
    """Return an array or a table of polars as all readers are to find it: in one piece of memory.

    So copies and the store give it, and sums over several pieces differ in the last digits.
    """
    if _is_array(value):
        return value if value.flags.forc else _copied_array(value)
    polars = imported("polars")
    if polars is None or type(value) not in (polars.DataFrame, polars.Series):
        return value
    pieces = value.n_chunks("all") if type(value) is polars.DataFrame else [value.n_chunks()]
    return value.rechunk() if max(pieces, default=1) > 1 else value


def copy_mode_of(value: Any) -> str:
    """Return the copy mode that suits a value.

    >>> copy_mode_of({"a": 1})
    'deepcopy'
    """
    numpy = imported("numpy")
    if _is_of_pandas(value) or (numpy is not None and isinstance(value, numpy.ndarray)):
        return "deepcopy" if _has_changeable_cells(value) else "copy"
    ibis = imported("ibis")
    kind = type(value)
    if kind.__name__ in {"DataFrame", "LazyFrame"}:
        return "copy" if _copier(kind) else "assign"
    if ibis is not None and isinstance(value, ibis.Table):
        return "assign"
    return "deepcopy"


def copies_share(value: Any, mode: str | None) -> bool:
    """Tell whether who changes one copy of a value by ``mode`` changes what others get.

    >>> copies_share([1], "assign"), copies_share([1], None), copies_share(1, "assign")
    (True, False, False)
    """
    if mode is None or type(value) in _NEVER_CHANGED:
        return False
    suits = copy_mode_of(value)
    return (mode == "assign" and suits != "assign") or (mode == "copy" and suits == "deepcopy")


def _copier(kind: type) -> Callable[[Any], Any] | None:
    """Return what copies the values of a class by their own means, ``None`` where nothing does."""
    return getattr(kind, "copy", None) or getattr(kind, "clone", None)


def _is_array(value: Any) -> bool:
    numpy = imported("numpy")
    return numpy is not None and type(value) is numpy.ndarray


def _copied_array(value: Any) -> Any:
    """Return a copy in the same order, and as little to be written to, as from the store."""
    copied = value.copy(order="A")
    copied.flags.writeable = value.flags.writeable
    return copied


class MemoryDataset:
    """Data kept in memory: what is loaded is a copy, by ``copy_mode`` (see :func:`copy_value`).

    >>> dataset = MemoryDataset([1])
    >>> dataset.load().append(2)
    >>> dataset.load()
    [1]
    """

    def __init__(self, data: Any = _NOTHING, copy_mode: str | None = None) -> None:
        if copy_mode is not None and copy_mode not in _MODES:
            raise DatasetDefinitionError(
                f"no copy mode {copy_mode!r}",
                nearest=nearest(str(copy_mode), _MODES),
                hint=f"there are {', '.join(_MODES)}",
            )
        self.copy_mode = copy_mode
        self._data = data if data is _NOTHING else self._copied(data)

    def load(self) -> Any:
        """Return a copy of the data; raises MissingDataError before the first save."""
        data = self._data
        if data is _NOTHING:
            raise _nothing_saved()
        return data if type(data) in _NEVER_CHANGED else self._copied(data)

    def explain_missing(self) -> MissingDataError | None:
        """Return the error that a load would raise, ``None`` when there is something to load."""
        return _nothing_saved() if self._data is _NOTHING else None

    def save(self, data: Any) -> None:
        """Keep a copy of the data; raises SaveError for ``None``."""
        refuse_none(data)
        self._data = self._copied(data)

    def exists(self) -> bool:
        """Tell whether something was saved."""
        return self._data is not _NOTHING

    def release(self) -> None:
        """Let go of the data."""
        self._data = _NOTHING

    def describe(self) -> Mapping[str, Any]:
        """Return the type of what is kept, never the data."""
        if self._data is _NOTHING:
            return {}
        return {"data": f"<{type(self._data).__name__}>"}

    def _copied(self, data: Any) -> Any:
        try:
            return copy_value(data, self.copy_mode)
        except TypeError as error:
            raise SaveError(
                f"a {type(data).__qualname__} cannot be copied ({error})",
                hint="declare the dataset with type: MemoryDataset and copy_mode: assign",
            ) from error

    def __repr__(self) -> str:
        given = ", ".join(f"{key}={value}" for key, value in self.describe().items())
        return f"MemoryDataset({given})"


def _nothing_saved() -> MissingDataError:
    return MissingDataError(
        "nothing was saved in memory yet",
        hint="run the node that makes it, or declare the dataset in the catalog",
    )


def _is_of_pandas(value: Any) -> bool:
    pandas = imported("pandas")
    return pandas is not None and isinstance(value, pandas.DataFrame | pandas.Series)


def _held_in(value: Any) -> Iterable[Any]:
    return value.values() if type(value) is dict else value if type(value) in (list, tuple) else ()


def _has_changeable_cells(value: Any) -> bool:
    from noria_catalog.cells import has_changeable_cells  # few projects have tables in memory

    return has_changeable_cells(value)


def _copies_on_write(value: Any) -> bool:
    return _is_of_pandas(value) and tables_copy_on_write()


def tables_copy_on_write() -> bool:
    """Tell whether copies of pandas' tables share their data until one is changed: from 3.0 on."""
    pandas: Any = imported("pandas")
    return pandas is not None and int(pandas.__version__.split(".")[0]) >= 3
