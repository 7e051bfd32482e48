"""What a run costs that has little to do, or that remembers what it does, beside peers."""

import shutil
from collections.abc import Mapping
from functools import partial

from benchmarks.bench import Bench, Section
from benchmarks.environments import Environment, peer_environment
from benchmarks.incremental_peers import PEERS, Peer
from benchmarks.incremental_remembering import large_results, trivial_results
from benchmarks.incremental_sides import (
    Side,
    install_stopwatch,
    noria_side,
    peer_side,
    script_side,
)
from benchmarks.incremental_work import imports
from benchmarks.measure import Contender, Rounds, Spent, Spread, alternate
from benchmarks.table import Row, at_most, megabytes, seconds, times

MOST_OVER_BARE = 2.5
LEAST_UNDER_PEERS = 4.0
MOST_AT_10_000 = 0.120
MOST_COMMAND_OVER_BARE = 10.0
MOST_TO_FIRST_NODE = 0.250
MOST_TO_PLAN = 150e6
BARE = "python -c pass, incremental"
IMPORT = """\
import sys, time
sys.path.insert(0, "src")
began = time.perf_counter()
{imports}print(time.perf_counter() - began)
"""
HOW = (
    "The same work for all: functions in 100 modules, each from a file to a file, as many entries "
    "of the catalog as files, 50 parameters. Each tool is used as its introduction shows it: doit "
    "and pytask know the module and the input as files, joblib and Hamilton keep values."
)
NOT_DVC = (
    "DVC starts a process for each of its stages: its first run takes minutes and is not measured; "
    "its stages are told by `dvc commit` what they have made."
)


def measure(bench: Bench) -> Section:
    small, large = (100, 300) if bench.quick else (1_000, 10_000)
    peers, absent = _peers()
    for where in (bench.noria, *peers.values()):
        install_stopwatch(bench, where)
    sides = {peer.name: peer_side(bench, where, peer, small) for peer, where in peers.items()}
    ours, script = noria_side(bench, small), script_side(bench, small)
    rows: list[Row] = []
    measured: list[Rounds] = []
    parts = [
        _nothing_to_do(bench, ours, sides, peers),
        _nothing_in_large(bench, large, peers),
        _flights(bench),
        _one_edit(bench, ours, sides),
        trivial_results(bench, ours, script, sides),
        large_results(bench),
    ]
    for more_rows, more_measured in parts:
        rows += more_rows
        measured += more_measured
    remarks = [HOW, NOT_DVC, *(f"{name} is not measured: {why}" for name, why in absent.items())]
    return Section("Only what changed", rows, remarks, measured, peer="the peers")


Part = tuple[list[Row], list[Rounds]]


def _peers() -> tuple[dict[Peer, Environment], dict[str, str]]:
    """Return the environments of the peers, and why others have none."""
    found, absent = {}, {}
    for peer in PEERS:
        try:
            found[peer] = peer_environment(peer.name, [peer.distribution])
        except SystemExit as refused:
            absent[peer.shown] = str(refused).strip().splitlines()[-1]
    return found, absent


def _bare(bench: Bench) -> Contender:
    return Contender(partial(bench.run, bench.noria.python, "-c", "pass"))


def _nothing_to_do(
    bench: Bench, ours: Side, sides: Mapping[str, Side], peers: Mapping[Peer, Environment]
) -> Part:
    called = f"nothing to do, {ours.count:,} nodes"
    contenders = {BARE: _bare(bench), f"{called}: noria": Contender(ours.run)}
    for peer in peers:
        contenders[f"{called}: {peer.name}"] = Contender(sides[peer.name].run, peer.every)
    # The first is the run in which all is done; the second sees files that are not brand-new.
    for contender in contenders.values():
        contender.measure()
    rounds = alternate(contenders, bench.rounds(15))
    theirs = {peer.shown: rounds.spread(f"{called}: {peer.name}") for peer in peers}
    mine = f"{called}: noria"
    cells = (
        seconds(rounds.spread(mine).median),
        f"bare interpreter {seconds(rounds.spread(BARE).median)}",
        _listed(theirs),
    )
    ratio = rounds.ratio(mine, BARE)
    rows = [at_most(called, ratio, MOST_OVER_BARE, unit="x", cells=cells)]
    if theirs:
        quickest = min(theirs, key=lambda shown: theirs[shown].median)
        peer = next(peer for peer in peers if peer.shown == quickest)
        less = rounds.ratio(f"{called}: {peer.name}", mine)
        rows.append(_faster(called, less, quickest, theirs[quickest], cells[0]))
    return rows, [rounds]


def _faster(called: str, less: Spread, shown: str, theirs: Spread, ours: str) -> Row:
    return Row(
        f"{called}: the fastest peer takes so many times as long",
        ours,
        f"{shown} {seconds(theirs.median)}",
        times(less),
        f"{LEAST_UNDER_PEERS:g}x",
        less.median >= LEAST_UNDER_PEERS,
    )


