"""Asking values of which nothing is known for an attribute."""

from typing import Any


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
