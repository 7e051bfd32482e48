"""The store's database: opened whatever state it is in, read, and written in batches."""

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from noria.full_disk import is_full

SCHEMA = 1
FILE = f"results-{SCHEMA}.db"
_WAIT = 5.0
_MANY = 5000  # keys in one query
_BROKEN = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}
# What a disk or too many open files may bring about once; SQLite takes such for damage, too.
_PASSING = {*_BROKEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}

# links: what an entry's outputs go by, and the blobs that it needs.
_TABLES = tuple(
    " ".join(statement.split())
    for statement in """
        CREATE TABLE entries (
            key TEXT NOT NULL, signer BLOB NOT NULL, node BLOB NOT NULL, made REAL NOT NULL,
            body BLOB NOT NULL, seal BLOB NOT NULL, PRIMARY KEY (key, signer));
        CREATE INDEX entries_by_node ON entries (node, made);
        CREATE TABLE links (
            digest TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (digest, key)) WITHOUT ROWID;
        CREATE TABLE blobs (
            digest TEXT PRIMARY KEY, size INTEGER NOT NULL, at REAL NOT NULL, data BLOB);
        CREATE TABLE uses (key TEXT PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID;
        CREATE TABLE last_runs (label TEXT PRIMARY KEY, at REAL NOT NULL, keys TEXT NOT NULL);
        CREATE TABLE texts (digest TEXT PRIMARY KEY, at REAL NOT NULL, data BLOB NOT NULL);
        CREATE TABLE seen (
            path BLOB PRIMARY KEY, state BLOB NOT NULL, digest BLOB NOT NULL, seal BLOB NOT NULL)
            WITHOUT ROWID;
        CREATE TABLE marks (
            name BLOB PRIMARY KEY, text BLOB NOT NULL, seal BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE synced (at REAL NOT NULL)
    """.split(";")  # noqa: SIM905
)


class Database:
    """One file in ``folder``, read by any thread and written by whoever calls :meth:`write`.

    It never fails to open.  A file that is none of ours, damaged, or of another form is moved to
    ``aside`` and a new one begun: all in it can be computed again.  ``writable`` tells whether
    writes are kept; ``trouble`` says, in a sentence, why not, or what was set aside.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self.writable = True
        self.trouble: str | None = None
        self._guard = threading.Lock()
        self._writing = threading.Lock()
        self._reader: sqlite3.Connection | None = None
        self._writer: sqlite3.Connection | None = None
        self._doubted = False
        until, again = time.monotonic() + _WAIT, True
        while self._reader is None:
            try:
                self._reader = _opened(self.path)
            except sqlite3.Error as error:
                # Who makes the file holds it for a moment, in which SQLite does not always wait.
                if _code(error) == sqlite3.SQLITE_BUSY and time.monotonic() < until:
                    time.sleep(0.02)
                elif _code(error) in _PASSING and again:
                    again = False
                elif not self._mended(error):
                    return

    def read(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query; none where there is no database that can be read."""
        with self._guard:
            if self._reader is None:
                return []
            try:
                try:
                    return self._reader.execute(sql, values).fetchall()
                except sqlite3.Error as error:
                    if _code(error) not in _PASSING:
                        raise
                    return self._opened_again().execute(sql, values).fetchall()
            except sqlite3.Error as error:
                self._fail(error)
                return []

    def read_many(
        self, sql: str, keys: Sequence[Any], *, before: Sequence[Any] = (), at_once: int = _MANY
    ) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query about many keys, of which it is asked ``at_once``.

        They stand for the ``(?)`` in it, ``before`` for the question marks in front of that.
        """
        for start in range(0, len(keys), at_once):
            part = keys[start : start + at_once]
            marks = ",".join("?" * len(part))
            yield from self.read(sql.replace("(?)", f"({marks})"), [*before, *part])

    def write(
        self, work: Callable[[sqlite3.Connection], object], *, wait: float, durable: bool = False
    ) -> str | None:
        """Do ``work`` in one transaction; return why nothing of it was done, ``None`` if it was.

        ``wait`` is the longest, in seconds, to wait for another process that writes.  ``durable``
        returns only when this and all earlier writes are on the disk.
        """
        if not self.writable:
            return self.trouble or "the store cannot be written"
        with self._writing:
            try:
                writer = self._writer = self._writer or _connected(self.path)
                writer.execute(f"PRAGMA busy_timeout = {round(wait * 1000)}")
                writer.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
                writer.execute(f"PRAGMA fullfsync = {int(durable)}")
                writer.execute("BEGIN IMMEDIATE")
                try:
                    work(writer)
                    writer.execute("COMMIT")
                except BaseException:
                    # On a full disk SQLite has rolled back already: the first error counts.
                    with suppress(sqlite3.Error):
                        writer.execute("ROLLBACK")
                    raise
            except sqlite3.Error as error:
                if _code(error) in _PASSING:
                    self._doubt(error)
                return self._said(error)
            self._doubted = False
        return None

    def free(self, work: Callable[[sqlite3.Connection], object], *, wait: float) -> str | None:
        """Do ``work``, which deletes, as :meth:`write` does, and on a full disk too.

        SQLite writes to a second file first, even what is deleted.  Where there is no room for
        that, and nobody else has the database open, it is done in the file itself; killed in the
        middle, it is damaged, and set aside when it is opened again.
        """
        reason = self.write(work, wait=wait)
        if reason is None or not is_full(self.path.parent):
            return reason
        with self._writing, self._guard:
            self._let_go()
            self.writable = False
            with suppress(sqlite3.Error), closing(_connected(self.path)) as alone:
                _in_place(alone, work)
                reason = self.trouble = None
            try:
                self._reader = _opened(self.path)
                self.writable, self.trouble = True, None
            except sqlite3.Error:
                self._open_to_read()
        return reason

    def _doubt(self, error: sqlite3.Error) -> None:
        """Write by another connection the next time; what fails twice like that is damaged."""
        with suppress(sqlite3.Error):
            if self._writer is not None:
                self._writer.close()
        self._writer = None
        if self._doubted and _code(error) in _BROKEN:
            with self._guard:
                self._fail(error)
        self._doubted = True

    def shrink(self) -> None:
        """Give back to the disk what deleted rows took."""
        with self._writing, suppress(sqlite3.Error):
            if self._writer is not None:
                # As a script: one statement would be stepped once, which frees one page.
                self._writer.executescript("PRAGMA incremental_vacuum")
                self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Close the file."""
        with self._writing, self._guard:
            self._let_go()
            self.writable = False

    def _let_go(self) -> None:
        for connection in (self._writer, self._reader):
            if connection is not None:
                with suppress(sqlite3.Error):
                    connection.close()
        self._reader = self._writer = None

    def _opened_again(self) -> sqlite3.Connection:
        """Return a new connection to read by, after an error that may be over."""
        before, self._reader = self._reader, _opened(self.path)
        if before is not None:
            with suppress(sqlite3.Error):
                before.close()
        return self._reader

    def _mended(self, error: sqlite3.Error) -> bool:
        """Do what can be done about a database that does not open; tell whether to try again."""
        code = _code(error)
        in_the_way = os.path.lexists(self.path) and not self.path.is_file()
        if code in _BROKEN or isinstance(error, _OtherFormError) or in_the_way:
            if self._set_aside():
                self.trouble = (
                    f"{self.path} could not be used ({error}) and was set aside: results are"
                    " computed again"
                )
                return True
        elif code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL,
                      sqlite3.SQLITE_IOERR):  # fmt: skip
            self._open_to_read()
        self.writable = False
        self.trouble = self._said(error)
        return False

    def _open_to_read(self) -> None:
        beside = self.path.with_name(f"{FILE}-wal")
        for how in ("mode=ro", "immutable=1"):
            if how == "immutable=1" and beside.exists() and beside.stat().st_size:
                return
            with suppress(sqlite3.Error, OSError):
                address = f"{self.path.resolve().as_uri()}?{how}"
                reader = _connected(address, uri=True)
                try:
                    _check(reader)
                except BaseException:
                    reader.close()
                    raise
                self._reader = reader
                return

    def _fail(self, error: sqlite3.Error) -> None:
        """Go on without a database whose reading fails."""
        if _code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return
        with suppress(sqlite3.Error):
            if self._reader is not None:
                self._reader.close()
        self._reader = None
        self.writable = False
        self.trouble = self._said(error)
        if _code(error) in _BROKEN and self._set_aside():
            self.trouble += "; it was set aside, and results are computed again"

    def _set_aside(self) -> bool:
        aside = self.path.parent / "aside"
        tail = os.urandom(4).hex()
        try:
            aside.mkdir(exist_ok=True)
            self.path.rename(aside / f"{FILE}-{tail}")
        except OSError:
            return False
        for suffix in ("-wal", "-shm"):
            with suppress(OSError):
                self.path.with_name(FILE + suffix).rename(aside / f"{FILE}-{tail}{suffix}")
        return True

    def _said(self, error: sqlite3.Error) -> str:
        match _code(error):
            case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                why = "another process keeps it locked"
            case sqlite3.SQLITE_FULL:
                why = "the disk is full"
            case sqlite3.SQLITE_READONLY:
                why = "it is read-only"
            case sqlite3.SQLITE_IOERR | sqlite3.SQLITE_CANTOPEN if is_full(self.path.parent):
                why = "the disk is full"
            case _:
                why = str(error)
        return f"the store {self.path.parent} cannot be written: {why}"


