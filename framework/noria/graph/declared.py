"""The names of inputs and outputs, as the user wrote them and as a node keeps them."""

from collections.abc import Callable, Iterable
from typing import Any

Names = str | list[str] | dict[str, str] | None
Tags = str | Iterable[str] | None

# As kept: a list is a tuple and an empty one is None, so that nobody can change a node.
Declared = str | tuple[str, ...] | dict[str, str] | None


def keep(names: Names) -> Declared:
    """Return a copy that nobody else holds, not yet checked.

    Raises ``TypeError`` for anything but a string, a list, a dict and ``None``.

    >>> keep(["a", "b"]), keep([])
    (('a', 'b'), None)
    """
    if isinstance(names, str):
        return names
    if names is None or (isinstance(names, list | dict) and not names):
        return None
    if isinstance(names, list):
        return tuple(names)
    if isinstance(names, dict):
        return dict(names)
    raise TypeError(type(names).__name__)


def as_written(declared: Declared) -> Names:
    """Return the names as the user wrote them.

    >>> as_written(("a", "b"))
    ['a', 'b']
    """
    return list(declared) if isinstance(declared, tuple) else declared


def list_names(declared: Declared) -> tuple[str, ...]:
    """Return the names alone, in the order in which they were written.

    >>> list_names({"argument": "name"})
    ('name',)
    """
    if declared is None:
        return ()
    if isinstance(declared, str):
        return (declared,)
    return declared if isinstance(declared, tuple) else tuple(declared.values())


def rename_each(declared: Declared, names: Callable[[str], str]) -> Declared:
    """Return the same form with other names.

    >>> rename_each({"argument": "name"}, str.upper)
    {'argument': 'NAME'}
    """
    if declared is None:
        return None
    if isinstance(declared, str):
        return names(declared)
    if isinstance(declared, tuple):
        return tuple([names(name) for name in declared])
    return {key: names(name) for key, name in declared.items()}


def as_key(declared: Declared) -> Any:
    """Return what can be hashed and is equal when the names mean the same.

    >>> as_key({"b": "y", "a": "x"}) == as_key({"a": "x", "b": "y"})
    True
    """
    return tuple(sorted(declared.items())) if isinstance(declared, dict) else declared


def list_tags(tags: Tags) -> list[str]:
    """Return the tags of one string, several or none as a list.

    >>> list_tags("daily"), list_tags(None)
    (['daily'], [])
    """
    if tags is None:
        return []
    return [tags] if isinstance(tags, str) else list(tags)
