"""The ledger: what ran, when, from what, with what outcome; SQLite, written while it happens."""

import os
import sqlite3
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from noria.errors import RunError
from noria.record.events import (
    DatasetLoaded,
    DatasetSaved,
    Event,
    NodeFailed,
    NodeFinished,
    NodeStarted,
    RunFinished,
    RunStarted,
)
from noria.record.json_text import json_text
from noria.record.trouble import explained, place, primary_code, reason

FILE = "ledger.db"
SCHEMA = 1
_FLUSH_SECONDS = 0.1
# How long to wait, in seconds, while another process holds the ledger: when it is opened and when
# a run begins, in the middle of a run (what is pending is kept), and at its end.
_START_WAIT, _FLUSH_WAIT, _END_WAIT = 5.0, 0.25, 5.0

_TABLES = """
CREATE TABLE runs (
    id TEXT PRIMARY KEY, started REAL NOT NULL, ended REAL, status TEXT NOT NULL, error TEXT,
    pipeline TEXT NOT NULL, env TEXT, runner TEXT NOT NULL, command TEXT, details TEXT NOT NULL,
    process INTEGER NOT NULL, process_started REAL, nodes INTEGER NOT NULL
);
CREATE TABLE nodes (
    run TEXT NOT NULL, node TEXT NOT NULL, position INTEGER NOT NULL, status TEXT NOT NULL,
    started REAL, ended REAL, seconds REAL, memory INTEGER, error TEXT,
    PRIMARY KEY (run, node)
) WITHOUT ROWID;
CREATE TABLE data (
    run TEXT NOT NULL, node TEXT NOT NULL, dataset TEXT NOT NULL, direction TEXT NOT NULL,
    seconds REAL NOT NULL, rows INTEGER, bytes INTEGER, place TEXT
);
CREATE INDEX data_by_run ON data (run);
"""


@contextmanager
def open_ledger(state: Path) -> Iterator[sqlite3.Connection]:
    """Open the ledger in the state folder, made when it is not there yet.

    On a disk that cannot be written it is opened for reading.  Raises RunError, which says why,
    when the file is no ledger, comes from a newer Noria, or cannot be used: locked by another
    process for five seconds, read-only, no room on the disk.
    """
    path = state / FILE
    with ExitStack() as stack:
        with explained(path):
            connection = stack.enter_context(closing(_connect(path)))
            _prepare(connection, path)
        yield connection


def _connect(path: Path) -> sqlite3.Connection:
    connection = _connected(str(path))
    try:
        connection.execute("PRAGMA user_version")
    except sqlite3.OperationalError as error:
        connection.close()
        # A ledger in WAL mode wants to write even when it is only read.  Where that is not
        # possible, and all of it stands in the one file, SQLite can be told that nobody writes.
        beside = path.with_name(f"{FILE}-wal")
        if not _is_read_only(error) or (beside.exists() and beside.stat().st_size):
            raise
        connection = _connected(f"{path.resolve().as_uri()}?immutable=1", uri=True)
    except BaseException:
        connection.close()
        raise
    connection.row_factory = sqlite3.Row
    return connection


def _connected(address: str, *, uri: bool = False) -> sqlite3.Connection:
    return sqlite3.connect(
        address,
        timeout=_START_WAIT,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=64,
        uri=uri,
    )


def _is_read_only(error: sqlite3.Error) -> bool:
    return primary_code(error) in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    until = time.monotonic() + _START_WAIT
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > SCHEMA:
        raise RunError(
            f"the ledger {path} comes from a newer Noria (its schema is {version}, ours {SCHEMA})",
            hint="upgrade noria",
        )
    # A commit survives a kill; the end of a run, which is synced, survives a power cut too.
    connection.execute("PRAGMA synchronous = NORMAL")
    if version == 0:
        _wait_at_most(connection, until - time.monotonic())
        connection.execute("PRAGMA journal_mode = WAL")
        with _transaction(connection, until - time.monotonic()):
            # Another process may have made the tables since the version was read.
            if not connection.execute("PRAGMA user_version").fetchone()[0]:
                for statement in filter(str.strip, _TABLES.split(";")):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {SCHEMA}")


def _wait_at_most(connection: sqlite3.Connection, seconds: float) -> None:
    connection.execute(f"PRAGMA busy_timeout = {max(0, round(seconds * 1000))}")


@contextmanager
def _transaction(connection: sqlite3.Connection, wait: float) -> Iterator[None]:
    """Commit what is done inside, or nothing; wait at most so many seconds for other writers."""
    _wait_at_most(connection, wait)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # On a full disk SQLite has rolled back already, or cannot: the first error counts.
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


