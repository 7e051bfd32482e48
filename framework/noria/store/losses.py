"""What a pickle would leave out of a value: only what comes back whole may be stored.

A class that says by itself how it comes back, with ``__setstate__`` or a ``__reduce__`` of its own,
is believed in what it drops on the way: locks, caches, connections.
"""

import copyreg
import functools
import pickle
import sys
import sysconfig
from collections.abc import Callable
from typing import Any

from noria_catalog.libraries import imported

from noria.errors import NotStorable
from noria.store.array_losses import reduced_array
from noria.store.attributes import (
    PROTOCOL,
    WAYS,
    comes_by_itself,
    has,
    is_default,
    is_same,
    left_out,
    maker_of,
    names_carried,
    names_of,
    slots_below,
)
from noria.store.elsewhere import asks_elsewhere

_LARGEST = 1 << 20  # bytes of a pickle that is read again to see what comes back
_MISSING = object()
_OF_ERRORS = ("__traceback__", "__cause__", "__context__")

Look = Callable[[Any], Any]
"""Returns what ``__reduce_ex__`` would, ``NotImplemented`` for the value's own way.

Raises NotStorable for a value that would not come back whole.
"""


class Losses:
    """What is known, while one value is pickled, of the classes in it."""

    def __init__(self) -> None:
        self._forgotten: dict[tuple[type, frozenset[str]], set[str]] = {}
        self._come_back: set[type] = set()

    def look_of(self, kind: type) -> Look | None:
        """Return how to look at the values of a class, ``None`` for one that loses nothing."""
        asks = asks_elsewhere(kind)
        look = self._look_at_attributes(kind)
        return look if asks is None else _look_elsewhere(asks, look)

    def _look_at_attributes(self, kind: type) -> Look | None:
        """Return how to look at the attributes of a class's values, ``None`` if none is lost.

        Python's own way carries all of them, and where there is no room for any none is lost.
        """
        if kind in copyreg.dispatch_table:
            return None
        numpy = imported("numpy")
        if numpy is not None and issubclass(kind, numpy.ndarray):
            if maker_of(kind) is numpy.ndarray or issubclass(kind, numpy.ma.MaskedArray):
                return reduced_array
            return self._look_with(kind)
        if issubclass(kind, BaseException):
            return _look_at_errors(self._look_with(kind))
        if not (kind.__dictoffset__ or slots_below(kind, object)):
            return None
        if is_default(kind, *WAYS):
            return self._read_it_again if hasattr(kind, "__getattr__") else None
        return self._look_with(kind)

    def _read_it_again(self, value: Any) -> Any:
        """Refuse a value that is not yet there when its class is asked how it comes back.

        ``__getattr__`` is asked for ``__setstate__`` before there are the attributes that it uses.
        """
        kind = type(value)
        if kind not in self._come_back:
            try:
                found = _read_again(value)
            except Exception as error:  # whatever the value's own code raises
                name = f"{kind.__module__}.{kind.__qualname__}"
                raise NotStorable(f"a {name} does not come back of its pickle: {error}") from error
            if found is not _MISSING and not hasattr(kind, "__setstate__"):
                slots = slots_below(kind, object)
                lost = names_of(value, slots) - names_of(found, slots)
                if lost:  # something that was found by the name of ``__setstate__`` took them
                    raise left_out(value, lost)
            self._come_back.add(kind)
        return NotImplemented

    def _look_with(self, kind: type) -> Look:
        """Return what compares the attributes of a value with what its pickle carries."""
        maker = maker_of(kind)
        by_state = is_default(kind, "__reduce_ex__", "__reduce__")
        slots = slots_below(kind, object if by_state else maker)

        def look(value: Any) -> Any:
            if not (getattr(value, "__dict__", None) or slots):
                return NotImplemented  # as most of a library's small values are
            reduced = value.__reduce_ex__(PROTOCOL)
            if isinstance(reduced, tuple):
                missing = names_of(value, slots) - names_carried(reduced)
                lost = self._lost(value, missing, maker, by_state) if missing else None
                if lost:
                    raise left_out(value, lost)
            return reduced

        return look

    def _lost(self, value: Any, missing: set[str], maker: type, by_state: bool) -> set[str]:
        """Return those names that do not come back, of those that are not in the state."""
        kind = type(value)
        top = maker.__module__.partition(".")[0]
        if top == "pandas":
            # What users set on a table or index it forgets; all else it has by private names.
            is_table = maker.__name__ in ("NDFrame", "Index")
            return {name for name in missing if is_table and not name.startswith("_")}
        missing = {name for name in missing if not comes_by_itself(kind, name)}
        if not missing or hasattr(kind, "__getattr__"):
            return set()
        if top in sys.stdlib_module_names:
            found = _read_again(value)
            return {name for name in missing if not _is_alike(value, found, name)}
        if by_state and not hasattr(kind, "__setstate__"):
            return missing
        is_installed = _is_installed(kind)
        if kind is maker and (is_installed or not by_state):
            return set()  # it says itself how it is made again
        if is_installed:
            # What a library keeps by a private name is its own business.
            missing = {name for name in missing if not name.startswith("_")}
        return self._forgotten_by(value, frozenset(missing))

    def _forgotten_by(self, value: Any, missing: frozenset[str]) -> set[str]:
        """Return which names a class does not bring back, by what one value of it does."""
        key = (type(value), missing)
        if key not in self._forgotten:
            found = _read_again(value) if missing else _MISSING
            self._forgotten[key] = (
                set() if found is _MISSING else {name for name in missing if not has(found, name)}
            )
        return self._forgotten[key]


def _look_elsewhere(asks: Callable[[Any], bool], look: Look | None) -> Look:
    """Return a look that also refuses values whose data lies elsewhere."""

    def look_at_it(value: Any) -> Any:
        if asks(value):
            kind = f"{type(value).__module__}.{type(value).__qualname__}"
            raise NotStorable(f"a {kind} does not pickle whole: its data lies elsewhere")
        return NotImplemented if look is None else look(value)

    return look_at_it


def _look_at_errors(look: Look) -> Look:
    def look_at_error(value: BaseException) -> Any:
        lost = {name for name in _OF_ERRORS if getattr(value, name) is not None}
        if lost:
            raise left_out(value, lost)
        return look(value)

    return look_at_error


class _Limited:
    """A file in memory that takes no more than is worth reading again."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: Any) -> int:
        self.data += data
        if len(self.data) > _LARGEST:
            raise OverflowError
        return len(data)


def _read_again(value: Any) -> Any:
    """Return what comes back of a value; ``_MISSING`` when it is too large to try."""
    file = _Limited()
    try:
        pickle.Pickler(file, PROTOCOL).dump(value)
    except OverflowError:
        return _MISSING
    return pickle.loads(file.data)


def _is_alike(value: Any, found: Any, name: str) -> bool:
    return is_same(getattr(value, name, None), getattr(found, name, _MISSING))


@functools.cache
def _installed() -> tuple[str, ...]:
    return tuple({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})


def _is_installed(kind: type) -> bool:
    """Tell whether a class is a library's, not a project's."""
    file = getattr(sys.modules.get(kind.__module__), "__file__", None)
    return str(file).startswith(_installed())
