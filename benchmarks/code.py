"""What it costs to know what 1,000 functions depend on."""

import json
import shutil
from functools import partial
from pathlib import Path

from benchmarks.bench import Bench, Section
from benchmarks.environments import ROOT
from benchmarks.measure import Contender, Spent, alternate
from benchmarks.table import Row, seconds

CHILD = ROOT / "benchmarks" / "children" / "code.py"
LIMITS = {"cold": 1.3, "kept": 0.060, "edited": 0.060}
WHAT = {
    "cold": "1,000 functions in 100 modules, nothing kept",
    "kept": "the same with what was kept",
    "edited": "the same with one file edited",
}


def measure(bench: Bench) -> Section:
    folder = bench.work / "code"
    shutil.rmtree(folder, ignore_errors=True)
    modules = 10 if bench.quick else 100
    contenders = {
        f"code: {state}": Contender(partial(_read, bench, folder, state, modules))
        for state in LIMITS
    }
    rounds = alternate(contenders, bench.rounds(7))
    shutil.rmtree(folder, ignore_errors=True)
    rows = []
    for state, limit in LIMITS.items():
        spread = rounds.spread(f"code: {state}")
        rows.append(
            Row(WHAT[state], seconds(spread.median), "", "", seconds(limit), spread.median <= limit)
        )
    remark = (
        "Fingerprints of all functions, in a process that has imported the modules already; "
        "each reaches ten others or so, NumPy, and a constant."
    )
    return Section("What functions depend on", rows, [remark], [rounds])


def _read(bench: Bench, folder: Path, state: str, modules: int) -> Spent:
    whole = bench.run(bench.noria.python, CHILD, folder, state, str(modules), "10")
    told = json.loads(bench.log.read_text("utf-8").splitlines()[-1])
    return Spent(told["seconds"], told["cpu"], whole.peak)
