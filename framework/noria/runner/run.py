"""Running a pipeline: check what can be checked, drive the workers, tell what happens."""

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from noria_catalog import DataCatalog
from noria_catalog.dataset import Exists
from noria_catalog.memory import MemoryDataset
from noria_catalog.suggest import nearest

from noria.errors import MissingInputError, NodeError, RunError
from noria.graph import Pipeline, find_resume_nodes
from noria.record.events import Event, Listener, RunFinished, RunStarted
from noria.runner.exchange import check_exchange, list_wanted
from noria.runner.failure import one_line, shown
from noria.runner.flow import DataFlow
from noria.runner.meter import MemoryMeter
from noria.runner.perform import Performer
from noria.runner.scheduler import Scheduler
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
    RunError for a value that one of its nodes makes, and MissingInputError, all before anything
    runs; NodeError when a node fails.

    >>> from noria import DataCatalog, Pipeline, node
    >>> double = node(lambda number: number * 2, inputs="number", outputs="twice", name="double")
    >>> run(Pipeline([double]), DataCatalog({"number": 21}))
    {'twice': 42}
    >>> run(Pipeline([double]), inputs={"number": 4}, outputs=["number", "twice"])
    {'number': 4, 'twice': 8}
    """
    return run_pipeline(
        pipeline,
        DataCatalog() if catalog is None else catalog,
        workers=make_workers(runner, workers),
        run=new_run_id(),
        inputs=inputs,
        outputs=outputs,
    )


def run_pipeline(
    pipeline: Pipeline,
    catalog: DataCatalog,
    *,
    workers: Workers,
    run: str,
    name: str = "",
    hooks: Any = None,
    run_params: Mapping[str, Any] | None = None,
    listeners: Sequence[Listener] = (),
    meter: MemoryMeter | None = None,
    inputs: Mapping[str, Any] | None = None,
    outputs: Iterable[str] | None = None,
) -> dict[str, Any]:
    """Run a pipeline and return the outputs that no dataset keeps.

    ``run`` is the run's name and the version of what it saves, ``name`` the pipeline's; ``hooks``
    a pluggy relay or ``None``; every listener gets every event, from whichever thread it happens
    in; ``inputs`` and ``outputs`` as in :func:`run`.  Raises what :func:`run` does, a NodeError
    with ``resume_from`` set; KeyboardInterrupt after the run was told as interrupted.
    """

    def emit(event: Event) -> None:
        for listener in listeners:
            listener(event)

    given, wanted = dict(inputs or {}), None if outputs is None else list_wanted(outputs)
    check_exchange(pipeline, given, wanted or ())
    check_inputs(pipeline, catalog, given)
    nodes = pipeline.nodes
    flow = _flow(pipeline, catalog, given, wanted or ())
    performer = Performer(nodes, catalog, flow, run=run, hooks=hooks, emit=emit, meter=meter)
    about = {"run_params": dict(run_params or {}), "pipeline": pipeline, "catalog": catalog}
    emit(RunStarted(run, time.time(), name, tuple(node.name for node in nodes), workers.name))
    try:
        if hooks is not None:
            hooks.before_pipeline_run(**about)
        workers.drain(Scheduler(_dependencies(pipeline)), performer, performer.stop)
        result = flow.result(pipeline.outputs())
        if hooks is not None:
            hooks.after_pipeline_run(run_result=result, **about)
    except KeyboardInterrupt:
        emit(RunFinished(run, time.time(), "interrupted", None))
        raise
    except Exception as error:
        if isinstance(error, NodeError):
            error.resume_from = tuple(
                find_resume_nodes(pipeline, performer.done, lambda name: _outlives(name, catalog))
            )
        emit(RunFinished(run, time.time(), "failed", one_line(error)))
        if hooks is not None:
            hooks.on_pipeline_error(error=error, **about)
        raise
    emit(RunFinished(run, time.time(), "done", None))
    return result if wanted is None else flow.fetch(wanted)


def make_workers(runner: str, count: int | None) -> Workers:
    """Return the workers of that name.  Raises RunError for a name that is none."""
    make = RUNNERS.get(runner)
    if make is None:
        raise RunError(
            f"no runner {runner!r}; there are {', '.join(RUNNERS)}",
            nearest=nearest(runner, RUNNERS),
        )
    return make(count)


def new_run_id(now: datetime | None = None) -> str:
    """Return a name for a run: the moment, in UTC, to the millisecond.

    >>> new_run_id(datetime(2026, 1, 31, 12, 30, 45, 123456, tzinfo=UTC))
    '2026-01-31T12.30.45.123Z'
    """
    now = now or datetime.now(UTC)
    return f"{now:%Y-%m-%dT%H.%M.%S}.{now.microsecond // 1000:03d}Z"


def check_inputs(
    pipeline: Pipeline, catalog: DataCatalog, given: Collection[str] = frozenset()
) -> None:
    """Find before anything runs what is declared wrongly, nowhere, or not there.

    ``given`` are the names that the caller has brought the data of.

    Raises the catalog's located errors, or MissingInputError that names every missing input and
    who wants it.
    """
    declared = {name for name in pipeline.datasets() if name in catalog}
    catalog.check(sorted(declared.difference(given)))
    missing: list[str] = []
    problems: list[MissingInputError] = []
    for name in sorted(pipeline.inputs().difference(given)):
        problem = _missing(name, pipeline, catalog)
        if problem is not None:
            missing.append(name)
            problems.append(problem)
    if len(problems) == 1:
        raise problems[0]
    if problems:
        told = "\n".join(str(problem) for problem in problems)
        raise MissingInputError(f"{len(missing)} inputs are missing\n{told}")


def _missing(name: str, pipeline: Pipeline, catalog: DataCatalog) -> MissingInputError | None:
    if name not in catalog:
        if name.startswith("params:"):
            return MissingInputError(
                f"no parameter {name.removeprefix('params:')!r}{_wanted_by(name, pipeline)}",
                nearest=nearest(name, catalog),
                hint="declare it in conf/base/parameters.yml or give it with --params",
            )
        return MissingInputError(
            f"nobody makes the input {name!r}{_wanted_by(name, pipeline)},"
            " and the catalog does not declare it",
            nearest=nearest(name, [*catalog, *pipeline.all_outputs()]),
            hint="declare it in conf/base/catalog.yml, or run the pipeline that makes it too",
        )
    if not isinstance(catalog.get(name), Exists) or catalog.exists(name):
        return None
    place = catalog.describe(name).get("filepath")
    return MissingInputError(
        f"the input {name!r}{_wanted_by(name, pipeline)} does not exist"
        + (f" at {shown(str(place))}" if place else ""),
        where=catalog.where(name),
        hint="put the file there, or run the pipeline that makes it first",
    )


def _outlives(name: str, catalog: DataCatalog) -> bool:
    """Tell whether another process would find this data."""
    return name in catalog and not isinstance(catalog.get(name), MemoryDataset)


def _wanted_by(name: str, pipeline: Pipeline) -> str:
    node = next(node for node in pipeline.nodes if name in node.inputs)
    source = node.source
    return f", wanted by node {node.name!r}" + (
        f" ({shown(source[0])}:{source[1]})" if source else ""
    )


def _flow(
    pipeline: Pipeline, catalog: DataCatalog, given: Mapping[str, Any], wanted: Iterable[str]
) -> DataFlow:
    readers: dict[str, int] = {}
    for node in pipeline.nodes:
        for name in set(node.inputs):
            readers[name] = readers.get(name, 0) + 1
    kept = pipeline.inputs() | pipeline.outputs() | {*wanted}
    return DataFlow(catalog, readers, kept=kept, given=given)


def _dependencies(pipeline: Pipeline) -> list[list[int]]:
    """Return, for each node in the pipeline's order, the places of those that it waits for."""
    wiring = pipeline.wiring
    place = {number: at for at, number in enumerate(wiring.ordered)}
    return [[place[parent] for parent in wiring.parents[number]] for number in wiring.ordered]
