"""Copying an open file while a second thread digests the copy."""

import errno
import os
import sys
import threading

from blake3 import blake3

from noria.store.sink import write_all

_SLICE = 8 << 20
_SMALL = 1 << 20  # below, a thread costs more than it saves
_PIECE = 1 << 19  # what fits into a processor's cache is read and digested fastest
_UNSUPPORTED = {errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EBADF, errno.EPERM}


def copy_hashed(reading: int, writing: int) -> tuple[str, int]:
    """Copy from one descriptor to the other, both at their beginning.

    Returns the digest and the size of the copy: of what was written, whatever happens to the
    source meanwhile.  Raises OSError.
    """
    if not hasattr(os, "preadv") or os.fstat(reading).st_size < _SMALL:
        return _in_turn(reading, writing)
    return _side_by_side(reading, writing)


def _in_turn(reading: int, writing: int) -> tuple[str, int]:
    hasher = blake3()
    size = 0
    while data := os.read(reading, _SMALL):
        hasher.update(data)
        write_all(writing, memoryview(data))
        size += len(data)
    return hasher.hexdigest(), size


def _side_by_side(reading: int, writing: int) -> tuple[str, int]:
    follower = _Follower(writing)
    size = 0
    try:
        while count := _copied(reading, writing):
            size += count
            follower.reach(size)
    finally:
        digest = follower.finish()
    return digest, size


def _copied(reading: int, writing: int) -> int:
    """Copy one slice, without a way through memory where that is possible; return its bytes."""
    if sys.platform == "linux":
        try:
            return os.copy_file_range(reading, writing, _SLICE)
        except OSError as error:
            if error.errno not in _UNSUPPORTED:
                raise
    data = os.read(reading, _SLICE)
    write_all(writing, memoryview(data))
    return len(data)


class _Follower:
    """A thread that digests a file while it grows."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._hasher = blake3()
        self._end = 0
        self._error: OSError | None = None
        self._finished = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="noria-hash", daemon=True)
        self._thread.start()

    def reach(self, end: int) -> None:
        """Tell that the file is now so long."""
        with self._changed:
            self._end = end
            self._changed.notify()

    def finish(self) -> str:
        """Wait until all is digested; return the digest.  Raises OSError if it was not read."""
        with self._changed:
            self._finished = True
            self._changed.notify()
        self._thread.join()
        if self._error is not None:
            raise self._error
        digest: str = self._hasher.hexdigest()
        return digest

    def _run(self) -> None:
        buffer = memoryview(bytearray(_PIECE))
        at = 0
        while True:
            with self._changed:
                while self._end <= at and not self._finished:
                    self._changed.wait()
                end = self._end
            if end <= at:
                return
            try:
                while at < end:
                    count = os.preadv(self._handle, [buffer[: min(_PIECE, end - at)]], at)
                    self._hasher.update(buffer[:count])
                    at += count or end  # cut off by somebody: the digest will not fit
            except OSError as error:
                self._error = error
                return
