"""Two runs of a project side by side, from its ledger and its store."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from sqlite3 import Connection
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from noria.errors import Corrupt, RunError, Undecodable
from noria.plan.decide import READS, SEEN_TO_READ
from noria.plan.key import parts_from
from noria.project.past_parameters import past_parameters
from noria.record.difference import Changed, Compared, Facts, Ran, compare, numbers
from noria.record.hand import EDITED
from noria.record.history import LAST, names_of_runs, show_run
from noria.store import Output, Store

_READS_BESIDES = (READS, "it confirms ", "it changes ", SEEN_TO_READ)
"""How reasons begin why a node runs every time that tell why a result of the same differs."""
_LARGEST_METRICS = 5_000_000
_GONE = object()


class Sides(NamedTuple):
    """Two runs, as the ledger tells them, what differs, and the numbers that came out otherwise."""

    before: Mapping[str, Any]
    after: Mapping[str, Any]
    compared: Compared
    metrics: list[Changed]


def two_runs(connection: Connection, store: Store, before: str | None, after: str) -> Sides:
    """Return two runs side by side; ``before`` ``None`` is the run before the other.

    What was saved by hand is no run: the last one is the last that ran something.  Raises RunError
    when a name means no run, or several, or both mean one.
    """
    second = _run(connection, after)
    first = _run(connection, _earlier(connection, second) if before is None else before)
    if first["id"] == second["id"]:
        raise RunError(
            f"both names mean the run {first['id']}",
            hint="`noria runs diff` without names compares the last two",
        )
    (old, outputs_before), (new, outputs_after) = (_facts(run, store) for run in (first, second))
    metrics = list(_metrics(outputs_before, outputs_after, store))
    return Sides(first, second, compare(old, new, store.text), metrics)


def _run(connection: Connection, name: str) -> Mapping[str, Any]:
    if name == LAST:
        name = next(iter(names_of_runs(connection)), name)
    run = show_run(connection, name)
    if run["status"] == EDITED:
        raise RunError(
            f"{run['id']} is no run: {run['command']}, by hand",
            hint="`noria runs list` shows the runs",
        )
    return run


def _earlier(connection: Connection, run: Mapping[str, Any]) -> str:
    for name in names_of_runs(connection):
        if name < run["id"]:
            return name
    raise RunError(f"no run is older than {run['id']}", hint="`noria runs list` shows them all")


def _facts(run: Mapping[str, Any], store: Store) -> tuple[Facts, dict[str, Output]]:
    """Return what is known of a run, and its outputs by dataset."""
    keys = [node["key"] for node in run["nodes"] if node.get("key")]
    entries = store.find_many(keys, used=False)
    nodes: dict[str, Ran] = {}
    outputs: dict[str, Output] = {}
    for node in run["nodes"]:
        entry = entries.get(node.get("key") or "")
        parts = parts_from(node.get("made_of") or (entry.parts if entry else {}))
        recorded = {output.name: output for output in entry.outputs} if entry else {}
        if "made" in node:
            digests: Mapping[str, str] = node["made"]
        else:  # a ledger of an earlier Noria: the same key may have been run again since
            used = entry is not None and (node["status"] != "done" or entry.run == run["id"])
            digests = {name: one.digest for name, one in recorded.items()} if used else {}
        places = {saved["dataset"]: saved["place"] for saved in node["saved"]}
        for name, digest in digests.items():
            if name in recorded and recorded[name].digest == digest:
                outputs[name] = recorded[name]
            elif ":" not in digest:  # a file of a key that was run again since, or edited and kept
                blobs = (("", digest, 0),)
                place = places.get(name) or (recorded[name].place if name in recorded else "")
                outputs[name] = Output(name, digest, "files", blobs, "", place)
        reason = node.get("reason") or ""
        always = reason if reason.startswith(_READS_BESIDES) else ""
        nodes[node["node"]] = Ran(node["status"], parts, digests, node.get("key") or "", always)
    return Facts(run["id"], past_parameters(run), nodes), outputs


def _metrics(
    before: Mapping[str, Output], after: Mapping[str, Output], store: Store
) -> Iterator[Changed]:
    for name, output in after.items():
        if name not in before or before[name].digest == output.digest:
            continue
        values = [_json_value(each, store) for each in (before[name], output)]
        # Numbers that nobody knows any more have not come or gone.
        if any(value is _GONE for value in values):
            continue
        old, new = (dict(numbers(value)) for value in values)
        for key in {**old, **new}:
            if old.get(key) != new.get(key):
                yield Changed(f"{name}: {key}" if key else name, old.get(key), new.get(key), ())


def _json_value(output: Output, store: Store) -> Any:
    """Return what an output of JSON holds; ``None`` for others, ``_GONE`` where nobody knows."""
    if len(output.blobs) != 1 or output.blobs[0][2] > _LARGEST_METRICS:
        return None
    digest = output.blobs[0][1]
    try:
        if output.form == "value":
            return store.value(digest, output.codec) if output.codec == "json" else None
        if output.form != "files" or not output.place.endswith(".json"):
            return None
        with TemporaryDirectory(prefix="noria-") as folder:
            path = Path(folder) / "metrics.json"
            store.copy_to(digest, path)
            return json.loads(path.read_text("utf-8"))
    except Corrupt:
        return _GONE
    except (Undecodable, ValueError):
        return None
