"""Verdicts: which nodes run, which results are used again, and why."""

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from noria.plan.explain import beside_libraries, shortly
from noria.plan.facts import Job, Lying, Recorded
from noria.plan.key import Parts, key_of

RUN = "run"
REUSE = "reuse"
RESTORE = "restore"
WAIT = "wait"
READS = "it reads "
"""How the reason of a job begins that reads more than its inputs, and so runs every time."""
SEEN_TO_READ = "it was seen to read"
KNOWN = "known"
"""Stands for the digest of what is part of a job's key as it is."""


class Verdict(NamedTuple):
    """What becomes of a node: ``kind`` is "run", "reuse", "restore" or "wait"; ``reason`` says why.

    ``key`` is that of its result, empty while an input is not known yet; ``restore`` are the
    outputs to put back, ``aside`` those of which something that nobody recorded lies there, to be
    moved away before.  ``blocked`` names the outputs that can't be moved away: the user decides.
    """

    kind: str
    reason: str
    key: str = ""
    restore: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()


class Facts(Protocol):
    """What is recorded, and what lies where."""

    def find(self, key: str) -> Recorded | None:
        """Return the recorded result of this key."""

    def latest(self, node: str) -> Parts | None:
        """Return what the latest recorded result of a node was made of."""

    def is_gone(self, node: str, key: str) -> bool:
        """Tell whether a node's last result here was this one, and is not recorded any more."""

    def was_left(self, node: str, key: str) -> bool:
        """Tell whether what a node leaves beside its outputs here is of the result of this key."""

    def has_same_code(self, node: str, code: str) -> bool:
        """Tell whether a node reaches the same definitions as when its code had this digest."""

    def lying(self, dataset: str) -> Lying:
        """Return what lies at the place of a dataset."""

    def code_of(self, dataset: str, digest: str) -> str:
        """Return a digest of the code that content counts on, empty for plain data."""


class Plan:
    """The verdicts on some jobs, in their order, and the digests of their data.

    ``digests`` has ``None`` for what depends on a node that is still to run.  ``late`` are the
    datasets, made by nodes that are not selected, that are out of date and used as they are.
    ``fetched`` are those that lie nowhere and come from the store: dataset to key.  ``missing``
    are those that selected nodes need and that cannot be had: dataset to maker.
    """

    def __init__(self, jobs: Sequence[Job]) -> None:
        self.jobs = jobs
        self.verdicts: list[Verdict] = []
        self.digests: dict[str, str | None] = {}
        self.late: dict[str, str] = {}
        self.fetched: dict[str, str] = {}
        self.missing: dict[str, str] = {}


def decide(
    jobs: Sequence[Job], facts: Facts, *, force: bool = False, wanted: Collection[str] = ()
) -> Plan:
    """Judge all jobs, which stand in an order in which they can run.

    ``force`` runs the selected ones anyway; ``wanted`` are the datasets whose values are asked for
    at the end.  A result that was too large to keep is made again when a reader must run, and then
    all its readers are judged on what is made.
    """
    remake: set[str] = set()
    while True:
        plan = _forward(jobs, facts, force=force, remake=remake)
        more = _to_remake(plan, facts, wanted) - remake
        if not more:
            return plan
        remake |= more


def data_of_running(plan: Plan, facts: Facts, *, force: bool = False) -> Iterator[str]:
    """Yield the data of the selected jobs that run whatever comes before them: never done, say."""
    for job, verdict in zip(plan.jobs, plan.verdicts, strict=True):
        new = verdict.kind == WAIT and (force or facts.latest(job.name) is None)
        if job.selected and (new or verdict.kind == RUN):
            yield from job.inputs.values()
            yield from job.outputs


def is_found_again(name: str, plan: Plan, facts: Facts) -> bool:
    """Tell whether the store will have a value in memory for later runs, once one has made it.

    It will not where its node, or one whose value in memory goes into it, always runs or reads
    what only loading can tell.
    """
    makers = {output: job for job in plan.jobs for output in job.outputs}
    pending, seen = [name], {name}
    while pending:
        job = makers.get(pending.pop())
        if job is None:
            continue
        read = [facts.lying(each) for each in job.inputs.values()]
        if job.always or any(lying.opaque for lying in read):
            return False
        for each, lying in zip(job.inputs.values(), read, strict=True):
            if lying.memory and each not in seen:
                seen.add(each)
                pending.append(each)
    return True


