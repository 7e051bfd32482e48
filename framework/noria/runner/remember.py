"""Judging each node when its turn comes, using what is recorded, recording what was made."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from noria_catalog import DataCatalog
from noria_catalog.errors import DatasetError
from noria_catalog.failures import told

from noria.errors import Corrupt, NodeError, NotStorable
from noria.graph import Node
from noria.plan import Job, Parts, Plan, Verdict, judge, key_of
from noria.plan.decide import KNOWN, RESTORE, REUSE, RUN, WAIT, complete
from noria.plan.explain import REPLACED
from noria.record.events import (
    DatasetSaved,
    Listener,
    NodeFailed,
    NodeJudged,
    NodeMade,
    NodeRestored,
    NodeReused,
    Noted,
)
from noria.runner.aside import Aside
from noria.runner.failure import explain, one_line
from noria.runner.in_place import output_in_place
from noria.runner.keeping import Keeping
from noria.runner.perform import Performer, Stopped, unwatched
from noria.runner.places import Places
from noria.runner.randomness import Randomness
from noria.runner.records import Records
from noria.runner.remarks import Remarks
from noria.runner.restore import put_back, would_overwrite
from noria.runner.stored_flow import StoredFlow
from noria.runner.witness import Witness, may_read_more
from noria.store import Entry, Output, Store

_FLUSH_SECONDS = 0.1
_NARROW = (
    "which is none of its inputs: it will run every time, unless depends_on= or cache= is given"
)


class Project(NamedTuple):
    """What remembering must know of the project: its folder, and where to keep things aside.

    ``changed`` tells which of some nodes have other code than they were judged by, and what was
    edited; ``depends`` what has changed of that which a node was said to depend on, ``None`` for
    nothing; ``depends_now`` what that is by now.  ``texts`` returns what the digests stand for that
    some nodes' results depend on; ``may_draw`` tells whether a node may draw random numbers.
    """

    root: Path
    aside: Path
    changed: Callable[..., Mapping[str, str]]
    depends: Callable[[Node], str | None]
    depends_now: Callable[[Node], Mapping[str, str]]
    texts: Callable[[Iterable[str]], Mapping[str, str]]
    may_draw: Callable[[Node], bool]


class Remembering:
    """Performs the nodes of one run, those that need it; in place of a performer.

    ``force`` runs the nodes whatever is recorded.
    """

    def __init__(
        self,
        nodes: Sequence[Node],
        plan: Plan,
        *,
        performer: Performer,
        flow: StoredFlow,
        catalog: DataCatalog,
        store: Store,
        places: Places,
        records: Records,
        project: Project,
        run: str,
        witness: Witness,
        emit: Listener,
        reused: Callable[[Node], None] | None,
        keeping: Keeping,
        force: bool = False,
    ) -> None:
        by_name = {job.name: at for at, job in enumerate(plan.jobs)}
        self._nodes = nodes
        self._jobs = [plan.jobs[by_name[node.name]] for node in nodes]
        self._verdicts = [plan.verdicts[by_name[node.name]] for node in nodes]
        self._digests = plan.digests
        self._performer = performer
        self._flow = flow
        self._catalog = catalog
        self._store = store
        self._places = places
        self._records = records
        self._project = project
        self._run = run
        self._witness = witness
        self._emit = emit
        self._reused = reused
        self._keeping = keeping
        self._force = force
        self.used: set[str] = set()  # the keys of the results that this run has used or made
        self._done: set[str] = set()  # nodes whose recorded results are those of this run
        self._replaced: set[str] = set()  # nodes whose inputs hooks have put in place of others
        self._reading: set[str] = set()  # nodes that read more than they were said to
        self.aside = Aside(catalog, places, project.aside, project.root)
        self._randomness = Randomness(project.may_draw)
        self._remarks = Remarks(places, project.root, project.texts, emit)
        performer.watch = lambda node: self._randomness.around(node, witness.watching(node))
        performer.watch_load = self._watching_load
        performer.watch_save = lambda name, node: witness.saving(node, catalog.get(name))
        flow.before_saving = self._before_saving
        self._texts_kept: set[str] = set()
        self._pending: list[Entry] = []
        self._flushed = 0.0
        self._guard = threading.Lock()

    def __call__(self, number: int) -> None:
        """Do for one node what its verdict says.  Raises NodeError when it runs and fails."""
        node, job = self._nodes[number], self._jobs[number]
        verdict = self._verdicts[number]
        if verdict.kind == WAIT or (verdict.kind == RUN and not verdict.key):
            job = self._with_needed(node, job)
            with self._failing(node, job, verdict, "looking at what it reads and makes"):
                verdict = self._judged_now(job, verdict)
        if verdict.blocked:
            kept = not job.always
            raise would_overwrite(verdict.blocked[0], self._places, can_be_kept=kept)
        if verdict.kind == REUSE:
            self._tell(job, verdict)
            made = self._use(node, verdict)
            self._emit(NodeReused(node.name, time.time()))
            self._emit(made)
        elif verdict.kind == RESTORE and self._restored(node, job, verdict):
            pass
        else:
            self._run_node(number, node, job, verdict)

    def _watching_load(self, name: str, node: Node) -> AbstractContextManager[None]:
        if not may_read_more(self._catalog.get(name)):
            return unwatched(node)
        with self._places.stored(name) as files:
            return self._witness.loading(node, [path for _, path in files])

    @cached_property
    def _makers(self) -> Mapping[str, tuple[Node, Job]]:
        """Who makes each dataset, for those who are about to save."""
        pairs = zip(self._nodes, self._jobs, strict=True)
        return {name: (node, job) for node, job in pairs for name in node.makes}

    def has_settled(self, nodes: Iterable[str]) -> bool:
        """Tell whether all these nodes' results are recorded, and lie where they were put.

        Places are looked at as they are known; forget them before, to look anew.
        """
        at = {job.name: job for job in self._jobs}
        lying = self._places.lying
        for name in nodes:
            if name not in self._done or name in self._replaced or name in self._reading:
                return False
            job = at[name]
            for data in (*job.inputs.values(), *job.outputs):
                found = lying(data)
                if not found.memory and (
                    found.opaque or found.unrecorded or found.digest != self._digests.get(data)
                ):
                    return False
        return self._store.has_all(self.used)

    def _with_needed(self, node: Node, job: Job) -> Job:
        """Return the job with the files that its node was said to depend on as they are now."""
        if not job.needs:
            return job
        self._digests.update(dict.fromkeys(job.needs, KNOWN))
        depends = {**job.parts.depends, **self._project.depends_now(node)}
        return job._replace(parts=job.parts._replace(depends=depends))

    def _judged_now(self, job: Job, before: Verdict) -> Verdict:
        """Judge a node again: now all that it reads is there."""
        for name in job.inputs.values():
            if self._digests.get(name) is None:
                self._digests[name] = self._loaded_digest(name)
        if before.kind == RUN:
            job = job._replace(always=before.reason)
        verdict = judge(job, self._digests, self._records, force=self._force)
        if verdict.kind == WAIT:  # an input that nobody can tell apart
            names = [name for name in job.inputs.values() if self._digests.get(name) is None]
            return Verdict(RUN, f"nobody can tell whether {', '.join(names)} changed")
        if verdict.kind != REUSE and self._keeping.wants(job):
            parts = complete(job, self._digests, self._records)
            self._keeping.keep(job, parts, verdict.key)
            verdict = judge(job, self._digests, self._records)
        return verdict

    def _loaded_digest(self, name: str) -> str | None:
        """Return the digest of data that only loading can tell apart."""
        lying = self._places.lying(name)
        if not lying.opaque:
            return lying.digest
        return self._places.digest_by_loading(name)

    def _use(self, node: Node, verdict: Verdict) -> NodeMade:
        """Let the recorded outputs be what this run has made, and return them."""
        entry = self._records.entry(verdict.key)
        assert entry is not None
        self.used.add(entry.key)
        self._records.settle(node.name, verdict.key)
        self._done.add(node.name)
        for output in entry.outputs:
            self._digests[output.name] = output.digest
            if self._places.is_memory(output.name):
                self._flow.provide(output)
        self._performer.done.add(node.name)
        self._flow.passed(node)
        if self._reused is not None:
            self._reused(node)
        return _told_made(node, entry.outputs)

    def _restored(self, node: Node, job: Job, verdict: Verdict) -> bool:
        """Put outputs back; tell whether that went well, else the node is to run."""
        began = time.perf_counter()
        entry = self._records.entry(verdict.key)
        assert entry is not None
        with self._failing(node, job, verdict, "setting aside what was changed"):
            for name in verdict.restore:
                # By now, too: somebody may have written while other nodes ran.
                if name in verdict.aside or self.aside.is_edited(name):
                    said = self.aside.move(name, *_told_aside(name, job))
                    self._emit(Noted(node.name, said))
        for output in entry.outputs:
            if output.name in verdict.restore:
                try:
                    with self._failing(node, job, verdict, f"restoring {output.name!r}"):
                        put_back(output, self._catalog, self._store, self._places)
                except Corrupt as error:
                    self._emit(Noted(node.name, f"{node.name}: {error}; it runs again"))
                    self._records.forget(verdict.key)
                    return False
                kept = entry.key != verdict.key and not self._store.was_made(output.digest)
                self._places.set_mark(output.name, output.digest, kept=kept)
        seconds = time.perf_counter() - began
        self._tell(job, verdict)
        for name in verdict.restore:
            size = sum(
                size for one in entry.outputs if one.name == name for _, _, size in one.blobs
            )
            # Of a versioned dataset only what was put back knows which version it is.
            last = getattr(self._catalog[name], "last_save", None)
            place = self._places.place(name) if last is None else last.place
            self._emit(DatasetSaved(node.name, name, seconds, None, size, place))
        made = self._use(node, verdict)
        self._stir(job)
        self._emit(NodeRestored(node.name, time.time(), seconds))
        self._emit(made)
        return True

    def _before_saving(self, name: str) -> None:
        """Keep aside what somebody has made of an output, at the last moment; note who writes."""
        node, job = self._makers[name]
        for said in self.aside.make_room(name, *_told_aside(name, job)):
            self._emit(Noted(node.name, said))
        self._places.begin(name)

    @contextmanager
    def _failing(self, node: Node, job: Job, verdict: Verdict, doing: str) -> Iterator[None]:
        """Let what cannot be written fail the node, as it does when a node saves."""
        began = time.perf_counter()
        try:
            yield
        except DatasetError as error:
            self._tell(job, verdict)
            seconds = time.perf_counter() - began
            self._emit(NodeFailed(node.name, time.time(), seconds, one_line(error)))
            raise explain(error, node, doing, {}) from error

    def _run_node(self, number: int, node: Node, job: Job, verdict: Verdict) -> None:
        digests = {name: self._digests.get(name) for name in job.inputs.values()}
        parts = complete(job, digests, self._records)
        if verdict.kind == RESTORE:
            verdict = Verdict(RUN, "what the store had of it was damaged", verdict.key)
        self._tell(job, verdict, parts)
        began = time.time()
        try:
            self._performer(number)
        except (KeyboardInterrupt, Stopped):
            self._keep_texts([node.name])  # for who asks what it was that was interrupted
            raise
        except NodeError:
            self._keep_texts([node.name])  # and what failed
            self._give_up(node)
            raise
        drawn = self._randomness.drew(node.name)
        if drawn:
            self._remarks.drew(node, job, drawn)
        outputs, unseen = self._look_at_made(node)
        for output in outputs:
            self._digests[output.name] = output.digest
            self.aside.found_before.settle(output.name)
            if unseen:
                continue
            self._places.set_mark(output.name, output.digest)
            self._remarks.left(node, job, output.name, self._places.parts.note(output.name, began))
        self._emit(_told_made(node, outputs))
        if unseen:
            self._give_up(node)
            self._emit(Noted(node.name, f"{node.name}: {unseen}; its result is not remembered"))
        else:
            self._remember(node, job, parts, verdict.key, outputs, began)
        self._stir(job)

    def _give_up(self, node: Node) -> None:
        from noria.runner.given_up import give_up  # most never fail

        give_up(node.makes, self._places)

    def _stir(self, job: Job) -> None:
        """Look anew at what lies in the same folders as a node's outputs, which were written."""
        for name in job.stirs:
            self._digests[name] = None
            self._places.forget(name)

    def _remember(
        self, node: Node, job: Job, parts: Parts, key: str, outputs: list[Output], began: float
    ) -> None:
        """Record a result, if what it was made of is still so."""
        changed = self._changed(node, job)
        if changed is not None:
            self._emit(Noted(node.name, f"{node.name}: {changed}; its result is not remembered"))
            return
        replaced = self._performer.replaced.pop(node.name, None)
        if replaced:
            try:
                parts, key = self._with_replaced(parts, replaced), ""
            except NotStorable:
                return  # what a hook has put there cannot be told from what it puts there next
        if not all(digest for _, digest in parts.arguments.values()):
            return
        seconds, key = time.time() - began, key or key_of(parts)
        read = self._witness.seen(node)
        if read and not job.trusted and not job.always:
            self._reading.add(node.name)
            known = self._records.entry(key)
            if known is None or not known.read:
                self._emit(Noted(node.name, f"{node.name}: it reads {read}, {_NARROW}"))
        entry = Entry(
            key, node.name, self._run, began, seconds, parts.document(), tuple(outputs), read
        )
        with self._guard:
            self._pending.append(entry)
            if replaced:
                self._replaced.add(node.name)
        # What took longer than that is recorded at once: a kill should not cost it.
        self.flush(after=max(_FLUSH_SECONDS - seconds, 0.0), closing=False)

    def flush(self, *, after: float = 0.0, closing: bool = True) -> None:
        """Record what has ended since the last time, if the sources are still what was judged.

        ``after``: not before so many seconds have gone by since then; ``closing``: for good.
        """
        with self._guard:
            now = time.monotonic()
            if now - self._flushed < after:
                return
            self._flushed = now
            pending, self._pending = self._pending, []
        # In the end by content, meanwhile by the files' times, which is a hundredth of the work.
        names = [entry.node for entry in pending]
        if closing:
            self._witness.note_kept()
        changed = self._project.changed(names, exactly=closing) if pending else {}
        for what in dict.fromkeys(changed.values()):
            lost = ", ".join(name for name in names if changed.get(name) == what)
            self._emit(Noted("", f"{what}; not remembered: {lost}"))
        pending = [entry for entry in pending if entry.node not in changed]
        self._keep_texts([entry.node for entry in pending])
        for entry in pending:
            self._store.remember(entry)
            self.used.add(entry.key)
            self._done.add(entry.node)
            self._records.settle(entry.node, entry.key, made=True)

    def _keep_texts(self, nodes: Sequence[str]) -> None:
        """Keep the sources that the results of nodes are made by, to show them later."""
        texts = self._project.texts(nodes)
        new = texts.keys() - self._texts_kept
        self._store.keep_texts({digest: texts[digest] for digest in new})
        self._texts_kept.update(new)

    def _changed(self, node: Node, job: Job) -> str | None:
        for name in job.inputs.values():
            if self._places.is_memory(name):
                continue
            try:
                lying = self._places.look(name)
            except DatasetError as error:
                return one_line(error)
            if not lying.opaque and lying.digest != self._digests.get(name):
                return f"{name} changed while it ran"
        mixed = self._remarks.mixed(node, self._randomness.mixed(node.name))
        return mixed or self._project.depends(node)

    def _with_replaced(self, parts: Parts, replaced: Mapping[str, Any]) -> Parts:
        """Return the parts with the inputs that hooks have put in place of what was loaded."""
        digests = {name: self._places.digest_of_value(value) for name, value in replaced.items()}
        return parts._replace(
            depends={**parts.depends, **{f"{REPLACED}{n}": digests[n] for n in digests}}
        )

    def _look_at_made(self, node: Node) -> tuple[list[Output], str]:
        """Return what a node has just saved, and why that cannot be looked at, where it cannot."""
        outputs, unseen = [], ""
        for name in node.makes:
            try:
                with told(self._catalog, name, "look at"):
                    outputs.append(self._made(name))
            except DatasetError as error:
                unseen = one_line(error)
                outputs.append(Output(name, f"made:{self._run}/{name}", "none"))
        return outputs, unseen

    def _made(self, name: str) -> Output:
        """Return an output that was just saved, its bytes in the store where they can be."""
        if self._places.is_memory(name):
            return self._flow.made.pop(name, None) or self._flow.encode(name)
        output = output_in_place(name, self._catalog, self._store, self._places)
        return output if output.digest else output._replace(digest=f"made:{self._run}/{name}")

    def _tell(self, job: Job, verdict: Verdict, parts: Parts | None = None) -> None:
        details = {} if parts is None else parts.document()
        self._emit(NodeJudged(job.name, verdict.kind, verdict.reason, verdict.key, details))


def _told_aside(name: str, job: Job) -> tuple[str, str]:
    """Return by whom an output was changed, and what can be done with what was moved away."""
    who = "by hand, or by the run that was killed" if job.unsettled else "by hand"
    return who, f"to have it for the result, put it back and run with --keep-edited {name}"


def _told_made(node: Node, outputs: Iterable[Output]) -> NodeMade:
    return NodeMade(node.name, {output.name: output.digest for output in outputs})
