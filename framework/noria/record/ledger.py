"""The ledger: what ran, when, from what, with what outcome; SQLite, written while it happens."""

import os
import sqlite3
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any

from noria.errors import RunError
from noria.record.events import DatasetReleased, Event, Noted, RunFinished, RunStarted
from noria.record.json_text import json_text
from noria.record.node_row import LAST, NodeEvent, insert_of, node_row
from noria.record.schema import prepare
from noria.record.storable import storable
from noria.record.transaction import transaction
from noria.record.trouble import explained, is_unwritable, place, reason

FILE = "ledger.db"
_FLUSH_SECONDS = 0.1
# Python may turn to another thread around every statement: one for each row takes longer.
_ROWS_AT_ONCE = 50
# How long to wait, in seconds, while another process holds the ledger: when it is opened and when
# a run begins, in the middle of a run (what is pending is kept), and at its end.
_START_WAIT, _FLUSH_WAIT, _END_WAIT = 5.0, 0.25, 5.0


@contextmanager
def open_ledger(state: Path) -> Iterator[sqlite3.Connection]:
    """Open the ledger in the state folder, made when it is not there yet.

    On a disk that cannot be written, or is full, it is opened for reading.  Raises RunError, which
    says why, when the file is no ledger, comes from a newer Noria, or cannot be used: locked by
    another process for five seconds, not readable, not there and not to be made.
    """
    path = state / FILE
    with ExitStack() as stack:
        with explained(path):
            connection = stack.enter_context(closing(_connect(path)))
            prepare(connection, path, _START_WAIT)
            # A commit survives a kill; the end of a run, which is synced, survives a power cut too.
            connection.execute("PRAGMA synchronous = NORMAL")
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
        if not is_unwritable(error) or (beside.exists() and beside.stat().st_size):
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
        self._details = dict(details)
        self._notes: list[str] = []
        self._notes_written = 0
        self._pending: list[Event] = []
        self._positions: dict[str, int] = {}
        self._begun: dict[str, list[NodeEvent]] = {}
        self._unwritten: dict[str, list[NodeEvent]] = {}
        self._finish: RunFinished | None = None
        self._guard = threading.Lock()
        self._ended = threading.Event()
        self._closed = False
        self._run = ""
        self._thread: threading.Thread | None = None

    def __call__(self, event: Event) -> None:
        """Take one event; safe from any thread."""
        if isinstance(event, RunStarted):
            self._closed = True  # where the start is not written, nothing that follows is
            self._begin(event)
            self._closed = False
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
            json_text(self._details),
            os.getpid(),
            process_started(os.getpid()),
            len(event.nodes),
        )
        with explained(self._path), self._guard, transaction(self._connection, _START_WAIT):
            if self._connection.execute("SELECT 1 FROM runs WHERE id = ?", (event.run,)).fetchone():
                raise RunError(
                    f"the ledger {self._path} has a run {event.run} already",
                    hint="two runs cannot have one name; start it again",
                )
            self._connection.execute(
                "INSERT INTO runs VALUES (?, ?, NULL, 'running', NULL, ?, ?, ?, ?, ?, ?, ?, ?)",
                [storable(value) for value in started],
            )
            plan = json_text([storable(node) for node in event.nodes])
            self._connection.execute("INSERT INTO plans VALUES (?, ?)", (event.run, plan))
        self._positions = {node: at for at, node in enumerate(event.nodes)}
        thread = threading.Thread(target=self._follow, name="noria-ledger", daemon=True)
        thread.start()
        self._thread = thread

    def _follow(self) -> None:
        while not self._ended.wait(_FLUSH_SECONDS):
            with self._guard:
                self._flush(_FLUSH_WAIT)

    def _flush(self, wait: float) -> str | None:
        """Write what is pending, which is kept until it is committed; return why it failed."""
        try:
            self._gather()
            notes = len(self._notes)
            if not self._unwritten and self._finish is None and notes == self._notes_written:
                return None
            if self._finish is not None:
                self._connection.execute("PRAGMA synchronous = FULL")
            with transaction(self._connection, wait):
                self._write()
        except sqlite3.Error as error:
            return reason(self._path, error)
        except Exception as error:  # noqa: BLE001  # a record never costs a run, whatever it holds
            return f"{type(error).__name__}: {error}"
        self._unwritten.clear()
        self._finish = None
        self._notes_written = notes
        return None

    def _gather(self) -> None:
        """Take the pending events into the rows of their nodes."""
        # Nodes append meanwhile: these are taken now, and only these are let go of.
        events = self._pending[:]
        del self._pending[: len(events)]
        begun, unwritten = self._begun, self._unwritten
        for event in events:
            kind = type(event)
            if isinstance(event, RunFinished):
                self._finish = event
            elif isinstance(event, Noted):
                self._notes.append(event.text)
            elif not isinstance(event, DatasetReleased | RunStarted):
                name = event.node
                unwritten[name] = known = begun.setdefault(name, [])
                known.append(event)
                if kind in LAST:
                    del begun[name]

    def _write(self) -> None:
        """Write all at once: a row is written once for what happened to it meanwhile."""
        nodes = iter(self._unwritten.items())
        while some := list(islice(nodes, _ROWS_AT_ONCE)):
            rows = [node_row(self._run, self._positions[node], known) for node, known in some]
            values = [value for row in rows for value in row]
            self._connection.execute(insert_of(len(rows)), values)
        if len(self._notes) > self._notes_written:
            self._connection.execute(
                "UPDATE runs SET details = ? WHERE id = ?", (self._told(), self._run)
            )
        if self._finish is not None:
            end = self._finish
            self._connection.execute(
                "UPDATE runs SET ended = ?, status = ?, error = ? WHERE id = ?",
                (end.at, end.status, storable(end.error), self._run),
            )
            self._connection.execute(
                "UPDATE nodes SET status = ? WHERE run = ? AND status = 'running'",
                (end.status, self._run),
            )

    def _told(self) -> str:
        """Return the run's details, with what the user was told of it."""
        return json_text({**self._details, "notes": self._notes} if self._notes else self._details)


def _warn(text: str) -> None:
    with suppress(OSError, ValueError, AttributeError):  # there may be no standard error
        sys.stderr.write(f"Warning: {text}\n")
        sys.stderr.flush()


def process_started(process: int) -> float | None:
    """Return when the process with this number began, in seconds; ``None`` when it is gone.

    A number is given again to a later process; the time tells the two apart.  On Linux it counts
    from the machine's start: that of the calendar moves when somebody sets the clock.
    """
    if sys.platform == "linux":  # and psutil takes longer to import than most runs have to do
        try:
            told = Path(f"/proc/{process}/stat").read_bytes()
        except OSError:
            return None
        state, *fields = told.rpartition(b")")[2].split()  # before it stands any name
        return None if state == b"Z" else int(fields[18]) / os.sysconf("SC_CLK_TCK")

    import psutil

    try:
        return float(psutil.Process(process).create_time())
    except psutil.Error:
        return None
