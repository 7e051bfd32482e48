"""What a node's function says about its arguments and its result."""

import sys
import typing
from collections import abc
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from types import FunctionType, MethodType, SimpleNamespace
from typing import Any, NamedTuple

from noria_catalog.attribute import attribute_of

from noria.graph.declared import Declared, list_names
from noria.graph.signature import argument_names, behind_decorators
from noria.graph.types import bare

_GENERATOR = 0x20
_PLAIN = {type}
YIELDING = {abc.Iterator, abc.Iterable, abc.Generator}
RETURN = "return"


class Hints(NamedTuple):
    """The annotations of a function by argument; ``RETURN`` is its result's."""

    by_name: Mapping[str, Any]
    yields: bool


_NONE = Hints({}, yields=False)


def hints_of(func: Callable[..., Any]) -> Hints:
    """Return the annotations of a function, those that cannot be resolved left out.

    >>> def half(number: int) -> "float": return number / 2
    >>> hints_of(half).by_name
    {'number': <class 'int'>, 'return': <class 'float'>}
    """
    if func.__class__ is FunctionType and not func.__dict__ and _are_classes(func.__annotations__):
        # As most are: nothing is to be resolved, and no decorator has left its mark.
        written = func.__annotations__
        return _of_classes(tuple(written.items()), _yields(func)) if written else _NONE
    function, result = _annotated(func)
    if function is None or not getattr(function, "__annotations__", None):
        return _NONE if result is None else Hints({RETURN: result}, yields=False)
    found = dict(_resolved(function))
    if result is not None:
        found[RETURN] = result
    elif attribute_of(func, "__wrapped__") is not None:
        # A decorator copies the annotations and may return something else.
        found.pop(RETURN, None)
    yields = _yields(function)
    if _are_classes(found):
        return _of_classes(tuple(found.items()), yields)
    return Hints(found, yields)


def _yields(function: Any) -> bool:
    code = getattr(function, "__code__", None)
    return code is not None and bool(code.co_flags & _GENERATOR)


@lru_cache(maxsize=1000)
def _of_classes(found: tuple[tuple[str, Any], ...], yields: bool) -> Hints:
    """Return one value for all functions that are annotated alike."""
    return Hints(dict(found), yields)


def input_hints(func: Callable[..., Any], inputs: Declared, hints: Hints) -> list[tuple[str, Any]]:
    """Return the names of inputs with what the function takes them as; those without are left out.

    >>> def scale(rows: list, factor: float): ...
    >>> input_hints(scale, ("a", "b"), hints_of(scale))
    [('a', <class 'list'>), ('b', <class 'float'>)]
    """
    known = hints.by_name
    if not known or inputs is None:
        return []
    names = list_names(inputs)
    given = inputs if isinstance(inputs, dict) else None
    if attribute_of(func, "__wrapped__") is not None:
        func = behind_decorators(func, len(names), given)
    arguments = argument_names(func, len(names), given)
    return [
        (name, known[argument])
        for argument, name in zip(arguments, names, strict=True)
        if argument in known
    ]


def output_hints(outputs: Declared, hints: Hints) -> dict[str, Any]:
    """Return the names of outputs with what the function gives for them.

    >>> def split(rows: list) -> tuple[list, int]: ...
    >>> output_hints(("left", "count"), hints_of(split))
    {'left': <class 'list'>, 'count': <class 'int'>}
    """
    if RETURN not in hints.by_name:
        return {}
    result = bare(hints.by_name[RETURN])
    if typing.get_origin(result) in YIELDING:
        if not hints.yields:  # it may hand on a generator, and what it yields is what is saved
            return {}
        result = bare(typing.get_args(result)[0])
    elif hints.yields:
        return {}
    if isinstance(outputs, str):
        return {outputs: result}
    if isinstance(outputs, tuple):
        return _of_items(outputs, result)
    return _of_values(outputs or {}, result)


def _of_items(outputs: tuple[str, ...], result: Any) -> dict[str, Any]:
    arguments = typing.get_args(result)
    if typing.get_origin(result) is tuple and ... not in arguments:
        return dict(zip(outputs, arguments, strict=True)) if len(arguments) == len(outputs) else {}
    if typing.get_origin(result) in {list, tuple} and arguments:
        return dict.fromkeys(outputs, arguments[0])
    return {}


def _of_values(outputs: Mapping[str, str], result: Any) -> dict[str, Any]:
    if typing.is_typeddict(result):
        keys = hints_in(result)
        return {name: keys[key] for key, name in outputs.items() if key in keys}
    arguments = typing.get_args(result)
    if typing.get_origin(result) is dict and len(arguments) == 2:
        return dict.fromkeys(outputs.values(), arguments[1])
    return {}


def hints_in(kind: type[Any], *, extras: bool = False) -> dict[str, Any]:
    """Return the annotations of a class; one that cannot be resolved allows everything.

    ``extras``: with what ``Annotated`` adds.

    >>> class Model:
    ...     depth: "int"
    ...     frame: "there_is_none"
    >>> hints_in(Model)
    {'depth': <class 'int'>, 'frame': typing.Any}
    """
    try:
        return typing.get_type_hints(kind, include_extras=extras)
    except Exception:  # noqa: BLE001  # an annotation is any expression
        found: dict[str, Any] = {}
        for base in reversed(kind.__mro__):
            written = vars(base).get("__annotations__", {})
            module = vars(sys.modules.get(base.__module__, sys))
            found.update(dict.fromkeys(written, Any))
            # Names of the module come before those of the class, as typing has it.
            found.update(_one_by_one(written, dict(vars(base)), module, extras=extras))
        return found


def _annotated(func: Any) -> tuple[Any, Any]:
    """Return what carries the annotations, and the result's where that is known without."""
    while isinstance(func, partial):
        func = func.func
    if isinstance(func, FunctionType):
        return func, None
    if isinstance(func, MethodType):
        return func.__func__, None
    if isinstance(func, type):
        made = vars(func).get("__init__")
        return (made if isinstance(made, FunctionType) else None), func
    calling = type(func).__call__
    return (calling if isinstance(calling, FunctionType) else None), None


def _are_classes(hints: Mapping[str, Any]) -> bool:
    """Tell whether all annotations are plain classes."""
    return set(map(type, hints.values())) <= _PLAIN


def _is_left_out(function: Any) -> bool:
    """Tell whether the annotations are said to be none of types, by ``typing.no_type_check``."""
    return bool(getattr(function, "__no_type_check__", False))


def _resolved(function: Any) -> dict[str, Any]:
    written: dict[str, Any] = function.__annotations__
    if _are_classes(written) and not _is_left_out(function):
        return written  # nothing is to be resolved, which takes time
    try:
        return typing.get_type_hints(function, include_extras=True)
    except Exception:  # noqa: BLE001  # an annotation is any expression
        return _one_by_one(written, getattr(function, "__globals__", {}), None, extras=True)


def _one_by_one(
    written: Mapping[str, Any],
    space: dict[str, Any],
    within: dict[str, Any] | None,
    *,
    extras: bool,
) -> dict[str, Any]:
    """Return the annotations that can be resolved; one that does not evaluate says nothing."""
    found: dict[str, Any] = {}
    for name, hint in written.items():
        one: Any = SimpleNamespace(__annotations__={name: hint})
        try:
            found.update(typing.get_type_hints(one, space, within, include_extras=extras))
        except Exception:  # noqa: BLE001, S112  # and this one alone says nothing
            continue
    return found
