"""Outputs that somebody has edited, taken as results because the user says so."""

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple

from noria_catalog.suggest import nearest

from noria.errors import SelectionError
from noria.plan import Job, Parts, Plan, Verdict
from noria.plan.decide import complete
from noria.runner.adoptions import Adoptions
from noria.runner.mark import Mark
from noria.runner.places import Places
from noria.runner.records import Records
from noria.store import Entry, Output, Store
from noria.store.records import EDITED

_OTHER = "edited:"


class Keeping(NamedTuple):
    """Records what lies at the named places as the results of the nodes that make it.

    ``lying`` returns what lies at a dataset's place as an output, ``None`` where nothing does;
    ``texts`` what the digests stand for that some nodes' results depend on.
    """

    names: Collection[str]
    store: Store
    places: Places
    records: Records
    adoptions: Adoptions
    lying: Callable[[str], Output | None]
    texts: Callable[[Iterable[str]], Mapping[str, str]]
    run: str
    unedited: list[str]
    """Those that lie as they were made: another result of their nodes makes place of them."""

    def wants(self, job: Job) -> list[str]:
        """Return those outputs of a job that are to be kept."""
        return [name for name in job.outputs if name in self.names and name not in self.unedited]

    def keep_known(self, plan: Plan, plan_again: Callable[[], Plan]) -> Plan:
        """Keep what is to be kept of the jobs that need not wait for others; return the plan then.

        Each is judged when those before it are kept, as it may follow from one of them.  Raises
        SelectionError for a dataset that none of the selected ones makes, and as ``keep``.
        """
        made = {name for job in plan.jobs if job.selected for name in job.outputs}
        for name in self.names:
            if name not in made:
                raise SelectionError(
                    f"--keep-edited {name}: no node of this run makes it",
                    nearest=nearest(name, made),
                )
        wanted = [name for job in plan.jobs if not job.always for name in self.wants(job)]
        self.unedited.extend(filter(self._is_as_made, wanted))
        for at, job in enumerate(plan.jobs):
            key = plan.verdicts[at].key
            if self.wants(job) and (key or job.always):
                parts = complete(job, plan.digests, self.records) if key else job.parts
                self.keep(job, parts, key)
                plan = plan_again()
        return plan

    def keep(self, job: Job, parts: Parts, key: str) -> None:
        """Let what lies at the outputs be the job's result under a key, if it is another one.

        Raises SelectionError where there is nothing to keep.
        """
        for name in self.wants(job):
            if job.always:
                raise SelectionError(
                    f"--keep-edited {name}: node {job.name!r} runs every time ({job.always})",
                    hint="what it makes cannot be kept for it",
                )
            output = self._taken(name, name)
            entry = self.records.entry(key)
            if entry is None:
                entry = self._made_of(job, parts, key, name)
            elif _is_recorded(output, entry):
                self.unedited.append(name)
                continue
            outputs = tuple(output if one.name == name else one for one in entry.outputs)
            edited = f"{key}-{self.adoptions.mark_of(name, output.digest)}"
            self.store.remember(
                entry._replace(
                    key=edited, run=f"{EDITED}{self.run}", made=time.time(), outputs=outputs
                )
            )
            self.adoptions.add(job.name, key, edited)
            self.places.set_mark(name, output.digest, kept=True)
            self.records.forget(key)

    def _is_as_made(self, name: str) -> bool:
        """Tell whether what a run has put at a place lies there still.

        Of what nobody can tell apart by looking, as a table within its `refresh`, it is not known.
        """
        mark = Mark.read(self.places.note(self.places.noted_as(name)))
        lying = self.places.lying(name)
        return lying.is_told and lying.digest == mark.known and not mark.kept

    def _taken(self, name: str, kept: str) -> Output:
        """Return what lies at a place, for the sake of the one that is kept."""
        output = self.lying(name)
        if output is None or (name == kept and self.places.is_memory(name)):
            beside = "" if name == kept else f"{name}, which is made with it: "
            raise SelectionError(f"--keep-edited {kept}: {beside}nothing lies there")
        if output.digest:
            return output
        # Of a table it is enough to know that it is another one.
        there = "made" if self.places.is_memory(name) else self.places.lying(name).digest
        return output._replace(digest=f"{_OTHER}{there}")

    def _made_of(self, job: Job, parts: Parts, key: str, kept: str) -> Entry:
        """Return an entry of what lies at all outputs, for a job of which nothing is recorded."""
        self.store.keep_texts(self.texts([job.name]))
        outputs = tuple(self._taken(name, kept) for name in job.outputs)
        return Entry(key, job.name, self.run, time.time(), 0.0, parts.document(), outputs)


def _is_recorded(output: Output, entry: Entry) -> bool:
    (recorded,) = (one.digest for one in entry.outputs if one.name == output.name)
    return output.digest in (recorded, f"{_OTHER}{recorded}")


def told_before(name: str, place: str, verdict: Verdict) -> str:
    """Return what a run would do with what somebody has made of an output at ``place``."""
    if name in verdict.blocked:
        return f"{place} holds what no run has recorded: a run stops there"
    return (
        f"{place} was changed by hand: a run moves it to .noria/aside"
        f" (to have it for the result: --keep-edited {name})"
    )
