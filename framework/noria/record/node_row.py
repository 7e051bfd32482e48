"""A node's row in the ledger, gathered from events."""

import json
from typing import Any

from noria.record.events import DatasetLoaded, DatasetSaved, NodeFailed, NodeFinished, NodeStarted
from noria.record.storable import storable

_json = json.JSONEncoder(separators=(",", ":"), check_circular=False, default=str).encode

NodeEvent = NodeStarted | DatasetLoaded | DatasetSaved | NodeFinished | NodeFailed


class NodeRow:
    """What has happened to one node so far.  ``position`` is its place in the run."""

    __slots__ = (
        "_ended",
        "_error",
        "_loaded",
        "_memory",
        "_node",
        "_position",
        "_run",
        "_saved",
        "_seconds",
        "_started",
        "_status",
    )

    def __init__(self, run: str, position: int, node: str) -> None:
        self._run = run
        self._position = position
        self._node = node
        self._status = "running"
        self._started: float | None = None
        self._ended: float | None = None
        self._seconds: float | None = None
        self._memory: int | None = None
        self._error: str | None = None
        self._loaded: list[tuple[Any, ...]] = []
        self._saved: list[tuple[Any, ...]] = []

    def take(self, event: NodeEvent) -> bool:
        """Take in one event of this node; tell whether it was the last."""
        if type(event) is DatasetLoaded:
            self._loaded.append(event[1:])
        elif type(event) is DatasetSaved:
            self._saved.append(event[1:])
        elif type(event) is NodeStarted:
            self._started = event.at
        elif type(event) is NodeFinished:
            self._status = "done"
            _, self._ended, self._seconds, self._memory = event
            return True
        elif type(event) is NodeFailed:
            self._status = "failed"
            _, self._ended, self._seconds, self._error = event
            return True
        return False

    def values(self) -> tuple[Any, ...]:
        """Return the row, in the order of the table's columns."""
        return (
            self._run,
            self._position,
            storable(self._node),
            self._status,
            self._started,
            self._ended,
            self._seconds,
            storable(self._memory),
            storable(self._error),
            _data(self._loaded),
            _data(self._saved),
            None,  # facts: nothing tells any yet
        )


def _data(entries: list[tuple[Any, ...]]) -> str | None:
    if not entries:
        return None
    text = _json(entries)
    if "\\ud" in text:  # perhaps half a character
        text = _json([[storable(value) for value in entry] for entry in entries])
    return text
