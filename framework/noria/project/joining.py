"""The pipeline of a run, in which nodes wait for all whose files they read."""

from pathlib import Path

from noria_catalog import DataCatalog

from noria.graph import Pipeline
from noria.runner.joined import join_places


def join_parts(
    catalog: DataCatalog, part: Pipeline, whole: Pipeline, root: Path
) -> tuple[Pipeline, Pipeline]:
    """Return a part and the whole pipeline; in both, datasets that lie at one place are one.

    Nodes wait for those that make files which they were said to depend on, too.
    """
    needed = {}
    for node in whole.nodes:
        if node.depends_on:
            from noria.project.depended import places_of  # few nodes are said to

            needed[node.name] = list(places_of(node.depends_on, root).values())
    part, whole = join_places(catalog, part, whole, needed=needed)
    return part, whole
