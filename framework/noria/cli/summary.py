"""What is said when a run has ended: time and memory by node, and where the results lie."""

from pathlib import Path
from typing import Any

from noria.cli.printing import duration, plural, rows, size, table
from noria.cli.tally import NodeTally, Tally

_MOST_NODES = 25


def summary(tally: Tally, *, root: Path, told: bool = False) -> str:
    """Return the summary as text; places are shown as in the project's folder ``root``.

    ``told``: each node that ended had its line; of few that is not said again, of many the slowest
    are.
    """
    start = duration(tally.started - tally.began) if tally.began else ""
    waited = f"{duration(tally.seconds)}" + (f" ({start} of it to start)" if start else "")
    blocks = [f"{tally.status} in {waited}, {counts(tally)}"]
    nodes = [node for node in tally.nodes.values() if node.seconds is not None]
    if nodes and not (told and len(nodes) <= _MOST_NODES):
        blocks.append(_nodes(nodes))
    results = _results(tally, root, told=told)
    if results:
        blocks.append(results)
    return "\n\n".join(blocks)


def counts(tally: Tally) -> str:
    """Return what became of the nodes: ``12 nodes: 9 up to date, 1 restored, 2 run``."""
    total = len(tally.nodes)
    statuses = [_ended(node, tally) for node in tally.nodes.values()]
    told = [
        (statuses.count("reused"), "up to date"),
        (statuses.count("restored"), "restored"),
        (statuses.count("done"), "run"),
        (statuses.count("failed"), "failed"),
        (statuses.count("interrupted"), "interrupted"),
        (statuses.count("not run"), "not run"),
    ]
    parts = [f"{count:,} {word}" for count, word in told if count]
    if parts in ([], [f"{total:,} run"]):
        return plural(total, "node")
    return f"{plural(total, 'node')}: {', '.join(parts)}"


def nothing_to_do(tally: Tally) -> str:
    """Return what is said when the same is asked for again and nothing has changed."""
    name = "" if tally.pipeline in ("", "__default__") else f" of pipeline {tally.pipeline}"
    return f"nothing to do: {plural(len(tally.nodes), 'node')}{name} up to date"


def nothing_to_do_document(tally: Tally) -> dict[str, Any]:
    """Return the same as JSON-like values; no run is begun, so none is named."""
    return {
        "run": None,
        "pipeline": tally.pipeline,
        "runner": tally.runner,
        "status": "done",
        "up_to_date": True,
        "seconds": 0.0,
        "notes": [],
        "nodes": [],
    }


def summary_document(tally: Tally) -> dict[str, Any]:
    """Return the same as JSON-like values: seconds, bytes, absolute places."""
    return {
        "run": tally.run,
        "pipeline": tally.pipeline,
        "runner": tally.runner,
        "status": tally.status,
        "up_to_date": bool(tally.nodes) and len(tally.of("reused")) == len(tally.nodes),
        "seconds": tally.seconds,
        "notes": tally.notes,
        "nodes": [
            {
                "name": node.name,
                "status": _ended(node, tally),
                "reason": node.reason,
                "seconds": node.seconds,
                "memory": node.memory,
                "error": node.error,
                "saved": [
                    {
                        "dataset": entry.dataset,
                        "rows": entry.rows,
                        "bytes": entry.bytes,
                        "place": entry.place,
                    }
                    for entry in node.saved
                ],
            }
            for node in tally.nodes.values()
        ],
    }


def _ended(node: NodeTally, tally: Tally) -> str:
    """Return the status of a node after a run; one that did not come to its end has the run's."""
    return {"waiting": "not run", "running": tally.status}.get(node.status, node.status)


def _nodes(nodes: list[NodeTally]) -> str:
    shown = nodes
    if len(nodes) > _MOST_NODES + 1:  # a line that leaves out one takes as much room
        slowest = sorted(nodes, key=lambda node: node.seconds or 0.0, reverse=True)[:_MOST_NODES]
        shown = [node for node in nodes if node in slowest]
    body = [(node.name, duration(node.seconds), size(node.memory)) for node in shown]
    text = table(("node", "time", "memory"), body, right=(1, 2))
    rest = len(nodes) - len(shown)
    return text + (f"\n  and {rest:,} quicker ones: `noria runs show last`" if rest else "")


def _results(tally: Tally, root: Path, *, told: bool) -> str:
    saved = [entry for node in tally.nodes.values() for entry in node.saved if entry.place]
    shown = saved[-_MOST_NODES:]
    if not shown:
        return ""
    places = [place_shown(str(entry.place), root) for entry in shown]
    if told:
        names = [entry.dataset for entry in shown]
        text = table(("result", "place"), zip(names, places, strict=True))
    else:
        body = [
            (entry.dataset, rows(entry.rows), size(entry.bytes), place)
            for entry, place in zip(shown, places, strict=True)
        ]
        text = table(("result", "rows", "size", "place"), body, right=(1, 2))
    rest = len(saved) - len(shown)
    return text + (f"\n  and {rest:,} earlier ones: `noria runs show last`" if rest else "")


def place_shown(place: str, root: Path) -> str:
    """Return a place as it is called in the project's folder ``root``, wherever the user stands.

    >>> place_shown("s3://bucket/key", Path("/srv")), place_shown("/srv/data/a.csv", Path("/srv"))
    ('s3://bucket/key', 'data/a.csv')
    """
    for folder in () if "://" in place else (root, root.resolve()):
        if Path(place).is_relative_to(folder):
            return Path(place).relative_to(folder).as_posix()
    return place
