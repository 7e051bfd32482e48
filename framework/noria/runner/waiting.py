"""Who waits for whose files, though no dataset of one name connects them."""

import os
from collections.abc import Collection, Iterator, Mapping

from noria_catalog import DataCatalog

from noria.graph import Pipeline
from noria.runner.overlapping import may_share, upward


def waits_besides(
    pipeline: Pipeline,
    places: Mapping[str, str],
    catalog: DataCatalog,
    needed: Mapping[str, Collection[str]],
) -> dict[str, list[str]]:
    """Return the datasets that nodes have to wait for besides what they read, by their names.

    Who reads a folder waits for those who put files in it, and who reads such a file for those who
    write the folder; images and labels of one folder are none of each other.  ``places`` is where
    these and other datasets lie, ``needed`` the paths that nodes were said to depend on.
    """
    found: dict[str, list[str]] = {}
    wiring = pipeline.wiring
    for pair in _nested(places):
        for made, read in (pair, pair[::-1]):
            readers = wiring.consumers.get(read, ()) if made in wiring.producers else ()
            if readers and may_share(read, made, catalog, places.__getitem__):
                for number in readers:
                    found.setdefault(wiring.nodes[number].name, []).append(made)
    made_at = {base: place for base, place in places.items() if base in wiring.producers}
    for name, paths in needed.items():
        for base, place in made_at.items():
            if any(place in upward(path) or path in upward(place) for path in paths):
                found.setdefault(name, []).append(base)
    return found


def _nested(places: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield pairs of datasets of which the second lies below the first."""
    folders: list[tuple[str, str]] = []
    for place, name in sorted((f"{p}/".replace(os.sep, "/"), name) for name, p in places.items()):
        while folders and not place.startswith(folders[-1][0]):
            folders.pop()
        yield from ((above, name) for folder, above in folders if folder != place)
        folders.append((place, name))
