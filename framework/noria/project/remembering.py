"""Whether and how a run of a project remembers."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from noria_catalog import DataCatalog

from noria.graph import Pipeline
from noria.project.asked import Asked
from noria.project.discover import Project
from noria.project.settings import Settings
from noria.runner.hooking import HookCalls
from noria.runner.memory import Memory


@contextmanager
def remembering(
    project: Project,
    settings: Settings,
    whole: Pipeline,
    catalog: DataCatalog,
    hooks: HookCalls | None,
    run: str,
    asked: Asked,
) -> Iterator[Memory | None]:
    """Give what remembers one run of a part of the pipeline ``whole``; ``None`` for nothing at all.

    What a run does not need is not imported.
    """
    if asked.cache:
        from noria.project.opened_memory import incremental

        with incremental(project, settings, whole, catalog, hooks, run, asked) as (memory, _):
            yield memory
    elif not (project.path / Path(settings.store).expanduser()).exists():
        yield None
    else:
        from noria.project.results import open_results
        from noria.project.unremembered import Unremembered

        with open_results(project, settings) as store:
            yield Unremembered(catalog, store, asked.inputs, project, run)
