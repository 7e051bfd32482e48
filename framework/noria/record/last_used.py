"""Which results the nodes of a project had last, and whether a run has made some content."""

import json
import sqlite3
from collections.abc import Callable, Container, Iterator

from noria.record.hand import EDITED
from noria.record.history import makings_of, planned_nodes
from noria.record.trouble import explained, place

_LATELY = 30  # runs
_LONG = 100  # runs in which it is looked for who has last begun
_FEW = 8  # nodes that are looked up one by one
_HAD = ("done", "reused", "restored")
_WHO_HAD = f"status IN {_HAD}"


class LastUsed:
    """Tells the keys of the results that nodes had last in an environment.

    Only the last few runs are looked at; of few nodes one after the other, which is most that is
    asked for, of more at once.  ``before`` names the run that asks, of which nothing counts.
    """

    def __init__(self, connection: sqlite3.Connection, env: str, before: str = "") -> None:
        self._connection = connection
        self._env = env
        self._before = before
        self._ended: list[tuple[str, bool]] | None = None
        self._asked = 0
        self._runs: list[str] | None = None
        self._all: dict[str, str] | None = None

    def key(self, node: str) -> str | None:
        """Return the key of the result that a node had last, ``None`` where nobody knows."""
        if self._all is not None:
            return self._all.get(node)
        with explained(place(self._connection)):
            if self._runs is None:
                self._runs = list(self._lately())
            if self._asked >= _FEW:
                self._all = self._of_all(self._runs)
                return self._all.get(node)
            self._asked += 1
            return self._of_one(self._runs, node)

    def left(self, node: str) -> str | None:
        """Return the key of the result for which a node has last begun, in any environment.

        It is empty where the node did not end or nobody recorded its result, ``None`` where it has
        not begun in the last hundred runs.
        """
        with explained(place(self._connection)):
            if self._ended is None:
                self._ended = list(self._long())
            for run, ended in self._ended:
                rows = self._connection.execute(
                    "SELECT status, facts FROM nodes WHERE run = ? AND node = ?", (run, node)
                ).fetchall()
                for row in rows:
                    return (row["status"] in _HAD and _key(row["facts"])) or ""
                # What a run did in its last moments may not be written down.
                if not ended and node in planned_nodes(self._connection, run):
                    return ""
        return None

    def _long(self) -> Iterator[tuple[str, bool]]:
        """Yield the names of runs, latest first, and whether each has told its end."""
        rows = self._connection.execute(
            "SELECT id, status FROM runs WHERE status <> ? AND id <> ? ORDER BY id DESC LIMIT ?",
            (EDITED, self._before, _LONG),
        )
        return ((row["id"], row["status"] not in ("running", "crashed")) for row in rows)

    def was_made(self, digest: str) -> bool:
        """Tell whether a node of any run has made an output that goes by ``digest``."""
        return bool(makings_of(self._connection, digest))

    def _lately(self) -> Iterator[str]:
        rows = self._connection.execute(
            "SELECT id FROM runs WHERE env = ? AND status <> ? AND id <> ?"
            " ORDER BY id DESC LIMIT ?",
            (self._env, EDITED, self._before, _LATELY),
        )
        return (row["id"] for row in rows)

    def _of_one(self, runs: list[str], node: str) -> str | None:
        for run in runs:
            rows = self._connection.execute(
                f"SELECT facts FROM nodes WHERE run = ? AND node = ? AND {_WHO_HAD}",  # noqa: S608  # our own words
                (run, node),
            )
            for row in rows:
                return _key(row["facts"])
        return None

    def _of_all(self, runs: list[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for run in reversed(runs):
            rows = self._connection.execute(
                f"SELECT node, facts FROM nodes WHERE run = ? AND {_WHO_HAD}",  # noqa: S608  # our own words
                (run,),
            )
            found.update((row["node"], row["facts"]) for row in rows)
        keys = {node: _key(facts) for node, facts in found.items()}
        return {node: key for node, key in keys.items() if key}


def _key(facts: str | None) -> str | None:
    key = json.loads(facts or "{}").get("key")
    return str(key) if key else None


def knows_makings(
    past: LastUsed | None, names: Container[str] | None = None
) -> Callable[[str, str], bool]:
    """Return what tells whether a run has made a dataset's content; ``past`` ``None`` knows none.

    Others than ``names`` no node makes, and the ledger, which looks through all runs, is not asked
    for them; ``None`` asks it for all.
    """

    def made_before(name: str, digest: str) -> bool:
        return past is not None and (names is None or name in names) and past.was_made(digest)

    return made_before
