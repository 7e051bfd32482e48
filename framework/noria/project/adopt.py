"""Taking outputs as they lie for the results of the nodes as they are now."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import NamedTuple

from noria.errors import StoreError
from noria.plan import Job, key_of
from noria.plan.decide import complete
from noria.project.asked import Asked
from noria.project.incremental import Incremental
from noria.project.lock import ProjectLock
from noria.project.opened_memory import incremental
from noria.project.parameters import located_datasets
from noria.project.selection import Selection
from noria.project.session import Session
from noria.project.state import prepare_state
from noria.runner.prepare import prepare
from noria.runner.run import new_run_id
from noria.store import Entry, Output, Store
from noria.store.records import ADOPTED


class Adopted(NamedTuple):
    """What became of one node: ``why_not`` says why its outputs were not taken, empty if they were.

    ``known`` are nodes whose result was recorded already.
    """

    node: str
    why_not: str = ""
    known: bool = False


def adopt(session: Session, selection: Selection) -> list[Adopted]:
    """Record what lies at the outputs of the selected nodes as their results, and run nothing.

    What lives in memory between nodes counts as made by them, and is made when it is needed.
    Raises LockedError when a run holds the project, StoreError when nothing can be recorded, and
    what a run would raise before it begins.
    """
    catalog = session.catalog
    selected, whole = session.joined(selection, catalog)
    with ExitStack() as stack:
        state = session.project.state
        stack.enter_context(ProjectLock(state, {"run": "noria cache adopt"}))
        prepare_state(state)
        run = f"{ADOPTED}{new_run_id()}"
        asked = Asked(outputs=(), closely=False)
        memory, store = stack.enter_context(
            incremental(
                session.project, session.settings, whole, catalog, session.hooks, run, asked
            )
        )
        parameters = dict(located_datasets(session.located_parameters))
        prepare(selected, catalog, parameters, None, memory.plan)
        found = list(_adopted(memory, store, run))
        if not store.sync():
            raise StoreError(
                f"nothing was adopted: {'; '.join(store.troubles)}",
                hint="the setting `store` names another folder",
            )
    return found


def _adopted(memory: Incremental, store: Store, run: str) -> Iterator[Adopted]:
    assert memory.plan_made is not None
    digests: dict[str, str | None] = dict(memory.plan_made.digests)
    for job in memory.plan_made.jobs:
        digests |= {name: memory.records.lying(name).digest for name in job.stirs}
    for job in memory.plan_made.jobs:
        if not job.selected:
            continue
        unknown = [name for name in job.inputs.values() if digests.get(name) is None]
        if unknown:
            # Whatever its node makes of them, who reads these files can be told what they hold.
            lying = {name: memory.records.lying(name) for name in job.outputs}
            digests.update({name: each.digest for name, each in lying.items() if each.is_told})
            loaded = memory.records.lying(unknown[0]).opaque
            known = "known when loaded" if loaded else "not known"
            yield Adopted(job.name, f"{unknown[0]} is {known}")
            continue
        parts = complete(job, digests, memory.records)
        entry = store.find(key_of(parts))
        if entry is not None:
            digests.update({output.name: output.digest for output in entry.outputs})
            yield Adopted(job.name, known=True)
            continue
        outputs = [_output(name, memory, run) for name in job.outputs]
        digests.update({name: each and each.digest for name, each in _named(job, outputs)})
        missing = [name for name, each in _named(job, outputs) if each is None]
        if job.always or missing:
            yield Adopted(job.name, job.always or f"{missing[0]} is not there")
            continue
        taken = tuple(each for each in outputs if each is not None)
        now = time.time()
        store.keep_texts(memory.gatherer.texts([job.name]))
        store.remember(Entry(key_of(parts), job.name, run, now, 0.0, parts.document(), taken))
        memory.mark(taken)
        yield Adopted(job.name)


def _named(job: Job, outputs: list[Output | None]) -> Iterator[tuple[str, Output | None]]:
    return zip(job.outputs, outputs, strict=True)


def _output(name: str, memory: Incremental, run: str) -> Output | None:
    """Return what lies at an output's place; ``None`` where nothing lies there."""
    output = memory.output_lying(name)
    if output is not None and not output.digest:
        return output._replace(digest=f"made:{run}/{name}")
    return output
