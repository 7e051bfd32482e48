"""What a node's function carries along that no definition says: to tell later what differs."""

import linecache
from collections.abc import Callable, Iterator
from functools import partial
from types import CodeType, FunctionType, MethodType
from typing import Any

from noria_catalog.attribute import attribute_of

from noria.project.past_parameters import past_parameters

_LONGEST = 2_000
_MOST = 100
_LAMBDA = "<lambda>"
_PLAIN = frozenset({bool, int, float, str, bytes, type(None)})


def held_by(func: Callable[..., Any]) -> dict[str, str]:
    """Return what a function holds, by name, as it would be written; no secrets, and nothing long.

    That is the arguments of a partial, the names that a function inside another one uses, the
    attributes of an object that is called, and the source of a lambda.

    >>> held_by(partial(sorted, reverse=True))
    {'reverse': 'True'}
    """
    values = {name: value for name, value in _values(func) if _is_told(value)}
    shown = past_parameters({"parameters": values})
    told = {name: repr(value) for name, value in shown.items()}
    return {name: text for name, text in told.items() if len(text) <= _LONGEST} | _source(func)


def _values(func: Any) -> Iterator[tuple[str, Any]]:
    kind = type(func)
    if issubclass(kind, partial):
        yield from ((f"argument {at}", value) for at, value in enumerate(func.args))
        yield from func.keywords.items()
        yield from _values(func.func)
    elif issubclass(kind, MethodType):
        yield from attribute_of(func.__self__, "__dict__", {}).items()
    elif issubclass(kind, FunctionType):
        for name, cell in zip(func.__code__.co_freevars, func.__closure__ or (), strict=True):
            try:
                yield name, cell.cell_contents
            except ValueError:  # it has no value yet
                continue
    else:
        yield from attribute_of(func, "__dict__", {}).items()


def _is_told(value: Any) -> bool:
    """Tell whether ``repr`` says what a value is, and says it the same in another process."""
    kind = type(value)  # isinstance() believes what an object says of itself
    if kind is list:
        return len(value) <= _MOST and all(map(_is_told, value))
    if kind is dict:
        return len(value) <= _MOST and all(_is_told(one) for item in value.items() for one in item)
    return kind in _PLAIN


def _source(func: Any) -> dict[str, str]:
    """Return the source of a lambda, the lines in which it stands."""
    while issubclass(type(func), partial):
        func = func.func
    code = attribute_of(func, "__code__")
    if type(code) is not CodeType or code.co_name != _LAMBDA:
        return {}
    lines = {line for begin, end, *_ in code.co_positions() for line in (begin, end) if line}
    if not lines:
        return {}
    linecache.checkcache(code.co_filename)  # in a notebook it may have been edited since
    numbers = range(min(lines), max(lines) + 1)
    text = "".join(linecache.getline(code.co_filename, number) for number in numbers).strip()
    return {"lambda": text} if text else {}
