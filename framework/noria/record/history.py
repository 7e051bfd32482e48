"""Reading the ledger: the runs of a project, and one of them in full."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from noria_catalog.suggest import nearest

from noria.errors import RunError
from noria.record.hand import EDITED
from noria.record.ledger import process_started
from noria.record.schema import LOADED, SAVED
from noria.record.trouble import explained, place

LAST = "last"
"""What means the latest run, wherever one is named."""
_SAME_SECONDS = 0.05
_NO_DATA: Mapping[str, Any] = dict.fromkeys(SAVED)


def mark_crashed(connection: sqlite3.Connection) -> frozenset[str]:
    """Mark the runs that are called running and whose process is gone as crashed.

    Returns their names.  A ledger that cannot be written stays as it is.
    """
    crashed = frozenset(
        row["id"]
        for row in connection.execute("SELECT * FROM runs WHERE status = 'running'").fetchall()
        if not _is_alive(row["process"], row["process_started"])
    )
    # Whoever only looks shall see, and another who can write will write it down.
    with suppress(sqlite3.OperationalError):
        if crashed:
            connection.execute("PRAGMA busy_timeout = 1000")
        for run in crashed:
            for table, key in (("runs", "id"), ("nodes", "run")):
                connection.execute(
                    f"UPDATE {table} SET status = 'crashed'"  # noqa: S608  # both words stand above
                    f" WHERE {key} = ? AND status = 'running'",
                    (run,),
                )
    return crashed


def latest_run(connection: sqlite3.Connection) -> str | None:
    """Return the name of the latest run, ``None`` when there is none.

    It is the greatest: a run is named later than the one before, whatever the clock says.
    """
    with explained(place(connection)):
        (latest,) = connection.execute("SELECT max(id) FROM runs").fetchone()
    return None if latest is None else str(latest)


def unsettled_nodes(connection: sqlite3.Connection) -> frozenset[str]:
    """Return the nodes of the latest run if it has crashed, but for those that it did not run.

    What they have saved may not be recorded anywhere.
    """
    with explained(place(connection)):
        crashed = mark_crashed(connection)
        latest = connection.execute(
            "SELECT id, status FROM runs WHERE status <> ? ORDER BY id DESC LIMIT 1",
            (EDITED,),
        ).fetchone()
        if latest is None or not (latest["status"] == "crashed" or latest["id"] in crashed):
            return frozenset()
        nodes = _nodes(connection, latest["id"], crashed=True)
    return frozenset(each["node"] for each in nodes if each["status"] != "reused")


def list_runs(connection: sqlite3.Connection, limit: int | None = None) -> list[dict[str, Any]]:
    """Return the runs, latest first; ``limit`` ``None`` means all of them."""
    with explained(place(connection)):
        return _runs(connection, mark_crashed(connection), limit)


def show_run(connection: sqlite3.Connection, wanted: str) -> dict[str, Any]:
    """Return one run with its nodes and the data that each loaded and saved.

    ``wanted`` is its name, the beginning of it, or :data:`LAST`.  Raises RunError when no run, or
    more than one, is meant.
    """
    with explained(place(connection)):
        crashed = mark_crashed(connection)
        (run,) = _runs(connection, crashed, name=_find(_names(connection), wanted))
        nodes = _nodes(
            connection,
            run["id"],
            crashed=run["id"] in crashed,
            unbegun="waiting" if run["status"] == "running" else "not run",
        )
        return {**run, "nodes": nodes}


def names_of_runs(connection: sqlite3.Connection) -> list[str]:
    """Return the names of all that ran something, latest first: not of what was saved by hand."""
    with explained(place(connection)):
        rows = connection.execute("SELECT id, status FROM runs ORDER BY id DESC").fetchall()
    return [row["id"] for row in rows if row["status"] != EDITED]


def run_named(connection: sqlite3.Connection, name: str) -> Mapping[str, Any]:
    """Return what is known of the run of this very name, nothing where there is none."""
    with explained(place(connection)):
        return next(iter(_runs(connection, mark_crashed(connection), name=name)), {})


def last_run_with(connection: sqlite3.Connection, key: str) -> str:
    """Return the name of the latest run in which a node's result had this key, empty for none."""
    with explained(place(connection)):
        (run,) = connection.execute(
            "SELECT max(run) FROM nodes WHERE instr(facts, ?)", (key,)
        ).fetchone()
    return run or ""


def by_last_use(connection: sqlite3.Connection, keys: Mapping[str, str]) -> Iterator[str]:
    """Yield those of some keys that results had in runs, the one of the latest run first.

    ``keys`` come with the names of the nodes that had them.  No more runs are looked at than it
    takes.
    """
    left, nodes = set(keys), sorted(set(keys.values()))
    with explained(place(connection)):
        rows = connection.execute(
            f"SELECT facts FROM nodes WHERE node IN ({', '.join('?' * len(nodes))})"  # noqa: S608  # our own text
            " ORDER BY run DESC",
            nodes,
        )
        for (facts,) in rows:
            key = json.loads(facts or "{}").get("key")
            if key in left:
                left.remove(key)
                yield key
                if not left:
                    return


