"""Large results as files named by their digest: written whole, read only when they are right."""

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from blake3 import blake3
from noria_catalog.leftovers import remove, sweep, temporary_name
from noria_catalog.publish import sync_file, sync_folder

from noria.errors import Corrupt
from noria.store.copying import copy_hashed
from noria.store.sink import write_all

_HEX = frozenset("0123456789abcdef")
_BINARY = getattr(os, "O_BINARY", 0)
_READ = os.O_RDONLY | _BINARY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_WRITE = os.O_RDWR | os.O_CREAT | _BINARY
_SIDE_BY_SIDE = 8
_PIECE = 1 << 19  # what fits into a processor's cache is read and digested fastest


class Blobs:
    """The folders ``blobs/ab/cdef...``, ``incoming`` for what is written, ``aside`` for the wrong.

    Files are private to their user.  Nothing is synced before :meth:`sync`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder / "blobs")
        self._incoming = str(folder / "incoming")
        self._aside = str(folder / "aside")
        self._unsynced: dict[str, None] = {}
        self._bad: set[str] = set()

    def prepare(self) -> None:
        """Make the folders, and remove what dead processes left; raises OSError."""
        for folder in (self._folder, self._incoming):
            os.makedirs(folder, exist_ok=True)
        sweep(self._incoming)

    def path(self, digest: str) -> str:
        """Return where a blob lies; raises ValueError for what is no digest."""
        if not _is_digest(digest):
            raise ValueError(f"{digest!r} is no digest")
        return os.path.join(self._folder, digest[:2], digest[2:])

    def open_incoming(self) -> tuple[int, str]:
        """Make a temporary file; return its descriptor and path.  Raises OSError."""
        path = os.path.join(self._incoming, temporary_name("blob"))
        return os.open(path, _WRITE | os.O_EXCL, 0o600), path

    def publish(self, temporary: str, digest: str) -> None:
        """Give a temporary file its digest as name, over an older one that may be wrong."""
        path = self.path(digest)
        try:
            os.replace(temporary, path)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            os.replace(temporary, path)
        self._unsynced[path] = None
        self._bad.discard(digest)

    def keep_file(self, source: str, *, largest: int | None) -> tuple[str, int, bool]:
        """Copy a file in; return its digest, its size and whether it is kept.  Raises OSError."""
        reading = os.open(source, os.O_RDONLY | _BINARY | getattr(os, "O_NONBLOCK", 0))
        try:
            kind = os.fstat(reading).st_mode
            if not stat.S_ISREG(kind):
                raise OSError(None, "it is no plain file", source)
            handle, temporary = self.open_incoming()
            try:
                try:
                    digest, size = copy_hashed(reading, handle)
                finally:
                    os.close(handle)
                if largest is not None and size > largest:
                    return digest, size, False
                self.publish(temporary, digest)
            finally:
                with suppress(OSError):
                    os.unlink(temporary)
        finally:
            os.close(reading)
        return digest, size, True

    def has(self, digest: str) -> bool:
        """Tell whether a file of that digest is there; its bytes are looked at on reading."""
        return _is_digest(digest) and digest not in self._bad and os.path.isfile(self.path(digest))

    def read(self, digest: str) -> bytearray:
        """Return a blob's bytes, checked after they were copied here.

        Raises Corrupt when there is none or it is wrong; a wrong one is set aside.
        """
        handle = self._opened(digest)
        try:
            size = os.fstat(handle).st_size
            data = bytearray(size)
            view = memoryview(data)
            hasher = blake3()
            at = 0
            while at < size:
                count = _read_into(handle, view[at : at + _PIECE])
                if not count:
                    break
                hasher.update(view[at : at + count])
                at += count
            view.release()
        except OSError as error:
            raise Corrupt(f"a stored result cannot be read: {error}", digest) from error
        finally:
            os.close(handle)
        if at < size or hasher.hexdigest() != digest:
            raise self.set_aside(digest)
        return data

    def copy_to(self, digest: str, target: str) -> int:
        """Write a blob's bytes into the file ``target`` and return their number.

        Raises Corrupt as :meth:`read` does, and then removes ``target``; OSError when ``target``
        cannot be written.
        """
        reading = self._opened(digest)
        try:
            writing = os.open(target, _WRITE | os.O_TRUNC, 0o666)
            try:
                found, size = copy_hashed(reading, writing)
            finally:
                os.close(writing)
        except OSError:
            with suppress(OSError):
                os.unlink(target)
            raise
        finally:
            os.close(reading)
        if found != digest:
            with suppress(OSError):
                os.unlink(target)
            raise self.set_aside(digest)
        return size

    def check(self, digest: str) -> None:
        """Read a blob; raises Corrupt when it is wrong, which sets it aside.

        One that is gone is no error: it may have been collected meanwhile.
        """
        try:
            handle = self._opened(digest)
        except Corrupt:
            if digest in self._bad or os.path.lexists(self.path(digest)):
                raise
            return
        hasher = blake3()
        buffer = memoryview(bytearray(_PIECE))
        try:
            while count := _read_into(handle, buffer):
                hasher.update(buffer[:count])
        except OSError as error:
            raise Corrupt(f"a stored result cannot be read: {error}", digest) from error
        finally:
            os.close(handle)
        if hasher.hexdigest() != digest:
            raise self.set_aside(digest)

    def set_aside(self, digest: str) -> Corrupt:
        """Move a wrong blob out of the way; return the error that tells it."""
        self._bad.add(digest)
        self.keep_aside(digest[:16], path=self.path(digest))
        return Corrupt(f"the stored result {digest[:16]} is not what was stored", digest)

    def keep_aside(self, name: str, *, path: str | None = None, data: bytes = b"") -> None:
        """Keep a file, or bytes, that are not to be used, for whoever wants to look."""
        target = os.path.join(self._aside, f"{name}-{os.urandom(4).hex()}")
        with suppress(OSError):  # nothing depends on it
            os.makedirs(self._aside, exist_ok=True)
            if path is not None:
                os.replace(path, target)
                return
            handle = os.open(target, _WRITE | os.O_EXCL, 0o600)
            try:
                write_all(handle, memoryview(data))
            finally:
                os.close(handle)

    def sync(self) -> None:
        """Wait until all that was published is on the disk, then the names.  Raises OSError."""
        paths = list(self._unsynced)
        if len(paths) < _SIDE_BY_SIDE:
            for path in paths:
                _sync(path)
        else:
            from concurrent.futures import ThreadPoolExecutor

            # A disk that is asked by several at once answers them together.
            with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
                list(pool.map(_sync, paths))
        folders = {os.path.dirname(path) for path in paths}
        for folder in sorted(folders) + ([self._folder] if folders else []):
            sync_folder(folder)
        for path in paths:
            self._unsynced.pop(path, None)

    def listed(self) -> Iterator[tuple[str, os.stat_result]]:
        """Yield the digest and status of every file."""
        for name in _names(self._folder):
            folder = os.path.join(self._folder, name)
            for rest in _names(folder):
                digest = name + rest
                if _is_digest(digest):
                    with suppress(OSError):
                        yield digest, os.lstat(os.path.join(folder, rest))

    def remove(self, digest: str, *, older_than: float) -> None:
        """Remove a file that was not published again since; one that is gone is no error."""
        if not _is_digest(digest):
            return
        path = self.path(digest)
        with suppress(OSError):
            if os.lstat(path).st_mtime < older_than:
                os.unlink(path)

    def sweep(self) -> None:
        """Remove what dead processes left of what they were writing."""
        sweep(self._incoming)

    def aside(self) -> list[tuple[str, os.stat_result]]:
        """Return the paths of what was set aside, with their status."""
        found = []
        for name in _names(self._aside):
            path = os.path.join(self._aside, name)
            with suppress(OSError):
                found.append((path, os.lstat(path)))
        return found

    def clear_aside(self, paths: Iterable[str]) -> None:
        """Remove what was set aside."""
        for path in paths:
            with suppress(OSError):
                remove(path)

    def _opened(self, digest: str) -> int:
        path = self.path(digest)
        try:
            handle = os.open(path, _READ)
        except FileNotFoundError:
            raise Corrupt(f"the stored result {digest[:16]} is gone", digest) from None
        except OSError as error:
            if error.errno == errno.ELOOP:  # a link: nothing here makes one
                raise self.set_aside(digest) from None
            self._bad.add(digest)
            raise Corrupt(f"a stored result cannot be read: {error}", digest) from error
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise self.set_aside(digest)
        return handle


def _is_digest(text: str) -> bool:
    return len(text) == 64 and _HEX.issuperset(text)


def _sync(path: str) -> None:
    with suppress(FileNotFoundError):  # removed, or set aside meanwhile
        sync_file(path)


def _read_into(handle: int, view: memoryview) -> int:
    if hasattr(os, "readv"):
        return os.readv(handle, [view])
    data = os.read(handle, view.nbytes)
    view[: len(data)] = data
    return len(data)


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return []
