"""Datasets under several names that lie at one place are one."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from noria_catalog import DataCatalog
from noria_catalog.storage import is_remote

from noria.errors import CycleError, DuplicateOutputError
from noria.graph import Node, Pipeline
from noria.graph.names import base_name
from noria.runner.failure import shown
from noria.runner.real_paths import RealPaths


def join_part(
    catalog: DataCatalog,
    whole: Pipeline,
    cut: Callable[[Pipeline], Pipeline],
    needed: Mapping[str, Collection[str]] | None = None,
) -> tuple[Pipeline, Pipeline]:
    """Return the part that ``cut`` leaves of a pipeline, and the pipeline.

    In both, whoever reads a place waits for whoever writes it, and a part to which the one belongs
    takes the other along.  Where that would make nodes wait in a circle, they read what an earlier
    run has written at that place.  Datasets of other files in one folder are not one.  ``needed``
    are the paths that nodes were said to depend on, by their names.  Raises DuplicateOutputError
    where two nodes save at one place.

    >>> from noria_catalog.located import locate
    >>> from noria.graph import node
    >>> entries = {name: {"type": "text.TextDataset", "filepath": "a.txt"} for name in "ab"}
    >>> catalog = DataCatalog.from_config(locate(entries), base_path="/tmp")
    >>> late, early = node(len, "b", "c", name="late"), node(str, "x", "a", name="early")
    >>> part, _ = join_part(catalog, Pipeline([late, early]), lambda whole: whole.to_outputs("c"))
    >>> [each.name for each in part.nodes]
    ['early', 'late']
    """
    places = _places(whole.datasets(), catalog)
    listed = sorted(f"{place}/".replace(os.sep, "/") for place in places.values())
    # What lies in a folder comes right after it.
    nested = any(map(str.startswith, listed[1:], listed))
    joined = _joined(whole, places, catalog, nested, needed or {})
    part = cut(joined)
    if part is not joined:
        part = _joined(part, places, catalog, nested, needed or {})
    return part, joined


class Clash(NamedTuple):
    """A place at which several nodes save, each with the name under which it does."""

    place: str
    makers: list[tuple[Node, str]]

    def error(self, catalog: DataCatalog) -> DuplicateOutputError:
        """Return what is to be said of it."""
        told = []
        for node, name in self.makers:
            where = catalog.where(name)
            entry = f" ({where})" if where else ""
            told.append(f"  {node.name} ({node.where}) as {name!r}{entry}")
        return DuplicateOutputError(
            "\n".join([f"{len(self.makers)} nodes save at {shown(self.place)}:", *told]),
            where=catalog.where(self.makers[-1][1]),
            hint="give each entry a place of its own, or leave all but one of the nodes out",
        )


def clashes(pipeline: Pipeline, catalog: DataCatalog) -> list[Clash]:
    """Return the places at which several nodes save under different names, and must not."""
    found = _clashes(pipeline, _places(pipeline.all_outputs(), catalog), catalog)
    return [clash for clash in found if not _only_add_rows(clash, catalog)]


def _clashes(
    pipeline: Pipeline, places: Mapping[str, str], catalog: DataCatalog
) -> Iterator[Clash]:
    """Yield the places at which several nodes save what may be the same files."""
    by_place: dict[str, dict[str, tuple[Node, str]]] = {}
    for node in pipeline.nodes:
        for name in node.outputs:
            place = places.get(base_name(name))
            if place is not None:
                by_place.setdefault(place, {})[base_name(name)] = (node, name)
    for place, made in by_place.items():
        for names in _sharing(made, place, catalog) if len(made) > 1 else ():
            makers = {made[name][0].name: made[name] for name in reversed(names)}
            if len(makers) > 1:
                yield Clash(place, list(reversed(makers.values())))


def _only_add_rows(clash: Clash, catalog: DataCatalog) -> bool:
    """Tell whether nodes that save at one place add rows to a table, each beside the others."""
    return all(
        "table_name" in catalog.describe(name) and getattr(catalog.get(name), "appends", False)
        for _, name in clash.makers
    )


def _joined(
    pipeline: Pipeline,
    places: Mapping[str, str],
    catalog: DataCatalog,
    nested: bool,
    needed: Mapping[str, Collection[str]],
) -> Pipeline:
    made = pipeline.all_outputs() | pipeline.made_outside
    same = _same(pipeline.datasets() | made, made, places, catalog)
    own = {name: paths for name, paths in needed.items() if name in pipeline.wiring.names}
    after: Mapping[str, Sequence[str]] = {}
    if nested or own:
        from noria.runner.waiting import waits_besides  # few projects have such folders

        after = waits_besides(pipeline, places, catalog, own)
    if not same and not after:
        return pipeline
    for clash in _clashes(pipeline, places, catalog) if same else ():
        if not _only_add_rows(clash, catalog):
            raise clash.error(catalog)
        same = {name: one for name, one in same.items() if places[name] != clash.place}
    try:
        return pipeline.joined(same, after)
    except CycleError:
        same = _without_circles(pipeline, same)
        return pipeline.joined(same, _without_waiting_circles(pipeline, same, after))


def _without_circles(pipeline: Pipeline, same: Mapping[str, str]) -> dict[str, str]:
    """Return those of the names that can be one, place by place: a circle undoes its own only."""
    by_place: dict[str, dict[str, str]] = {}
    for name, stands in same.items():
        by_place.setdefault(stands, {})[name] = stands
    kept: dict[str, str] = {}
    for names in by_place.values():
        with suppress(CycleError):
            pipeline.joined({**kept, **names})
            kept |= names
    return kept


def _without_waiting_circles(
    pipeline: Pipeline, same: Mapping[str, str], after: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    """Return for what nodes can wait; who makes files of what it reads cannot wait for them."""
    kept: dict[str, list[str]] = {}
    for name, datasets in after.items():
        for dataset in datasets:
            with suppress(CycleError):
                longer = {**kept, name: [*kept.get(name, ()), dataset]}
                pipeline.joined(same, longer)
                kept = longer
    return kept


def _places(names: Collection[str], catalog: DataCatalog) -> dict[str, str]:
    """Return where the declared ones of these names lie, without transcoding."""
    catalog.declare(names)  # those that a factory makes lie somewhere too
    real = RealPaths()
    places: dict[str, str] = {}
    for name in names:
        place = catalog.identity(name) if name in catalog.declared else None
        if place is not None:
            places[base_name(name)] = place if is_remote(place) else real(place)
    return places


def _same(
    names: Collection[str],
    made: Collection[str],
    places: Mapping[str, str],
    catalog: DataCatalog,
) -> dict[str, str]:
    """Return the names, without transcoding, that share a place, each with the one for all.

    It is the one that is ``made``, where one is.
    """
    by_place: dict[str, dict[str, None]] = {}
    first = {base_name(name): None for name in made}
    for base in sorted({base_name(name) for name in names}):
        if base in places:
            by_place.setdefault(places[base], {})[base] = None
    same: dict[str, str] = {}
    for place, together in by_place.items():
        for bases in _sharing(together, place, catalog) if len(together) > 1 else ():
            if len(bases) > 1:
                stands = next((base for base in bases if base in first), bases[0])
                same |= dict.fromkeys(bases, stands)
    return same


def _sharing(names: Iterable[str], place: str, catalog: DataCatalog) -> list[list[str]]:
    """Return names that share a place, those together that may have files in common."""
    from noria.runner.overlapping import may_share  # few projects have any

    groups: list[list[str]] = []
    for name in names:
        near = [
            group
            for group in groups
            if any(may_share(name, one, catalog, lambda _: place) for one in group)
        ]
        groups = [group for group in groups if group not in near]
        groups.append([*(one for group in near for one in group), name])
    return groups
