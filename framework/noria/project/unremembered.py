"""A run that remembers nothing."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from noria_catalog import DataCatalog

from noria.graph import Pipeline
from noria.project import freshness
from noria.project.discover import Project
from noria.project.state import ASIDE
from noria.record.events import Listener, Noted
from noria.record.last_used import LastUsed, knows_makings
from noria.runner.aside import Aside
from noria.runner.flow import DataFlow
from noria.runner.guarded_flow import GuardedFlow
from noria.runner.perform import Performer
from noria.runner.places import Places
from noria.runner.prepare import check_libraries
from noria.runner.restore import would_overwrite
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
        past: LastUsed | None,
    ) -> None:
        self._catalog = catalog
        self._project = project
        self._store = store
        self._given = given
        self._places = Places(
            catalog, store, given, root=project.path, made_before=knows_makings(past)
        )
        self._aside = Aside(catalog, self._places, project.state / ASIDE / run, project.path)
        self._written: list[str] = []
        self._emit: Listener | None = None

    def plan(self, pipeline: Pipeline) -> Collection[str]:
        """Judge nothing: all nodes run.

        Raises RunError for what could not be moved away, DatasetDefinitionError for a library that
        is not installed.
        """
        check_libraries(pipeline.datasets() - self._given.keys(), self._catalog)
        for name in self._places.marked(pipeline.all_outputs()):
            lying = self._places.lying(name)
            if lying.guarded and lying.is_edited:
                raise would_overwrite(name, self._places, remembers=False)
        return ()

    def plan_again(self, pipeline: Pipeline) -> None:
        """Judge nothing."""

    def flow(
        self, pipeline: Pipeline, given: Mapping[str, Any], kept: Iterable[str]
    ) -> GuardedFlow:
        """Return the data of the run."""
        readers = pipeline.wiring.readings
        return GuardedFlow(self._catalog, readers, kept, given, places=self._places)

    def performing(
        self, performer: Performer, flow: DataFlow, emit: Listener
    ) -> Callable[[int], None]:
        """Return the performer; what somebody has made of its outputs is moved away before."""
        assert isinstance(flow, GuardedFlow)
        makers = {name: node.name for node in performer.nodes for name in node.makes}
        self._emit = emit

        def before_saving(name: str) -> None:
            for said in self._aside.make_room(name):
                emit(Noted(makers[name], said))
            self._places.unrecord(name)
            self._written.append(name)

        flow.before_saving = before_saving
        # Of files that nodes write beside their outputs nothing is known here.
        freshness.forget(str(self._project.state))
        return performer

    def settle(self) -> None:
        """Note what lies there now, and make sure that the notes outlive a power cut."""
        found_before = self._aside.found_before
        for name in found_before.names:
            found_before.settle(name)
        for name in self._written:
            self._places.unrecord(name, made=True)
        found = found_before.told()
        if found and self._emit is not None:
            self._emit(Noted("", found))
        self._store.sync()
