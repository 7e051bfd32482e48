"""What a run of a project would do, and why: asked, not done."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from sqlite3 import Connection
from typing import Any

from noria_catalog.errors import NoriaError
from noria_catalog.suggest import nearest

from noria.code import Fingerprint
from noria.errors import SelectionError
from noria.graph import Pipeline
from noria.plan import Job, Plan, Verdict
from noria.plan.decide import REUSE, WAIT, complete
from noria.plan.explain import Difference, beside_libraries, differences, symbols_that_differ
from noria.plan.key import Parts, parts_from
from noria.project.asked import Asked
from noria.project.incremental import Incremental
from noria.project.opened_memory import incremental
from noria.project.orphans import Orphan, find_orphans, is_of_another_project
from noria.project.parameters import PREFIX, WHOLE, located_datasets
from noria.project.past_parameters import past_parameters, present_parameters
from noria.project.selection import Selection
from noria.project.session import Session
from noria.record.difference import (
    changed_options,
    changed_values,
    held_that_differ,
    unshown,
    value_of,
)
from noria.record.history import run_with, unsettled_nodes
from noria.record.last_used import LastUsed
from noria.record.ledger import FILE, open_ledger
from noria.runner.keeping import told_before
from noria.runner.prepare import prepare
from noria.runner.shown import shown_in
from noria.store import Store


@dataclass(frozen=True, slots=True)
class Planned:
    """What would become of one node.

    ``seconds`` is how long its last recorded run took, ``None`` where there is none.
    """

    name: str
    verdict: str
    reason: str
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs between a node's last recorded result and now.

    ``what`` is "code", "input", "parameter", ...; ``where`` its place; ``before`` and ``after``
    are source text, values of a parameter, or digests of data; ``maker`` is the node that makes an
    input.  ``forgotten``: nobody knows any more what was before.  ``option`` is what differs in the
    entry of a dataset; empty where that is not known.
    """

    what: str
    name: str
    where: str | None
    before: Any
    after: Any
    maker: str | None = None
    forgotten: bool = False
    option: str = ""


