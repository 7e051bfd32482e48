"""Datasets under several names that lie at one place are one."""

import os
from collections.abc import Iterable

from noria_catalog import DataCatalog
from noria_catalog.storage import is_remote

from noria.errors import CycleError
from noria.graph import Pipeline
from noria.graph.names import base_name


def join_places(pipeline: Pipeline, catalog: DataCatalog) -> Pipeline:
    """Return the pipeline in which whoever reads a place waits for whoever writes it.

    Where that would make nodes wait in a circle, they read what an earlier run has written, and
    the pipeline stays as it is.

    >>> from noria_catalog.located import locate
    >>> from noria.graph import node
    >>> entries = {name: {"type": "text.TextDataset", "filepath": "a.txt"} for name in "ab"}
    >>> catalog = DataCatalog.from_config(locate(entries), base_path="/tmp")
    >>> late, early = node(len, "b", "c", name="late"), node(str, "x", "a", name="early")
    >>> [each.name for each in join_places(Pipeline([late, early]), catalog).nodes]
    ['early', 'late']
    """
    same = same_places(pipeline.datasets(), pipeline.all_outputs(), catalog)
    if not same:
        return pipeline
    try:
        return pipeline.joined(same)
    except CycleError:
        return pipeline


def same_places(names: Iterable[str], made: Iterable[str], catalog: DataCatalog) -> dict[str, str]:
    """Return the names, without transcoding, that share a place, each with the one for all.

    It is the one that is ``made``, where one is.
    """
    by_place: dict[str, dict[str, None]] = {}
    first = {base_name(name): None for name in made}
    for base, name in sorted({base_name(name): name for name in names}.items()):
        if name in catalog.declared:
            place = catalog.describe(name).get("filepath")
            if place is not None:
                place = str(place) if is_remote(str(place)) else os.path.realpath(str(place))
                by_place.setdefault(place, {})[base] = None
    same: dict[str, str] = {}
    for bases in by_place.values():
        if len(bases) > 1:
            stands = next((base for base in bases if base in first), next(iter(bases)))
            same |= dict.fromkeys(bases, stands)
    return same
