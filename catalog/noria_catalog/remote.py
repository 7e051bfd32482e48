"""Object stores and other file systems that fsspec knows."""

import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any, BinaryIO

from noria_catalog import s3
from noria_catalog.errors import LoadError, MissingDataError, SaveError
from noria_catalog.leftovers import leftovers, remove, temporary_name
from noria_catalog.listing import find
from noria_catalog.protocols import unreachable
from noria_catalog.publish import FULL, Pending, Published
from noria_catalog.redact import redacted

_S3 = {"s3", "s3a"}
_WHOLE_UPLOADS = {*_S3, "gs", "gcs", "abfs", "abfss", "az", "adl", "oss", "oci", "memory"}
"""Stores in which an upload is there when it is complete, and not before."""

# A file of fewer bytes comes by one request, which a store answers from one version of it.
_ONE_READ = 8 * 2**20
_READS = 3
_FOLDER = "store"
# What tells one content from another: an md5 before a tag, which some stores give anew each time.
_TAGS = ("md5Hash", "ETag", "etag", "content_md5")


def store_address(options: Mapping[str, Any]) -> str:
    """Return the address of a store, as far as it was given beside the URL; else empty.

    >>> store_address({"key": "k", "client_kwargs": {"endpoint_url": "http://ann:word@minio:9000"}})
    'http://minio:9000'
    """
    client = options.get("client_kwargs") or {}
    given = (
        options.get("endpoint_url") or client.get("endpoint_url"),
        options.get("account_name"),
        options.get("host"),
    )
    return redacted(" ".join(str(each) for each in given if each))


def publishes_whole(url: str) -> bool:
    """Tell whether a save at a URL is there whole or not at all.

    >>> publishes_whole("s3://bucket/a.csv"), publishes_whole("ftp://host/a.csv")
    (True, False)
    """
    return re.split(r"://|::", url, maxsplit=1)[0].lower() in _WHOLE_UPLOADS


