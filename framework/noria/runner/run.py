"""Running a pipeline: check what can be checked, drive the workers, tell what happens."""

import time
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from noria_catalog import DataCatalog
from noria_catalog.errors import NoriaError
from noria_catalog.located import Located
from noria_catalog.memory import MemoryDataset
from noria_catalog.suggest import nearest
from noria_catalog.versions import new_version

from noria.collection import collect_as_usual, no_collection
from noria.errors import NodeError, RunError
from noria.graph import Pipeline, find_resume_nodes
from noria.record.events import Event, Listener, RunFinished, RunStarted
from noria.runner.exchange import check_exchange, list_wanted
from noria.runner.failure import one_line
from noria.runner.flow import DataFlow
from noria.runner.hooking import HookCalls
from noria.runner.memory import Memory
from noria.runner.meter import MemoryMeter
from noria.runner.perform import Performer
from noria.runner.prepare import check_libraries, prepare
from noria.runner.scheduler import Scheduler
from noria.runner.told import ToldPerformer
from noria.runner.workers.base import Workers
from noria.runner.workers.inline import InlineWorkers
from noria.runner.workers.threads import ThreadWorkers

RUNNERS: Mapping[str, Callable[[int | None], Workers]] = {
    "inline": lambda count: InlineWorkers(),  # noqa: ARG005  # one is all it ever has
    "threads": ThreadWorkers,
}


def run(
    pipeline: Pipeline,
    catalog: DataCatalog | None = None,
    *,
    inputs: Mapping[str, Any] | None = None,
    outputs: Iterable[str] | None = None,
    runner: str = "inline",
    workers: int | None = None,
) -> dict[str, Any]:
    """Run a pipeline as a plain library and return the outputs that no dataset keeps.

    No project, no ledger, no lock.  ``catalog`` ``None`` means that all data lives in memory.
    ``inputs`` are values for free inputs and parameters, which win over the catalog's; each node
    gets a copy.  ``outputs`` are the names to return instead, whatever keeps them: any dataset of
    the pipeline.  ``runner`` is "inline" or "threads"; ``workers`` is the number of threads,
    ``None`` one a processor.  Raises SelectionError for a name that the pipeline does not have,
    RunError for a value that one of its nodes makes, and what is missing or of a wrong type
    (:func:`~noria.runner.prepare.prepare`), all before anything runs; NodeError when a node fails.

    >>> from noria import DataCatalog, Pipeline, node
    >>> double = node(lambda number: number * 2, inputs="number", outputs="twice", name="double")
    >>> run(Pipeline([double]), DataCatalog({"number": 21}))
    {'twice': 42}
    >>> run(Pipeline([double]), inputs={"number": 4}, outputs=["number", "twice"])
    {'number': 4, 'twice': 8}
    """
    _check_asked(pipeline, catalog)
    return run_pipeline(
        pipeline,
        DataCatalog() if catalog is None else catalog,
        workers=make_workers(runner, workers),
        run=new_run_id(),
        inputs=inputs,
        outputs=outputs,
    )


def _check_asked(pipeline: object, catalog: object) -> None:
    """Find what stands in the place of a pipeline or a catalog.  Raises RunError."""
    if not isinstance(pipeline, Pipeline):
        raise RunError(
            f"run() takes a Pipeline, not a {type(pipeline).__name__}",
            hint='Pipeline([node(...), ...]); a project\'s: open_project(".").run("train")',
        )
    if isinstance(catalog, dict):
        raise RunError(
            "run() takes a DataCatalog, not a dict",
            hint="run(pipeline, DataCatalog({...})), or run(pipeline, inputs={...})",
        )


