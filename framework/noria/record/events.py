"""What happens in a run, told as it happens; the console, the ledger and the view follow it.

Times are seconds since the epoch, durations seconds, sizes bytes.
"""

from collections.abc import Callable
from typing import NamedTuple


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
    | DatasetReleased
    | RunFinished
)
Listener = Callable[[Event], None]
