"""Whether and how a run of a project remembers."""

import os
from collections.abc import Iterable, Iterator
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
    part: Pipeline,
    whole: Pipeline,
    catalog: DataCatalog,
    hooks: HookCalls | None,
    run: str,
    asked: Asked,
) -> Iterator[Memory | None]:
    """Give what remembers one run of a part of the pipeline ``whole``; ``None`` for nothing at all.

    ``part`` is what runs.  What a run does not need is not imported.
    """
    if asked.cache:
        from noria.project.opened_memory import incremental

        with incremental(project, settings, whole, catalog, hooks, run, asked) as (memory, _):
            yield memory
    elif not _has_store(project, settings) and not _lies_at_any(part.all_outputs(), catalog):
        yield None  # there is nothing that it could write over
    else:
        from noria.project.results import open_results
        from noria.project.unremembered import Unremembered

        with open_results(project, settings) as store:
            yield Unremembered(catalog, store, asked.inputs, project, run, asked.past)


def _has_store(project: Project, settings: Settings) -> bool:
    return (project.path / Path(settings.store).expanduser()).exists()


def _lies_at_any(names: Iterable[str], catalog: DataCatalog) -> bool:
    """Tell whether something lies on these disks where one of these datasets is to be saved."""
    for name in names:
        place = catalog.describe(name).get("filepath") if name in catalog else None
        if place is not None and os.path.lexists(place):
            return True
    return False
