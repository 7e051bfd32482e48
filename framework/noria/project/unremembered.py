"""A run that remembers nothing."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from noria_catalog import DataCatalog

from noria.graph import Pipeline
from noria.project.discover import Project
from noria.project.state import ASIDE
from noria.record.events import Listener, Noted
from noria.runner.flow import DataFlow
from noria.runner.perform import Performer
from noria.runner.places import Places
from noria.runner.restore import keep_aside
from noria.store import Store


class Unremembered:
    """Remembers nothing of a run, but that what it wrote is nobody's recorded result."""

    def __init__(
        self,
        catalog: DataCatalog,
        store: Store,
        given: Mapping[str, Any],
        project: Project,
        run: str,
    ) -> None:
        self._catalog = catalog
        self._root = project.path
        self._aside = project.state / ASIDE / run
        self._store = store
        self._places = Places(catalog, store, given)
        self._made: Collection[str] = ()

    def plan(self, pipeline: Pipeline) -> Collection[str]:
        """Judge nothing: all nodes run."""
        return ()

    def plan_again(self, pipeline: Pipeline) -> None:
        """Judge nothing."""

    def flow(self, pipeline: Pipeline, given: Mapping[str, Any], kept: Iterable[str]) -> DataFlow:
        """Return the data of the run."""
        return DataFlow(self._catalog, pipeline.wiring.readings, kept, given)

    def performing(
        self, performer: Performer, flow: DataFlow, emit: Listener
    ) -> Callable[[int], None]:
        """Return the performer, after noting whose outputs will be written.

        What somebody has made of them is moved away before.
        """
        makers = {name: node.name for node in performer.nodes for name in node.makes}
        self._made = self._places.marked(makers)
        self._places.read_ahead(self._made)
        for name in filter(self._places.is_edited, self._made):
            said = keep_aside(name, self._catalog, self._places, self._aside, self._root)
            emit(Noted(makers[name], said))
        for name in self._made:
            self._places.unrecord(name)
        return performer

    def settle(self) -> None:
        """Note what lies there now, and make sure that the notes outlive a power cut."""
        for name in self._made:
            self._places.unrecord(name, made=True)
        self._store.sync()