def run_pipeline(
    pipeline: Pipeline,
    catalog: DataCatalog,
    *,
    workers: Workers,
    run: str,
    name: str = "",
    hooks: HookCalls | None = None,
    run_params: Mapping[str, Any] | None = None,
    listeners: Sequence[Listener] = (),
    meter: MemoryMeter | None = None,
    parameters: Mapping[str, Located] | None = None,
    inputs: Mapping[str, Any] | None = None,
    outputs: Iterable[str] | None = None,
    memory: Memory | None = None,
    on_warning: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Run a pipeline and return the outputs that no dataset keeps.

    ``run`` is the run's name and the version of what it saves, ``name`` the pipeline's; ``hooks``
    ``None`` when nobody hooks in; ``parameters`` are the located values of parameter datasets, for
    the messages about them; every listener gets every event, from whichever thread it happens in;
    ``inputs`` and ``outputs`` as in :func:`run`; ``memory`` remembers results, ``None`` runs all;
    ``on_warning`` gets what may not be meant, ``None`` makes it a Python warning.
    Raises what :func:`run` does, a NodeError with
    ``resume_from`` set; KeyboardInterrupt after the run was told as interrupted.
    """
    emit = _to_all(listeners)
    given, wanted = dict(inputs or {}), None if outputs is None else list_wanted(outputs)
    check_exchange(pipeline, given, wanted or ())
    plan = None if memory is None else memory.plan
    with no_collection():
        ready = prepare(pipeline, catalog, parameters, given, plan)
    if ready.defaulted:
        from noria.runner.misspelt import misspelt

        for slip in misspelt(ready.defaulted, [*catalog, *pipeline.all_outputs()]):
            (on_warning or _warn)(slip)
    pipeline = ready.pipeline
    if memory is None:
        check_libraries(pipeline.datasets() - given.keys(), catalog)
    nodes, confirming = pipeline.nodes, pipeline.wiring.confirming
    flow = _flow(pipeline, catalog, given, wanted or (), memory)
    performer = (
        ToldPerformer(
            nodes,
            flow,
            builders=ready.builders,
            confirming=confirming,
            catalog=catalog,
            run=run,
            hooks=hooks,
            emit=emit,
            meter=meter,
        )
        if listeners or hooks is not None or meter is not None
        else Performer(nodes, flow, builders=ready.builders, confirming=confirming)
    )
    about = {"run_params": dict(run_params or {}), "pipeline": pipeline, "catalog": catalog}
    try:
        if listeners:
            names = tuple([node.name for node in nodes])
            emit(RunStarted(run, time.time(), name, names, workers.name))
        if hooks is not None:
            hooks.before_pipeline_run(**about)
            if memory is not None:
                memory.plan_again(pipeline)
        perform = performer if memory is None else memory.performing(performer, flow, emit)
        collect_as_usual()
        workers.drain(Scheduler(pipeline.wiring.waits), perform, performer.stop)
        shows = hooks is not None and hooks.takes("after_pipeline_run", "run_result")
        asked = wanted is None or shows
        result = flow.result(pipeline.outputs()) if asked else {}
        if hooks is not None:
            hooks.after_pipeline_run(run_result=result, **about)
        _settle(memory)
    except KeyboardInterrupt:
        _settle(memory)
        emit(RunFinished(run, time.time(), "interrupted", None))
        raise
    # Whatever ends the run early must be in the record.
    except BaseException as error:
        if isinstance(error, NodeError):
            error.resume_from = tuple(
                find_resume_nodes(pipeline, performer.done, lambda name: _outlives(name, catalog))
            )
        _settle(memory)
        emit(RunFinished(run, time.time(), "failed", one_line(error)))
        if hooks is not None:
            told = hooks.tell_error("on_pipeline_error", error, **about)
            if isinstance(error, NoriaError):
                error.message += told
        raise
    emit(RunFinished(run, time.time(), "done", None))
    return result if wanted is None else flow.fetch(wanted)


def _warn(text: str) -> None:
    warnings.warn(text, UserWarning, stacklevel=4)


def make_workers(runner: str, count: int | None) -> Workers:
    """Return the workers of that name.  Raises RunError for a name that is none."""
    make = RUNNERS.get(runner)
    if make is None:
        raise RunError(
            f"no runner {runner!r}; there are {', '.join(RUNNERS)}",
            nearest=nearest(runner, RUNNERS),
        )
    return make(count)


def new_run_id(after: str | None = None, *, now: datetime | None = None) -> str:
    """Return a name for a run: the moment, in UTC, to the millisecond.

    It is later than ``after``, the run before, whatever the clock says.

    >>> from datetime import UTC
    >>> new_run_id(now=datetime(2026, 1, 31, 12, 30, 45, 123456, tzinfo=UTC))
    '2026-01-31T12.30.45.123Z'
    """
    return new_version([after] if after else [], now=now)


def _outlives(name: str, catalog: DataCatalog) -> bool:
    """Tell whether another process would find this data."""
    return name in catalog and not isinstance(catalog.get(name), MemoryDataset)


def _to_all(listeners: Sequence[Listener]) -> Listener:
    if len(listeners) == 1:
        return listeners[0]

    def emit(event: Event) -> None:
        for listener in listeners:
            listener(event)

    return emit


def _flow(
    pipeline: Pipeline,
    catalog: DataCatalog,
    given: Mapping[str, Any],
    wanted: Iterable[str],
    memory: Memory | None,
) -> DataFlow:
    wiring = pipeline.wiring
    kept = {*wiring.free_inputs, *wiring.free_outputs, *wanted}
    if memory is not None:
        return memory.flow(pipeline, given, kept)
    return DataFlow(catalog, wiring.readings, kept=kept, given=given)


def _settle(memory: Memory | None) -> None:
    """Let what was recorded outlive a power cut, before anybody is told of the end."""
    if memory is not None:
        memory.settle()