class Planning:
    """The plan of a run that is not done, and the answers to why.

    Made by :func:`planning`, and good while that context lasts.
    """

    def __init__(
        self,
        session: Session,
        memory: Incremental,
        store: Store,
        plan: Plan,
        past: Callable[[str], Mapping[str, Any]],
    ) -> None:
        self._session = session
        self.memory = memory
        self._store = store
        self._plan = plan
        self._past = past  # the parameters of the run that used the result of a key
        self._texts: Mapping[str, str] = {}
        self.orphans: list[Orphan] = []
        self.asked_other_pipelines = False
        """Whether other pipelines were asked who makes what no node of this one does any more."""

    @property
    def late(self) -> list[str]:
        """A line for each input that is out of date and would be used, and each missing file."""
        return list(self.memory.notes())

    @property
    def edited(self) -> list[str]:
        """A line for each output that somebody has changed, and that would make place."""
        return [
            told_before(name, self._place(name), verdict)
            for job, verdict in map(self._with_edited, self._plan.jobs, self._plan.verdicts)
            if job.selected
            for name in (*verdict.aside, *verdict.blocked)
        ]

    def _with_edited(self, job: Job, verdict: Verdict) -> tuple[Job, Verdict]:
        """Return a verdict with what was edited by hand, which makes place whatever it will be."""
        if verdict.kind != WAIT and verdict.key:
            return job, verdict
        edited = [name for name in job.outputs if self.memory.records.lying(name).is_edited]
        blocked = [name for name in edited if self.memory.records.lying(name).guarded]
        aside = [name for name in edited if name not in blocked]
        return job, verdict._replace(aside=tuple(aside), blocked=tuple(blocked))

    @property
    def is_settled(self) -> bool:
        """Whether all is in place, and nothing else is to be said."""
        verdicts = [
            verdict.kind
            for job, verdict in zip(self._plan.jobs, self._plan.verdicts, strict=True)
            if job.selected
        ]
        settled = set(verdicts) <= {REUSE} and not self._plan.late
        return settled and not (self.orphans or self.asked_other_pipelines)

    def shown(self, place: str) -> str:
        """Return a place as it is called in the project's folder."""
        return shown_in(self._session.project.path, place)

    @cached_property
    def nodes(self) -> list[Planned]:
        """The selected nodes in the order in which they can run."""
        found = []
        for job, verdict in zip(self._plan.jobs, self._plan.verdicts, strict=True):
            if job.selected:
                entry = self.memory.records.latest_entry(job.name)
                # Of what was adopted, or edited and kept, nobody has measured any.
                seconds = None if entry is None else entry.seconds or None
                found.append(Planned(job.name, verdict.kind, verdict.reason, seconds))
        return found

    def counts(self) -> dict[str, int]:
        """Return how many nodes there are of each verdict."""
        kinds = [planned.verdict for planned in self.nodes]
        return {kind: kinds.count(kind) for kind in ("run", "reuse", "restore", "wait")}

    def why(self, node: str) -> tuple[Job, Verdict, list[Change], Fingerprint]:
        """Return a node as it was judged, what differs, and what its code depends on.

        One that is not selected counts too, where a selected one reads what it made.  Raises
        SelectionError with the nearest name.
        """
        names = [job.name for job in self._plan.jobs]
        if node not in names:
            raise SelectionError(
                f"--why {node}: no node of that name is selected, and none that makes their inputs",
                nearest=nearest(node, names),
                hint="`noria plan` lists them",
            )
        at = names.index(node)
        job, verdict = self._plan.jobs[at], self._plan.verdicts[at]
        digests = {**dict.fromkeys(job.inputs.values()), **self._plan.digests}
        now = complete(job, digests, self.memory.records)
        gone = self.memory.records.is_gone(node, verdict.key)
        entry = None if gone else self.memory.records.latest_entry(node)
        self._texts = self.memory.gatherer.texts([node])
        before = None if entry is None else parts_from(entry.parts)
        past = {} if entry is None else self._past(entry.key)
        changes = [] if before is None else list(self._changes(node, before, now, past))
        return job, verdict, changes, self.memory.gatherer.fingerprints[node]

    def _changes(
        self, node: str, was: Parts, now: Parts, past: Mapping[str, Any]
    ) -> Iterator[Change]:
        before = beside_libraries(was, now, lambda: self._text(was.code) == self._text(now.code))
        for each in differences(before, now):
            if each.what == "code":
                changed = self._code(before.code, now.code)
                # Another Python makes other code of the same lines.
                same = before.system == now.system
                yield from (one for one in changed if same or one.before != one.after)
            elif each.what == "libraries":
                yield from self._libraries(before.libraries, now.libraries)
            elif each.what == "input":
                if each.after != "":  # not known yet: it depends on what runs before
                    maker = self._maker(each.name)
                    yield Change("input", each.name, None, each.before, each.after, maker)
            elif each.what == "parameter":
                yield from self._parameter(each, past)
            else:
                yield from self._besides(node, each)

    def _besides(self, node: str, each: Difference) -> Iterator[Change]:
        """Yield what else differs: the options of a dataset, as far as they are known."""
        reading = each.what == "reading"
        name = self.memory.gatherer.read_as(node, each.name) if reading else each.name
        options = changed_options(each, self._text)
        if not options:
            yield Change(each.what, name, self._declared(name), each.before, each.after)
        for option, before, after in options:
            where = self._declared(name, option)
            yield Change(each.what, name, where, before, after, option=option)

    def _parameter(self, each: Difference, past: Mapping[str, Any]) -> Iterator[Change]:
        """Yield what differs in the value of a parameter."""
        places = dict(located_datasets(self._session.located_parameters))
        present = present_parameters(self._session.parameters)
        sides = ((past, each.before), (present, each.after))  # only what is read on that side
        old, new = ({each.name: read and value_of(one, each.name)} for one, read in sides)
        if each.name == WHOLE:
            old, new = ({f"{PREFIX}{key}": one[key] for key in one} for one in (past, present))
        forgotten = each.before is not None and not past
        if forgotten:
            changed = [(each.name, None, value_of(present, each.name))]
        else:
            changed = list(changed_values(old, new)) or [self._unshown(each.name, past, present)]
        for name, before, after in changed:
            place = places.get(name)
            where = None if place is None else place.where or place.key
            yield Change("parameter", name, where and str(where), before, after, None, forgotten)

    def _unshown(
        self, read: str, past: Mapping[str, Any], present: Mapping[str, Any]
    ) -> tuple[str, Any, Any]:
        plain = "" if read == WHOLE else read.removeprefix(PREFIX)
        name, before, after = unshown(plain, value_of(past, read), value_of(present, read))
        return f"{PREFIX}{name}" if name else read, before, after

    def _code(self, before: str, after: str) -> Iterator[Change]:
        if self._text(before) is None:
            yield Change("code", "what it was is not known any more", None, None, None)
            return
        old, new = self._symbols(before), self._symbols(after)
        places = self.memory.symbol_places()
        found = list(symbols_that_differ(old, new))
        for each in found:
            yield Change(
                "code",
                each.name,
                places.get(each.name),
                self._text(each.before),
                self._text(each.after),
            )
        held = [] if found else held_that_differ(before, after, self._text)
        for name, was, now in held:
            yield Change("code", name, None, was, now)
        if not found and not held:
            what = "a value that the function holds, or which modules are imported"
            yield Change("code", what, None, None, None)

    def _libraries(self, before: str, after: str) -> Iterator[Change]:
        old = dict(json.loads(self._text(before) or "[]"))
        new = dict(json.loads(self._text(after) or "[]"))
        for each in symbols_that_differ(old, new):
            yield Change("library", each.name, None, each.before, each.after)

    def _symbols(self, digest: str) -> dict[str, str]:
        text = self._text(digest)
        return {} if text is None else dict(json.loads(text))

    def _text(self, digest: str | None) -> str | None:
        if digest is None:
            return None
        known = self._texts.get(digest)
        return known if known is not None else self._store.text(digest)

    def _maker(self, dataset: str) -> str | None:
        return next((job.name for job in self._plan.jobs if dataset in job.outputs), None)

    def _place(self, dataset: str) -> str:
        return self.shown(str(self._session.catalog.describe(dataset).get("filepath", dataset)))

    def _declared(self, dataset: str, option: str = "") -> str | None:
        """Return where an entry stands, or that of its options."""
        catalog = self._session.catalog
        place = catalog.where(dataset) if dataset in catalog else None
        inside = catalog.entry(dataset) if option and place is not None else None
        for key in option.split("."):
            inside = inside.value.get(key) if inside and isinstance(inside.value, dict) else None
            place = place if inside is None else inside.key or inside.where or place
        return None if place is None else str(place)


