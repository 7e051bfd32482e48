"""A saved table beside pandas' own write of it: time without the sync, and memory."""

import json
import shutil
from functools import partial
from pathlib import Path

from benchmarks.bench import Bench, Section
from benchmarks.environments import ROOT, Environment
from benchmarks.measure import Contender, Rounds, Spent, Spread, alternate
from benchmarks.table import Row, at_most, megabytes, seconds, times

CHILD = ROOT / "benchmarks" / "children" / "save.py"
MOST_TIME = 1.03
# pandas' own peak varies by a few megabytes; a second copy of
# the table was 1.09x (CSV) and 1.31x (Parquet) when tried.
MOST_MEMORY = 1.05
# What a Parquet takes differs from one process to the next by a fifth, and 3 % are asked for.
ROUNDS = {"csv": 12, "parquet": 30}


def measure(bench: Bench) -> Section:
    folder = bench.work / "saved"
    rows: list[Row] = []
    measured: list[Rounds] = []
    for kind, usual in ROUNDS.items():
        syncs: list[float] = []
        sizes: list[float] = []
        contenders = {
            f"{kind}: {library}": Contender(
                partial(_save, bench, where, library, kind, folder, syncs, sizes), every
            )
            for library, where, every in (
                ("noria", bench.noria, 1),
                ("pandas", bench.noria, 1),
                ("kedro", bench.kedro, 3),
            )
        }
        rounds = alternate(contenders, bench.rounds(usual))
        measured.append(rounds)
        rows += _rows(kind, rounds, Spread.of(syncs), max(sizes))
    shutil.rmtree(folder, ignore_errors=True)
    pandas, arrow = (bench.noria.version_of(name) for name in ("pandas", "pyarrow"))
    remark = (
        f"Each save in a fresh process, onto the same file system, by pandas {pandas} and "
        f"pyarrow {arrow}; the clock runs from the call to its return, less the sync. "
        "Memory is the most that was resident while saving, the table and the libraries included."
    )
    return Section("Saving a table", rows, [remark], measured)


def _save(
    bench: Bench,
    where: Environment,
    library: str,
    kind: str,
    folder: Path,
    syncs: list[float],
    sizes: list[float],
) -> Spent:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    scale = "0.1" if bench.quick else "1"
    whole = bench.run(where.python, CHILD, library, folder / f"table.{kind}", scale)
    told = json.loads(bench.log.read_text("utf-8").splitlines()[-1])
    if library == "noria":
        syncs.append(told["sync"])
    sizes.append(told["size"])
    return Spent(told["seconds"] - told["sync"], told["cpu"], told["peak"] or whole.peak)


def _rows(kind: str, rounds: Rounds, sync: Spread, size: float) -> list[Row]:
    ours, pandas, kedro = rounds.rounds[0]
    ratio = rounds.ratio(ours, pandas)
    name = {"csv": "CSV", "parquet": "Parquet"}[kind]
    peer = f"{seconds(rounds.spread(kedro).median)}, {times(rounds.ratio(kedro, pandas))}"
    cells = (
        f"{seconds(rounds.spread(ours).median)}; the sync {seconds(sync.median)}",
        f"pandas {seconds(rounds.spread(pandas).median)}",
        peer,
    )
    memory = rounds.ratio(ours, pandas, "peak")
    peer = (
        f"{megabytes(rounds.spread(kedro, 'peak').median)}, "
        f"{times(rounds.ratio(kedro, pandas, 'peak'))}"
    )
    held = (
        megabytes(rounds.spread(ours, "peak").median),
        f"pandas {megabytes(rounds.spread(pandas, 'peak').median)}",
        peer,
    )
    what = f"a {name} of {megabytes(size)}"
    return [
        at_most(what, ratio, MOST_TIME, unit="x", cells=cells),
        _cpu_row(what, rounds, ours, pandas, kedro),
        at_most(f"{what}: memory", memory, MOST_MEMORY, unit="x", cells=held),
    ]


def _cpu_row(what: str, rounds: Rounds, ours: str, pandas: str, kedro: str) -> Row:
    mine, beside, theirs = (
        seconds(rounds.spread(name, "cpu").median) for name in (ours, pandas, kedro)
    )
    return Row(
        f"{what}: processor time, the sync's included",
        mine,
        f"pandas {beside}",
        times(rounds.ratio(ours, pandas, "cpu")),
        peer=f"{theirs}, {times(rounds.ratio(kedro, pandas, 'cpu'))}",
    )
