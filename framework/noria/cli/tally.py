"""What a run has done so far, gathered from its events; progress and summary are drawn from it."""

import time
from dataclasses import dataclass, field

from noria.record.events import (
    DatasetSaved,
    Event,
    NodeFailed,
    NodeFinished,
    NodeStarted,
    RunFinished,
    RunStarted,
)


@dataclass(slots=True)
class NodeTally:
    """One node: ``status`` is "waiting", "running", "done" or "failed"."""

    name: str
    status: str = "waiting"
    started: float = 0.0
    seconds: float | None = None
    memory: int | None = None
    error: str | None = None
    saved: list[DatasetSaved] = field(default_factory=list)


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

    def __call__(self, event: Event) -> None:
        """Take one event."""
        match event:
            case RunStarted(run, at, pipeline, nodes, runner):
                self.run, self.pipeline, self.runner = run, pipeline, runner
                self.started, self.status = at, "running"
                self.nodes = {name: NodeTally(name) for name in nodes}
            case NodeStarted(name, at):
                self.nodes[name].status, self.nodes[name].started = "running", at
            case DatasetSaved(name):
                self.nodes[name].saved.append(event)
            case NodeFinished(name, _, seconds, memory):
                node = self.nodes[name]
                node.status, node.seconds, node.memory = "done", seconds, memory
            case NodeFailed(name, _, seconds, error):
                node = self.nodes[name]
                node.status, node.seconds, node.error = "failed", seconds, error
            case RunFinished(_, at, status):
                self.ended, self.status = at, status
            case _:
                pass

    @property
    def seconds(self) -> float:
        """How long the user has waited."""
        return (self.ended or time.time()) - (self.began or self.started)

    def of(self, status: str) -> list[NodeTally]:
        """Return the nodes with this status, in order."""
        return [node for node in self.nodes.values() if node.status == status]