def judge(
    job: Job,
    digests: Mapping[str, str | None],
    facts: Facts,
    *,
    force: bool = False,
    unseen: Container[str] = (),
) -> Verdict:
    """Judge one job by the digests of what it reads; ``None`` is a digest not known yet.

    ``unseen`` are datasets that no job makes, and that only loading tells apart.
    """
    unknown = [name for name in job.inputs.values() if digests.get(name) is None]
    unknown += [name for name in job.needs if digests.get(name, KNOWN) is None]
    if unknown:
        if job.always:
            return Verdict(RUN, job.always)
        return Verdict(WAIT, _waits_for(unknown, unseen))
    parts = complete(job, digests, facts)
    key = key_of(parts)
    if job.always:
        return _run(job, key, job.always, facts, force=force)
    if force:
        return _run(job, key, "forced", facts, force=True)
    recorded = facts.find(key)
    if recorded is None:
        before = parts if facts.is_gone(job.name, key) else _latest(job.name, parts, facts)
        return _run(job, key, shortly(before, parts), facts)
    if recorded.read and not job.trusted:
        return _run(job, key, f"{SEEN_TO_READ} {recorded.read}", facts)
    if job.writes and (job.unsettled or not facts.was_left(job.name, key)):
        reason = f"it writes files, which may not be this result's: {job.writes}"
        return _run(job, key, reason, facts)
    return _in_place(job, key, recorded, facts)


def _waits_for(unknown: Iterable[str], unseen: Container[str]) -> str:
    made = [name for name in unknown if name not in unseen]
    loaded = [name for name in unknown if name in unseen]
    told = [f"depends on {_list(made)}"] if made else []
    if loaded:
        told.append(f"{_list(loaded)} {_are(loaded)} known when loaded")
    return "; ".join(told)


def _latest(node: str, now: Parts, facts: Facts) -> Parts | None:
    before = facts.latest(node)
    if before is None:
        return None
    return beside_libraries(before, now, lambda: facts.has_same_code(node, before.code))


def complete(job: Job, digests: Mapping[str, str | None], facts: Facts) -> Parts:
    """Return the job's parts with the digests of its data, and of the code that data counts on."""
    found: dict[str, tuple[str, str]] = {}
    for argument, name in job.inputs.items():
        digest = digests[name]
        found[argument] = (name, digest + facts.code_of(name, digest) if digest else "")
    return job.parts.with_arguments(found)


def _run(job: Job, key: str, reason: str, facts: Facts, *, force: bool = False) -> Verdict:
    """Let the node run; an edit by hand that it would overwrite is moved away before."""
    strange = [name for name in job.outputs if facts.lying(name).is_edited]
    overwrites = force or job.unsettled
    blocked = tuple(name for name in strange if facts.lying(name).guarded and not overwrites)
    aside = tuple(name for name in strange if not facts.lying(name).guarded)
    return Verdict(RUN, reason, key, aside=aside, blocked=blocked)


def _in_place(job: Job, key: str, recorded: Recorded, facts: Facts) -> Verdict:
    restore: list[str] = []
    aside: list[str] = []
    blocked: list[str] = []
    for name in job.outputs:
        lying = facts.lying(name)
        if lying.memory:
            continue
        if lying.unrecorded:
            return _run(job, key, f"{name} was made with --no-cache", facts)
        if name not in recorded.digests:
            return _run(job, key, f"{name} was not recorded", facts)
        if lying.digest == recorded.digests[name]:
            continue
        if lying.opaque:
            return _run(job, key, f"{name} may hold something else", facts)
        if name not in recorded.kept:
            what = "is missing" if lying.digest is None else "holds something else"
            return _run(job, key, f"{name} {what} and is not in the store", facts)
        restore.append(name)
        if lying.is_strange and not (lying.guarded and job.unsettled):
            (blocked if lying.guarded else aside).append(name)
    if not restore:
        return Verdict(REUSE, "up to date", key)
    gone = [name for name in restore if name not in aside and facts.lying(name).digest is None]
    if gone == restore:
        reason = f"{_list(gone)} {_are(gone)} missing"
    elif aside or blocked:
        strange = [*aside, *blocked]
        reason = f"{_list(strange)} {_were(strange)} changed by hand"
    else:
        reason = f"{_list(restore)} {_are(restore)} of another run"
    return Verdict(RESTORE, reason, key, tuple(restore), tuple(aside), tuple(blocked))


