"""What nodes that are gone have left behind."""

import json
import os
import sqlite3
from collections.abc import Collection
from typing import NamedTuple


class Orphan(NamedTuple):
    """An output that lies there and that no node of its pipeline makes any more."""

    dataset: str
    node: str
    place: str


def find_orphans(
    connection: sqlite3.Connection, pipeline: str, nodes: Collection[str], places: Collection[str]
) -> list[Orphan]:
    """Return the local outputs that earlier runs of a pipeline saved by nodes it no longer has.

    ``nodes`` are those that it has now, ``places`` where its datasets lie.
    """
    rows = connection.execute(
        "SELECT nodes.node, nodes.saved FROM nodes JOIN runs ON runs.id = nodes.run"
        " WHERE runs.pipeline = ? AND nodes.saved IS NOT NULL ORDER BY nodes.run",
        (pipeline,),
    )
    found: dict[str, Orphan] = {}
    for node, saved in rows:
        for dataset, _, _, _, place in [] if node in nodes else json.loads(saved):
            if place and place not in places and os.path.exists(place):  # noqa: PTH110
                found[place] = Orphan(dataset, node, place)
    return list(found.values())
