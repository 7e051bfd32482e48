"""What a node's function is called and where it is written."""

import os
import sys
from collections.abc import Callable
from functools import partial
from types import CodeType
from typing import Any

from noria_catalog.attribute import attribute_of

Source = tuple[str, int]

# A chain of ``__wrapped__`` can be circular; nobody stacks this many decorators.
_DEEPEST_WRAPPING = 100


def function_name(func: Callable[..., Any]) -> str:
    """Return what to call the function: through partials, and the class of a callable object.

    >>> function_name(partial(sorted, reverse=True))
    'sorted'
    """
    while isinstance(func, partial):
        func = func.func
    name = attribute_of(func, "__name__")
    return name if isinstance(name, str) else type(func).__name__


def find_source(func: Callable[..., Any]) -> Source | None:
    """Return the file and the first line of the definition, its decorators included.

    Partials, methods and decorators made with :func:`functools.wraps` are looked through; of a
    callable object it is its ``__call__``, of a class its first method.  ``None`` for what is not
    written in Python.

    >>> find_source(find_source)[0].endswith("source.py"), find_source(len)
    (True, None)
    """
    inner = _innermost(func)
    if isinstance(inner, type):
        return _class_source(inner)
    code = attribute_of(inner, "__code__")
    if code is None:
        calling = _innermost(type(inner).__call__)
        code = attribute_of(calling, "__code__")
    return (code.co_filename, code.co_firstlineno) if isinstance(code, CodeType) else None


def show_source(func: Callable[..., Any]) -> str:
    """Return the place as the user would type it: relative to the working directory where below it.

    >>> show_source(len)
    'builtins.len'
    """
    source = find_source(func)
    if source is None:
        return f"{attribute_of(func, '__module__') or 'builtins'}.{function_name(func)}"
    return show_place(*source)


def show_place(file: str, line: int) -> str:
    """Return ``file:line``, relative to the working directory where it lies below it."""
    return f"{show_file(file)}:{line}"


def show_file(file: str) -> str:
    """Return a file as the user would type it: relative to the working directory where below it."""
    try:
        here = os.getcwd() + os.sep  # noqa: PTH109  pathlib costs an import, this is all it would do
    except FileNotFoundError:
        here = ""
    return file.removeprefix(here) if here else file


def calling_place() -> str | None:
    """Return ``file:line`` of the innermost frame outside this package, ``None`` without one."""
    frame = sys._getframe(1)  # noqa: SLF001  the documented way to it without importing inspect
    package = __name__.rpartition(".")[0]
    while frame.f_back is not None and (
        frame.f_globals.get("__name__", "").rpartition(".")[0] == package
    ):
        frame = frame.f_back
    file = frame.f_code.co_filename
    return None if file.startswith("<") else show_place(file, frame.f_lineno)


def same_function(one: Callable[..., Any], other: Callable[..., Any]) -> bool:
    """Tell whether both were made by the same lines, as a pipeline made twice makes its lambdas.

    >>> same_function(partial(sorted), partial(sorted)), same_function(len, sorted)
    (True, False)
    """
    if one is other:
        return True
    while isinstance(one, partial) and isinstance(other, partial):
        one, other = one.func, other.func
    if one == other:
        return True
    code = attribute_of(one, "__code__")
    if code is None:
        return (
            type(one) is type(other) and not isinstance(one, type) and find_source(one) is not None
        )
    return bool(code == attribute_of(other, "__code__"))


def _innermost(func: Any) -> Any:
    for _ in range(_DEEPEST_WRAPPING):
        if isinstance(func, partial):
            func = func.func
        else:
            below = attribute_of(func, "__wrapped__", func)
            below = attribute_of(func, "__func__", func) if below is func else below
            if below is func:
                break
            func = below
    return func


def _class_source(cls: type) -> Source | None:
    file = getattr(sys.modules.get(cls.__module__), "__file__", None)
    if file is None:
        return None
    line = vars(cls).get("__firstlineno__")
    if line is None:
        codes = [attribute_of(_innermost(value), "__code__") for value in vars(cls).values()]
        lines = [code.co_firstlineno for code in codes if code and code.co_filename == file]
        line = min(lines, default=1)
    return file, line
