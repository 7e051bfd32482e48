"""What a dataset is: load and save; and what it may offer besides."""

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from noria_catalog.errors import MissingDataError


@runtime_checkable
class Dataset(Protocol):
    """Something that can be loaded and saved."""

    def load(self) -> Any:
        """Return the data."""

    def save(self, data: Any) -> None:
        """Make ``data`` what the next load returns, whole or not at all."""


@runtime_checkable
class Exists(Protocol):
    """A dataset that knows whether there is something to load."""

    def exists(self) -> bool:
        """Tell whether a load would find something."""


@runtime_checkable
class Explains(Protocol):
    """A dataset that can say why there is nothing to load."""

    def explain_missing(self) -> MissingDataError | None:
        """Return the error that a load would raise, ``None`` when there is something to load."""


@runtime_checkable
class Releases(Protocol):
    """A dataset that holds memory or handles which it can let go."""

    def release(self) -> None:
        """Let go of what is held; a later load gets it again where it can."""


@runtime_checkable
class Describes(Protocol):
    """A dataset that can say what it is, without its secrets."""

    def describe(self) -> Mapping[str, Any]:
        """Return what it is by JSON-like values; ``filepath`` is its place, where it has one."""


@runtime_checkable
class Sized(Protocol):
    """A dataset that knows how many bytes lie at its place."""

    def size(self) -> int | None:
        """Return the bytes at its place, ``None`` when that cannot be known cheaply."""
