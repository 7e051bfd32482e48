"""A dataset that is read once and then kept in memory."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, ClassVar

from noria_catalog.chunks import AddChunk, saving_chunks
from noria_catalog.dataset import (
    Confirms,
    Dataset,
    Describes,
    Digests,
    Exists,
    Explains,
    Releases,
    Restores,
    Sized,
    Stamps,
    kinds_of,
)
from noria_catalog.errors import DatasetError, MissingDataError
from noria_catalog.memory import MemoryDataset


class CachedDataset:
    """A dataset around another: what was loaded is kept in memory until it is released.

    What is saved is loaded again by its first reader: a format may not hold all of a value, and who
    reads later must find the same.

    In the catalog ``dataset`` is the entry of the other one, and ``versioned`` stands beside it.
    ``copy_mode`` says how the value is copied for each load, as for a MemoryDataset.

    >>> import tempfile
    >>> from noria_catalog.formats.text import TextDataset
    >>> note = TextDataset(tempfile.mkdtemp() + "/note.txt")
    >>> cached = CachedDataset(note)
    >>> cached.save("one")
    >>> cached.load()
    'one'
    >>> note.save("two")
    >>> cached.load()
    'one'
    >>> cached.release()
    >>> cached.load()
    'two'
    """

    path_arguments: ClassVar[tuple[str, ...]] = ()
    wrapped_arguments: ClassVar[tuple[str, ...]] = ("dataset",)

    def __init__(self, dataset: Dataset, *, copy_mode: str | None = None) -> None:
        self.dataset = dataset
        self._kept = MemoryDataset(copy_mode=copy_mode)

    def load(self) -> Any:
        """Return what is kept, or load it and keep it."""
        if not self._kept.exists():
            data = self.dataset.load()
            if data is None:
                return None
            self._kept.save(data)
        return self._kept.load()

    def save(self, data: Any) -> None:
        """Save the data, and keep nothing of what was there before."""
        self._kept.release()
        self.dataset.save(data)

    @contextmanager
    def saving(self) -> Iterator[AddChunk]:
        """Give a function that adds a chunk; what they make together is not kept."""
        self._kept.release()
        with saving_chunks(self.dataset) as add:
            yield add

    def release(self) -> None:
        """Let go of what is kept; the next load reads it again."""
        self._kept.release()
        if isinstance(self.dataset, Releases):
            self.dataset.release()

    def exists(self) -> bool:
        """Tell whether a load would find something; what cannot know is tried."""
        if self._kept.exists() or not isinstance(self.dataset, Exists):
            return True
        return self.dataset.exists()

    def explain_missing(self) -> MissingDataError | None:
        """Return the error that a load would raise, ``None`` when there is something to load."""
        if self._kept.exists() or not isinstance(self.dataset, Explains):
            return None
        return self.dataset.explain_missing()

    def confirm(self) -> None:
        """Note that what was loaded has been worked through."""
        if not isinstance(self.dataset, Confirms):
            raise DatasetError(f"{type(self.dataset).__name__} has no confirm()")
        self.dataset.confirm()

    def size(self) -> int | None:
        """Return the bytes at its place, ``None`` where that is not known."""
        return self.dataset.size() if isinstance(self.dataset, Sized) else None

    def digest(self) -> str | None:
        """Return the digest of what lies at its place, ``None`` where nobody can know."""
        return self.dataset.digest() if isinstance(self.dataset, Digests) else None

    def stamp(self) -> str | None:
        """Return what tells whether somebody has changed what lies there, ``None`` if unknown."""
        return self.dataset.stamp() if isinstance(self.dataset, Stamps) else None

    @property
    def appends(self) -> bool:
        """Whether a save adds to what is there."""
        return bool(getattr(self.dataset, "appends", False))

    @property
    def restorable(self) -> bool:
        """Whether recorded files can be put in its place."""
        return isinstance(self.dataset, Restores) and self.dataset.restorable

    def stored_files(self) -> AbstractContextManager[Sequence[tuple[str, str]]]:
        """Give the files that make up what lies at its place."""
        return (
            self.dataset.stored_files() if isinstance(self.dataset, Restores) else nullcontext([])
        )

    @contextmanager
    def restoring(self, names: Iterable[str]) -> Iterator[Mapping[str, str]]:
        """Give a local path to fill for each name, and publish them when the context ends."""
        if not isinstance(self.dataset, Restores):
            raise DatasetError(f"{type(self.dataset).__name__} cannot be put in place again")
        self._kept.release()
        with self.dataset.restoring(names) as paths:
            yield paths

    @property
    def version(self) -> Any:
        """The version of the other dataset, ``None`` where it keeps none."""
        return getattr(self.dataset, "version", None)

    @property
    def wrapped_kinds(self) -> tuple[type[Any], ...]:
        """The classes by which its data is read and written."""
        return kinds_of(self.dataset)

    def describe(self) -> Mapping[str, Any]:
        """Return what the other dataset is."""
        return self.dataset.describe() if isinstance(self.dataset, Describes) else {}

    def __repr__(self) -> str:
        return f"CachedDataset({self.dataset!r})"
