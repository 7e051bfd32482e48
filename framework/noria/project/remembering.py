"""Whether and how a run of a project remembers."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from noria_catalog import DataCatalog

from noria.code import CodeReader
from noria.graph import Pipeline
from noria.project.discover import Project
from noria.project.incremental import Incremental
from noria.project.results import open_results, store_limit
from noria.project.settings import Settings
from noria.record.events import Listener
from noria.runner.exchange import list_wanted
from noria.runner.flow import DataFlow
from noria.runner.hooking import HookCalls
from noria.runner.memory import Memory
from noria.runner.perform import Performer
from noria.runner.places import Places
from noria.store import Store


@dataclass(frozen=True, slots=True)
class Asked:
    """How a run was asked to remember.

    ``inputs`` and ``outputs`` as in :func:`noria.run`; ``force`` runs all that is selected;
    ``cache`` ``False`` too, and records nothing; ``keep_edited`` are the datasets whose files were
    changed by hand and are results; ``unsettled`` the nodes whose results a crash may have lost;
    ``label`` names pipeline and environment; ``closely`` reads what is used of the store before.
    """

    inputs: Mapping[str, Any] = field(default_factory=dict)
    outputs: Iterable[str] | None = None
    force: bool = False
    cache: bool = True
    keep_edited: Collection[str] = ()
    unsettled: Collection[str] = ()
    label: str = ""
    closely: bool = True


@contextmanager
def remembering(
    project: Project,
    settings: Settings,
    whole: Pipeline,
    catalog: DataCatalog,
    hooks: HookCalls | None,
    run: str,
    asked: Asked,
) -> Iterator[Memory]:
    """Give what remembers one run of a part of the pipeline ``whole``."""
    if asked.cache:
        with incremental(project, settings, whole, catalog, hooks, run, asked) as (memory, _):
            yield memory
    else:
        with open_results(project, settings) as store:
            yield Unremembered(catalog, store, asked.inputs)


@contextmanager
def incremental(
    project: Project,
    settings: Settings,
    whole: Pipeline,
    catalog: DataCatalog,
    hooks: HookCalls | None,
    run: str,
    asked: Asked,
) -> Iterator[tuple[Incremental, Store]]:
    """Give what plans and remembers a run, and the store that it does so with."""
    with open_results(project, settings) as store:
        memory = Incremental(
            whole,
            catalog,
            store,
            reader=CodeReader([project.source], cache=project.state / "code"),
            root=project.path,
            run=run,
            given=asked.inputs,
            wanted=None if asked.outputs is None else list_wanted(asked.outputs),
            hooks=hooks,
            force=asked.force,
            kept_edited=asked.keep_edited,
            unsettled=asked.unsettled,
            limit=store_limit(settings),
            label=asked.label,
            closely=asked.closely,
        )
        yield memory, store


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
