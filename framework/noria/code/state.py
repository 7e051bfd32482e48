"""What an object holds beside what pickle would make of it, and where its name finds it."""

import copyreg
import sys
from collections.abc import Callable
from contextlib import suppress
from types import CellType, FunctionType, MemberDescriptorType
from typing import Any

_PICKLING = ("__reduce_ex__", "__reduce__", "__getstate__")
_ON_HEAP, _IMMUTABLE = 1 << 9, 1 << 8  # flags of types
_NOT_HELD = frozenset({"__doc__", "__dict__", "__weakref__"})


def left_out(value: Any, is_ours: Callable[[str], bool]) -> dict[str, Any]:
    """Return the attributes of an object that pickle may not carry, by the class that says how.

    Compiled code does not know what classes add to its own; and what a class of the project leaves
    out of its pickled form may yet be read.
    """
    kind = type(value)
    if kind in copyreg.dispatch_table:
        return {}
    teller = next(base for base in kind.__mro__ if not vars(base).keys().isdisjoint(_PICKLING))
    if teller is object:
        return {}
    if is_ours(module_name(kind)):
        return held(value, object if is_ours(module_name(teller)) else teller)
    methods = [vars(teller)[name] for name in _PICKLING if name in vars(teller)]
    is_compiled = not any(type(each) is FunctionType for each in methods)
    return held(value, teller) if is_compiled and kind is not teller else {}


def held(value: Any, below: type = object) -> dict[str, Any]:
    """Return the attributes of an object: all in its ``__dict__``, slots of classes below one.

    >>> class Money(str):
    ...     pass
    >>> money = Money("1")
    >>> money.currency = "EUR"
    >>> held(money, str)
    {'currency': 'EUR'}
    """
    found: dict[str, Any] = {}
    for base in type(value).__mro__:
        if base is below:
            break
        for name, member in vars(base).items():
            if type(member) is MemberDescriptorType:
                with suppress(AttributeError):
                    found[name] = member.__get__(value)
    with suppress(AttributeError):
        found.update(object.__getattribute__(value, "__dict__"))
    return {name: each for name, each in found.items() if name not in _NOT_HELD}


def attribute_of(value: Any, name: str, default: Any = None) -> Any:
    """Return an attribute of any value, or the default where it has none, whatever it says to that.

    >>> class Dotted(dict):
    ...     __getattr__ = dict.__getitem__
    >>> attribute_of(Dotted(rows=3), "rows"), attribute_of(Dotted(rows=3), "shape")
    (3, None)
    """
    try:
        return getattr(value, name, default)
    except Exception:  # noqa: BLE001  # a mapping whose keys are attributes raises KeyError, say
        return default


def given_to(function: FunctionType) -> dict[str, Any]:
    """Return what a function was given when it was made, and since."""
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=False))
    state = {name: each for name, each in function.__dict__.items() if name != "__doc__"}
    return {
        "cells": {name: content_of(cell) for name, cell in cells.items()},
        "defaults": (function.__defaults__, function.__kwdefaults__),
        "state": state,
        "annotations": _annotations(function),
        "types": getattr(function, "__type_params__", ()),
        "name": (function.__name__, function.__qualname__, function.__module__),
    }


def _annotations(function: FunctionType) -> Any:
    try:
        return function.__annotations__
    except Exception:  # noqa: BLE001  # they are made when they are asked for, of names for checkers
        return getattr(function, "__annotate__", None)


def content_of(cell: CellType) -> Any:
    """Return what a cell of a closure holds, if anything."""
    try:
        return cell.cell_contents
    except ValueError:
        return "(empty)"


def is_made(kind: type) -> bool:
    """Tell whether a class was made by a class statement or a call, not compiled."""
    return bool(kind.__flags__ & _ON_HEAP) and not kind.__flags__ & _IMMUTABLE


def module_name(code: Any) -> str:
    """Return the name of the module that a function or class says to come from."""
    name = attribute_of(code, "__module__")
    return name if isinstance(name, str) else ""


def name_of(kind: type) -> str:
    """Return the whole name of a class."""
    return f"{module_name(kind)}.{kind.__qualname__}"


def is_named(value: Any) -> bool:
    """Tell whether a thing's module has it under its name: the sources say what it is.

    >>> is_named(is_named), is_named(lambda: 1)
    (True, False)
    """
    name = attribute_of(value, "__qualname__")
    if not isinstance(name, str):
        return False
    found = _find(module_name(value), name)
    inner = (attribute_of(found, each) for each in ("__func__", "fget"))
    return found is value or any(each is value for each in inner)


def module_of(value: Any, name: str) -> str | None:
    """Return the module in which a name finds an object, if there is one."""
    module = module_name(value)
    if module:
        return module if _find(module, name) is value else None
    top = module_name(type(value)).partition(".")[0]
    found = [each for each in list(sys.modules) if _find(each, name) is value]
    found.sort(key=lambda each: (each.partition(".")[0] != top, each.count("."), each))
    return found[0] if found else None


def _find(module: str, name: str) -> Any:
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        found = attribute_of(found, "__dict__", {}).get(part)
    return found