def _forward(jobs: Sequence[Job], facts: Facts, *, force: bool, remake: Collection[str]) -> Plan:
    plan = Plan(jobs)
    digests = plan.digests
    unseen: set[str] = set()
    for job in jobs:
        for name in job.inputs.values():
            if name not in digests:
                lying = facts.lying(name)
                digests[name] = None if lying.opaque else lying.digest
                if lying.opaque:
                    unseen.add(name)
        if not job.selected:
            plan.verdicts.append(_unselected(job, plan, facts))
            continue
        if job.name in remake:
            verdict = judge(job._replace(always=_needed(job, facts)), digests, facts)
        else:
            verdict = judge(job, digests, facts, force=force, unseen=unseen)
        plan.verdicts.append(verdict)
        recorded = _recorded(verdict, facts)
        for name in job.outputs:
            digests[name] = None if recorded is None else recorded.digests.get(name)
        if verdict.kind != REUSE:
            digests.update(dict.fromkeys(job.stirs))
    _keep_what_is_read(plan)
    return plan


def _needed(job: Job, facts: Facts) -> str:
    held = [name for name in job.outputs if facts.lying(name).memory]
    return f"{_list(held)} {_are(held)} needed and not in the store"


def _recorded(verdict: Verdict, facts: Facts) -> Recorded | None:
    """Return the result that is used, ``None`` for a node that runs or may run."""
    return facts.find(verdict.key) if verdict.kind in (REUSE, RESTORE) else None


def _unselected(job: Job, plan: Plan, facts: Facts) -> Verdict:
    """Judge a node that will not run: what it made counts as it lies, or comes from the store."""
    verdict = judge(job._replace(writes=""), plan.digests, facts)
    recorded = _recorded(verdict, facts)
    # Nobody can tell what a node would make whose inputs are gone, but that these are old counts.
    late = verdict.kind == RUN or any(name in plan.late for name in job.inputs.values())
    for name in job.outputs:
        lying = facts.lying(name)
        if lying.digest is not None or lying.opaque:
            as_recorded = recorded is not None and lying.digest == recorded.digests.get(name)
            # What nobody can tell apart by looking is told by who loads it.
            plan.digests[name] = None if lying.opaque else lying.digest
            late_here = late or not (as_recorded or verdict.kind == WAIT)
        elif recorded is not None and not late and name in recorded.kept:
            plan.digests[name] = recorded.digests[name]
            plan.fetched[name] = verdict.key
            late_here = False
        else:
            plan.digests[name] = None
            plan.missing[name] = job.name
            late_here = late
        if late_here:
            plan.late[name] = job.name
    return verdict


def _keep_what_is_read(plan: Plan) -> None:
    """Forget what is said of datasets that no selected node reads."""
    read = {name for job in plan.jobs if job.selected for name in job.inputs.values()}
    for said in (plan.late, plan.missing, plan.fetched):
        for name in said.keys() - read:
            del said[name]


def _to_remake(plan: Plan, facts: Facts, wanted: Collection[str]) -> set[str]:
    """Return the jobs that are to be used again but whose results readers need and nobody kept."""
    needed = set(wanted)
    found: set[str] = set()
    for job, verdict in zip(reversed(plan.jobs), reversed(plan.verdicts), strict=True):
        if not job.selected:
            continue
        runs = verdict.kind in (RUN, WAIT)
        if not runs:
            held = [name for name in job.outputs if name in needed and facts.lying(name).memory]
            recorded = facts.find(verdict.key) if held else None
            kept: Container[str] = () if recorded is None else recorded.kept
            runs = any(name not in kept for name in held)
            if runs:
                found.add(job.name)
        if runs:
            needed.update(job.inputs.values())
    return found


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)


def _are(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _were(names: Sequence[str]) -> str:
    return "was" if len(names) == 1 else "were"
