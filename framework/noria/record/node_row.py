"""A node's row in the ledger, made of its events."""

import json
from collections.abc import Iterable
from typing import Any

from noria.record.events import (
    DatasetLoaded,
    DatasetSaved,
    NodeFailed,
    NodeFinished,
    NodeJudged,
    NodeMade,
    NodeRestored,
    NodeReused,
    NodeStarted,
)
from noria.record.storable import storable

NodeEvent = (
    NodeStarted
    | DatasetLoaded
    | DatasetSaved
    | NodeFinished
    | NodeFailed
    | NodeJudged
    | NodeMade
    | NodeReused
    | NodeRestored
)
LAST = frozenset({NodeFailed, NodeMade})
"""The kinds of events after which nothing more happens to a node."""

_PLACES = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

_quoted = json.JSONEncoder().encode


def node_row(run: str, position: int, events: Iterable[NodeEvent]) -> tuple[Any, ...]:
    """Return the row of a node's events so far, in the order of the table's columns.

    ``position`` is the node's place in the run.

    >>> node_row("r", 0, [NodeStarted("a", 1.0), DatasetLoaded("a", "b", 0.5, None)])[-3:]
    ('[["b",0.500000000,null]]', None, None)
    """
    node, status = "", "running"
    judged: NodeJudged | None = None
    made: NodeMade | None = None
    started = ended = seconds = memory = error = None
    loaded = saved = ""
    for event in events:
        # JSON by hand, to the nanosecond: the encoder, and the shortest form of a number, take
        # several times as long, and this is done for every node of a run.
        if type(event) is DatasetLoaded:
            loaded += f",[{_text(event.dataset)},{event.seconds:.9f},{_number(event.rows)}]"
        elif type(event) is DatasetSaved:
            _, name, took, rows, size, place = event
            where = "null" if place is None else _text(place)
            saved += f",[{_text(name)},{took:.9f},{_number(rows)},{_number(size)},{where}]"
        elif type(event) is NodeStarted:
            node, started = event
        elif type(event) is NodeFinished:
            node, ended, seconds, memory = event
            status = "done"
        elif type(event) is NodeFailed:
            node, ended, seconds, error = event
            status = "failed"
        elif type(event) is NodeJudged:
            judged = event
        elif type(event) is NodeMade:
            made = event
        elif type(event) is NodeReused:
            node, ended = event
            status = "reused"
        elif type(event) is NodeRestored:
            node, ended, seconds = event
            status = "restored"
    return (
        run,
        position,
        storable(node),
        status,
        started,
        ended,
        seconds,
        memory,
        None if error is None else storable(error),
        f"[{loaded[1:]}]" if loaded else None,
        f"[{saved[1:]}]" if saved else None,
        _facts(judged, made),
    )


def _facts(judged: NodeJudged | None, made: NodeMade | None) -> str | None:
    facts: dict[str, Any] = {}
    if judged is not None:
        facts = {"verdict": judged.verdict, "reason": judged.reason, "key": judged.key}
        if judged.details:
            facts["made_of"] = judged.details
    if made is not None:
        facts["made"] = made.outputs
    return json.dumps(facts) if facts else None


def insert_of(count: int) -> str:
    """Return the statement that writes so many rows at once."""
    return f"INSERT OR REPLACE INTO nodes VALUES {', '.join([_PLACES] * count)}"  # noqa: S608  # our own text


def _text(value: str) -> str:
    return _quoted(value if value.isascii() else storable(value))


def _number(value: float | None) -> str:
    return "null" if value is None else str(value)