class RemoteStorage:
    """One fsspec file system, made at first use.

    A file goes up by one upload to its final key: a rename is a copy and a delete there, and a
    file handle that is closed by an exception publishes the part that was written.
    """

    def __init__(self, url: str, options: Mapping[str, Any]) -> None:
        self._url = url
        self._options = options
        self._is_s3 = url.partition("://")[0].lower() in _S3
        self._unfinished: set[str] = set()

    @cached_property
    def _files(self) -> Any:
        import fsspec

        try:
            if self._is_s3:
                return s3.open_bounded(self._url, self._options)
            return fsspec.core.url_to_fs(self._url, **self._options)[0]
        except (ImportError, ValueError) as error:
            problem = unreachable(self._url.partition(":")[0])
            if problem is None:
                raise
            raise problem from error

    def _key(self, path: str) -> str:
        return str(self._files._strip_protocol(path))  # noqa: SLF001 - fsspec has no public name

    def _fresh(self, path: str) -> str:
        key = self._key(path)
        # Listings are cached for the life of the process; other processes write here too.
        self._files.invalidate_cache(key)
        return key

    def opened(self, path: str) -> tuple[Any, str]:
        """Return the fsspec file system and the key of ``path`` in it, for who reads bit by bit."""
        return self._files, self._fresh(path)

    def shown(self, path: str) -> str:
        """Return the URL without user-info and values of query parameters."""
        return redacted(path)

    def identity(self, path: str) -> str:
        """Return the URL without user-info, with the address of the store where one was given."""
        address = store_address(self._options)
        return redacted(path) + (f" on {address}" if address else "")

    def exists(self, path: str) -> bool:
        """Tell whether a file or folder lies at ``path``."""
        return bool(self._files.exists(self._fresh(path)))

    def missing(self, path: str) -> MissingDataError:
        """Return the error for a path at which nothing lies."""
        cause = self._out_of_reach(path) if path.startswith(("http:", "https:")) else None
        if cause is not None:
            told = f"{type(cause).__name__}: {cause}"
            return MissingDataError(f"{self.shown(path)} cannot be reached: {told}")
        return MissingDataError(f"nothing lies at {self.shown(path)}")

    def _out_of_reach(self, path: str) -> BaseException | None:
        """Return why nobody can tell whether something lies there: fsspec says that nothing does.

        ``None`` where the server itself says so.
        """
        try:
            self._files.info(self._fresh(path))
        except Exception as error:  # noqa: BLE001  # it is told
            cause = error.__cause__ or error
            return None if getattr(cause, "status", None) in {404, 410} else cause
        return None

    def size(self, path: str) -> int | None:
        """Return a file's bytes; ``None`` where there is none or the store does not say."""
        try:
            size = self._files.size(self._fresh(path))
        except FileNotFoundError:
            return None
        return None if size is None else int(size)

    def digest(self, path: str) -> str:
        """Return the store's tag with the size; the content's blake3 where it gives no tag.

        Raises MissingDataError.
        """
        from noria_catalog.digest import file_digest

        tag = self._tag(path)
        if tag is not None:
            return tag
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
        found = (str(path)[len(key) + 1 :] for path in find(self._files, key))
        return sorted(path for path in found if not re.search(r"(^|/)\.", path))

    @contextmanager
    def opening(self, path: str) -> Iterator[BinaryIO]:
        """Open a file to read parts of it, which alone come here; raises MissingDataError."""
        try:
            file = self._files.open(self._fresh(path), "rb")
        except FileNotFoundError as error:
            raise self.missing(path) from error
        with file:
            yield file

    @contextmanager
    def reading(self, path: str) -> Iterator[str]:
        """Bring the file here, under its own name, for as long as the context lasts.

        All of it is of one version: a file that was replaced meanwhile is brought again.
        """
        key = self._fresh(path)
        with self._folder() as folder:
            here = os.path.join(folder, key.rsplit("/", 1)[-1])
            for left in reversed(range(_READS)):
                before = self._tag(path)
                try:
                    self._receive(key, here, path)
                except (MissingDataError, PermissionError):
                    raise
                except Exception:
                    # Every store has its own error for a connection that broke.
                    if not left:
                        raise
                    continue
                if os.path.getsize(here) <= _ONE_READ or before == self._tag(path):
                    break
            else:
                raise LoadError(f"{self.shown(path)} is replaced again and again while it is read")
            yield here

    def _receive(self, key: str, here: str, path: str) -> None:
        try:
            if self._is_s3:
                s3.receive(self._files, key, here)
            else:
                self._files.get_file(key, here)
        except FileNotFoundError as error:
            raise self.missing(path) from error

    def _tag(self, path: str) -> str | None:
        """Return what changes with the content, ``None`` where the store has no such thing."""
        try:
            info = self._files.info(self._fresh(path))
        except FileNotFoundError as error:
            raise self.missing(path) from error
        tag = next((info[name] for name in _TAGS if info.get(name)), None)
        return None if tag is None else f"tag-{str(tag).strip(chr(34))}-{info.get('size')}"

    @contextmanager
    def publishing(
        self, path: str, *, replace: bool = True, tidy: bool = True
    ) -> Iterator[Pending]:
        """Give a file here to write, then send it to its final key in one piece."""
        key = self._fresh(path)
        if not replace and self._files.exists(key):
            raise SaveError(f"{self.shown(path)} exists already, and is never overwritten")
        with self._folder() as folder:
            pending = Pending(os.path.join(folder, key.rsplit("/", 1)[-1]))
            with _explaining_full_disk(folder, self.shown(path)):
                yield pending
            if not os.path.isfile(pending.path):
                raise SaveError(f"write() made no plain file for {self.shown(path)}")
            size = os.path.getsize(pending.path)
            started = time.perf_counter()
            self._send(pending.path, path, folder)
            self._fresh(path)
            spent = time.perf_counter() - started
            pending.published = Published(size, spent, self.shown(path))

    def _send(self, here: str, path: str, folder: str) -> None:
        try:
            self._put(here, self._key(path), folder)
        except Exception as error:
            # Every store has its own errors; what they mean is that nothing was saved.
            raise SaveError(
                f"cannot write {self.shown(path)}: {type(error).__name__}: {error}"
            ) from error

    def _put(self, here: str, key: str, folder: str) -> None:
        if self._is_s3:
            s3.send(self._files, here, key, folder)
        elif "memory" in str(self._files.protocol):
            # Its put_file would publish what was written when an error comes.
            with open(here, "rb") as file:
                self._files.pipe_file(key, file.read())
        else:
            self._files.put_file(here, key)

    def sweep(self, folder: str) -> None:
        """Do nothing: a dead process leaves no object behind."""

    @contextmanager
    def _folder(self) -> Iterator[str]:
        """Give a folder on this machine, and remove those that killed processes left."""
        above = tempfile.gettempdir()
        left = [os.path.join(above, name) for name in leftovers(above, _FOLDER)]
        for each in [*left, *self._unfinished]:
            if not s3.is_under_way(each) or (self._is_s3 and s3.take_back(self._files, each)):
                remove(each)
                self._unfinished.discard(each)
        folder = os.path.join(above, temporary_name(_FOLDER))
        os.mkdir(folder, 0o700)
        try:
            yield folder
        finally:
            if s3.is_under_way(folder):  # the store did not answer: the next save takes it back
                self._unfinished.add(folder)
            else:
                remove(folder)


@contextmanager
def _explaining_full_disk(folder: str, place: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        free = shutil.disk_usage(folder).free
        raise SaveError(
            f"the disk is full: {free / 1e6:,.1f} MB are free in {os.path.dirname(folder)}, where a"
            f" file is written before it is sent; {place} is as it was ({error.strerror or error})",
            hint="free some space, or let the variable TMPDIR name a folder with more",
        ) from error
