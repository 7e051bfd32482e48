"""The pipeline of a run, in which nodes wait for all whose files they read."""

from pathlib import Path

from noria_catalog import DataCatalog

from noria.graph import Pipeline
from noria.project.selection import Selection
from noria.runner.joined import join_part


def joined_part(
    catalog: DataCatalog, whole: Pipeline, selection: Selection, root: Path
) -> tuple[Pipeline, Pipeline]:
    """Return the selected part of a pipeline, and the pipeline.

    In both, datasets that lie at one place are one, and nodes wait for those, too, that make files
    which they were said to depend on, by paths from ``root``.
    """
    needed = {}
    for node in whole.nodes:
        if node.depends_on:
            from noria.project.depended import places_of  # few nodes are said to

            needed[node.name] = list(places_of(node.depends_on, root).values())
    return join_part(catalog, whole, lambda one: selection.of({selection.pipeline: one}), needed)
