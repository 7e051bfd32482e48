"""What a project's run remembers: the store, the plan, and what stands between them and a run."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from noria_catalog import DataCatalog
from noria_catalog.errors import DatasetError

from noria.code import CodeReader, is_well_known
from noria.errors import MissingInputError
from noria.graph import Node, Pipeline
from noria.graph.depends import Dependency
from noria.graph.names import is_parameter
from noria.plan import Job, Plan, decide
from noria.plan.decide import REUSE, data_of_running, is_found_again
from noria.plan.explain import told_late
from noria.project import freshness
from noria.project.abandoned import told_abandoned
from noria.project.discover import STATE
from noria.project.facts import MISSING, Gatherer
from noria.project.fetched import fetch
from noria.project.hooked import hooks_that_change_data
from noria.project.importing import drop_compiled
from noria.project.one_object import with_one_object
from noria.project.pickled import PickledCode, code_of_things
from noria.project.sharing import with_sharing
from noria.project.source_watch import SourceWatch
from noria.project.state import ASIDE
from noria.project.strange_code import StrangeCode
from noria.record.events import Listener, Noted
from noria.record.last_used import LastUsed, knows_makings
from noria.runner.adoptions import Adoptions
from noria.runner.failure import told_unreadable
from noria.runner.flow import DataFlow
from noria.runner.hooking import HookCalls
from noria.runner.in_place import output_in_place
from noria.runner.keeping import Keeping
from noria.runner.overlapping import canonical_names, with_needed, with_stirred
from noria.runner.perform import Performer
from noria.runner.places import Places
from noria.runner.prepare import check_libraries
from noria.runner.records import Records
from noria.runner.remember import Project, Remembering
from noria.runner.restore import check_overwriting
from noria.runner.shown import shown_in
from noria.runner.stored_flow import StoredFlow
from noria.runner.witness import Witness
from noria.store import Output, Store


class Incremental:
    """Plans and remembers one run; see :class:`~noria.runner.memory.Memory`.

    ``whole`` is the pipeline that the selected nodes are a part of; ``wanted`` names what is asked
    for at the end, ``None`` all that no dataset keeps; ``kept_edited`` the datasets whose bytes in
    place are to be taken as results; ``unsettled`` the nodes that a crashed run may have ended;
    ``limit`` the bytes that the store may take; ``label`` what the run is of, for the store to keep
    the results of the latest one longest; ``past`` is what the ledger knows of earlier runs,
    ``closely`` as in :class:`~noria.runner.records.Records`.
    """

    def __init__(
        self,
        whole: Pipeline,
        catalog: DataCatalog,
        store: Store,
        *,
        reader: CodeReader,
        root: Path,
        source: Path,
        run: str,
        given: Mapping[str, Any],
        wanted: Collection[str] | None,
        hooks: HookCalls | None = None,
        force: bool = False,
        kept_edited: Collection[str] = (),
        unsettled: Collection[str] = (),
        limit: int | None = None,
        label: str = "",
        closely: bool = True,
        past: LastUsed | None = None,
    ) -> None:
        self._whole = whole
        self._catalog = catalog
        self._store = store
        self.reader = reader
        self._root = root
        self._run = run
        self._given = given
        self._wanted = wanted
        self._hooks = hooks
        self._force = force
        self._unsettled = unsettled
        self._limit = limit
        self._label = label
        self._closely = closely
        self._emit: Listener | None = None
        self._value_code_of = partial(code_of_things, reader)
        made = knows_makings(past, whole.all_outputs())
        self._places = Places(
            catalog, store, given, root=root, code_of=self._value_code_of, made_before=made
        )
        self._watch = SourceWatch(reader, reader.anew, self._places.seen.digests_of, root)
        code_of = PickledCode(catalog, self._places, reader, source)
        # A store in the project's folder moves with it.
        adoptions = Adoptions(self._places, os.path.relpath(root, store.folder))
        self.records = Records(store, self._places, code_of, adoptions, past, closely=closely)
        self._canonical = canonical_names(whole, catalog, given)
        hooked = hooks_that_change_data(hooks, reader)
        self.gatherer = Gatherer(
            catalog, self._places, reader, root, hooked, self._canonical, code_of.keeps_plain
        )
        self.records.symbols_of = self.gatherer.symbols_of
        self._keeping = Keeping(
            kept_edited,
            store,
            self._places,
            self.records,
            adoptions,
            self.output_lying,
            self.gatherer.texts,
            run,
            [],
        )
        self._nodes: dict[str, Node] = {}
        self._depended: dict[str, dict[str, str]] = {}
        self._remembering: Remembering | None = None
        self.plan_made: Plan | None = None

    def plan(self, pipeline: Pipeline) -> Collection[str]:
        """Judge the nodes; return the inputs that lie nowhere and will be there all the same."""
        jobs = self._jobs(pipeline)
        wanted = self._asked(pipeline)
        self._places.read_ahead(_data_of(self._nodes.values()))
        jobs = with_stirred(jobs, self._catalog, self._places)
        jobs = with_needed(jobs, self._files_needed(), self._places)
        self.records.read_ahead(job.name for job in jobs)
        planned = partial(decide, jobs, self.records, force=self._force, wanted=wanted)
        plan = planned()
        if self._keeping.names:
            plan = self._keeping.keep_known(plan, planned)
        self.plan_made = plan
        if self._closely:
            check_overwriting(plan, self._places)
            check_libraries(data_of_running(plan, self.records, force=self._force), self._catalog)
        return self._provided(plan)

    def plan_again(self, pipeline: Pipeline) -> None:
        """Judge the nodes anew where a hook may have changed the catalog since."""
        if self._hooks is not None and self._hooks.takes("before_pipeline_run", "catalog"):
            self._places.forget_all()
            self.gatherer.forget_catalog()
            self.plan(pipeline)

    def flow(self, pipeline: Pipeline, given: Mapping[str, Any], kept: Iterable[str]) -> DataFlow:
        """Return the data of the run; ``kept`` stay when the last reader is done."""
        return StoredFlow(
            self._catalog,
            pipeline.wiring.readings,
            kept,
            given,
            store=self._store,
            places=self._places,
            run=self._run,
            code_of=self._value_code_of,
            several={name for name, count in self._whole.wiring.readings.items() if count > 1},
        )

    def performing(
        self, performer: Performer, flow: DataFlow, emit: Listener
    ) -> Callable[[int], None]:
        """Return what the workers call for each node, in place of the performer."""
        assert self.plan_made is not None
        assert isinstance(flow, StoredFlow)
        self._emit = emit
        performer.told_unreadable = partial(told_unreadable, self._whole, self._places)
        drop_compiled(self.reader.read_anew())
        if any(job.writes for job in self._may_run()):  # what it leaves no answer looks at
            freshness.forget(str(self._root / STATE))
        for line in self.notes():
            emit(Noted("", line))
        fetch(
            self.plan_made,
            flow,
            self._nodes,
            self._catalog,
            self._store,
            self._places,
            self.records,
        )
        project = Project(
            self._root,
            self._root / STATE / ASIDE / self._run,
            self._code_changed,
            self._depends_changed,
            self._depends_now,
            self.gatherer.texts,
            self._may_draw,
        )
        strange = StrangeCode(self.reader)
        self._remembering = Remembering(
            performer.nodes,
            self.plan_made,
            performer=performer,
            flow=flow,
            catalog=self._catalog,
            store=self._store,
            places=self._places,
            records=self.records,
            project=project,
            witness=Witness(
                self._root,
                lambda node: self._paths([node]),
                self._reaches_unknown,
                self._tells_others,
                self.reader.scopes,
                self._distributions_reached,
                lambda node: strange.used_by(node.func),
            ),
            run=self._run,
            emit=emit,
            reused=self._tell_reused if self._hooks is not None else None,
            keeping=self._keeping,
            force=self._force,
        )
        return self._remembering

    def _may_run(self) -> Iterator[Job]:
        assert self.plan_made is not None
        for job, verdict in zip(self.plan_made.jobs, self.plan_made.verdicts, strict=True):
            if job.selected and verdict.kind != REUSE:
                yield job

    def settle(self) -> None:
        """Make sure that what was recorded outlives a power cut."""
        if self._remembering is not None:
            self._remembering.flush()
            self._store.note_run(f"{self._root} {self._label}", self._remembering.used)
        self._store.sync()
        self.reader.save_cache()
        if self._limit is not None:
            self._store.keep_within(self._limit)
        found = "" if self._remembering is None else self._remembering.aside.found_before.told()
        for line in filter(None, (found, *self._store.refused, *self._store.troubles)):
            if self._emit is not None:
                self._emit(Noted("", line))

    def symbol_places(self) -> dict[str, str]:
        """Return where the code that nodes depend on stands, by symbol."""
        return {
            symbol.name: f"{shown_in(self._root, symbol.file)}:{symbol.line}"
            for fingerprint in self.gatherer.fingerprints.values()
            for symbol in fingerprint.symbols
        }

    def places_of(self, names: Iterable[str]) -> set[str]:
        """Return where datasets lie."""
        return {self._places.place(name) for name in names} - {""}

    def output_lying(self, name: str) -> Output | None:
        """Return what lies at a dataset's place as an output; ``None`` where nothing lies there.

        Of data in memory, and of what cannot be told apart, the digest is empty.
        """
        if self._places.is_memory(name):
            return Output(name, "", "none")
        lying = self._places.look(name)
        if lying.digest is None and not lying.opaque:
            return None
        return output_in_place(name, self._catalog, self._store, self._places)

    def mark(self, outputs: Iterable[Output]) -> None:
        """Note that these outputs lie at their places."""
        for output in outputs:
            self._places.set_mark(output.name, output.digest)

    @property
    def store_file(self) -> Path:
        """The database of the store."""
        return self._store.database.path

    def dependencies(self) -> Iterator[Dependency]:
        """Yield what nodes were said to depend on."""
        for node in self._nodes.values():
            yield from node.depends_on

    def data_paths(self) -> Iterator[str]:
        """Return where the data of all judged nodes lies on this machine's disks."""
        return self._paths(self._nodes.values())

    def notes(self) -> Iterator[str]:
        """Yield a line for what the user may not have meant: old inputs, files that are nowhere."""
        assert self.plan_made is not None
        for name in self._keeping.unedited:
            yield f"--keep-edited {name}: nobody has changed it by hand since it was put there"
        yield from told_late(self.plan_made.late)
        wiring = self._whole.wiring
        read = {name for job in self.plan_made.jobs for name in job.inputs.values()}
        nodes = {node.name: node for node in wiring.nodes}
        yield from told_abandoned(read & wiring.free_inputs, nodes, self._places, self._store)
        for name, depended in self._depended.items():
            for what, digest in depended.items():
                if digest == MISSING:
                    path = what.removeprefix("file ")
                    yield f"{name}: it is said to depend on {path}, and nothing is there"

    def has_open_ends(self) -> bool:
        """Tell whether the next run could differ though no file that was looked at has changed."""
        assert self.plan_made is not None
        if self.plan_made.late or any(job.always for job in self.plan_made.jobs if job.selected):
            return True
        try:
            return not all(map(self._places.is_plain_file, _data_of(self._nodes.values())))
        except DatasetError:  # what cannot be looked at now may be another time
            return True

    def is_settled(self) -> bool:
        """Tell whether a run that began now would find all results in place, by looking again."""
        assert self.plan_made is not None
        selected = [job.name for job in self.plan_made.jobs if job.selected]
        names = _data_of(self._nodes.values())
        for name in names:
            self._places.forget(name)
        self._places.read_ahead(names)
        if self._watch.edited() is not None or not all(
            self.gatherer.depends(self._nodes[name]) == depended
            for name, depended in self._depended.items()
        ):
            return False
        if self._remembering is not None:
            return self._remembering.has_settled(selected)
        again = decide(self.plan_made.jobs, self.records, wanted=())
        verdicts = dict(zip([job.name for job in again.jobs], again.verdicts, strict=True))
        return all(verdicts[name].kind == REUSE for name in selected)

    def _paths(self, nodes: Iterable[Node]) -> Iterator[str]:
        """Yield where the data of nodes lies, as far as it lies at a path."""
        for name in _data_of(nodes):
            if not self._places.is_memory(name) and "filepath" in self._places.described(name):
                yield self._places.path(name)

    def _reaches_unknown(self, node: Node) -> bool:
        """Tell whether a node's sources may not say all that it reads."""
        found = self.gatherer.fingerprints[node.name]
        return bool(found.doubts) or not all(is_well_known(one) for one, _ in found.distributions)

    def _distributions_reached(self, node: Node) -> Iterator[str]:
        yield from (name for name, _ in self.gatherer.fingerprints[node.name].distributions)

    def _tells_others(self, node: Node) -> bool:
        effects = self.gatherer.fingerprints[node.name].effects
        return any(effect.kind in {"mail", "tracking"} for effect in effects)

    def _may_draw(self, node: Node) -> bool:
        found = self.gatherer.fingerprints[node.name]
        return bool(found.distributions) or any(each.kind == "random" for each in found.effects)

    def _tell_reused(self, node: Node) -> None:
        assert self._hooks is not None
        self._hooks.on_node_reused(node=node, run_id=self._run)

    def _jobs(self, pipeline: Pipeline) -> list[Job]:
        """Return what is to be judged: the selected nodes, and those that made what they read."""
        whole, _ = self._whole.with_defaults(
            lambda name: name not in self._catalog and name not in self._given
        )
        selected = {node.name: node for node in pipeline.nodes}
        wiring = whole.wiring
        numbers = {wiring.names[name] for name in selected if name in wiring.names}
        waiting = list(numbers)
        while waiting:
            for above in wiring.parents[waiting.pop()]:
                if above not in numbers:
                    numbers.add(above)
                    waiting.append(above)
        jobs = []
        for number in wiring.ordered:
            if number in numbers:
                name = wiring.nodes[number].name
                node = self._nodes[name] = selected.get(name, wiring.nodes[number])
                jobs.append(
                    self.gatherer.job(
                        node, selected=name in selected, unsettled=name in self._unsettled
                    )
                )
        self._depended = {
            name: self.gatherer.depends(node)
            for name, node in self._nodes.items()
            if node.depends_on
        }
        jobs = with_one_object(jobs, self._nodes, self.reader.of_object)
        return with_sharing(jobs, self._nodes, self.gatherer.fingerprints, self.reader.shared())

    def _asked(self, pipeline: Pipeline) -> set[str]:
        hooks = self._hooks
        told = hooks is not None and hooks.takes("after_pipeline_run", "run_result")
        if self._wanted is not None and not told:
            return set(self._wanted)
        free = {name for name in pipeline.outputs() if self._places.is_memory(name)}
        return free.union(self._wanted or ())

    def _provided(self, plan: Plan) -> Collection[str]:
        for name, maker in plan.missing.items():
            node = self._nodes[maker]
            if self._places.is_memory(name) or not self._catalog.exists(name):
                lost = self._places.is_memory(name) and not is_found_again(name, plan, self.records)
                raise MissingInputError(
                    f"the input {name!r} is not there and not in the store;"
                    f" node {maker!r} ({node.where}) makes it",
                    where=self._catalog.where(name) if name in self._catalog else None,
                    hint=f"select {maker!r} too, or declare {name!r} in the catalog, where it lasts"
                    if lost
                    else f"make it first: noria run --to-outputs {name}",
                )
        return set(plan.fetched)

    def _code_changed(self, nodes: Iterable[str], *, exactly: bool) -> Mapping[str, str]:
        functions = {name: self._nodes[name].func for name in nodes}
        return self._watch.changed(functions, self.gatherer.fingerprints, exactly=exactly)

    def _files_needed(self) -> dict[str, dict[str, str]]:
        """Return the paths of the files that nodes were said to depend on, by node and word."""
        if not self._depended:
            return {}
        from noria.project.depended import places_of

        return {
            name: places_of(self._nodes[name].depends_on, self._root) for name in self._depended
        }

    def _depends_now(self, node: Node) -> Mapping[str, str]:
        """Return what a node depends on as it is by now; later it is to be as it was then."""
        found = self._depended[node.name] = self.gatherer.depends(node)
        return found

    def _depends_changed(self, node: Node) -> str | None:
        if node.depends_on and self.gatherer.depends(node) != self._depended[node.name]:
            return "what it was said to depend on changed while it ran"
        return None


def _data_of(nodes: Iterable[Node]) -> set[str]:
    return {name for node in nodes for name in (*node.reads, *node.makes) if not is_parameter(name)}
