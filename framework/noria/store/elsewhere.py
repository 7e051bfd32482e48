"""Values that only say where their data lies, and read it when somebody asks.

The bytes of such a value are the same whatever lies there by then: what it was made of is told by
no digest of it.
"""

from collections.abc import Callable
from types import MethodType
from typing import Any

_LIBRARIES_OF_QUERIES = frozenset({"ibis"})


def asks_elsewhere(kind: type) -> Callable[[Any], bool] | None:
    """Return what tells whether a value of a class reads elsewhere, ``None`` where none does.

    >>> asks_elsewhere(dict) is None
    True
    >>> class Part:
    ...     def load(self): ...
    ...     def save(self, data): ...
    >>> load = Part().load
    >>> asks_elsewhere(type(load))(load)
    True
    """
    if kind is MethodType:
        return _is_load
    library = kind.__module__.partition(".")[0]
    if library == "polars" and kind.__name__ == "LazyFrame":
        return _scans
    if (
        library in _LIBRARIES_OF_QUERIES
        or hasattr(kind, "__dask_graph__")
        or (kind.__module__ == "pyarrow._dataset" and kind.__name__ != "InMemoryDataset")
        or any(base.__module__.startswith("noria_catalog.") for base in kind.__mro__)
    ):
        return _always
    return None


def _always(value: Any) -> bool:  # noqa: ARG001  # whichever it is
    return True


def _is_load(method: Any) -> bool:
    """Tell whether a method is how a dataset is loaded, as those of partitions are handed on."""
    return bool(method.__name__ == "load" and hasattr(method.__self__, "save"))


def _scans(frame: Any) -> bool:
    """Tell whether a LazyFrame of polars reads files; it may also be of data in memory."""
    try:
        return "SCAN" in frame.explain(optimized=False)
    # What cannot be explained is in doubt, for whatever reason.
    except Exception:  # noqa: BLE001
        return True
