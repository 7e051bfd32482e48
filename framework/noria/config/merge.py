"""How a later layer of configuration goes over an earlier one."""

from collections.abc import Callable
from typing import Any

from noria_catalog.located import Located

Merge = Callable[[dict[Any, Located], dict[Any, Located]], None]


def merge_catalog(into: dict[Any, Located], layer: dict[Any, Located]) -> None:
    """Replace an entry whole when the later one names a ``type``, else merge into it."""
    for name, entry in layer.items():
        earlier = into.get(name)
        if earlier is None or not _both_mappings(earlier, entry) or "type" in entry.value:
            into[name] = entry
        else:
            into[name] = _merged(earlier, entry)


def merge_deep(into: dict[Any, Located], layer: dict[Any, Located]) -> None:
    """Merge mappings key by key; lists and scalars are replaced.

    >>> from noria_catalog.located import locate
    >>> into = locate({"a": {"b": 1, "c": 2}}).value
    >>> merge_deep(into, locate({"a": {"c": 3}}).value)
    >>> into["a"].plain()
    {'b': 1, 'c': 3}
    """
    for key, value in layer.items():
        earlier = into.get(key)
        if earlier is not None and _both_mappings(earlier, value):
            into[key] = _merged(earlier, value)
        else:
            into[key] = value


def merge_whole(into: dict[Any, Located], layer: dict[Any, Located]) -> None:
    """Replace what has the same name."""
    into.update(layer)


def _merged(earlier: Located, later: Located) -> Located:
    values = dict(earlier.value)
    merge_deep(values, later.value)
    return Located(values, later.where, later.key)


def _both_mappings(one: Located, other: Located) -> bool:
    return isinstance(one.value, dict) and isinstance(other.value, dict)