class _OtherFormError(sqlite3.DatabaseError):
    """It is a database, and not of this form."""


def _opened(path: Path) -> sqlite3.Connection:
    connection = _connected(path)
    try:
        if not _check(connection):
            _make(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _connected(path: Path | str, *, uri: bool = False) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=_WAIT, isolation_level=None, check_same_thread=False, uri=uri
    )
    # The file may come from somebody else: what its schema says is not executed.
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def _in_place(connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], object]) -> None:
    """Do ``work`` on a database that nobody else has open, without any file beside it."""
    connection.execute("PRAGMA busy_timeout = 0")
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("PRAGMA journal_mode = MEMORY")
    connection.execute("BEGIN IMMEDIATE")
    work(connection)
    connection.execute("COMMIT")
    with suppress(sqlite3.Error):
        connection.executescript("PRAGMA incremental_vacuum")
        connection.execute("PRAGMA journal_mode = WAL")


def _check(connection: sqlite3.Connection) -> bool:
    """Tell whether the tables are there; raises for a database of another form."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    rows = connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    if version == 0 and not rows:
        return False
    if version > SCHEMA:
        raise _OtherFormError(f"it comes from a newer Noria, whose form is {version}")
    if version != SCHEMA or {sql for (sql,) in rows} != set(_TABLES):
        raise _OtherFormError("it is not a database of this form")
    return True


def _make(connection: sqlite3.Connection) -> None:
    until = time.monotonic() + _WAIT
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA busy_timeout = {round(max(0.0, until - time.monotonic()) * 1000)}")
    connection.execute("BEGIN IMMEDIATE")
    try:
        if not _check(connection):  # another process may have been faster
            for statement in _TABLES:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {SCHEMA}")
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def _code(error: sqlite3.Error) -> int:
    code: int = getattr(error, "sqlite_errorcode", -1)
    return code & 0xFF if code >= 0 else -1
