"""A run that remembers nothing."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from noria_catalog import DataCatalog

from noria.graph import Pipeline
from noria.project.discover import Project
from noria.project.state import ASIDE
from noria.record.events import Listener, Noted
from noria.runner.flow import DataFlow
from noria.runner.found_before import FoundBefore
from noria.runner.guarded_flow import GuardedFlow
from noria.runner.perform import Performer
from noria.runner.places import Places
from noria.runner.restore import copy_aside, keep_aside, would_overwrite
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
        self._found_before = FoundBefore(catalog, self._places, self._aside, self._root)
        self._written: list[str] = []
        self._emit: Listener | None = None

    def plan(self, pipeline: Pipeline) -> Collection[str]:
        """Judge nothing: all nodes run.  Raises RunError for what could not be moved away."""
        for name in self._places.marked(pipeline.all_outputs()):
            lying = self._places.lying(name)
            if lying.guarded and lying.digest is not None and not lying.recorded:
                raise would_overwrite(name, self._places)
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
            for said in self._laid_aside(name):
                emit(Noted(makers[name], said))
            self._found_before.keep(name)
            self._places.unrecord(name)
            self._written.append(name)

        flow.before_saving = before_saving
        return performer

    def _laid_aside(self, name: str) -> Iterator[str]:
        """Lay aside what somebody has made of an output; yield what is to be said of it."""
        self._places.forget(name)
        if self._places.is_edited(name):
            yield keep_aside(name, self._catalog, self._places, self._aside, self._root)
        for path in self._places.parts.edited(name):
            yield copy_aside(name, path, self._catalog, self._aside, self._root)

    def settle(self) -> None:
        """Note what lies there now, and make sure that the notes outlive a power cut."""
        for name in self._found_before.names:
            self._found_before.settle(name, self._places.look(name).digest or "")
        for name in self._written:
            self._places.unrecord(name, made=True)
        found = self._found_before.told()
        if found and self._emit is not None:
            self._emit(Noted("", found))
        self._store.sync()
