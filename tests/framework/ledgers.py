"""What the tests of the ledger share: runs to record, one of an earlier Noria, disks."""

import shutil
import sqlite3
import subprocess
import time
from pathlib import Path
from typing import Any

from noria.record.events import NodeFinished, NodeStarted, RunFinished, RunStarted
from noria.record.ledger import Recorder


def mount(*words: str) -> bool:
    if not shutil.which("mount"):
        return False
    return subprocess.run(["mount", *words], capture_output=True, check=False).returncode == 0


def started(run: str, *nodes: str) -> RunStarted:
    return RunStarted(run, time.time(), "sales", nodes, "inline")


def recorder_of(connection: sqlite3.Connection, details: Any = None) -> Recorder:
    return Recorder(connection, env="local", command="noria run", details=details or {})


def record_whole(recorder: Recorder, run: str, count: int = 3) -> None:
    nodes = [f"node{number}" for number in range(count)]
    recorder(started(run, *nodes))
    for node in nodes:
        recorder(NodeStarted(node, 1.0))
        recorder(NodeFinished(node, 2.0, 1.0, None))
    recorder(RunFinished(run, time.time(), "done", None))


_SCHEMA_1 = """
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
INSERT INTO runs VALUES ('old', 1, 9, 'failed', 'ValueError', '', '', 'inline', '', '{}', 1, 1, 3);
INSERT INTO nodes VALUES ('old', 'a', 1, 'failed', 3, 4, 1, NULL, 'ValueError');
INSERT INTO nodes VALUES ('old', 'b', 0, 'done', 1, 2, 1, 8, NULL);
INSERT INTO nodes VALUES ('old', 'c', 2, 'waiting', NULL, NULL, NULL, NULL, NULL);
INSERT INTO data VALUES ('old', 'b', 'x', 'in', 0.1, 3, NULL, NULL);
INSERT INTO data VALUES ('old', 'b', 'y', 'out', 0.2, 4, 99, '/y.csv');
PRAGMA user_version = 1;
"""


def is_the_old_run(shown: dict[str, Any]) -> bool:
    b, a, c = shown["nodes"]
    return (
        (shown["nodes"], shown["status"], shown["done"]) == ([b, a, c], "failed", 1)
        and (b["node"], b["status"], b["ended"], b["memory"]) == ("b", "done", 2.0, 8)
        and b["loaded"]
        == [{"dataset": "x", "seconds": 0.1, "rows": 3, "bytes": None, "place": None}]
        and b["saved"]
        == [{"dataset": "y", "seconds": 0.2, "rows": 4, "bytes": 99, "place": "/y.csv"}]
        and (a["node"], a["status"], a["error"]) == ("a", "failed", "ValueError")
        and (c["node"], c["status"], c["loaded"]) == ("c", "not run", [])
    )


def write_schema_1(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.executescript(f"PRAGMA journal_mode = WAL; {_SCHEMA_1}")
    connection.close()
