"""The digests of files that were looked at before, by what the file system tells of them."""

import os
import stat
import struct
import time
from collections.abc import Iterable

from blake3 import blake3

from noria.store.store import Store

_YOUNG = 2_000_000_000  # nanoseconds: a file written again within them may look the same
_STATE = struct.Struct("<QqqQQq")  # size, mtime, ctime, inode, device, when it was digested
_SAME = _STATE.size - 8  # bytes of it that are the file's
_WORD = (1 << 64) - 1
_SLICE = 1 << 20
_LARGE = 4 << 20  # bytes from which on a thread pays


class Seen:
    """Tells the digests of files, and reads only those that may have changed.

    A file counts as unchanged while its size, both times, inode and device are those of the time
    when it was digested, and it was at least two seconds old then: a file that is written again
    within a tick of the clock can look the same.  When the clock stands before that time, or the
    file's times lie in the future, it is read again.

    >>> import tempfile, pathlib
    >>> from noria.store.store import open_store
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "a").write_text("hello")
    >>> with open_store(folder / "store", b"s" * 32) as store:
    ...     Seen(store).digest_of(folder / "a")[:8]
    'ea8f163d'
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def digest_of(self, path: str | os.PathLike[str]) -> str | None:
        """Return the digest of a file's bytes; ``None`` when there is no plain file to read."""
        return self.digests_of([path])[os.fspath(path)]

    def digests_of(self, paths: Iterable[str | os.PathLike[str]]) -> dict[str, str | None]:
        """Return the digests of files by path; ``None`` for what is no plain file to read."""
        digests: dict[str, str | None] = {}
        states: dict[bytes, tuple[str, bytes]] = {}
        for path in [os.fspath(path) for path in paths]:
            digests[path] = None
            try:
                status = os.stat(path)
            except (OSError, ValueError):
                continue
            if stat.S_ISREG(status.st_mode):
                # The full path: a store may serve several projects.
                states[os.fsencode(os.path.abspath(path))] = (path, _state(status, 0))
        now = time.time_ns()
        rows = self._store.database.read_many(
            "SELECT path, state, digest, seal FROM seen WHERE path IN (?)", list(states)
        )
        for name, state, digest, seal in rows:
            path, present = states[name]
            if (
                isinstance(state, bytes)
                and isinstance(digest, bytes)
                and len(state) == _STATE.size
                and state[:_SAME] == present[:_SAME]
                and int.from_bytes(state[_SAME:], "little", signed=True) <= now
                and self._store.seal_seen.short(name + state + digest) == seal
            ):
                digests[path] = digest.hex()
                del states[name]
        self._digest(states, digests)
        return digests

    def _digest(
        self, states: dict[bytes, tuple[str, bytes]], digests: dict[str, str | None]
    ) -> None:
        """Read files, large ones side by side; remember those that can be trusted later."""
        sizes = {name: _STATE.unpack(state)[0] for name, (_, state) in states.items()}
        large = [name for name in states if sizes[name] >= _LARGE]
        rows = []
        results = [(name, _digested(states[name][0])) for name in states if sizes[name] < _LARGE]
        if len(large) > 1:
            from concurrent.futures import ThreadPoolExecutor

            with ThreadPoolExecutor(min(len(large), os.cpu_count() or 1, 8)) as pool:
                found = pool.map(_digested, [states[name][0] for name in large])
                results += zip(large, found, strict=True)
        else:
            results += [(name, _digested(states[name][0])) for name in large]
        for name, result in results:
            if result is None:
                continue
            digest, state = result
            digests[states[name][0]] = digest.hex()
            if state is not None:
                seal = self._store.seal_seen.short(name + state + digest)
                rows.append((name, (state, digest, seal)))
        if rows and self._store.is_writable:
            self._store.pending.add_seen(rows)


def _state(status: os.stat_result, now: int) -> bytes:
    return _STATE.pack(
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
        status.st_ino & _WORD,
        status.st_dev & _WORD,
        now,
    )


def _digested(path: str) -> tuple[bytes, bytes | None] | None:
    """Return a file's digest, and its state where that will tell whether it is still the same."""
    try:
        with open(path, "rb", buffering=0) as file:
            before = os.fstat(file.fileno())
            if not stat.S_ISREG(before.st_mode):
                return None
            hasher = blake3()
            while data := file.read(_SLICE):
                hasher.update(data)
            after = os.fstat(file.fileno())
    except (OSError, ValueError):
        return None
    now = time.time_ns()
    unchanged = _state(before, 0) == _state(after, 0)
    settled = now - max(after.st_mtime_ns, after.st_ctime_ns) >= _YOUNG
    return hasher.digest(), _state(after, now) if unchanged and settled else None
