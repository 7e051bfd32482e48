"""Anybody's functions as a dataset."""

from collections.abc import Callable, Mapping
from typing import Any

from noria_catalog.errors import LoadError, SaveError
from noria_catalog.refusals import refuse_none


class LambdaDataset:
    """A dataset of functions: what loads, what saves, and whether there is something to load.

    ``None`` for ``load`` or ``save`` means that it cannot be done, ``None`` for ``exists`` that a
    load may be tried.  It is made in Python; an object of any class that has ``load`` and ``save``
    is a dataset as it is, and needs no such wrapping.

    >>> kept = []
    >>> dataset = LambdaDataset(load=lambda: kept[-1], save=kept.append, exists=lambda: bool(kept))
    >>> dataset.exists()
    False
    >>> dataset.save("snow")
    >>> dataset.load()
    'snow'
    """

    def __init__(
        self,
        load: Callable[[], Any] | None,
        save: Callable[[Any], object] | None,
        exists: Callable[[], bool] | None = None,
        release: Callable[[], object] | None = None,
    ) -> None:
        self._load = load
        self._save = save
        self._exists = exists
        self._release = release

    def load(self) -> Any:
        """Return what the function ``load`` returns."""
        if self._load is None:
            raise LoadError("this dataset is saved only: no function `load` was given")
        return self._load()

    def save(self, data: Any) -> None:
        """Call the function ``save`` with the data."""
        if self._save is None:
            raise _loaded_only()
        refuse_none(data)
        self._save(data)

    def explain_unsavable(self) -> SaveError | None:
        """Return the error of a save where there is no function for it."""
        return _loaded_only() if self._save is None else None

    def exists(self) -> bool:
        """Tell what the function ``exists`` tells."""
        return self._exists is None or self._exists()

    def release(self) -> None:
        """Call the function ``release``."""
        if self._release is not None:
            self._release()

    def describe(self) -> Mapping[str, Any]:
        """Return the names of the functions."""
        given = {"load": self._load, "save": self._save, "exists": self._exists}
        return {
            key: getattr(function, "__qualname__", repr(function))
            for key, function in given.items()
            if function is not None
        }

    def __repr__(self) -> str:
        given = ", ".join(f"{key}={value}" for key, value in self.describe().items())
        return f"LambdaDataset({given})"


def _loaded_only() -> SaveError:
    return SaveError("this dataset is loaded only: no function `save` was given")
