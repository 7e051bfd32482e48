"""From what the present content of a dataset came, as the project's store and ledger tell it."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from sqlite3 import Connection
from typing import Any, NamedTuple

from noria_catalog.suggest import nearest

from noria.errors import RunError, SelectionError
from noria.graph.names import is_parameter
from noria.plan.decide import READS, SEEN_TO_READ
from noria.plan.key import parts_from
from noria.project.past_parameters import past_parameters
from noria.project.results import open_results
from noria.project.session import Session
from noria.record.difference import value_of
from noria.record.history import by_last_use, makings_of, reason_of, run_named
from noria.record.ledger import FILE, open_ledger
from noria.record.lineage import Making, Step, trace
from noria.runner.places import Places
from noria.runner.question import told_place
from noria.store import Entry, Store


class Origin(NamedTuple):
    """One step of a lineage: where it lies, what it took and what code made it.

    ``place`` is that of the dataset as it is now, ``made_at`` that where these bytes were
    saved: in another folder, or before the catalog was changed. Both are empty in memory.
    ``lies`` tells whether that content still lies at the place, ``None`` where nobody can tell,
    and ``empty`` that nothing does; ``ours`` that some run has written to that place. A
    parameter's value is ``None`` where the ledger has forgotten its run. ``code`` names what
    the node's function reaches in the project, ``libraries`` what of installed distributions;
    ``besides`` says what else it read that no step tells of, empty for nothing.
    """

    step: Step
    place: str
    made_at: str
    lies: bool | None
    empty: bool
    ours: bool
    parameters: list[tuple[str, Any]]
    code: list[str]
    libraries: list[str]
    besides: str = ""


class Lineage(NamedTuple):
    """Where a dataset's content came from, nearest first.

    ``present`` is whether that is what lies there, and not what was last recorded.
    """

    dataset: str
    digest: str
    present: bool
    origins: list[Origin]


def lineage_of(session: Session, dataset: str) -> Lineage:
    """Return from what the present content of a dataset came, back to data that no run made.

    Of data that lies nowhere it is the content that was recorded last.  Raises SelectionError for
    a parameter and a name that no pipeline and no entry has, RunError where nothing lies there
    and no run has recorded it.
    """
    if is_parameter(dataset):
        raise SelectionError(
            f"{dataset} is a parameter, and no data that came from any",
            hint="`noria config show parameters` says where each stands",
        )
    with open_results(session.project, session.settings) as store, _ledger(session) as ledger:
        places = Places(session.catalog, store, root=session.project.path)
        lying = None if places.is_memory(dataset) else places.lying(dataset).digest
        digest = _latest(session, store, dataset) if lying is None else lying

        @cache
        def values(run: str) -> Mapping[str, Any]:
            return {} if ledger is None else past_parameters(run_named(ledger, run))

        def besides(making: Making) -> str:
            if making.seen:
                return f"{SEEN_TO_READ} {making.seen}"
            run = making.edited_in or making.run
            reason = "" if ledger is None else reason_of(ledger, run, making.node)
            return reason if reason.startswith((READS, SEEN_TO_READ)) else ""

        return Lineage(
            dataset,
            digest,
            lying is not None,
            [
                _origin(step, places, store, values)._replace(
                    besides="" if step.making is None else besides(step.making)
                )
                for step in trace(dataset, digest, lambda one: _makings(store, ledger, one))
            ],
        )


def _makings(store: Store, ledger: Connection | None, digest: str) -> Iterator[Making]:
    """Yield what made a digest, newest first; after all that, where it was only adopted.

    What need not be asked is not: it may look through all that was ever run.
    """
    adopted = []
    for making in _recorded(store, ledger, digest):
        if making.is_adopted:
            adopted.append(making)
        else:
            yield making
    yield from adopted


def _recorded(store: Store, ledger: Connection | None, digest: str) -> Iterator[Making]:
    for entry in _in_order(ledger, store.by_output(digest)):
        parts = parts_from(entry.parts)
        if parts is not None:
            outputs = {one.name: (one.digest, one.place) for one in entry.outputs}
            about = (entry.node, entry.run, entry.made, entry.seconds)
            yield Making(*about, parts, outputs, entry.read)
    # What was made of the same more than once, and came out otherwise, only the ledger knows.
    for node in [] if ledger is None else makings_of(ledger, digest):
        parts = parts_from(node.get("made_of") or {})
        if parts is not None:
            places = {saved["dataset"]: saved["place"] or "" for saved in node["saved"]}
            outputs = {name: (made, places.get(name, "")) for name, made in node["made"].items()}
            began, seconds = node["started"] or 0.0, node["seconds"] or 0.0
            yield Making(node["node"], node["run"], began, seconds, parts, outputs)


def _in_order(ledger: Connection | None, entries: list[Entry]) -> Iterator[Entry]:
    """Yield entries in the order of their last use: a file is that of who used it last."""
    left = {entry.key: entry for entry in entries}
    if ledger is not None and len(left) > 1:
        for key in by_last_use(ledger, {key: left[key].node for key in left}):
            yield left.pop(key)
    yield from left.values()


def _latest(session: Session, store: Store, dataset: str) -> str:
    """Return the digest of what was recorded last of a dataset that lies nowhere."""
    pipelines = session.pipelines
    nodes = {node.name: node for name in pipelines for node in pipelines[name].nodes}
    known = {name for node in nodes.values() for name in (*node.inputs, *node.makes)}
    if dataset not in known and dataset not in session.catalog:
        raise SelectionError(
            f"no dataset {dataset!r}",
            nearest=nearest(dataset, known),
            hint="`noria pipelines describe` lists those of a pipeline",
        )
    found = [
        (entry.made, output.digest)
        for node in nodes.values()
        if dataset in node.makes and (entry := store.latest(node.name)) is not None
        for output in entry.outputs
        if output.name == dataset
    ]
    if not found:
        raise RunError(
            f"{dataset}: nothing lies there, and no run has recorded it",
            hint=f"make it first: noria run --to-outputs {dataset}",
        )
    return max(found)[1]


@contextmanager
def _ledger(session: Session) -> Iterator[Connection | None]:
    state = session.project.state
    if not (state / FILE).exists():
        yield None
        return
    with open_ledger(state) as ledger:
        yield ledger


def _origin(
    step: Step, places: Places, store: Store, values: Callable[[str], Mapping[str, Any]]
) -> Origin:
    place, lies, empty, ours = _lying(step, places)
    if step.making is None:
        return Origin(step, place, "", lies, empty, ours, [], [], [])
    known = values(step.making.edited_in or step.making.run)
    return Origin(
        step,
        place,
        step.making.outputs.get(step.dataset, ("", place))[1],
        lies,
        empty,
        ours,
        [(name, value_of(known, name)) for name, _ in step.parameters],
        _names(store, step.making.parts.code),
        _names(store, step.making.parts.libraries),
    )


def _lying(step: Step, places: Places) -> tuple[str, bool | None, bool, bool]:
    """Return where a step's dataset lies, whether its content does, nothing, or a run's at all."""
    if places.is_memory(step.dataset):
        return "", None, False, False
    lying = places.lying(step.dataset)
    unknown = lying.opaque and lying.digest is None
    lies = None if unknown else lying.digest == step.digest
    empty = lying.digest is None and not unknown
    return told_place(places.place(step.dataset)), lies, empty, lying.ours


def _names(store: Store, digest: str) -> list[str]:
    """Return the names in a list of names and digests that the store has kept."""
    text = store.text(digest)
    return [] if text is None else [str(name) for name, _ in json.loads(text)]
