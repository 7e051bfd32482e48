"""What happens in a run, told as it happens; the console, the ledger and the view follow it.

Times are seconds since the epoch, durations seconds, sizes bytes.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A run begins.  ``nodes`` are all that it may execute, in order."""

    run: str
    at: float
    pipeline: str
    nodes: tuple[str, ...]
    runner: str


@dataclass(frozen=True, slots=True)
class NodeStarted:
    """A node's inputs are about to be loaded."""

    node: str
    at: float


@dataclass(frozen=True, slots=True)
class DatasetLoaded:
    """An input was loaded.  ``rows`` is ``None`` for data without a length."""

    node: str
    dataset: str
    seconds: float
    rows: int | None


@dataclass(frozen=True, slots=True)
class DatasetSaved:
    """An output was saved.

    ``bytes`` is what lies at its ``place``; both are ``None`` in memory or where it is not known.
    """

    node: str
    dataset: str
    seconds: float
    rows: int | None
    bytes: int | None
    place: str | None


@dataclass(frozen=True, slots=True)
class NodeFinished:
    """A node's outputs are saved.

    ``memory`` is the most bytes that the whole process held meanwhile, ``None`` when nobody
    measured.
    """

    node: str
    at: float
    seconds: float
    memory: int | None


@dataclass(frozen=True, slots=True)
class NodeFailed:
    """A node, or the loading or saving of its data, raised.  ``error`` is one line."""

    node: str
    at: float
    seconds: float
    error: str


@dataclass(frozen=True, slots=True)
class DatasetReleased:
    """Nobody needs this data any more; it was let go of."""

    dataset: str


@dataclass(frozen=True, slots=True)
class RunFinished:
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
    | DatasetReleased
    | RunFinished
)
Listener = Callable[[Event], None]
