"""Where data lies: local paths and the stores that fsspec knows, behind one seam."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, BinaryIO, Protocol

from noria_catalog.errors import MissingDataError
from noria_catalog.leftovers import is_temporary, sweep
from noria_catalog.listing import unlisted
from noria_catalog.publish import Pending, publishing, shown

_PROTOCOL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+(?=://|::)")


class Storage(Protocol):
    """What a dataset needs of the place where its bytes lie; paths are joined by ``/``."""

    def shown(self, path: str) -> str:
        """Return the path as it may be printed: short, without a password."""

    def identity(self, path: str) -> str:
        """Return what is equal for two paths at one place, and only then; nothing is asked."""

    def exists(self, path: str) -> bool:
        """Tell whether a file or folder lies at ``path``."""

    def missing(self, path: str) -> MissingDataError:
        """Return the error for a path at which nothing lies."""

    def size(self, path: str) -> int | None:
        """Return a file's bytes; ``None`` where there is none or nobody knows."""

    def digest(self, path: str) -> str:
        """Return what tells a file's content from any other; raises MissingDataError."""

    def names(self, folder: str) -> list[str]:
        """Return the names of what lies directly in ``folder``; none where there is no folder."""

    def files(self, folder: str) -> list[str]:
        """Return the files below ``folder``, relative to it, hidden ones left out, sorted."""

    def reading(self, path: str) -> AbstractContextManager[str]:
        """Give a local path to read while the context lasts; raises MissingDataError."""

    def opening(self, path: str) -> AbstractContextManager[BinaryIO]:
        """Open a file to read parts of it; raises MissingDataError."""

    def publishing(
        self, path: str, *, replace: bool = True, tidy: bool = True
    ) -> AbstractContextManager[Pending]:
        """Give a local file to write, and put it at ``path`` when that is done without an error."""

    def sweep(self, folder: str) -> None:
        """Remove what dead processes left in ``folder``, and the folder if that empties it."""


def is_remote(path: str) -> bool:
    """Tell whether a path is a URL that is not this machine's disk.

    >>> is_remote("s3://bucket/a.csv"), is_remote("file:///tmp/a.csv"), is_remote("data/a.csv")
    (True, False, False)
    """
    if path[:1] == "/":  # as most are that are asked for; a pattern takes longer
        return False
    protocol = _PROTOCOL.match(path)
    return protocol is not None and protocol[0] not in {"file", "local"}


def local_path(path: str) -> str:
    """Return a local path without its ``file://`` and with ``~`` replaced.

    >>> local_path("file:///tmp/a.csv")
    '/tmp/a.csv'
    """
    for prefix in ("file://", "local://"):
        if path.startswith(prefix):
            path = path.removeprefix(prefix)
            # file:///C:/data on Windows
            return path[1:] if re.match(r"/[A-Za-z]:", path) else path
    return os.path.expanduser(path)


def storage_for(path: str, options: Mapping[str, Any] | None = None) -> Storage:
    """Return the storage for a path or URL; ``options`` go to the fsspec file system."""
    if not is_remote(path):
        return LocalStorage()
    from noria_catalog.remote import RemoteStorage

    return RemoteStorage(path, options or {})


class LocalStorage:
    """The disks of this machine."""

    def shown(self, path: str) -> str:
        """Return the path relative to here, where it lies below here."""
        return shown(path)

    def identity(self, path: str) -> str:
        """Return the absolute path, links followed."""
        return os.path.realpath(path)

    def exists(self, path: str) -> bool:
        """Tell whether a file or folder lies at ``path``."""
        return os.path.exists(path)

    def missing(self, path: str) -> MissingDataError:
        """Return the error for a path at which nothing lies, with what lies near."""
        return MissingDataError(f"nothing lies at {shown(path)}", hint=_near(path))

    def size(self, path: str) -> int | None:
        """Return a file's bytes; ``None`` where there is no file."""
        return os.path.getsize(path) if os.path.isfile(path) else None

    def digest(self, path: str) -> str:
        """Return the blake3 of the content; raises MissingDataError where nothing lies there."""
        from noria_catalog.digest import file_digest

        try:
            return file_digest(path)
        except FileNotFoundError as error:
            raise self.missing(path) from error

    def names(self, folder: str) -> list[str]:
        """Return the names of what lies directly in ``folder``; none where there is no folder."""
        try:
            return sorted(os.listdir(folder))
        except (FileNotFoundError, NotADirectoryError):
            return []

    def files(self, folder: str) -> list[str]:
        """Return the files below ``folder``, relative to it, hidden ones left out, sorted.

        Raises OSError for a folder that cannot be listed: it would be taken for an empty one.
        """
        found: list[str] = []
        seen: set[str] = set()
        for root, folders, names in os.walk(folder, onerror=unlisted, followlinks=True):
            real = os.path.realpath(root)
            if real in seen:  # a link that leads back up
                folders.clear()
                continue
            seen.add(real)
            folders[:] = [name for name in folders if not name.startswith(".")]
            below = os.path.relpath(root, folder).replace(os.sep, "/")
            prefix = "" if below == "." else f"{below}/"
            found.extend(prefix + name for name in names if not name.startswith("."))
        return sorted(found)

    @contextmanager
    def reading(self, path: str) -> Iterator[str]:
        """Give the path itself; raises MissingDataError where nothing lies there."""
        if not os.path.exists(path):
            raise self.missing(path)
        yield path

    @contextmanager
    def opening(self, path: str) -> Iterator[BinaryIO]:
        """Open a file to read parts of it; raises MissingDataError."""
        with self.reading(path), open(path, "rb") as file:
            yield file

    def publishing(
        self, path: str, *, replace: bool = True, tidy: bool = True
    ) -> AbstractContextManager[Pending]:
        """Give a temporary file beside ``path`` to write, and put it there at once."""
        return publishing(path, replace=replace, tidy=tidy)

    def sweep(self, folder: str) -> None:
        """Remove what dead processes left in ``folder``, and the folder if that empties it."""
        if sweep(folder):
            with suppress(OSError):
                os.rmdir(folder)


def _near(path: str) -> str | None:
    """Say what else lies there: the commonest slip is a misspelt file."""
    from noria_catalog.suggest import nearest

    folder, name = os.path.split(path)
    try:
        names = [entry for entry in os.listdir(folder) if not is_temporary(entry)]
    except OSError:
        return f"there is no folder {shown(folder)}"
    close = nearest(name, names)
    return None if close is None else f"there is {shown(os.path.join(folder, close))}"
