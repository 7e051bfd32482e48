"""Object stores and other file systems that fsspec knows."""

import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from noria_catalog.errors import MissingDataError, SaveError
from noria_catalog.publish import Pending, Published
from noria_catalog.redact import redacted


class RemoteStorage:
    """One fsspec file system, made at first use.

    A file goes up by one ``put_file`` to its final key: a rename is a copy and a delete there, and
    a file handle that is closed by an exception publishes the part that was written.
    """

    def __init__(self, url: str, options: Mapping[str, Any]) -> None:
        self._url = url
        self._options = options

    @cached_property
    def _files(self) -> Any:
        import fsspec

        return fsspec.core.url_to_fs(self._url, **self._options)[0]

    def _key(self, path: str) -> str:
        return str(self._files._strip_protocol(path))  # noqa: SLF001 - fsspec has no public name

    def _fresh(self, path: str) -> str:
        key = self._key(path)
        # Listings are cached for the life of the process; other processes write here too.
        self._files.invalidate_cache(key)
        return key

    def shown(self, path: str) -> str:
        """Return the URL without user-info and values of query parameters."""
        return redacted(path)

    def exists(self, path: str) -> bool:
        """Tell whether a file or folder lies at ``path``."""
        return bool(self._files.exists(self._fresh(path)))

    def missing(self, path: str) -> MissingDataError:
        """Return the error for a path at which nothing lies."""
        return MissingDataError(f"nothing lies at {self.shown(path)}")

    def size(self, path: str) -> int | None:
        """Return a file's bytes; ``None`` where there is none or the store does not say."""
        try:
            size = self._files.size(self._fresh(path))
        except FileNotFoundError:
            return None
        return None if size is None else int(size)

    def digest(self, path: str) -> str:
        """Return the blake3 of the content, which comes here for it; raises MissingDataError."""
        from noria_catalog.digest import file_digest

        with self.reading(path) as here:
            return file_digest(here)

    def names(self, folder: str) -> list[str]:
        """Return the names of what lies directly in ``folder``; none where there is no folder."""
        key = self._fresh(folder).rstrip("/")
        try:
            found = self._files.ls(key, detail=False)
        except FileNotFoundError:
            return []
        return sorted(str(path).rstrip("/").rsplit("/", 1)[-1] for path in found)

    def files(self, folder: str) -> list[str]:
        """Return the files below ``folder``, relative to it, hidden ones left out, sorted."""
        key = self._fresh(folder).rstrip("/")
        found = (str(path)[len(key) + 1 :] for path in self._files.find(key))
        return sorted(path for path in found if not re.search(r"(^|/)\.", path))

    @contextmanager
    def reading(self, path: str) -> Iterator[str]:
        """Bring the file here, under its own name, for as long as the context lasts."""
        key = self._fresh(path)
        with _folder() as folder:
            here = os.path.join(folder, key.rsplit("/", 1)[-1])
            try:
                self._files.get_file(key, here)
            except FileNotFoundError as error:
                raise self.missing(path) from error
            yield here

    @contextmanager
    def publishing(
        self, path: str, *, replace: bool = True, tidy: bool = True
    ) -> Iterator[Pending]:
        """Give a file here to write, then send it to its final key in one piece."""
        key = self._fresh(path)
        if not replace and self._files.exists(key):
            raise SaveError(f"{self.shown(path)} exists already, and is never overwritten")
        with _folder() as folder:
            pending = Pending(os.path.join(folder, key.rsplit("/", 1)[-1]))
            yield pending
            if not os.path.isfile(pending.path):
                raise SaveError(f"write() made no plain file for {self.shown(path)}")
            size = os.path.getsize(pending.path)
            started = time.perf_counter()
            self._files.put_file(pending.path, key)
            self._fresh(path)
            spent = time.perf_counter() - started
            pending.published = Published(size, spent, self.shown(path))

    def sweep(self, folder: str) -> None:
        """Do nothing: a dead process leaves no object behind."""


@contextmanager
def _folder() -> Iterator[str]:
    folder = tempfile.mkdtemp(prefix="noria-")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
