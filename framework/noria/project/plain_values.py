"""Values that are plain data, as YAML gives them."""

from typing import Any

_PLAIN = (str, int, float, bool, bytes, type(None))


def is_plain(value: Any) -> bool:
    """Tell whether ``repr`` says all of a value, and no object of another class is in it.

    >>> is_plain({"depth": [1, 2.5, None]}), is_plain({"depth": object()})
    (True, False)
    """
    kind = type(value)
    if kind in (list, tuple):
        return all(map(is_plain, value))
    if kind is dict:
        return all(is_plain(key) and is_plain(below) for key, below in value.items())
    return kind in _PLAIN or kind.__module__ == "datetime"
