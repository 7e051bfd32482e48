"""Reading the ledger: the runs of a project, and one of them in full."""

import json
import sqlite3
from typing import Any

from noria_catalog.suggest import nearest

from noria.errors import RunError
from noria.record.ledger import process_started

_SAME_SECONDS = 2.0


def mark_crashed(connection: sqlite3.Connection) -> None:
    """Mark the runs that are called running and whose process is gone as crashed."""
    for row in connection.execute(
        "SELECT id, process, process_started FROM runs WHERE status = 'running'"
    ).fetchall():
        began = process_started(row["process"])
        then = row["process_started"]
        if began is not None and (then is None or abs(began - then) < _SAME_SECONDS):
            continue
        for table, key in (("runs", "id"), ("nodes", "run")):
            connection.execute(
                f"UPDATE {table} SET status = 'crashed' WHERE {key} = ? AND status = 'running'",  # noqa: S608  # both words stand above
                (row["id"],),
            )


def list_runs(connection: sqlite3.Connection, limit: int | None = None) -> list[dict[str, Any]]:
    """Return the runs, latest first; ``limit`` ``None`` means all of them."""
    mark_crashed(connection)
    rows = connection.execute(
        "SELECT runs.*, (SELECT count(*) FROM nodes WHERE run = runs.id AND status = 'done')"
        " AS done FROM runs ORDER BY started DESC, id DESC LIMIT ?",
        (-1 if limit is None else limit,),
    )
    return [_run(row) for row in rows]


def show_run(connection: sqlite3.Connection, wanted: str) -> dict[str, Any]:
    """Return one run with its nodes and the data that each loaded and saved.

    ``wanted`` is its name, the beginning of it, or "last".  Raises RunError when no run, or more
    than one, is meant.
    """
    mark_crashed(connection)
    run = _find(connection, wanted)
    nodes = connection.execute("SELECT * FROM nodes WHERE run = ? ORDER BY position", (run["id"],))
    data = connection.execute("SELECT * FROM data WHERE run = ? ORDER BY rowid", (run["id"],))
    by_node: dict[str, list[dict[str, Any]]] = {}
    for row in data:
        by_node.setdefault(row["node"], []).append(_without(row, "run", "node"))
    run["nodes"] = [
        {
            **_without(row, "run", "position"),
            "loaded": [_without(d, "direction") for d in _of(by_node, row["node"], "in")],
            "saved": [_without(d, "direction") for d in _of(by_node, row["node"], "out")],
        }
        for row in nodes
    ]
    return run


def _find(connection: sqlite3.Connection, wanted: str) -> dict[str, Any]:
    rows = list_runs(connection)
    if not rows:
        raise RunError("nothing has been run in this project yet", hint="`noria run` does it")
    if wanted == "last":
        return rows[0]
    found = [row for row in rows if row["id"].startswith(wanted)]
    if len(found) == 1:
        return found[0]
    if found:
        names = "\n".join(row["id"] for row in found[:5])
        raise RunError(f"{len(found)} runs begin with {wanted!r}", hint=names)
    raise RunError(
        f"no run {wanted!r}",
        nearest=nearest(wanted, [row["id"] for row in rows]),
        hint="`noria runs list` shows them all",
    )


def _run(row: sqlite3.Row) -> dict[str, Any]:
    run = _without(row, "details", "process", "process_started")
    run["seconds"] = None if run["ended"] is None else run["ended"] - run["started"]
    run.update(json.loads(row["details"]))
    return run


def _of(by_node: dict[str, list[dict[str, Any]]], node: str, way: str) -> list[dict[str, Any]]:
    return [entry for entry in by_node.get(node, []) if entry["direction"] == way]


def _without(row: Any, *names: str) -> dict[str, Any]:
    return {key: row[key] for key in row.keys() if key not in names}  # noqa: SIM118  # a sqlite3.Row iterates its values


def latest_run(connection: sqlite3.Connection) -> str | None:
    """Return the greatest name of a run, ``None`` when nothing has been run."""
    (latest,) = connection.execute("SELECT max(id) FROM runs").fetchone()
    return None if latest is None else str(latest)
