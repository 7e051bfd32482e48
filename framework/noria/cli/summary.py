"""What is said when a run has ended: time and memory by node, and where the results lie."""

from pathlib import Path
from typing import Any

from noria.cli.printing import duration, plural, rows, size, table
from noria.cli.tally import NodeTally, Tally

_MOST_NODES = 25


def summary(tally: Tally, *, here: Path) -> str:
    """Return the summary as text; places are shown relative to ``here``."""
    done, total = len(tally.of("done")), len(tally.nodes)
    count = plural(total, "node") if done == total else f"{done} of {plural(total, 'node')}"
    start = duration(tally.started - tally.began) if tally.began else ""
    waited = f"{duration(tally.seconds)}" + (f", {start} of it to start" if start else "")
    blocks = [f"{tally.status} in {waited}: {count}"]
    nodes = [node for node in tally.nodes.values() if node.seconds is not None]
    if nodes:
        blocks.append(_nodes(nodes))
    results = _results(tally, here)
    if results:
        blocks.append(results)
    return "\n\n".join(blocks)


def summary_document(tally: Tally) -> dict[str, Any]:
    """Return the same as JSON-like values: seconds, bytes, absolute places."""
    return {
        "run": tally.run,
        "pipeline": tally.pipeline,
        "runner": tally.runner,
        "status": tally.status,
        "seconds": tally.seconds,
        "nodes": [
            {
                "name": node.name,
                "status": node.status,
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


def _nodes(nodes: list[NodeTally]) -> str:
    shown = nodes
    if len(nodes) > _MOST_NODES:
        slowest = sorted(nodes, key=lambda node: node.seconds or 0.0, reverse=True)[:_MOST_NODES]
        shown = [node for node in nodes if node in slowest]
    body = [(node.name, duration(node.seconds), size(node.memory)) for node in shown]
    text = table(("node", "time", "memory"), body, right=(1, 2))
    rest = len(nodes) - len(shown)
    return text + (f"\n  and {rest:,} quicker ones: `noria runs show last`" if rest else "")


def _results(tally: Tally, here: Path) -> str:
    saved = [entry for node in tally.nodes.values() for entry in node.saved if entry.place]
    shown = saved[-_MOST_NODES:]
    body = [
        (entry.dataset, rows(entry.rows), size(entry.bytes), place_shown(str(entry.place), here))
        for entry in shown
    ]
    if not body:
        return ""
    text = table(("result", "rows", "size", "place"), body, right=(1, 2))
    rest = len(saved) - len(shown)
    return text + (f"\n  and {rest:,} earlier ones: `noria runs show last`" if rest else "")


def place_shown(place: str, here: Path) -> str:
    """Return a place as the user would type it in the folder ``here``.

    >>> place_shown("s3://bucket/key", Path("/tmp"))
    's3://bucket/key'
    """
    try:
        return Path(place).relative_to(here).as_posix() if "://" not in place else place
    except ValueError:
        return place
