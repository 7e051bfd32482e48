"""What the engine itself costs: trivial nodes in memory, run as a library."""

import json
import statistics
from functools import partial
from itertools import product

from benchmarks.bench import Bench, Section
from benchmarks.environments import ROOT
from benchmarks.measure import Contender, Rounds, Spread, alternate
from benchmarks.table import Row, seconds, times

CHILD = ROOT / "benchmarks" / "children" / "engine.py"
LIMITS = {"inline": 10e-6, "threads": 20e-6}
SIZES = {"inline": (100, 1_000, 10_000, 100_000), "threads": (100, 1_000, 10_000)}
# Kedro takes time with the square of the nodes: 10,000 would be minutes.
MOST_NODES_OF_KEDRO = 1_000
MOST_REPEATS_OF_KEDRO = 100
REPEATS = 5


def measure(bench: Bench) -> Section:
    cases = [
        (runner, shape, size)
        for runner, sizes in SIZES.items()
        for shape, size in product(("chain", "fan"), sizes[:1] if bench.quick else sizes)
    ]
    contenders = {}
    for runner, shape, size in cases:
        for library in ("noria", "kedro"):
            if library == "noria" or size <= MOST_NODES_OF_KEDRO:
                name = _name(library, runner, shape, size)
                call = partial(_per_node, bench, library, shape, size, runner)
                contenders[name] = Contender(call)
    rounds = alternate(contenders, bench.rounds(3), warm_ups=0)
    rows = [_row(rounds, runner, shape, size) for runner, shape, size in cases]
    remark = (
        f"Seconds a node, the pipeline being built already; the median of {REPEATS} runs in one "
        "process after a first one, of 3 processes. Kedro's log is switched off, and its larger "
        "runs are done once. Threads: two."
    )
    return Section("The engine", rows, [remark], [rounds])


def _name(library: str, runner: str, shape: str, size: int) -> str:
    return f"engine: {library}, {runner}, {shape} of {size:,}"


def _per_node(bench: Bench, library: str, shape: str, size: int, runner: str) -> float:
    once = library == "kedro" and size > MOST_REPEATS_OF_KEDRO
    where = bench.noria if library == "noria" else bench.kedro
    repeats = str(1 if once else REPEATS + 1)
    bench.run(where.python, CHILD, library, shape, str(size), runner, repeats)
    taken: list[float] = json.loads(bench.log.read_text("utf-8").splitlines()[-1])
    return statistics.median(taken if once else taken[1:])


def _row(rounds: Rounds, runner: str, shape: str, size: int) -> Row:
    ours, theirs = (_name(library, runner, shape, size) for library in ("noria", "kedro"))
    mine = rounds.spread(ours)
    limit = LIMITS[runner]
    beside = compared = ""
    if rounds.figures(theirs):
        peer: Spread = rounds.spread(theirs)
        beside = seconds(peer.median)
        compared = f"{times(rounds.ratio(theirs, ours))} less"
    what = f"{runner}, {shape} of {size:,} nodes, a node"
    return Row(
        what, seconds(mine.median), "", compared, seconds(limit), mine.median <= limit, beside
    )
