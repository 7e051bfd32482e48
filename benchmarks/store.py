"""What the store costs by itself: remembering small results, finding them, looking files up."""

import json
import shutil
from collections.abc import Callable

from benchmarks.bench import Bench, Section
from benchmarks.environments import ROOT
from benchmarks.measure import Contender, Rounds, alternate
from benchmarks.table import Row, seconds, times

CHILD = ROOT / "benchmarks" / "children" / "store.py"
COUNT = 1000
MOST = {"remember": 0.1, "find": 0.010, "look up": 0.015}  # seconds for a thousand


def measure(bench: Bench) -> Section:
    count = COUNT // 10 if bench.quick else COUNT
    told: dict[str, float] = {}

    def reading(name: str, *, first: bool) -> Callable[[], float]:
        def read() -> float:
            if first:
                told.clear()
                told.update(_child(bench, count))
            return told[name]

        return read

    names = ("remember", "sync", "find", "look up", "stat")
    contenders = {
        f"{name}, {count:,}": Contender(reading(name, first=name == names[0])) for name in names
    }
    rounds = alternate(contenders, bench.rounds(9))
    shutil.rmtree(bench.work / "store", ignore_errors=True)
    return Section("The store", _rows(rounds, count), [_REMARK], [rounds])


_REMARK = (
    "In a process that has all libraries loaded. Remembering is encoding, digesting, sealing and "
    "writing to the database, all threads waited for; the sync at a run's end is beside it."
)


def _rows(rounds: Rounds, count: int) -> list[Row]:
    shown = {
        "remember": f"remembering {count:,} small results",
        "find": f"finding {count:,} results",
        "look up": f"digests of {count:,} files that did not change",
    }
    beside = {"remember": "sync", "look up": "stat"}
    rows = []
    for name, what in shown.items():
        spread = rounds.spread(f"{name}, {count:,}")
        limit = MOST[name] * count / COUNT
        other = f"{beside[name]}, {count:,}" if name in beside else None
        rows.append(
            Row(
                what,
                seconds(spread.median),
                f"{beside[name]} {seconds(rounds.spread(other).median)}" if other else "",
                times(rounds.ratio(f"{name}, {count:,}", other))
                if name == "look up" and other
                else "",
                seconds(limit),
                spread.median <= limit,
            )
        )
    return rows


def _child(bench: Bench, count: int) -> dict[str, float]:
    folder = bench.work / "store"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    bench.run(bench.noria.python, CHILD, folder, str(count))
    found: dict[str, float] = json.loads(bench.log.read_text("utf-8").splitlines()[-1])
    return found
