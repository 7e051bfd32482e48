"""What the functions of libraries take, behind the ``load_args`` and ``save_args`` of a class."""

import inspect
from importlib import import_module
from typing import Any


def library_arguments(kind: type[Any], key: str) -> tuple[list[str], bool]:
    """Return what a class's ``load_args`` or ``save_args`` may hold, and whether that is all.

    It is what the library's own function takes beside its first argument, which is what the dataset
    reads or writes, and what the class itself does with ``own_save_args``; nothing, where the class
    names no function or its library is not installed.

    >>> from noria_catalog.formats.text import TextDataset
    >>> names, sure = library_arguments(TextDataset, "load_args")
    >>> names[:3], sure
    (['mode', 'buffering', 'encoding'], True)
    """
    target = getattr(kind, key.replace("args", "function"), None)
    if not target:
        return [], False
    module, _, path = target.partition(":")
    try:
        function: Any = import_module(module)
    except ImportError:
        return [], False
    for part in path.split("."):
        function = getattr(function, part)
    parameters = list(inspect.signature(function).parameters.values())
    given = 2 if parameters[0].name == "self" else 1
    open_ended = any(each.kind is each.VAR_KEYWORD for each in parameters)
    named = [each.name for each in parameters[given:] if each.kind is not each.VAR_KEYWORD]
    named.extend(getattr(kind, f"own_{key}", ()))
    return named, not open_ended