def run_with(connection: sqlite3.Connection, key: str) -> Mapping[str, Any]:
    """Return what is known of the latest run in which a result had this key, nothing of none."""
    return run_named(connection, last_run_with(connection, key))


def reason_of(connection: sqlite3.Connection, run: str, node: str) -> str:
    """Return why a node ran in a run, empty where that is not known."""
    with explained(place(connection)):
        row = connection.execute(
            "SELECT facts FROM nodes WHERE run = ? AND node = ?", (run, node)
        ).fetchone()
    return str(json.loads(row["facts"] or "{}").get("reason") or "") if row else ""


def makings_of(connection: sqlite3.Connection, digest: str) -> list[dict[str, Any]]:
    """Return the nodes of all runs that have made an output of this digest, latest first.

    Of runs by a Noria that did not write digests down nothing is found.
    """
    with explained(place(connection)):
        rows = connection.execute(
            "SELECT * FROM nodes WHERE status = 'done' AND instr(facts, ?) ORDER BY run DESC",
            (digest,),
        ).fetchall()
    nodes = [{"run": row["run"], **_node(row, crashed=False)} for row in rows]
    return [node for node in nodes if digest in node.get("made", {}).values()]


def planned_nodes(connection: sqlite3.Connection, run: str) -> list[str]:
    """Return the names of the nodes that a run had to do, in their order."""
    plan = connection.execute("SELECT nodes FROM plans WHERE run = ?", (run,)).fetchone()
    names: list[str] = json.loads(plan[0]) if plan else []
    return names


def _is_alive(process: int, started: float | None) -> bool:
    began = process_started(process)
    return began is not None and (started is None or abs(began - started) < _SAME_SECONDS)


def _runs(
    connection: sqlite3.Connection,
    crashed: frozenset[str],
    limit: int | None = None,
    *,
    name: str | None = None,
) -> list[dict[str, Any]]:
    """Return runs, latest first: all, so many, or the one of this name."""
    rows = connection.execute(
        "SELECT runs.*, (SELECT count(*) FROM nodes WHERE run = runs.id AND status IN"
        " ('done', 'reused', 'restored')) AS done FROM runs WHERE id = coalesce(?, id)"
        " ORDER BY id DESC LIMIT ?",
        (name, -1 if limit is None else limit),
    )
    runs = [_run(row) for row in rows]
    return [{**run, "status": "crashed"} if run["id"] in crashed else run for run in runs]


def _nodes(
    connection: sqlite3.Connection, run: str, *, crashed: bool, unbegun: str = "waiting"
) -> list[dict[str, Any]]:
    """Return the nodes of a run; ``unbegun`` is the status of those that have not begun."""
    names = planned_nodes(connection, run)
    begun = connection.execute("SELECT * FROM nodes WHERE run = ?", (run,)).fetchall()
    rows = {row["position"]: row for row in begun}
    return [
        _node(rows[at], crashed=crashed) if at in rows else _unbegun(name, unbegun)
        for at, name in enumerate(names)
    ]


def _unbegun(node: str, status: str) -> dict[str, Any]:
    unknown = dict.fromkeys(("started", "ended", "seconds", "memory", "error"))
    return {"node": node, "status": status, **unknown, "loaded": [], "saved": []}


def _node(row: sqlite3.Row, *, crashed: bool) -> dict[str, Any]:
    status = row["status"]
    return {
        **_without(row, "run", "position", "loaded", "saved", "facts"),
        "status": "crashed" if crashed and status == "running" else status,
        "loaded": _data(row["loaded"], LOADED),
        "saved": _data(row["saved"], SAVED),
        **json.loads(row["facts"] or "{}"),
    }


def _data(text: str | None, columns: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {**_NO_DATA, **dict(zip(columns, entry, strict=True))} for entry in json.loads(text or "[]")
    ]


def _names(connection: sqlite3.Connection) -> list[str]:
    return [row["id"] for row in connection.execute("SELECT id FROM runs ORDER BY id DESC")]


def _find(names: Sequence[str], wanted: str) -> str:
    if not names:
        raise RunError("nothing has been run in this project yet", hint="`noria run` does it")
    if wanted == LAST:
        return names[0]
    found = [name for name in names if name.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    if found:
        raise RunError(f"{len(found)} runs begin with {wanted!r}", hint="\n".join(found[:5]))
    raise RunError(
        f"no run {wanted!r}",
        nearest=nearest(wanted, [LAST, *names]),
        hint="`noria runs list` shows them all",
    )


def _run(row: sqlite3.Row) -> dict[str, Any]:
    run = _without(row, "details", "process", "process_started")
    run["seconds"] = None if run["ended"] is None else run["ended"] - run["started"]
    run["notes"] = []
    run.update(json.loads(row["details"]))
    return run


def _without(row: Any, *names: str) -> dict[str, Any]:
    return {key: row[key] for key in row.keys() if key not in names}  # noqa: SIM118  # a sqlite3.Row iterates its values
