"""What pipelines and configuration cost: making, adding, cutting, reading; runs with a ledger."""

import json
import shutil
import statistics
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from benchmarks.bench import Bench, Section
from benchmarks.environments import ROOT
from benchmarks.measure import Contender, Rounds, alternate
from benchmarks.table import Row, seconds, times

CHILDREN = ROOT / "benchmarks" / "children"
REPEATS = 3
RECORDED = "`noria run` with its ledger, {shape} of {size:,} nodes, a node"
RECORDED_LIMIT = 30e-6
COLD, KEPT = "noria, cold", "noria, kept"


class Case(NamedTuple):
    """Work on a graph; ``theirs`` is the size at which Kedro does it."""

    what: str
    work: str
    size: int
    theirs: int
    limit: float


# Kedro's sum takes time with the square of the pipelines: 2,000 would be minutes.
CASES = (
    Case("`sum` of 2,000 pipelines of 5 nodes", "sum", 2_000, 200, 0.150),
    Case("10,000 nodes and their pipeline made", "build", 10_000, 10_000, 0.250),
    Case("`filter(from, to)` of 10,000 nodes", "filter", 10_000, 10_000, 0.300),
    Case("a namespace on 10,000 nodes", "namespace", 10_000, 10_000, 0.300),
)
QUICK = 10  # a quick run's graphs are so many times smaller


def measure(bench: Bench) -> Section:
    graphs = alternate(_graphs(bench), bench.rounds(5), warm_ups=0)
    configuration = alternate(_configuration(bench), bench.rounds(7))
    shapes = dict.fromkeys(("chain", "fan"), 1_000 if bench.quick else 10_000)
    recorded = alternate(_recorded(bench, shapes), bench.rounds(5), warm_ups=0)
    rows = [_graph_row(graphs, case) for case in CASES]
    rows += _configuration_rows(configuration)
    rows += [
        _within(
            RECORDED.format(shape=shape, size=size), recorded, f"ledger: {shape}", RECORDED_LIMIT
        )
        for shape, size in shapes.items()
    ]
    remark = (
        f"Graphs: the median of {REPEATS} times in one process, of 5 processes; Kedro adds 200 "
        "pipelines, all else is of the same size. A thousand entries: two layers, a global in "
        "every path, the modules imported before; a process each. The ledger: from the event that "
        "begins the run to the return of the call, nothing remembered (`--no-cache`); Kedro keeps "
        "no record, and what its engine alone takes stands above."
    )
    return Section("Pipelines and configuration", rows, [remark], [graphs, configuration, recorded])


def _graphs(bench: Bench) -> dict[str, Contender]:
    contenders = {}
    for case in CASES:
        for library, size in (("noria", case.size), ("kedro", case.theirs)):
            shrunk = size // QUICK if bench.quick else size
            call = partial(_seconds, bench, library, "graph.py", case.work, str(shrunk))
            contenders[f"{case.work}: {library}"] = Contender(call, 1 if library == "noria" else 5)
    return contenders


def _seconds(bench: Bench, library: str, child: str, *words: str) -> float:
    where = bench.noria if library == "noria" else bench.kedro
    repeats = REPEATS if library == "noria" else 1
    bench.run(where.python, CHILDREN / child, library, *words, str(repeats))
    return statistics.median(_told(bench))


def _told(bench: Bench) -> list[float]:
    taken: list[float] = json.loads(bench.log.read_text("utf-8").splitlines()[-1])
    return taken


def _graph_row(rounds: Rounds, case: Case) -> Row:
    ours, theirs = f"{case.work}: noria", f"{case.work}: kedro"
    peer = f"{seconds(rounds.spread(theirs).median)}"
    if case.theirs != case.size:
        peer += f" ({case.theirs:,})"
    compared = f"{times(rounds.ratio(theirs, ours))} less" if case.theirs == case.size else ""
    return _within(case.what, rounds, ours, case.limit, peer, compared)


def _within(
    what: str, rounds: Rounds, name: str, limit: float, peer: str = "", compared: str = ""
) -> Row:
    mine = rounds.spread(name).median
    return Row(what, seconds(mine), "", compared, seconds(limit), mine <= limit, peer)


def _configuration(bench: Bench) -> dict[str, Contender]:
    folder = bench.work / "entries"
    shutil.rmtree(folder, ignore_errors=True)
    child = CHILDREN / "configuration.py"
    bench.run(bench.noria.python, child, "noria", "make", folder)

    def read(library: str, *, cold: bool) -> float:
        if cold:
            shutil.rmtree(folder / ".noria", ignore_errors=True)
        where = bench.noria if library == "noria" else bench.kedro
        bench.run(where.python, child, library, "read", folder)
        return float(json.loads(bench.log.read_text("utf-8").splitlines()[-1]))

    return {
        COLD: Contender(partial(read, "noria", cold=True)),
        KEPT: Contender(partial(read, "noria", cold=False)),
        "kedro": Contender(partial(read, "kedro", cold=False)),
    }


def _configuration_rows(rounds: Rounds) -> list[Row]:
    peer = seconds(rounds.spread("kedro").median)
    what = "1,000 entries of a catalog read, merged, located, interpolated"
    return [
        _within(
            f"{what}, {when}",
            rounds,
            name,
            limit,
            peer,
            f"{times(rounds.ratio('kedro', name))} less",
        )
        for when, name, limit in (("cold", COLD, 0.200), ("kept from before", KEPT, 0.030))
    ]


def _recorded(bench: Bench, shapes: dict[str, int]) -> dict[str, Contender]:
    child = CHILDREN / "recorded.py"

    def per_node(folder: Path) -> float:
        bench.run(bench.noria.python, child, "run", folder, str(REPEATS))
        return statistics.median(_told(bench))

    contenders: dict[str, Contender] = {}
    for shape, size in shapes.items():
        folder = bench.work / f"recorded-{shape}"
        shutil.rmtree(folder, ignore_errors=True)
        bench.run(bench.noria.python, child, "make", folder, shape, str(size))
        call: Callable[[], float] = partial(per_node, folder)
        contenders[f"ledger: {shape}"] = Contender(call)
    return contenders
