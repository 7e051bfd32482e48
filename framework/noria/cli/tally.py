"""What a run has done so far, gathered from its events; progress and summary are drawn from it."""

import time

from noria.record.events import (
    DatasetLoaded,
    DatasetSaved,
    Event,
    NodeFailed,
    NodeFinished,
    NodeJudged,
    NodeRestored,
    NodeReused,
    NodeStarted,
    Noted,
    RunFinished,
    RunStarted,
)


class NodeTally:
    """One node: ``status`` is "waiting", "running", "done", "failed", "reused" or "restored".

    ``reason`` says why it runs or is restored, empty where nobody judged.
    """

    __slots__ = ("error", "memory", "name", "reason", "saved", "seconds", "started", "status")

    def __init__(self, name: str) -> None:
        self.name = name
        self.status = "waiting"
        self.started = 0.0
        self.seconds: float | None = None
        self.memory: int | None = None
        self.error: str | None = None
        self.reason = ""
        self.saved: list[DatasetSaved] = []


class Tally:
    """A listener that keeps count of a run."""

    def __init__(self, began: float | None = None) -> None:
        self.began = began  # when the user began to wait; None: with the run
        self.run = ""
        self.pipeline = ""
        self.runner = ""
        self.started = time.time()
        self.ended: float | None = None
        self.status = "waiting"
        self.nodes: dict[str, NodeTally] = {}
        self.notes: list[str] = []

    def __call__(self, event: Event) -> None:
        """Take one event."""
        # Told apart by their type, commonest first: this is called four times a node.
        if type(event) is DatasetLoaded:
            return
        if type(event) is NodeStarted:
            node = self.nodes[event.node]
            node.status, node.started = "running", event.at
        elif type(event) is DatasetSaved:
            self.nodes[event.node].saved.append(event)
        elif type(event) is NodeFinished:
            node = self.nodes[event.node]
            node.status, node.seconds, node.memory = "done", event.seconds, event.memory
        elif type(event) is NodeFailed:
            node = self.nodes[event.node]
            node.status, node.seconds, node.error = "failed", event.seconds, event.error
        elif type(event) is NodeJudged:
            self.nodes[event.node].reason = event.reason
        elif type(event) is NodeReused:
            self.nodes[event.node].status = "reused"
        elif type(event) is NodeRestored:
            node = self.nodes[event.node]
            node.status, node.seconds = "restored", event.seconds
        elif type(event) is Noted:
            self.notes.append(event.text)
        elif type(event) is RunStarted:
            self.run, self.pipeline, self.runner = event.run, event.pipeline, event.runner
            self.started, self.status = event.at, "running"
            self.nodes = {name: NodeTally(name) for name in event.nodes}
        elif type(event) is RunFinished:
            self.ended, self.status = event.at, event.status

    @property
    def seconds(self) -> float:
        """How long the user has waited."""
        return (self.ended or time.time()) - (self.began or self.started)

    def of(self, *statuses: str) -> list[NodeTally]:
        """Return the nodes with one of these statuses, in order."""
        return [node for node in self.nodes.values() if node.status in statuses]

    @property
    def ready(self) -> int:
        """How many nodes have what they are to give: they ran, or need not."""
        return len(self.of("done", "reused", "restored"))
