"""What a node returns under several names, so that nobody who changes one changes the others."""

import gc
import types
from collections.abc import Iterable, MutableMapping
from contextlib import suppress
from enum import Enum
from typing import Any

from noria_catalog.cells import has_changeable_cells, is_never_changed, object_cells
from noria_catalog.libraries import imported
from noria_catalog.memory import copy_value, tables_copy_on_write

# What values may hold and share, and is no data of theirs.
_NO_DATA = (
    *(type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType),
    *(types.CodeType, types.FrameType, Enum),
)
_OF_PROCESS = frozenset({"logging", "threading", "_thread"})


def set_apart(outputs: MutableMapping[str, Any], names: Iterable[str]) -> None:
    """Put a copy in place of each output that shares with one before it what can be changed.

    What cannot be copied stays.

    >>> rows = [1]
    >>> outputs = {"first": rows, "second": rows}
    >>> set_apart(outputs, ["first", "second"])
    >>> outputs, outputs["second"] is rows
    ({'first': [1], 'second': [1]}, False)
    """
    several = [name for name in names if not is_never_changed(type(outputs[name]))]
    if len(several) <= 1:
        return
    before = _Parts()
    for name in several:
        parts = _Parts()
        parts.add(outputs[name])
        if before.share(parts):
            # To copy calls code of others, which may raise anything for what cannot be copied.
            with suppress(Exception):
                outputs[name] = copy_value(outputs[name])
        else:
            before.include(parts)


class _Parts:
    """What values are made of that can be changed, told by identity."""

    def __init__(self) -> None:
        self.objects: dict[int, Any] = {}
        self.arrays: dict[int, list[Any]] = {}  # by what owns the memory that they show

    def add(self, value: Any) -> None:
        """Add a value with all that it holds."""
        numpy, pandas = imported("numpy"), imported("pandas")
        array = () if numpy is None else numpy.ndarray
        alone = (pandas.DataFrame, pandas.Series) if tables_copy_on_write() else ()
        holders: dict[int, bool] = {}
        seen: dict[int, Any] = {}
        waiting = [value]
        while waiting:
            one = waiting.pop()
            kind = type(one)  # isinstance() believes what an object says of itself
            if id(kind) not in holders:
                holders[id(kind)] = _is_data(kind, numpy, pandas)
            if not holders[id(kind)] or id(one) in seen or (kind is dict and "__builtins__" in one):
                continue
            seen[id(one)] = one
            if issubclass(kind, array):
                self.arrays.setdefault(id(_owner(one, array)), []).append(one)
                waiting += _in_cells(one)
                continue
            if kind is not tuple and kind is not frozenset:
                self.objects[id(one)] = one
            waiting += _in_cells(one) if issubclass(kind, alone) else gc.get_referents(one)

    def include(self, other: "_Parts") -> None:
        """Add what other values are made of."""
        self.objects |= other.objects
        for owner, arrays in other.arrays.items():
            self.arrays.setdefault(owner, []).extend(arrays)

    def share(self, other: "_Parts") -> bool:
        """Tell whether something is part of both."""
        if not self.objects.keys().isdisjoint(other.objects):
            return True
        numpy = imported("numpy")
        return any(
            numpy.may_share_memory(one, another)
            for owner in self.arrays.keys() & other.arrays.keys()
            for one in self.arrays[owner]
            for another in other.arrays[owner]
        )


def _is_data(kind: type, numpy: Any, pandas: Any) -> bool:
    """Tell whether objects of a class can be changed, or hold what can, and are somebody's data."""
    if issubclass(kind, _NO_DATA) or str(kind.__module__) in _OF_PROCESS or is_never_changed(kind):
        return False
    if pandas is not None and issubclass(kind, pandas.Index):
        return False  # which many tables have in common
    return numpy is None or not issubclass(kind, numpy.dtype)


def _in_cells(value: Any) -> Iterable[Any]:
    if not has_changeable_cells(value):
        return []
    return [cell for cells in object_cells(value) for cell in cells.flat]


def _owner(array: Any, kind: Any) -> Any:
    while isinstance(array.base, kind):
        array = array.base
    return array if array.base is None else array.base
