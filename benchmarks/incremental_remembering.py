"""What it costs to remember: trivial nodes, a large frame in memory, a large file."""

import json
import shutil
from collections.abc import Mapping
from functools import partial

from benchmarks.bench import Bench
from benchmarks.environments import ROOT
from benchmarks.incremental_peers import PEERS
from benchmarks.incremental_sides import Side, noria_side
from benchmarks.measure import Contender, Rounds, Spent, Spread, alternate
from benchmarks.table import Row, at_most, seconds

CHILD = ROOT / "benchmarks" / "children" / "remember.py"
MOST_A_NODE = 0.15e-3
MOST_COPIES = 1.2
MOST_WRITES = 1.15
COPY = """\
import shutil, sys, time
from pathlib import Path
files = sorted(Path("data").glob("d*.txt"))
Path("copies").mkdir()
began = time.perf_counter()
for path in files:
    shutil.copyfile(path, "copies/" + path.name)
print((time.perf_counter() - began) / len(files))
"""
Part = tuple[list[Row], list[Rounds]]


def trivial_results(bench: Bench, ours: Side, script: Side, sides: Mapping[str, Side]) -> Part:
    """Measure first runs of the work with and without remembering."""
    memory = noria_side(bench, ours.count, in_memory=True)
    first = f"first run of {ours.count:,} nodes"
    contenders = {f"{first}: script": Contender(script.cold)}
    for kind, side in (("files", ours), ("in memory", memory)):
        contenders[f"{first}, {kind}: noria"] = Contender(side.cold)
        not_kept = partial(side.cold, "--no-cache")
        contenders[f"{first}, {kind}: noria, --no-cache"] = Contender(not_kept)
    contenders[f"copy of one of {ours.count:,} files"] = Contender(partial(_copies, bench, script))
    able = [peer for peer in PEERS if peer.name in sides and sides[peer.name].state]
    for peer in able:
        contenders[f"{first}: {peer.name}"] = Contender(sides[peer.name].cold, every=3)
    rounds = alternate(contenders, bench.rounds(7))
    copy = rounds.spread(f"copy of one of {ours.count:,} files").median
    theirs = {
        peer.shown: _per_node(rounds, f"{first}: {peer.name}", f"{first}: script", ours.count)
        for peer in able
    }
    told = ", ".join(f"{shown} {seconds(each.median)}" for shown, each in theirs.items())
    peers = f"less the script, engine included: {told}" if told else ""
    rows = []
    for kind, limit in (("in memory", MOST_A_NODE), ("files", MOST_A_NODE + MOST_COPIES * copy)):
        with_it, without = f"{first}, {kind}: noria", f"{first}, {kind}: noria, --no-cache"
        each = _per_node(rounds, with_it, without, ours.count)
        beside = f"a copy of one file {seconds(copy)}" if kind == "files" else ""
        rows.append(
            Row(
                f"remembering, a trivial node, {kind}",
                f"{seconds(rounds.spread(with_it).median)} for all",
                beside or f"`--no-cache` {seconds(rounds.spread(without).median)}",
                f"+{seconds(max(each.median, 0.0))} a node",
                seconds(limit),
                each.median <= limit,
                peers,
            )
        )
        peers = ""
    return rows, [rounds]


def _per_node(rounds: Rounds, name: str, beside: str, count: int) -> Spread:
    pairs = rounds.difference(name, beside)
    figures = (pairs.median, pairs.low, pairs.high, pairs.least)
    return Spread(*(figure / count for figure in figures), pairs.count)


def _copies(bench: Bench, side: Side) -> float:
    shutil.rmtree(side.folder / "copies", ignore_errors=True)
    side.call("python", "-c", COPY)
    return float(bench.log.read_text("utf-8").splitlines()[-1])


def large_results(bench: Bench) -> Part:
    """Measure a frame of 445 MB kept and written once, and a file as large kept and copied."""
    codecs: list[str] = []
    frame = {
        f"a frame: {how}": Contender(partial(_child, bench, "frame", how, codecs))
        for how in ("keep", "arrow", "pickle")
    }
    file = {
        f"a file: {how}": Contender(partial(_child, bench, "file", how, codecs))
        for how in ("keep", "copy")
    }
    frames, files = (alternate(each, bench.rounds(7)) for each in (frame, file))
    wrote = "a frame: arrow" if "arrow" in max(codecs) else "a frame: pickle"
    what = "a frame of 445 MB in memory"
    arrow, pickled = (
        seconds(frames.spread(f"a frame: {how}").median) for how in ("arrow", "pickle")
    )
    cells = (
        f"{seconds(frames.spread('a frame: keep').median)} as {max(codecs)}",
        f"written once: Arrow {arrow}, pickle {pickled}",
        "",
    )
    rows = [
        at_most(
            f"remembering {what}",
            frames.ratio("a frame: keep", wrote),
            MOST_WRITES,
            unit="x",
            cells=cells,
        ),
        at_most(
            "remembering a file of 445 MB",
            files.ratio("a file: keep", "a file: copy"),
            MOST_COPIES,
            unit="x",
            cells=(
                seconds(files.spread("a file: keep").median),
                f"a copy {seconds(files.spread('a file: copy').median)}",
                "",
            ),
        ),
    ]
    shutil.rmtree(bench.work / "remembered", ignore_errors=True)
    return rows, [frames, files]


def _child(bench: Bench, what: str, how: str, codecs: list[str]) -> Spent:
    folder = bench.work / "remembered"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    scale = "0.05" if bench.quick else "1"
    whole = bench.run(bench.noria.python, CHILD, what, how, folder, scale)
    told = json.loads(bench.log.read_text("utf-8").splitlines()[-1])
    codecs.append(told["codec"])
    return Spent(told["seconds"], told["cpu"], whole.peak)
