"""Many files of one folder as one dataset."""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from functools import cached_property
from typing import Any, ClassVar

from noria_catalog.chunks import AddChunk
from noria_catalog.dataset import Dataset, is_built_in
from noria_catalog.digest import names_digest
from noria_catalog.errors import DatasetError, MissingDataError, SaveError
from noria_catalog.file_dataset import FileDataset
from noria_catalog.folders import publishing_folder, recover
from noria_catalog.listing import unlisted
from noria_catalog.located import locate
from noria_catalog.partition_names import check_partition_name
from noria_catalog.publish import Together, sync_file, sync_files
from noria_catalog.redact import redacted
from noria_catalog.spec import Context, build_each
from noria_catalog.storage import Storage, is_remote, local_path, storage_for


class PartitionedDataset:
    """A folder of files of one kind: a name for each, its path below ``path`` without the suffix.

    ``dataset`` is the type of the files, a word or an entry without ``filepath``.  Only files that
    end with ``filename_suffix`` count, hidden ones never.  A save adds and replaces partitions, one
    by one, each whole; ``overwrite`` makes the folder hold the saved ones alone, all at once.  A
    value to save may be a function without arguments, called when its turn comes (not so with
    ``save_lazily=False``), so that one partition at a time is in memory.

    >>> import tempfile
    >>> days = PartitionedDataset(tempfile.mkdtemp(), "text.TextDataset", filename_suffix=".txt")
    >>> days.save({"2013-01-02": "cold", "2013-01-01": lambda: "snow"})
    >>> {day: load() for day, load in days.load().items()}
    {'2013-01-01': 'snow', '2013-01-02': 'cold'}
    """

    path_arguments: ClassVar[tuple[str, ...]] = ("path",)
    nested_arguments: ClassVar[tuple[str, ...]] = ("dataset",)

    def __init__(
        self,
        path: str | os.PathLike[str],
        dataset: str | Mapping[str, Any] | Callable[[str], Dataset],
        *,
        filename_suffix: str = "",
        overwrite: bool = False,
        save_lazily: bool = True,
        credentials: Mapping[str, Any] | None = None,
        fs_args: Mapping[str, Any] | None = None,
    ) -> None:
        given = os.fspath(path)
        self.path = (given if is_remote(given) else local_path(given)).rstrip("/") or "/"
        self.dataset = dataset
        self.filename_suffix = filename_suffix
        self.overwrite = overwrite
        self.save_lazily = save_lazily
        self.credentials = credentials
        self.fs_args = fs_args

    def load(self) -> dict[str, Callable[[], Any]]:
        """Return a function that loads, by the name of each partition, in order of the names.

        Raises MissingDataError where there is no folder, or nothing in it ends with the suffix.
        """
        return {name: self._one(self._path(name)).load for name in self._names()}

    def save(self, data: Mapping[str, Any]) -> None:
        """Save a mapping from names to values, or to functions that return them."""
        with self.saving() as add:
            add(data)

    @contextmanager
    def saving(self) -> Iterator[AddChunk]:
        """Give a function that saves some of the partitions, as :meth:`save` does.

        With ``overwrite`` the folder holds all that was added, and nothing else, when the context
        has ended without an error; else each partition stands as soon as it is added.
        """
        if not self.overwrite:
            self.storage.sweep(self.path)
            yield lambda data: self._save_into(self.path, data)
        elif (refused := self.explain_unsavable()) is not None:
            raise refused
        else:
            with publishing_folder(self.path) as folder:
                yield lambda data: self._save_into(folder, data)
                self._bring_others(folder)

    def explain_unsavable(self) -> SaveError | None:
        """Return the error of a save that would have to replace all of a remote folder at once."""
        if not self.overwrite or not is_remote(self.path):
            return None
        shown = self.storage.shown(self.path)
        return SaveError(
            f"`overwrite: true` is for local folders, and {shown} is none",
            hint="save each run under a path of its own, or leave `overwrite` out",
        )

    def exists(self) -> bool:
        """Tell whether there is at least one partition."""
        try:
            return bool(self._names())
        except MissingDataError:
            return False

    def explain_missing(self) -> MissingDataError | None:
        """Return the error that a load would raise, ``None`` when there is something to load."""
        try:
            names = self._names()
        except MissingDataError as error:
            return error
        return None if names else MissingDataError(f"{self.storage.shown(self.path)} is empty")

    def size(self) -> int | None:
        """Return the bytes of all partitions together; ``None`` where there is none."""
        try:
            names = self._names()
        except MissingDataError:
            return None
        return sum(self.storage.size(self._path(name)) or 0 for name in names)

    def digest(self) -> str | None:
        """Return one digest of the names and contents of all partitions."""
        return names_digest(self.part_digests())

    def part_digests(self) -> Iterator[tuple[str, str]]:
        """Yield the name of each partition, and what tells its content from any other."""
        for name in self._names():
            yield name, self.storage.digest(self._path(name))

    @property
    def restorable(self) -> bool:
        """Whether a save makes the folder what it is: with ``overwrite``, on a local disk."""
        return self.overwrite and not is_remote(self.path)

    @contextmanager
    def stored_files(self) -> Iterator[list[tuple[str, str]]]:
        """Give the file of each partition, by its name."""
        with ExitStack() as brought:
            yield [
                (name, brought.enter_context(self.storage.reading(self._path(name))))
                for name in self._names()
            ]

    @contextmanager
    def restoring(self, names: Iterable[str]) -> Iterator[dict[str, str]]:
        """Give the path to fill for each partition; the folder is published when all are there."""
        if not self.restorable:
            raise SaveError(f"partitions are only added to {self.storage.shown(self.path)}")
        wanted = list(names)
        for name in wanted:
            check_partition_name(name)
        with publishing_folder(self.path) as folder:
            paths = {name: f"{folder}/{name}{self.filename_suffix}" for name in wanted}
            for path in paths.values():
                os.makedirs(os.path.dirname(path), exist_ok=True)
            yield paths
            sync_files(list(paths.values()))
            self._bring_others(folder)

    def describe(self) -> Mapping[str, Any]:
        """Return what it is, without credentials."""
        described: dict[str, Any] = {"filepath": redacted(self.path)}
        if self.filename_suffix:
            described["filename_suffix"] = self.filename_suffix
        if self.overwrite:
            described["overwrite"] = True
        return described

    @property
    def wrapped_kinds(self) -> tuple[type[Any], ...]:
        """The classes by which its files are read and written."""
        return (type(self._one(self._path("any"))),)

    @cached_property
    def storage(self) -> Storage:
        """The storage of ``path``."""
        return storage_for(self.path, {**(self.fs_args or {}), **(self.credentials or {})})

    @cached_property
    def _one(self) -> Callable[[str], Dataset]:
        if callable(self.dataset):
            return self.dataset
        entry = dict(self.dataset) if isinstance(self.dataset, Mapping) else {"type": self.dataset}
        shared = {"fs_args": locate(dict(self.fs_args))} if self.fs_args else {}
        if self.credentials:
            shared["credentials"] = locate("given")
        context = Context(credentials={"given": self.credentials})
        return build_each("partitions", locate(entry), context, shared)

    def _path(self, name: str) -> str:
        return f"{self.path}/{name}{self.filename_suffix}"

    def _names(self) -> list[str]:
        if not is_remote(self.path):
            recover(self.path)
        files = self._files()
        names = [
            file.removesuffix(self.filename_suffix)
            for file in files
            if file.endswith(self.filename_suffix)
        ]
        shown = self.storage.shown(self.path)
        if files and not names:
            raise MissingDataError(
                f"none of the {len(files)} files in {shown} ends with {self.filename_suffix!r}",
                hint=f"there is {files[0]}: is `filename_suffix` right?",
            )
        if not files and not self.storage.exists(self.path):
            raise MissingDataError(f"there is no folder {shown}")
        return sorted(names)

    def _files(self) -> list[str]:
        """Return the files that may be partitions, by their path below the folder."""
        return self.storage.files(self.path)

    def _bring_others(self, folder: str) -> None:
        # What is no partition was not ours to replace: a README, a .gitkeep.
        for root, _, files in os.walk(self.path, onerror=unlisted):
            for file in files:
                source = os.path.join(root, file)
                below = os.path.relpath(source, self.path)
                if file.startswith(".~noria-") or self._is_partition(below):
                    continue
                target = os.path.join(folder, below)
                os.makedirs(os.path.dirname(target), exist_ok=True)
                _hand_over(source, target)

    def _is_partition(self, below: str) -> bool:
        parts = below.split(os.sep)
        hidden = any(part.startswith(".") for part in parts)
        return not hidden and below.endswith(self.filename_suffix)

    def _save_into(self, folder: str, data: Mapping[str, Any]) -> None:
        if not isinstance(data, Mapping):
            raise SaveError(
                f"expected a dict of partitions by name, got {type(data).__qualname__}",
                hint="return {name: value, ...}",
            )
        for name in data:
            check_partition_name(name)
        if not data and not is_remote(folder):
            os.makedirs(folder, exist_ok=True)
        with Together() as files:
            for name in sorted(data):
                self._save_one(folder, name, data[name], files)
                files.put_due()

    def _save_one(self, folder: str, name: str, value: Any, files: Together) -> None:
        path = f"{folder}/{name}{self.filename_suffix}"
        dataset = self._one(path)
        if isinstance(dataset, FileDataset):
            dataset.tidy = False
        elif not is_remote(path):
            os.makedirs(os.path.dirname(path), exist_ok=True)
        # Who has written a class may read in it what it has just saved.
        plain = isinstance(dataset, FileDataset) and is_built_in(type(dataset))
        gathering = files.publishing() if plain else nullcontext()
        try:
            if self.save_lazily and callable(value):
                files.put_all()  # it may look at what was saved before its turn came
                value = value()
            with gathering:
                dataset.save(value)
        except DatasetError as error:
            error.message = f"partition {name!r}: {error.message}"
            raise

    def __repr__(self) -> str:
        given = ", ".join(f"{key}={value!r}" for key, value in self.describe().items())
        return f"{type(self).__name__}({given})"


def _hand_over(source: str, target: str) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)
        if not os.path.islink(target):
            sync_file(target)
