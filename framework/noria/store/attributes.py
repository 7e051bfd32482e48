"""The attributes of a value, and which of them its pickle carries."""

import pickle
from collections.abc import Mapping
from typing import Any

from noria.errors import NotStorable

PROTOCOL = 5
WAYS = ("__reduce_ex__", "__reduce__", "__getstate__")
"""The methods that say how a value is pickled, in the order in which they are asked."""
_OF_PYTHON = ("__dict__", "__weakref__")


class _Slotted:
    __slots__ = ("slot",)


_Slot = type(vars(_Slotted)["slot"])


def is_default(kind: type, *ways: str) -> bool:
    """Tell whether a class leaves methods as Python has them.

    >>> is_default(object, *WAYS), is_default(set, *WAYS)
    (True, False)
    """
    return all(getattr(kind, way, None) is getattr(object, way, None) for way in ways)


def maker_of(kind: type) -> type:
    """Return the class nearest in the line of one that says what is pickled.

    >>> class Bag(set): pass
    >>> maker_of(Bag)
    <class 'set'>
    """
    return next(each for each in kind.__mro__ if each is object or _says(each))


def _says(kind: type) -> bool:
    return any(way in vars(kind) for way in WAYS)


def slots_below(kind: type, maker: type) -> tuple[str, ...]:
    """Return the names of the slots that classes below ``maker`` add: it knows its own.

    >>> slots_below(_Slotted, object)
    ('slot',)
    """
    found: list[str] = []
    for each in kind.__mro__:
        if each is maker:
            break
        held = vars(each)
        if "__slots__" in held:
            found += [
                name
                for name, member in held.items()
                if type(member) is _Slot and name not in _OF_PYTHON
            ]
    return tuple(found)


def names_of(value: Any, slots: tuple[str, ...]) -> set[str]:
    """Return the names of the attributes that a value itself holds, of ``slots`` the filled ones.

    >>> sorted(names_of(_Slotted(), ("slot",)))
    []
    """
    held = getattr(value, "__dict__", None)
    names = {slot for slot in slots if has(value, slot)}
    return names.union(held) if type(held) is dict else names


def names_carried(reduced: tuple[Any, ...]) -> set[str]:
    """Return the names in the arguments and the state of what ``__reduce_ex__`` returns.

    >>> sorted(names_carried((object, ({"b": 2},), (None, {"a": 1}))))
    ['a', 'b']
    """
    state = reduced[2] if len(reduced) > 2 else None
    parts = (*reduced[1], *(state if isinstance(state, tuple) else (state,)))
    return {name for part in parts if isinstance(part, Mapping) for name in part}


def comes_by_itself(kind: type, name: str) -> bool:
    """Tell whether a class computes an attribute when it is asked for: a cached property, say."""
    members = [vars(each)[name] for each in kind.__mro__ if name in vars(each)]
    return any(hasattr(each, "__get__") and type(each) is not _Slot for each in members)


def has(value: Any, name: str) -> bool:
    """Tell whether a value holds an attribute, without computing one."""
    try:
        object.__getattribute__(value, name)
    except AttributeError:
        return False
    return True


def is_same(one: Any, other: Any) -> bool:
    """Tell whether two values are surely alike: of one type, with one pickle."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    return pickle.dumps(one, PROTOCOL) == pickle.dumps(other, PROTOCOL)


def left_out(value: Any, names: set[str]) -> NotStorable:
    """Return the error that tells what a pickle of ``value`` would leave out.

    >>> print(left_out(set(), {"unit"}))
    a builtins.set does not pickle whole: 'unit' would not come back
    """
    kind = f"{type(value).__module__}.{type(value).__qualname__}"
    listed = ", ".join(map(repr, sorted(names)))
    return NotStorable(f"a {kind} does not pickle whole: {listed} would not come back")