class Recorder:
    """Writes the events of one run into the ledger; a listener, and a context.

    The start of a run is written, and the end written and synced, when the call returns; what
    lies between follows within a tenth of a second, from a thread of its own, so that no node
    waits for it.

    The call raises RunError when the start cannot be written.  What cannot be written later is
    kept and tried again; when that has failed to the end, the run's outcome stands and one line
    on standard error says that its record is incomplete.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        *,
        env: str,
        command: str,
        details: Mapping[str, Any],
    ) -> None:
        self._connection = connection
        self._path = place(connection)
        self._env = env
        self._command = command
        self._details = json_text(details)
        self._pending: list[Event] = []
        self._guard = threading.Lock()
        self._ended = threading.Event()
        self._closed = False
        self._run = ""
        self._thread: threading.Thread | None = None

    def __call__(self, event: Event) -> None:
        """Take one event; safe from any thread."""
        if isinstance(event, RunStarted):
            self._begin(event)
            return
        self._pending.append(event)
        if isinstance(event, RunFinished):
            # Whoever has pressed Ctrl-C was promised a bounded time.
            self._close(0.3 if event.status == "interrupted" else _END_WAIT)

    def close(self) -> None:
        """Write what is pending and stop the thread."""
        self._close(_END_WAIT)

    def _close(self, wait: float) -> None:
        self._ended.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout=wait)
        with self._guard:
            failed = None if self._closed else self._flush(wait)
            self._closed = True
        if failed is not None:
            _warn(f"the record of this run is incomplete: the ledger cannot be written: {failed}")

    def _begin(self, event: RunStarted) -> None:
        self._run = event.run
        started = (
            event.run,
            event.at,
            event.pipeline,
            self._env,
            event.runner,
            self._command,
            self._details,
            os.getpid(),
            process_started(os.getpid()),
            len(event.nodes),
        )
        with explained(self._path), self._guard, _transaction(self._connection, _START_WAIT):
            if self._connection.execute("SELECT 1 FROM runs WHERE id = ?", (event.run,)).fetchone():
                raise RunError(
                    f"the ledger {self._path} has a run {event.run} already",
                    hint="two runs cannot have one name; start it again",
                )
            self._connection.execute(
                "INSERT INTO runs VALUES (?, ?, NULL, 'running', NULL, ?, ?, ?, ?, ?, ?, ?, ?)",
                [_storable(value) for value in started],
            )
            self._connection.executemany(
                "INSERT INTO nodes (run, node, position, status) VALUES (?, ?, ?, 'waiting')",
                [(event.run, _storable(node), at) for at, node in enumerate(event.nodes)],
            )
        self._thread = threading.Thread(target=self._follow, name="noria-ledger", daemon=True)
        self._thread.start()

    def _follow(self) -> None:
        while not self._ended.wait(_FLUSH_SECONDS):
            with self._guard:
                self._flush(_FLUSH_WAIT)

    def _flush(self, wait: float) -> str | None:
        """Write what is pending, which is kept until it is committed; return why it failed."""
        # Nodes append meanwhile: these are taken now, and only these are let go of below.
        events = self._pending[:]
        if not events:
            return None
        try:
            if isinstance(events[-1], RunFinished):
                self._connection.execute("PRAGMA synchronous = FULL")
            with _transaction(self._connection, wait):
                self._write(events)
        except sqlite3.Error as error:
            return reason(self._path, error)
        except Exception as error:  # noqa: BLE001  # a record never costs a run, whatever it holds
            return f"{type(error).__name__}: {error}"
        del self._pending[: len(events)]
        return None

    def _write(self, events: Sequence[Event]) -> None:
        """Write all at once: a row is written once for what happened to it meanwhile."""
        run = self._run
        nodes: dict[str, list[Any]] = {}
        data: list[tuple[Any, ...]] = []
        ends: list[RunFinished] = []
        for event in events:
            if type(event) is NodeStarted:
                nodes[event.node] = ["running", event.at, *[None] * 4, run, event.node]
            elif type(event) is DatasetLoaded:
                node, dataset, seconds, rows = event
                data.append((run, node, dataset, "in", seconds, rows, None, None))
            elif type(event) is DatasetSaved:
                node, dataset, seconds, rows, size, place = event
                data.append((run, node, dataset, "out", seconds, rows, size, place))
            elif type(event) is NodeFinished:
                node, at, seconds, memory = event
                began = nodes[node][1] if node in nodes else None
                nodes[node] = ["done", began, at, seconds, memory, None, run, node]
            elif type(event) is NodeFailed:
                node, at, seconds, error = event
                began = nodes[node][1] if node in nodes else None
                nodes[node] = ["failed", began, at, seconds, None, error, run, node]
            elif type(event) is RunFinished:
                ends.append(event)
        self._connection.executemany(
            "UPDATE nodes SET status = ?, started = coalesce(?, started), ended = ?, seconds = ?,"
            " memory = ?, error = ? WHERE run = ? AND node = ?",
            map(_all_storable, nodes.values()),
        )
        self._connection.executemany(
            "INSERT INTO data VALUES (?, ?, ?, ?, ?, ?, ?, ?)", map(_all_storable, data)
        )
        for end in ends:
            self._end(end)

    def _end(self, end: RunFinished) -> None:
        execute = self._connection.execute
        execute(
            "UPDATE runs SET ended = ?, status = ?, error = ? WHERE id = ?",
            _all_storable((end.at, end.status, end.error, self._run)),
        )
        execute(
            "UPDATE nodes SET status = ? WHERE run = ? AND status = 'running'",
            (end.status, self._run),
        )


def _all_storable(values: Iterable[Any]) -> list[Any]:
    return [_storable(value) for value in values]


def _storable(value: Any) -> Any:
    """Return what SQLite can keep of a value: text of half characters escaped, no giant number."""
    if isinstance(value, str) and not value.isascii():
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, int) and value.bit_length() > 63:
        return None
    return value


def _warn(text: str) -> None:
    with suppress(OSError, ValueError, AttributeError):  # there may be no standard error
        sys.stderr.write(f"Warning: {text}\n")
        sys.stderr.flush()


def process_started(process: int) -> float | None:
    """Return when the process with this number began, ``None`` when there is none.

    A number is given again to a later process; the time tells the two apart.
    """
    import psutil

    try:
        return float(psutil.Process(process).create_time())
    except psutil.Error:
        return None
