"""Data by name: one CSV, ten thousand partitions, the digest of a gigabyte."""

import json
import os
import shutil
from functools import partial
from pathlib import Path

from benchmarks.bench import Bench, Section
from benchmarks.environments import ROOT, Environment
from benchmarks.measure import Contender, Rounds, Spent, alternate
from benchmarks.table import Row, at_most, seconds, times

CHILD = ROOT / "benchmarks" / "children" / "catalog.py"
MOST_OVER_PANDAS = 0.005
MOST_TO_LIST = 0.2
# At 80 % of blake3's own speed.
MOST_TO_DIGEST = 1.25


def measure(bench: Bench) -> Section:
    folder = bench.work / "catalog"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    rows: list[Row] = []
    measured: list[Rounds] = []
    for part in (_csv, _partitions, _digest):
        found, rounds = part(bench, folder)
        rows += found
        measured.append(rounds)
    shutil.rmtree(folder, ignore_errors=True)
    remark = (
        "Each in a fresh process whose libraries are imported before the clock starts, as they are "
        "once in a run. The CSV has three rows: what is compared is what stands around pandas' own "
        "call, the making of the catalog included."
    )
    return Section("Data by name", rows, [remark], measured)


def _csv(bench: Bench, folder: Path) -> tuple[list[Row], Rounds]:
    path = folder / "small.csv"
    path.write_text("a,b\n1,2\n3,4\n5,6\n", "utf-8")
    modules: dict[str, int] = {}

    def once(where: Environment, library: str) -> Spent:
        spent, told = _child(bench, where, "csv", library, path)
        modules[library] = told["modules"]
        return spent

    contenders = {
        f"csv: {library}": Contender(partial(once, where, library), every)
        for library, where, every in _sides(bench, "pandas")
    }
    rounds = alternate(contenders, bench.rounds(15))
    ours, pandas, kedro = contenders
    over = rounds.difference(ours, pandas)
    more = seconds(rounds.difference(kedro, pandas).median)
    row = Row(
        "one CSV through the catalog",
        seconds(rounds.spread(ours).median),
        f"pandas {seconds(rounds.spread(pandas).median)}",
        f"+{seconds(over.median)}",
        f"+{seconds(MOST_OVER_PANDAS)}",
        over.median <= MOST_OVER_PANDAS,
        f"{seconds(rounds.spread(kedro).median)}, +{more}",
    )
    loaded = Row(
        "modules loaded by then",
        str(modules["noria"]),
        f"pandas {modules['pandas']}",
        f"{modules['noria'] - modules['pandas']:+}",
        peer=str(modules.get("kedro", "")),
    )
    return [row, loaded], rounds


def _partitions(bench: Bench, folder: Path) -> tuple[list[Row], Rounds]:
    count = 1_000 if bench.quick else 10_000
    many = folder / "partitions"
    many.mkdir()
    for number in range(count):
        (many / f"{number}.csv").write_text("a\n1\n", "utf-8")

    def once(where: Environment, library: str) -> Spent:
        return _child(bench, where, "partitions", library, many)[0]

    contenders = {
        f"partitions: {library}": Contender(partial(once, where, library), every)
        for library, where, every in _sides(bench)
    }
    rounds = alternate(contenders, bench.rounds(9))
    ours, kedro = contenders
    spread = rounds.spread(ours)
    row = Row(
        f"{count:,} partitions listed, none opened",
        seconds(spread.median),
        "",
        "",
        seconds(MOST_TO_LIST),
        spread.median <= MOST_TO_LIST,
        f"{seconds(rounds.spread(kedro).median)}, {times(rounds.ratio(kedro, ours))}",
    )
    return [row], rounds


def _digest(bench: Bench, folder: Path) -> tuple[list[Row], Rounds]:
    path = folder / "large"
    part = os.urandom(2**20)
    with path.open("wb") as file:
        for turn in range(64 if bench.quick else 1024):
            file.write(part[turn:] + part[:turn])

    def once(library: str) -> Spent:
        return _child(bench, bench.noria, "digest", library, path)[0]

    contenders = {
        f"digest: {library}": Contender(partial(once, library)) for library in ("noria", "blake3")
    }
    rounds = alternate(contenders, bench.rounds(9))
    ours, blake3 = contenders
    cells = (
        seconds(rounds.spread(ours).median),
        f"blake3 {seconds(rounds.spread(blake3).median)}",
        "",
    )
    what = f"the digest of a file of {path.stat().st_size / 2**30:.3g} GiB"
    return [
        at_most(what, rounds.ratio(ours, blake3), MOST_TO_DIGEST, unit="x", cells=cells)
    ], rounds


def _sides(bench: Bench, *more: str) -> list[tuple[str, Environment, int]]:
    return [
        ("noria", bench.noria, 1),
        *((library, bench.noria, 1) for library in more),
        ("kedro", bench.kedro, 3),
    ]


def _child(
    bench: Bench, where: Environment, what: str, library: str, place: Path
) -> tuple[Spent, dict[str, int]]:
    whole = bench.run(where.python, CHILD, what, library, place)
    told = json.loads(bench.log.read_text("utf-8").splitlines()[-1])
    return Spent(told["seconds"], told["cpu"], whole.peak), told
