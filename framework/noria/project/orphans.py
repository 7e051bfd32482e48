"""What nodes that are gone have left behind."""

import json
import os
import sqlite3
from collections.abc import Collection
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import NamedTuple

from noria_catalog.errors import NoriaError

from noria.project.discover import find_project


class Orphan(NamedTuple):
    """An output that lies there and that no node of its pipeline makes any more.

    ``place`` is its file; of a versioned one the folder of all its versions.
    """

    dataset: str
    node: str
    place: str


def find_orphans(
    connection: sqlite3.Connection,
    pipeline: str,
    env: str,
    nodes: Collection[str],
    places: AbstractSet[str],
) -> list[Orphan]:
    """Return the local outputs that earlier runs of a pipeline saved by nodes it no longer has.

    ``nodes`` are those that it has now, ``places`` where its datasets lie in this environment;
    in another one they may lie where it has put them.
    """
    rows = connection.execute(
        "SELECT nodes.node, nodes.saved FROM nodes JOIN runs ON runs.id = nodes.run"
        " WHERE runs.pipeline = ? AND runs.env = ? AND nodes.saved IS NOT NULL ORDER BY nodes.run",
        (pipeline, env),
    )
    found: dict[str, Orphan] = {}
    for node, saved in rows:
        for dataset, _, _, _, place in [] if node in nodes else json.loads(saved):
            whole = _without_version(place or "")
            if place and places.isdisjoint((place, whole)) and os.path.exists(place):  # noqa: PTH110
                found[whole] = Orphan(dataset, node, whole)
    return list(found.values())


def is_of_another_project(orphan: Orphan, project: Path) -> bool:
    """Tell whether a file lies in another project's folder: of one that this is a copy of, say."""
    try:
        return find_project(Path(orphan.place).parent).path.resolve() != project.resolve()
    except (NoriaError, OSError):
        return False


def _without_version(place: str) -> str:
    """Return ``models/a.pkl`` for the place of one version, ``models/a.pkl/<version>/a.pkl``."""
    folder, name = os.path.split(place)
    above = os.path.dirname(folder)  # noqa: PTH120
    return above if os.path.basename(above) == name else place  # noqa: PTH119
