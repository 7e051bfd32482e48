"""Opening what plans and remembers a run of a project."""

from collections.abc import Iterator
from contextlib import contextmanager

from noria_catalog import DataCatalog

from noria.collection import no_collection
from noria.graph import Pipeline
from noria.project.asked import Asked
from noria.project.beside import note_reached
from noria.project.discover import Project
from noria.project.incremental import Incremental
from noria.project.patches import changed_since_import
from noria.project.reading import read_code
from noria.project.results import open_results, store_limit
from noria.project.settings import Settings
from noria.runner.exchange import list_wanted
from noria.runner.hooking import HookCalls
from noria.store import Store


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
        with no_collection():
            reader = read_code(project)
        memory = Incremental(
            whole,
            catalog,
            store,
            reader=reader,
            root=project.path,
            source=project.source,
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
            past=asked.past,
        )
        try:
            yield memory, store
        finally:
            if changed_since_import() is not None:  # a session, which goes on
                note_reached(project, reader.files())
