"""The ledger: what ran, when, from what, with what outcome; SQLite, written while it happens."""

import json
import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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

FILE = "ledger.db"
SCHEMA = 1
_FLUSH_SECONDS = 0.1

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

    Raises RunError when the file is no ledger or comes from a newer Noria.
    """
    path = state / FILE
    connection = sqlite3.connect(
        path, timeout=10, isolation_level=None, check_same_thread=False, cached_statements=64
    )
    try:
        connection.row_factory = sqlite3.Row
        try:
            _prepare(connection, path)
        except sqlite3.DatabaseError as error:
            raise RunError(
                f"the ledger {path} cannot be read: {error}",
                hint="move it away and a new one is begun; only the history of runs is lost",
            ) from None
        yield connection
    finally:
        connection.close()


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > SCHEMA:
        raise RunError(
            f"the ledger {path} comes from a newer Noria (its schema is {version}, ours {SCHEMA})",
            hint="upgrade noria",
        )
    # A commit survives a kill; the end of a run, which is synced, survives a power cut too.
    connection.execute("PRAGMA synchronous = NORMAL")
    if version == 0:
        connection.execute("PRAGMA journal_mode = WAL")
        with _transaction(connection):
            # Another process may have made the tables since the version was read.
            if not connection.execute("PRAGMA user_version").fetchone()[0]:
                for statement in filter(str.strip, _TABLES.split(";")):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {SCHEMA}")


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


class Recorder:
    """Writes the events of one run into the ledger; a listener, and a context.

    The start of a run is written, and the end written and synced, when the call returns; what
    lies between follows within a tenth of a second, from a thread of its own, so that no node
    waits for it.
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
        self._env = env
        self._command = command
        self._details = json.dumps(details, default=str)
        self._pending: list[Event] = []
        self._guard = threading.Lock()
        self._ended = threading.Event()
        self._run = ""
        self._thread: threading.Thread | None = None

    def __call__(self, event: Event) -> None:
        """Take one event; safe from any thread."""
        if isinstance(event, RunStarted):
            self._begin(event)
            return
        self._pending.append(event)
        if isinstance(event, RunFinished):
            self.close()

    def close(self) -> None:
        """Write what is pending and stop the thread."""
        self._ended.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout=10)
        self._flush()

    def _begin(self, event: RunStarted) -> None:
        self._run = event.run
        with self._guard, _transaction(self._connection):
            self._connection.execute(
                "INSERT INTO runs VALUES (?, ?, NULL, 'running', NULL, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
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
                ),
            )
            self._connection.executemany(
                "INSERT INTO nodes (run, node, position, status) VALUES (?, ?, ?, 'waiting')",
                [(event.run, node, position) for position, node in enumerate(event.nodes)],
            )
        self._thread = threading.Thread(target=self._follow, name="noria-ledger", daemon=True)
        self._thread.start()

    def _follow(self) -> None:
        while not self._ended.wait(_FLUSH_SECONDS):
            self._flush()

    def _flush(self) -> None:
        with self._guard:
            events, self._pending = self._pending, []
            if events:
                if isinstance(events[-1], RunFinished):
                    self._connection.execute("PRAGMA synchronous = FULL")
                with _transaction(self._connection):
                    for event in events:
                        self._write(event)

    def _write(self, event: Event) -> None:
        run, execute = self._run, self._connection.execute
        match event:
            case NodeStarted(node, at):
                execute(
                    "UPDATE nodes SET status = 'running', started = ? WHERE run = ? AND node = ?",
                    (at, run, node),
                )
            case DatasetLoaded(node, dataset, seconds, rows):
                execute(
                    "INSERT INTO data VALUES (?, ?, ?, 'in', ?, ?, NULL, NULL)",
                    (run, node, dataset, seconds, rows),
                )
            case DatasetSaved(node, dataset, seconds, rows, size, place):
                execute(
                    "INSERT INTO data VALUES (?, ?, ?, 'out', ?, ?, ?, ?)",
                    (run, node, dataset, seconds, rows, size, place),
                )
            case NodeFinished(node, at, seconds, memory):
                execute(
                    "UPDATE nodes SET status = 'done', ended = ?, seconds = ?, memory = ?"
                    " WHERE run = ? AND node = ?",
                    (at, seconds, memory, run, node),
                )
            case NodeFailed(node, at, seconds, error):
                execute(
                    "UPDATE nodes SET status = 'failed', ended = ?, seconds = ?, error = ?"
                    " WHERE run = ? AND node = ?",
                    (at, seconds, error, run, node),
                )
            case RunFinished(_, at, status, error):
                execute(
                    "UPDATE runs SET ended = ?, status = ?, error = ? WHERE id = ?",
                    (at, status, error, run),
                )
                execute(
                    "UPDATE nodes SET status = ? WHERE run = ? AND status = 'running'",
                    (status, run),
                )


def process_started(process: int) -> float | None:
    """Return when the process with this number began, ``None`` when there is none.

    A number is given again to a later process; the time tells the two apart.
    """
    import psutil

    try:
        return float(psutil.Process(process).create_time())
    except psutil.Error:
        return None
