"""How a node travels to another process: by the name of its function, decorated or not."""

import sys
from collections.abc import Callable
from typing import Any, NamedTuple


class DecoratedFunction(NamedTuple):
    """The function of the node that stands under this name: pickle would find the node instead."""

    module: str
    name: str


def pack_function(func: Callable[..., Any]) -> Callable[..., Any] | DecoratedFunction:
    """Return what can be pickled in place of the function: most often itself.

    >>> pack_function(len) is len
    True
    """
    module, name = getattr(func, "__module__", None), getattr(func, "__qualname__", None)
    if module is not None and name is not None:
        standing_there = getattr(sys.modules.get(module), name, None)
        if standing_there is not func and getattr(standing_there, "func", None) is func:
            return DecoratedFunction(module, name)
    return func


def unpack_function(packed: Callable[..., Any] | DecoratedFunction) -> Callable[..., Any]:
    """Return the function again, its module imported where needed.

    >>> unpack_function(len) is len
    True
    """
    if not isinstance(packed, DecoratedFunction):
        return packed
    from importlib import import_module

    func: Callable[..., Any] = getattr(import_module(packed.module), packed.name).func
    return func
