"""What is kept and not yet in the database: written every tenth of a second, by a thread."""

import sqlite3
import threading
import time
from collections.abc import Iterable

from noria.store.database import Database
from noria.store.records import Entry, entry_bytes
from noria.store.seal import Seal

_FLUSH_SECONDS = 0.1
_FLUSH_WAIT, _LAST_WAIT = 0.25, 5.0  # seconds to wait for another process that writes
_MOST_BYTES = 64 << 20  # that wait in memory while the database does not take them


class _Batch:
    """Rows that are to be written together."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.small: dict[str, bytes] = {}
        self.files: dict[str, int] = {}
        self.texts: dict[str, bytes] = {}
        self.seen: dict[bytes, tuple[bytes, bytes, bytes]] = {}
        self.used: dict[str, float] = {}
        self.last_runs: dict[str, tuple[float, str]] = {}
        self.marks: dict[bytes, tuple[bytes, bytes]] = {}

    def __bool__(self) -> bool:
        return any(vars(self).values())

    def put_before(self, later: "_Batch") -> None:
        """Take over what was added since, which wins."""
        for name, rows in vars(later).items():
            getattr(self, name).update(rows)


class Pending:
    """Takes rows from any thread; they are found here until the database has them."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal
        self._guard = threading.Lock()
        self._writing = threading.Lock()
        self._now = _Batch()
        self._taken = _Batch()  # being written: found here still
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()
        self._small_bytes = 0
        self.failed: str | None = None

    def entry(self, key: str) -> Entry | None:
        """Return the entry of a key that is not in the database yet."""
        with self._guard:
            return self._now.entries.get(key) or self._taken.entries.get(key)

    def entries(self) -> list[Entry]:
        """Return the entries that are not in the database yet."""
        with self._guard:
            return list({**self._taken.entries, **self._now.entries}.values())

    def small(self, digest: str) -> bytes | None:
        """Return bytes that are not in the database yet."""
        with self._guard:
            found = self._now.small.get(digest)
            return self._taken.small.get(digest) if found is None else found

    def text(self, digest: str) -> bytes | None:
        """Return a text that is not in the database yet."""
        with self._guard:
            return self._now.texts.get(digest) or self._taken.texts.get(digest)

    @property
    def is_full(self) -> bool:
        """Whether more waits than memory should hold: the database does not take it."""
        return self._small_bytes > _MOST_BYTES

    def add_entry(self, entry: Entry) -> None:
        """Take an entry."""
        with self._guard:
            self._now.entries[entry.key] = entry
        self._wake()

    def add_small(self, digest: str, data: bytes) -> None:
        """Take the bytes of a small blob."""
        with self._guard:
            self._now.small[digest] = data
            self._small_bytes += len(data)
        self._wake()

    def add_file(self, digest: str, size: int) -> None:
        """Take note of a blob that is a file."""
        with self._guard:
            self._now.files[digest] = size
        self._wake()

    def add_texts(self, texts: Iterable[tuple[str, bytes]]) -> None:
        """Take texts by digest."""
        with self._guard:
            self._now.texts.update(texts)
        self._wake()

    def add_seen(self, rows: Iterable[tuple[bytes, tuple[bytes, bytes, bytes]]]) -> None:
        """Take what was seen of files."""
        with self._guard:
            self._now.seen.update(rows)
        self._wake()

    def add_used(self, keys: Iterable[str], at: float) -> None:
        """Take note that entries were used."""
        with self._guard:
            self._now.used.update(dict.fromkeys(keys, at))
        self._wake()

    def add_last_run(self, label: str, at: float, keys: str) -> None:
        """Take note of what the last run of a name used."""
        with self._guard:
            self._now.last_runs[label] = (at, keys)
        self._wake()

    def add_mark(self, name: bytes, row: tuple[bytes, bytes]) -> None:
        """Take a note by name."""
        with self._guard:
            self._now.marks[name] = row
        self._wake()

    def forget(self, keys: Iterable[str]) -> None:
        """Drop entries; what is being written is written first."""
        with self._writing, self._guard:
            for key in keys:
                self._now.entries.pop(key, None)

    def flush(self, *, durable: bool = False, wait: float = _LAST_WAIT) -> str | None:
        """Write all that is pending; return why it could not be, ``None`` when it is written."""
        with self._writing:
            with self._guard:
                self._taken, self._now = self._now, _Batch()
            taken = self._taken
            if not taken and not durable:
                return None
            failed: str | None = "it was interrupted"
            try:
                failed = self._database.write(
                    lambda connection: self._write(connection, taken, durable=durable),
                    wait=wait,
                    durable=durable,
                )
            finally:
                with self._guard:
                    if failed is not None and self._database.writable:
                        taken.put_before(self._now)
                        self._now = taken
                    else:
                        self._small_bytes -= sum(map(len, taken.small.values()))
                    self._taken = _Batch()
                self.failed = failed
            return failed

    def close(self) -> None:
        """Write what is pending and stop the thread."""
        self._closed.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()
        self.flush()

    def _wake(self) -> None:
        if self._thread is None:
            with self._guard:
                if self._thread is None:
                    thread = threading.Thread(target=self._follow, name="noria-store", daemon=True)
                    thread.start()
                    self._thread = thread

    def _follow(self) -> None:
        while not self._closed.wait(_FLUSH_SECONDS):
            self.flush(wait=_FLUSH_WAIT)

    def _write(self, connection: sqlite3.Connection, batch: _Batch, *, durable: bool) -> None:
        many = connection.executemany
        now = time.time()
        bodies = [(entry, entry_bytes(entry)) for entry in batch.entries.values()]
        many(
            "INSERT OR REPLACE INTO blobs VALUES (?, ?, ?, ?)",
            ((digest, len(data), now, data) for digest, data in batch.small.items()),
        )
        many(
            "INSERT OR REPLACE INTO blobs VALUES (?, ?, ?, NULL)",
            ((digest, size, now) for digest, size in batch.files.items()),
        )
        many(
            "INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?, ?)",
            (
                (
                    entry.key,
                    self._seal.signer,
                    node_bytes(entry.node),
                    entry.made,
                    body,
                    self._seal.of(body),
                )
                for entry, body in bodies
            ),
        )
        many(
            "INSERT OR IGNORE INTO links VALUES (?, ?)",
            ((digest, entry.key) for entry, _ in bodies for digest in _linked(entry)),
        )
        many("INSERT OR REPLACE INTO uses VALUES (?, ?)", batch.used.items())
        many(
            "INSERT OR REPLACE INTO texts VALUES (?, ?, ?)",
            ((digest, now, data) for digest, data in batch.texts.items()),
        )
        many(
            "INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?)",
            ((path, *row) for path, row in batch.seen.items()),
        )
        many(
            "INSERT OR REPLACE INTO last_runs VALUES (?, ?, ?)",
            ((storable(label), *row) for label, row in batch.last_runs.items()),
        )
        many(
            "INSERT OR REPLACE INTO marks VALUES (?, ?, ?)",
            ((name, *row) for name, row in batch.marks.items()),
        )
        if durable:
            # Something must be written for the log before it to be synced.
            connection.execute("DELETE FROM synced")
            connection.execute("INSERT INTO synced VALUES (?)", (now,))


def node_bytes(node: str) -> bytes:
    """Return a node's name as the database keeps it, whatever letters it has."""
    return node.encode("utf-8", "surrogatepass")


def storable(text: str) -> str:
    """Return a text as the database can keep it: halves of letters, which a path has, escaped."""
    return text.encode("utf-8", "backslashreplace").decode()


def _linked(entry: Entry) -> set[str]:
    blobs = {digest for output in entry.outputs for _, digest, _ in output.blobs}
    return set(map(storable, blobs | {output.digest for output in entry.outputs}))