def _nothing_in_large(bench: Bench, count: int, peers: Mapping[Peer, Environment]) -> Part:
    called = f"nothing to do, {count:,} nodes"
    side = noria_side(bench, count)
    contenders = {BARE: _bare(bench), f"{called}: noria": Contender(side.run)}
    able = [peer for peer in peers if peer.most >= count]
    for peer in able:
        theirs = peer_side(bench, peers[peer], peer, count)
        contenders[f"{called}: {peer.name}"] = Contender(theirs.run, every=9)
    for contender in contenders.values():
        contender.measure()
    rounds = alternate(contenders, bench.rounds(9))
    mine = rounds.spread(f"{called}: noria")
    row = Row(
        called,
        seconds(mine.median),
        f"bare interpreter {seconds(rounds.spread(BARE).median)}",
        times(rounds.ratio(f"{called}: noria", BARE)),
        seconds(MOST_AT_10_000),
        mine.median <= MOST_AT_10_000,
        _listed({peer.shown: rounds.spread(f"{called}: {peer.name}") for peer in able}),
    )
    planned = alternate({f"plan of {count:,} nodes": Contender(partial(_planned, side))}, 2)
    peak = planned.spread(f"plan of {count:,} nodes", "peak")
    taken = planned.spread(f"plan of {count:,} nodes")
    memory = Row(
        f"memory of planning {count:,} nodes",
        f"{megabytes(peak.median)} in {seconds(taken.median)}",
        "",
        "",
        megabytes(MOST_TO_PLAN),
        peak.median <= MOST_TO_PLAN,
    )
    for peer in able:
        shutil.rmtree(bench.work / "incremental" / f"{peer.name}-{count}", ignore_errors=True)
    return [row, memory], [rounds, planned]


def _planned(side: Side) -> Spent:
    """Plan in a process that has to: a new comment stands in a module."""
    side.turns += 1
    with (side.folder / "src/sized/parts/part_0.py").open("a", encoding="utf-8") as module:
        module.write(f"# {side.turns}\n")
    return side.call("noria", "plan")


def _flights(bench: Bench) -> Part:
    folder = bench.work / "flights-again"
    shutil.rmtree(folder, ignore_errors=True)
    noria = bench.noria.command("noria")
    words = ["--name", "flights", "--starter", "flights", "--no-input"]
    bench.run(noria, "new-project", folder, *words)
    commands = {
        "`flights`, nothing to do: `noria run --pipeline train`": ["run", "--pipeline", "train"],
        "`flights`, nothing to do: `noria pipelines list`": ["pipelines", "list"],
        "`flights`, nothing to do: `noria plan --pipeline train`": ["plan", "--pipeline", "train"],
    }
    contenders = {BARE: _bare(bench)}
    for what, words in commands.items():
        contenders[what] = Contender(partial(bench.run, noria, *words, cwd=folder))
    for contender in contenders.values():
        contender.measure()
    rounds = alternate(contenders, bench.rounds(11))
    bare = f"bare interpreter {seconds(rounds.spread(BARE).median)}"
    rows = []
    for what in commands:
        limit = MOST_OVER_BARE if "noria run" in what else MOST_COMMAND_OVER_BARE
        cells = (seconds(rounds.spread(what).median), bare, "")
        rows.append(at_most(what, rounds.ratio(what, BARE), limit, unit="x", cells=cells))
    return rows, [rounds]


def _one_edit(bench: Bench, ours: Side, sides: Mapping[str, Side]) -> Part:
    called = f"one function edited among {ours.count:,} nodes, until it starts"
    importing = f"import of {ours.count:,} functions in 100 modules"
    contenders = {
        importing: Contender(partial(_import, bench, ours)),
        f"{called}: noria": Contender(ours.edited),
    }
    able = {name: side for name, side in sides.items() if side.state}
    for name, side in able.items():
        contenders[f"{called}: {name}"] = Contender(side.edited, every=3)
    rounds = alternate(contenders, bench.rounds(9))
    shown = {peer.name: peer.shown for peer in PEERS}
    cells = (
        seconds(rounds.spread(f"{called}: noria").median),
        f"the import of its functions {seconds(rounds.spread(importing).median)}",
        _listed({shown[name]: rounds.spread(f"{called}: {name}") for name in able}),
    )
    compared = rounds.difference(f"{called}: noria", importing)
    return [at_most(called, compared, MOST_TO_FIRST_NODE, unit="s", cells=cells)], [rounds]


def _import(bench: Bench, side: Side) -> float:
    side.call("python", "-c", IMPORT.format(imports=imports()))
    return float(bench.log.read_text("utf-8").splitlines()[-1])


def _listed(theirs: Mapping[str, Spread]) -> str:
    ordered = sorted(theirs.items(), key=lambda one: one[1].median)
    return ", ".join(f"{shown} {seconds(spread.median)}" for shown, spread in ordered)
