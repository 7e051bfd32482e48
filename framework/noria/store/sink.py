"""Where a value's bytes go: hashed in a second thread while they are written."""

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

from blake3 import blake3

_GATHERED = 1 << 20  # bytes of small pieces that go on together
_LARGE = 1 << 18  # a piece of so many bytes goes on as it is, uncopied
_SLICE = 8 << 20  # bytes that are hashed while they are written
_AHEAD = 4  # slices that the writer may be ahead of the hasher


class Sunk(NamedTuple):
    """What went into a sink: its digest and size, and where it is.

    ``data`` for what is small, ``path`` for the temporary file of what is not; neither when it was
    only digested, or was over the limit.
    """

    digest: str
    size: int
    data: bytes | None
    path: str | None


class Sink:
    """A file to write to once; ``close`` tells the digest of all that was written.

    ``size`` is the number of bytes so far, ``failed`` why the disk did not take them.

    At most ``small`` bytes stay in memory; more go into the file that ``open_file`` makes, a
    descriptor and its path, or nowhere if that is ``None``.  Over ``largest`` bytes nothing is
    kept, only digested.  What is written must not change before ``close``.

    >>> sink = Sink(None, small=100)
    >>> _ = sink.write(b"hello")
    >>> sink.close().data
    b'hello'
    """

    def __init__(
        self,
        open_file: Callable[[], tuple[int, str]] | None,
        *,
        small: int,
        largest: int | None = None,
    ) -> None:
        self._open_file = open_file
        self._small = small
        self._largest = largest
        self._gathered = bytearray()
        self.size = 0
        self.failed: OSError | None = None
        self._hasher = blake3()
        self._handle = -1
        self._path: str | None = None
        self._hashing: _Hashing | None = None

    def write(self, data: Any) -> int:
        """Take bytes: any contiguous buffer."""
        view = memoryview(data)
        if view.format != "B" or view.ndim != 1:
            view = view.cast("B")
        size = view.nbytes
        self.size += size
        if size < _LARGE or (self._hashing is None and self.size <= self._small):
            self._gathered += view
            if len(self._gathered) > (self._small if self._hashing is None else _GATHERED):
                self._send_gathered()
            return size
        self._send_gathered()
        for start in range(0, size, _SLICE):
            self._send(view[start : start + _SLICE])
        return size

    def flush(self) -> None:
        """Do nothing: a library may ask for it."""

    @property
    def closed(self) -> bool:
        """Whether it takes no more; a library may ask for it."""
        return False

    def close(self) -> Sunk:
        """Return what was written."""
        if self._hashing is None and self.size <= self._small:
            data = bytes(self._gathered)
            return Sunk(self._hasher.update(data).hexdigest(), self.size, data, None)
        self._send_gathered()
        if self._hashing is not None:
            self._hashing.finish()
        path, self._path = self._path, None
        self._close_file()
        return Sunk(self._hasher.hexdigest(), self.size, None, path)

    def abort(self) -> None:
        """Leave nothing behind; harmless after ``close``."""
        if self._hashing is not None:
            self._hashing.finish()
        self._drop_file()

    def restart(self) -> None:
        """Forget all that was written: what was meant to be a value became none."""
        self.abort()
        self._gathered = bytearray()
        self.size = 0
        self._hasher = blake3()
        self._hashing = None

    def _send_gathered(self) -> None:
        if self._gathered:
            gathered, self._gathered = self._gathered, bytearray()
            self._send(memoryview(gathered))

    def _send(self, part: memoryview) -> None:
        first = self._hashing is None
        self._hashing = self._hashing or _Hashing(self._hasher)
        self._hashing.take(part)
        try:
            if first and self._open_file is not None:
                self._handle, self._path = self._open_file()
            if self._largest is not None and self.size > self._largest:
                self._drop_file()
            if self._handle >= 0:
                write_all(self._handle, part)
        except OSError as error:
            self.failed = error
            raise

    def _close_file(self) -> None:
        handle, self._handle = self._handle, -1
        if handle >= 0:
            os.close(handle)

    def _drop_file(self) -> None:
        with suppress(OSError):
            self._close_file()
        path, self._path = self._path, None
        if path is not None:
            with suppress(OSError):
                os.unlink(path)


class _Hashing:
    """A thread that digests what it is given, in order."""

    def __init__(self, hasher: blake3) -> None:
        import queue

        self._hasher = hasher
        self._parts: queue.Queue[memoryview | None] = queue.Queue(maxsize=_AHEAD)
        self._thread = threading.Thread(target=self._run, name="noria-hash", daemon=True)
        self._thread.start()

    def take(self, part: memoryview) -> None:
        self._parts.put(part)

    def finish(self) -> None:
        if self._thread.is_alive():
            self._parts.put(None)
            self._thread.join()

    def _run(self) -> None:
        while (part := self._parts.get()) is not None:
            self._hasher.update(part)


def write_all(handle: int, data: memoryview) -> None:
    """Write all of ``data`` to a descriptor."""
    while data.nbytes:
        data = data[os.write(handle, data) :]