@contextmanager
def planning(session: Session, selection: Selection, *, force: bool = False) -> Iterator[Planning]:
    """Give the plan of what a run of the selection would do.

    Nothing is run, loaded or written.  Raises what a run would raise before its first node.
    """
    session.check_given(session.select(selection))
    catalog = session.catalog
    selected, whole = session.joined(selection, catalog)
    with ExitStack() as stack:
        ledger = None
        if (session.project.state / FILE).exists():
            ledger = stack.enter_context(open_ledger(session.project.state))
        asked = Asked(
            outputs=(),
            force=force,
            unsettled=() if ledger is None else unsettled_nodes(ledger),
            closely=False,
            past=None if ledger is None else LastUsed(ledger, session.env),
        )
        memory, store = stack.enter_context(
            incremental(
                session.project, session.settings, whole, catalog, session.hooks, "plan", asked
            )
        )
        parameters = dict(located_datasets(session.located_parameters))
        prepare(selected, catalog, parameters, None, memory.plan)
        assert memory.plan_made is not None

        def past(key: str) -> Mapping[str, Any]:
            return {} if ledger is None else past_parameters(run_with(ledger, key))

        planned = Planning(session, memory, store, memory.plan_made, past)
        if ledger is not None:
            found = _orphans(session, memory, ledger, selection.pipeline, [whole])
            planned.asked_other_pipelines = bool(found)
            if found:
                with suppress(NoriaError):  # of one that does not import nobody knows what it makes
                    others = [session.pipelines[name] for name in session.pipelines]
                    planned.orphans = _orphans(session, memory, ledger, selection.pipeline, others)
        yield planned


def _orphans(
    session: Session,
    memory: Incremental,
    ledger: Connection,
    pipeline: str,
    present: Iterable[Pipeline],
) -> list[Orphan]:
    """Return what runs of a pipeline have left that no node of the present ones makes or reads."""
    wholes = list(present)
    nodes = {node.name for whole in wholes for node in whole.nodes}
    places = memory.places_of({name for whole in wholes for name in whole.datasets()})
    found = find_orphans(ledger, pipeline, session.env, nodes, places)
    return [each for each in found if not is_of_another_project(each, session.project.path)]


def document(planned: Planning, pipeline: str) -> Mapping[str, Any]:
    """Return a plan as JSON-like values."""
    return {
        "pipeline": pipeline,
        "counts": planned.counts(),
        "nodes": [
            {
                "name": each.name,
                "verdict": each.verdict,
                "reason": each.reason,
                "seconds": each.seconds,
            }
            for each in planned.nodes
        ],
        "late": planned.late,
        "edited": planned.edited,
        "orphans": [orphan._asdict() for orphan in planned.orphans],
    }
