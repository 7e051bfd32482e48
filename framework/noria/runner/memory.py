"""The contract of what remembers results for a run, and uses them again."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Protocol

from noria.graph import Pipeline
from noria.record.events import Listener
from noria.runner.flow import DataFlow
from noria.runner.perform import Performer


class Memory(Protocol):
    """Plans a run by what is recorded, and stands between the workers and the performer."""

    def plan(self, pipeline: Pipeline) -> Collection[str]:
        """Judge the nodes; return the inputs that lie nowhere and will be there all the same.

        Raises MissingInputError for what another node should have made and nobody has.
        """

    def plan_again(self, pipeline: Pipeline) -> None:
        """Judge the nodes anew where a hook may have changed the catalog since."""

    def flow(self, pipeline: Pipeline, given: Mapping[str, Any], kept: Iterable[str]) -> DataFlow:
        """Return the data of the run; ``kept`` stay when the last reader is done."""

    def performing(
        self, performer: Performer, flow: DataFlow, emit: Listener
    ) -> Callable[[int], None]:
        """Return what the workers call for each node, in place of the performer."""

    def settle(self) -> None:
        """Make sure that what was recorded outlives a power cut."""
