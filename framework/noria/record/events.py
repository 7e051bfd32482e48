"""What happens in a run, told as it happens; the console, the ledger and the view follow it.

Times are seconds since the epoch, durations seconds, sizes bytes.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple


class RunStarted(NamedTuple):
    """A run begins.  ``nodes`` are all that it may execute, in order."""

    run: str
    at: float
    pipeline: str
    nodes: tuple[str, ...]
    runner: str


class NodeStarted(NamedTuple):
    """A node's inputs are about to be loaded."""

    node: str
    at: float


class DatasetLoaded(NamedTuple):
    """An input was loaded.  ``rows`` is ``None`` for data without a length."""

    node: str
    dataset: str
    seconds: float
    rows: int | None


class DatasetSaved(NamedTuple):
    """An output was saved.

    ``bytes`` is what lies at its ``place``; both are ``None`` in memory or where it is not known.
    """

    node: str
    dataset: str
    seconds: float
    rows: int | None
    bytes: int | None
    place: str | None


class NodeFinished(NamedTuple):
    """A node's outputs are saved.

    ``memory`` is the most bytes that the whole process held meanwhile, ``None`` when nobody
    measured.
    """

    node: str
    at: float
    seconds: float
    memory: int | None


class NodeFailed(NamedTuple):
    """A node, or the loading or saving of its data, raised.  ``error`` is one line."""

    node: str
    at: float
    seconds: float
    error: str


class NodeJudged(NamedTuple):
    """It was decided what becomes of a node.

    ``verdict`` is "run", "reuse" or "restore", ``reason`` says why in a few words, ``key`` is that
    of its result; ``details`` what the result is made of, as JSON-like values.
    """

    node: str
    verdict: str
    reason: str
    key: str
    details: Mapping[str, Any]


class NodeMade(NamedTuple):
    """A node's outputs are known: the digest of each, by dataset; the last that is told of it."""

    node: str
    outputs: Mapping[str, str]


class NodeReused(NamedTuple):
    """A node did not run: its outputs are there as a recorded run has made them."""

    node: str
    at: float


class NodeRestored(NamedTuple):
    """A node did not run: its outputs were put back from the store."""

    node: str
    at: float
    seconds: float


class Noted(NamedTuple):
    """Something that the user should know of; ``node`` is whom it is about, empty for the run."""

    node: str
    text: str


class DatasetReleased(NamedTuple):
    """Nobody needs this data any more; it was let go of."""

    dataset: str


class RunFinished(NamedTuple):
    """A run ended as ``status``: "done", "failed" or "interrupted"; ``error`` is one line."""

    run: str
    at: float
    status: str
    error: str | None


Event = (
    RunStarted
    | NodeStarted
    | DatasetLoaded
    | DatasetSaved
    | NodeFinished
    | NodeFailed
    | NodeJudged
    | NodeMade
    | NodeReused
    | NodeRestored
    | Noted
    | DatasetReleased
    | RunFinished
)
Listener = Callable[[Event], None]
