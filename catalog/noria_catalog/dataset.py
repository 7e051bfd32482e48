"""What a dataset is: load and save; and what it may offer besides."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from noria_catalog.errors import MissingDataError, SaveError


def is_built_in(kind: type[Any]) -> bool:
    """Tell whether a class of datasets comes with the catalog: what it does is known.

    >>> from noria_catalog.memory import MemoryDataset
    >>> is_built_in(MemoryDataset), is_built_in(dict)
    (True, False)
    """
    return kind.__module__.startswith("noria_catalog.")


@runtime_checkable
class Dataset(Protocol):
    """Something that can be loaded and saved."""

    def load(self) -> Any:
        """Return the data."""

    def save(self, data: Any) -> None:
        """Make ``data`` what the next load returns, whole or not at all."""


def kinds_of(dataset: Any) -> tuple[type[Any], ...]:
    """Return the classes by whose code a dataset is loaded and saved: its own first.

    Those of the datasets that it is made of follow, where it has ``wrapped_kinds``; Kedro's
    partitions call theirs ``_dataset_type``.
    """
    below = getattr(dataset, "wrapped_kinds", None)
    if below is None:
        inner = getattr(dataset, "_dataset_type", None)
        below = (inner,) if isinstance(inner, type) else ()
    return (type(dataset), *below)


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
class Refuses(Protocol):
    """A dataset that can say, before there is anything to save, that it would save nothing."""

    def explain_unsavable(self) -> SaveError | None:
        """Return the error that every save would raise, ``None`` when one may do."""


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


@runtime_checkable
class SavesChunks(Protocol):
    """A dataset that can be saved bit by bit, as a generator node makes it."""

    def saving(self) -> AbstractContextManager[Callable[[Any], None]]:
        """Give a function that adds one chunk.

        What was added is published, whole, when the context ends; not at all if it ends with an
        error.
        """


@runtime_checkable
class Confirms(Protocol):
    """A dataset that is told when what was loaded from it has been worked through."""

    def confirm(self) -> None:
        """Note that the node which names this dataset in ``confirms`` has ended."""


@runtime_checkable
class Previews(Protocol):
    """A dataset that can show its beginning without reading all of it."""

    def preview(self, rows: int) -> Any:
        """Return the first ``rows`` rows, lines or items; raises MissingDataError."""


@runtime_checkable
class StartsPaths(Protocol):
    """A dataset with paths that are no arguments of their own: in an address, in a query."""

    def start_paths_from(self, folder: Path) -> None:
        """Let relative paths start at a folder: called once, when a catalog makes the dataset."""


@runtime_checkable
class Digests(Protocol):
    """A dataset that can tell, without loading, which content a load would find."""

    def digest(self) -> str | None:
        """Return what is equal for equal content, and only then; ``None`` where nobody can know.

        It reads no more than the bytes in place and never the data: cheap beside a load.  For one
        local file it is the blake3 of its bytes as 64 hex digits; any other text only equals
        itself.  Of versions it is that of the version which a load would take.  Raises
        MissingDataError where a load would.
        """


@runtime_checkable
class Stamps(Protocol):
    """A dataset that can tell whether somebody has changed it, where a digest cannot be had."""

    def stamp(self) -> str | None:
        """Return what stays equal for as long as nobody changes the data, ``None`` where unknown.

        It need not tell all data apart (the order of rows, say), and it may cost a reading of all
        of it, but not on this machine.  Not asked where nothing lies.
        """


@runtime_checkable
class Restores(Protocol):
    """A dataset whose files can be kept by their content, and put in place again later."""

    @property
    def restorable(self) -> bool:
        """Whether recorded files put in place are the dataset again, whatever lay there before.

        Not so where a save only adds to what is there.
        """

    def stored_files(self) -> AbstractContextManager[Sequence[tuple[str, str]]]:
        """Give the name and local path of every file that a load would read, sorted by name.

        A dataset of one file names it ``""``.  Files of a remote store are brought here for as long
        as the context lasts; those of this machine are the very files in place: read them only.
        Raises MissingDataError where a load would.
        """

    def restoring(self, names: Iterable[str]) -> AbstractContextManager[Mapping[str, str]]:
        """Give a local path to fill for each name, and publish them all when the context ends.

        They are published as a save does: whole, and under a new name where there are versions.  If
        the context ends with an error, what was there before still stands.
        """
