"""Datasets under several names that lie at one place are one."""

from collections.abc import Iterable, Mapping

from noria_catalog import DataCatalog
from noria_catalog.storage import is_remote

from noria.errors import CycleError
from noria.graph import Pipeline
from noria.graph.names import base_name
from noria.runner.real_paths import RealPaths


def join_places(catalog: DataCatalog, *pipelines: Pipeline) -> list[Pipeline]:
    """Return the pipelines, in which whoever reads a place waits for whoever writes it.

    Where that would make nodes wait in a circle, they read what an earlier run has written, and
    its pipeline stays as it is.

    >>> from noria_catalog.located import locate
    >>> from noria.graph import node
    >>> entries = {name: {"type": "text.TextDataset", "filepath": "a.txt"} for name in "ab"}
    >>> catalog = DataCatalog.from_config(locate(entries), base_path="/tmp")
    >>> late, early = node(len, "b", "c", name="late"), node(str, "x", "a", name="early")
    >>> [each.name for each in join_places(catalog, Pipeline([late, early]))[0].nodes]
    ['early', 'late']
    """
    places = _places({name for pipeline in pipelines for name in pipeline.datasets()}, catalog)
    return [_joined(pipeline, places) for pipeline in pipelines]


def _joined(pipeline: Pipeline, places: Mapping[str, str]) -> Pipeline:
    same = _same(pipeline.datasets(), pipeline.all_outputs(), places)
    if not same:
        return pipeline
    try:
        return pipeline.joined(same)
    except CycleError:
        return pipeline


def _places(names: Iterable[str], catalog: DataCatalog) -> dict[str, str]:
    """Return where the declared ones of these names lie, without transcoding."""
    real = RealPaths()
    places: dict[str, str] = {}
    for name in names:
        place = catalog.describe(name).get("filepath") if name in catalog.declared else None
        if place is not None:
            places[base_name(name)] = str(place) if is_remote(str(place)) else real(str(place))
    return places


def _same(names: Iterable[str], made: Iterable[str], places: Mapping[str, str]) -> dict[str, str]:
    """Return the names, without transcoding, that share a place, each with the one for all.

    It is the one that is ``made``, where one is.
    """
    by_place: dict[str, dict[str, None]] = {}
    first = {base_name(name): None for name in made}
    for base in sorted({base_name(name) for name in names}):
        if base in places:
            by_place.setdefault(places[base], {})[base] = None
    same: dict[str, str] = {}
    for bases in by_place.values():
        if len(bases) > 1:
            stands = next((base for base in bases if base in first), next(iter(bases)))
            same |= dict.fromkeys(bases, stands)
    return same
