"""The ledger's tables, and how those of an earlier Noria become them.

``runs`` has a row for each run, ``plans`` the names of its nodes in order, ``nodes`` a row for
each node that has begun: ``loaded`` and ``saved`` are JSON lists with a list for each dataset
(:data:`LOADED`, :data:`SAVED`), ``facts`` is a JSON object of whatever else is known of the node.
"""

import json
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from noria.errors import RunError
from noria.record.transaction import transaction, wait_at_most
from noria.record.trouble import is_unwritable

SCHEMA = 2
LOADED = ("dataset", "seconds", "rows")
SAVED = ("dataset", "seconds", "rows", "bytes", "place")

_RUNS = """
CREATE TABLE runs (
    id TEXT PRIMARY KEY, started REAL NOT NULL, ended REAL, status TEXT NOT NULL, error TEXT,
    pipeline TEXT NOT NULL, env TEXT, runner TEXT NOT NULL, command TEXT, details TEXT NOT NULL,
    process INTEGER NOT NULL, process_started REAL, nodes INTEGER NOT NULL
)
"""
_PLANS = "(run TEXT PRIMARY KEY, nodes TEXT NOT NULL) WITHOUT ROWID"
_NODES = """(
    run TEXT NOT NULL, position INTEGER NOT NULL, node TEXT NOT NULL, status TEXT NOT NULL,
    started REAL, ended REAL, seconds REAL, memory INTEGER, error TEXT,
    loaded TEXT, saved TEXT, facts TEXT,
    PRIMARY KEY (run, position)
) WITHOUT ROWID
"""


def prepare(connection: sqlite3.Connection, path: Path, wait: float) -> None:
    """Make the tables, or bring those of an earlier Noria up to date.

    On a disk that cannot be written the latter is done for this connection alone.  Raises RunError
    for a ledger from a newer Noria, sqlite3.Error when the file cannot be used.
    """
    until = time.monotonic() + wait
    version = _version(connection)
    if version > SCHEMA:
        raise RunError(
            f"the ledger {path} comes from a newer Noria (its schema is {version}, ours {SCHEMA})",
            hint="upgrade noria",
        )
    if version == SCHEMA:
        return
    try:
        if version == 0:
            wait_at_most(connection, until - time.monotonic())
            connection.execute("PRAGMA journal_mode = WAL")
        with transaction(connection, until - time.monotonic()):
            # Another process may have made the tables since the version was read.
            version = _version(connection)
            if version == 0:
                _make(connection)
            elif version == 1:
                _upgrade(connection)
            connection.execute(f"PRAGMA user_version = {SCHEMA}")
    except sqlite3.OperationalError as error:
        if version != 1 or not is_unwritable(error):
            raise
        # Names of temporary tables win over those of the file.
        connection.execute("PRAGMA temp_store = MEMORY")
        _fill(connection, "temp.nodes", "temp.plans")


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def _make(connection: sqlite3.Connection) -> None:
    connection.execute(_RUNS)
    connection.execute(f"CREATE TABLE plans {_PLANS}")
    connection.execute(f"CREATE TABLE nodes {_NODES}")


def _upgrade(connection: sqlite3.Connection) -> None:
    _fill(connection, "nodes_2", "plans")
    connection.execute("DROP TABLE nodes")
    connection.execute("DROP TABLE data")
    connection.execute("ALTER TABLE nodes_2 RENAME TO nodes")


def _fill(connection: sqlite3.Connection, nodes: str, plans: str) -> None:
    """Make both tables, and fill them from schema 1, where each load and save had a row."""
    connection.execute(f"CREATE TABLE {plans} {_PLANS}")
    connection.execute(f"CREATE TABLE {nodes} {_NODES}")
    for (run,) in connection.execute("SELECT id FROM main.runs").fetchall():
        rows = connection.execute(
            "SELECT position, node, status, started, ended, seconds, memory, error"
            " FROM main.nodes WHERE run = ? ORDER BY position",
            (run,),
        ).fetchall()
        plan = json.dumps([row[1] for row in rows])
        connection.execute(f"INSERT INTO {plans} VALUES (?, ?)", (run, plan))  # noqa: S608  # our own names
        connection.executemany(
            f"INSERT INTO {nodes} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",  # noqa: S608  # our own names
            _with_data(connection, run, rows),
        )


def _with_data(
    connection: sqlite3.Connection, run: str, rows: list[sqlite3.Row]
) -> Iterator[tuple[Any, ...]]:
    moved: dict[tuple[str, str], list[list[Any]]] = {}
    for node, direction, *entry in connection.execute(
        "SELECT node, direction, dataset, seconds, rows, bytes, place"
        " FROM main.data WHERE run = ? ORDER BY rowid",
        (run,),
    ):
        columns = LOADED if direction == "in" else SAVED
        moved.setdefault((node, direction), []).append(entry[: len(columns)])
    for row in rows:
        if row[2] != "waiting":
            ways = [moved.get((row[1], way)) for way in ("in", "out")]
            yield (run, *row, *[json.dumps(way) if way else None for way in ways])
