"""The one base of datasets that lie in a file."""

import os
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from noria_catalog.chunks import AddChunk, join_chunks
from noria_catalog.digest import names_digest
from noria_catalog.errors import MissingDataError, SaveError
from noria_catalog.publish import Published
from noria_catalog.redact import redacted, shown_value
from noria_catalog.refusals import refuse_none
from noria_catalog.storage import Storage, is_remote, local_path, storage_for
from noria_catalog.suggest import nearest
from noria_catalog.versions import (
    Version,
    check_version_name,
    complete_versions,
    latest_version,
    sweep_versions,
    version_folders,
    version_path,
)

_NO_OPTIONS: Mapping[str, Any] = {}


class FileDataset(ABC):
    """A dataset in one file: a subclass says how to read and how to write a local path.

    ``filepath`` is a path or a URL that fsspec knows; ``load_args`` and ``save_args`` go over the
    class's defaults to the library that reads and writes; ``version`` keeps every save under a
    name of its own; ``credentials`` and ``fs_args`` go to the fsspec file system.  The constructor
    only stores.

    >>> import tempfile
    >>> class Shout(FileDataset):
    ...     def read(self, path):
    ...         return path.read_text()
    ...
    ...     def write(self, data, path):
    ...         path.write_text(data.upper())
    >>> shout = Shout(tempfile.mkdtemp() + "/a.txt")
    >>> shout.save("hello")
    >>> shout.load()
    'HELLO'
    """

    load_function: ClassVar[str | None] = None
    """The ``module:function`` that ``load_args`` go to, for looking up which there are."""

    save_function: ClassVar[str | None] = None
    """The ``module:function`` that ``save_args`` go to, or a method of what is saved."""

    own_save_args: ClassVar[tuple[str, ...]] = ()
    """What of ``save_args`` the class takes for itself."""

    default_load_args: ClassVar[Mapping[str, Any]] = {}
    default_save_args: ClassVar[Mapping[str, Any]] = {}

    loads: ClassVar[str | None] = None
    """The full name of the class of what a load gives, ``None`` where ``read`` is to say it.

    A name, because the library is imported where it is used.
    """

    wrapped_kinds: ClassVar[tuple[type[Any], ...]] = ()
    """The classes of datasets that it is made of: none."""

    other_with: ClassVar[frozenset[str]] = frozenset()
    """The ``load_args`` with which a load gives something else."""

    last_save: Published | None = None
    """What the last save of this object put in place; ``None`` before the first."""

    tidy: bool = True
    """Whether a save sweeps leftovers; not so where one folder gets many files, and one sweep."""

    def __init__(
        self,
        filepath: str | os.PathLike[str],
        *,
        load_args: Mapping[str, Any] | None = None,
        save_args: Mapping[str, Any] | None = None,
        version: Version | None = None,
        credentials: Mapping[str, Any] | None = None,
        fs_args: Mapping[str, Any] | None = None,
    ) -> None:
        path = os.fspath(filepath)
        self.filepath = path if is_remote(path) else local_path(path)
        self.load_args = {**self.default_load_args, **(load_args or {})}
        self.save_args = {**self.default_save_args, **(save_args or {})}
        self.version = version
        options = {**(fs_args or {}), **(credentials or {})}
        self._options: Mapping[str, Any] = options or _NO_OPTIONS
        self._saved_version: str | None = None

    @abstractmethod
    def read(self, path: Path) -> Any:
        """Return the data in the local file ``path``."""

    @abstractmethod
    def write(self, data: Any, path: Path) -> None:
        """Write ``data`` into the local file ``path``, which has the suffixes of ``filepath``."""

    def load(self) -> Any:
        """Return the data; raises MissingDataError where there is none."""
        with self.storage.reading(self.load_path()) as path:
            return self.read(Path(path))

    def save(self, data: Any) -> None:
        """Publish the data whole or not at all; raises SaveError when it cannot be written."""
        refuse_none(data)
        with self._publishing() as path:
            self.write(data, path)

    @contextmanager
    def saving(self) -> Iterator[AddChunk]:
        """Give a function that adds a chunk; what they make together is published at the end.

        If the context ends with an error, what was there before still stands.
        """
        with self._publishing() as path, self.writing(path) as add:
            yield add

    @contextmanager
    def writing(self, path: Path) -> Iterator[AddChunk]:
        """Give a function that writes a chunk behind those before it into the local file ``path``.

        Here chunks are gathered, and put together by :func:`~noria_catalog.chunks.join_chunks` in
        the end; a subclass whose format can be written bit by bit does so.
        """
        chunks: list[Any] = []
        yield chunks.append
        self.write(join_chunks(chunks), path)

    @contextmanager
    def _publishing(self) -> Iterator[Path]:
        if self.version is None:
            path, version = self.filepath, None
        else:
            version = self._new_version(self.version)
            path = version_path(self.filepath, version)
        publishing = self.storage.publishing(path, replace=version is None, tidy=self.tidy)
        with publishing as pending:
            if self.appends:
                self._begin_with_old(pending.path)
            yield Path(pending.path)
        self.last_save = pending.published
        self._saved_version = version

    @property
    def appends(self) -> bool:
        """Whether a save adds to what is there: ``save_args: {mode: a}``."""
        return str(self.save_args.get("mode", "")).startswith("a")

    def _begin_with_old(self, pending: str) -> None:
        """Copy what is there, so that adding to it is published whole or not at all as well."""
        import shutil

        if self.version is not None:
            raise SaveError("nothing can be added to a version", hint="leave out `mode: a`")
        with suppress(MissingDataError), self.storage.reading(self.filepath) as path:
            shutil.copyfile(path, pending)

    def exists(self) -> bool:
        """Tell whether a load would find something."""
        try:
            return self.storage.exists(self.load_path())
        except MissingDataError:
            return False

    def explain_missing(self) -> MissingDataError | None:
        """Return the error that a load would raise, ``None`` when there is something to load."""
        try:
            path = self.load_path()
        except MissingDataError as error:
            return error
        return None if self.storage.exists(path) else self.storage.missing(path)

    def size(self) -> int | None:
        """Return the bytes that a load would read; ``None`` where that is not known."""
        try:
            return self.storage.size(self.load_path())
        except MissingDataError:
            return None

    def digest(self) -> str | None:
        """Return the blake3 of what a load would read, of a folder that of all its files."""
        path = self.load_path()
        try:
            return self.storage.digest(path)
        except IsADirectoryError:
            files = self.storage.files(path)
            return names_digest((name, self.storage.digest(f"{path}/{name}")) for name in files)

    @property
    def restorable(self) -> bool:
        """Whether the file can be put in place again from recorded bytes: not if saves only add."""
        return not self.appends

    @contextmanager
    def stored_files(self) -> Iterator[list[tuple[str, str]]]:
        """Give the one file that a load would read, named ``""``; of a folder all its files."""
        with self.storage.reading(self.load_path()) as path:
            below = self.storage.files(path) if Path(path).is_dir() else []
            yield [(name, f"{path}/{name}") for name in below] or [("", path)]

    @contextmanager
    def restoring(self, names: Iterable[str]) -> Iterator[dict[str, str]]:
        """Give the path to fill for ``""``, published as a save is when the context ends."""
        if not self.restorable:
            raise SaveError(f"saves only add to {self.storage.shown(self.filepath)}")
        if list(names) != [""]:
            raise SaveError(f"{type(self).__name__} is one file, and several were recorded")
        with self._publishing() as path:
            yield {"": str(path)}

    def list_versions(self) -> list[str]:
        """Return the complete versions, from the oldest to the latest; none where none is kept."""
        return [] if self.version is None else complete_versions(self.storage, self.filepath)

    def describe(self) -> Mapping[str, Any]:
        """Return what it is, without credentials."""
        described: dict[str, Any] = {"filepath": redacted(self.filepath)}
        if self.load_args:
            described["load_args"] = shown_value(self.load_args)
        if self.save_args:
            described["save_args"] = shown_value(self.save_args)
        if self.version is not None:
            described["versioned"] = True
        return described

    def release(self) -> None:
        """Forget which version this object saved: the next load takes the latest."""
        self._saved_version = None

    @cached_property
    def storage(self) -> Storage:
        """The storage of ``filepath``."""
        return storage_for(self.filepath, self._options)

    def load_path(self) -> str:
        """Return the path that a load reads; raises MissingDataError where no version fits."""
        if self.version is None:
            return self.filepath
        if self.version.load is not None:
            return self._pinned_path(self.version.load)
        version = self._saved_version or latest_version(self.storage, self.filepath)
        if version is None:
            raise MissingDataError(
                f"no version lies at {self.storage.shown(self.filepath)}", hint=self._plain_file()
            )
        return version_path(self.filepath, version)

    def _pinned_path(self, version: str) -> str:
        check_version_name(version)
        path = version_path(self.filepath, version)
        if not self.storage.exists(path):
            known = complete_versions(self.storage, self.filepath)
            raise MissingDataError(
                f"no version {version!r} lies at {self.storage.shown(self.filepath)}",
                nearest=nearest(version, known),
                hint=f"the latest is {known[-1]!r}" if known else "there is no version at all",
            )
        return path

    def _new_version(self, version: Version) -> str:
        in_the_way = self._plain_file()
        if in_the_way is not None:
            raise SaveError(
                f"no version can be saved at {self.storage.shown(self.filepath)}", hint=in_the_way
            )
        sweep_versions(self.storage, self.filepath)
        name = version.run.after(version_folders(self.storage, self.filepath))
        check_version_name(name)
        return name

    def _plain_file(self) -> str | None:
        if is_remote(self.filepath) or self.storage.size(self.filepath) is None:
            return None
        return (
            "it is a plain file, and `versioned: true` keeps versions in a folder of that name: "
            "move the file away, or leave `versioned` out"
        )

    def __repr__(self) -> str:
        given = ", ".join(f"{key}={value!r}" for key, value in self.describe().items())
        return f"{type(self).__name__}({given})"
