"""Tables and arrays whose cells are objects of Python, which a copy of the table would share."""

import copy
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from noria_catalog.libraries import imported

_PLAIN = frozenset({bool, bytes, complex, float, int, str, type(None)})
# Modules whose instances are never changed once they are made, and such classes of pandas.
_FIXED = frozenset({"datetime", "decimal", "fractions", "uuid", "zoneinfo"})
_OF_PANDAS = frozenset({"Timestamp", "Timedelta", "Period", "Interval", "NaTType", "NAType"})


def is_never_changed(kind: type) -> bool:
    """Tell whether nobody can change an object of a class.

    >>> is_never_changed(str), is_never_changed(list)
    (True, False)
    """
    if type(kind).__hash__ is not type.__hash__:
        return False  # it need not have any, and is nobody's we know
    top = str(kind.__module__).partition(".")[0]
    if kind in _PLAIN or top in _FIXED or (top == "pandas" and kind.__name__ in _OF_PANDAS):
        return True
    numpy = imported("numpy")
    return numpy is not None and issubclass(kind, numpy.generic) and kind is not numpy.void


def object_cells(value: Any) -> Iterator[Any]:
    """Yield the arrays of objects that an array, a pandas table or a column of one holds."""
    if hasattr(value, "dtypes") and value.ndim == 2:
        for at, kind in enumerate(value.dtypes):
            if _is_of_objects(kind):
                yield value.iloc[:, at].to_numpy()
    elif _is_of_objects(value.dtype):
        yield value.to_numpy() if hasattr(value, "to_numpy") else value
    elif getattr(value.dtype, "hasobject", False):  # an array with named fields
        yield value


def _is_of_objects(kind: Any) -> bool:
    return getattr(kind, "char", "") == "O"


def has_changeable_cells(value: Any) -> bool:
    """Tell whether cells of an array, a pandas table or a column can be changed in place."""
    return any(
        not _is_of_objects(cells.dtype) or not _are_fixed(cells) for cells in object_cells(value)
    )


def _are_fixed(cells: Any) -> bool:
    try:
        kinds = set(map(type, cells.flat))
    except TypeError:  # classes that cannot be hashed
        return False
    return all(map(is_never_changed, kinds))


def copy_cells(value: Any, copied: Any) -> Any:
    """Return ``copied``, a copy of a pandas table or column, with cells of its own.

    Objects that cannot be copied stay those of ``value``.
    """
    pandas: Any = imported("pandas")
    memo: dict[int, Any] = {}
    if value.ndim == 1:
        with suppress(Exception):  # as objects raise anything that cannot be copied
            cells = copy.deepcopy(value.to_numpy(), memo)
            return type(value)(cells, index=copied.index, dtype=object).__finalize__(copied)
        return copied
    for at, kind in enumerate(value.dtypes):
        column = value.iloc[:, at]
        if _is_of_objects(kind) and has_changeable_cells(column):
            with suppress(Exception):
                cells = copy.deepcopy(column.to_numpy(), memo)
                copied.isetitem(at, pandas.Series(cells, index=copied.index, dtype=object))
    return copied
