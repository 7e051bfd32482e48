"""A run that remembers nothing."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from noria_catalog import DataCatalog

from noria.graph import Pipeline
from noria.record.events import Listener
from noria.runner.flow import DataFlow
from noria.runner.perform import Performer
from noria.runner.places import Places
from noria.store import Store


class Unremembered:
    """Remembers nothing of a run, but that what it wrote is nobody's recorded result."""

    def __init__(self, catalog: DataCatalog, store: Store, given: Mapping[str, Any]) -> None:
        self._catalog = catalog
        self._store = store
        self._places = Places(catalog, store, given)

    def plan(self, pipeline: Pipeline) -> Collection[str]:
        """Judge nothing: all nodes run."""
        return ()

    def flow(self, pipeline: Pipeline, given: Mapping[str, Any], kept: Iterable[str]) -> DataFlow:
        """Return the data of the run."""
        return DataFlow(self._catalog, pipeline.wiring.readings, kept, given)

    def performing(
        self, performer: Performer, flow: DataFlow, emit: Listener
    ) -> Callable[[int], None]:
        """Return the performer, after noting whose outputs will be written."""
        for name in {name for node in performer.nodes for name in node.makes}:
            self._places.unrecord(name)
        return performer

    def settle(self) -> None:
        """Make sure that the notes outlive a power cut."""
        self._store.sync()
