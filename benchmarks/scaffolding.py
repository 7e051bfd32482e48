"""How long a new project takes."""

import shutil
from functools import partial
from pathlib import Path

from benchmarks.bench import Bench, Section
from benchmarks.measure import Contender, Spent, alternate
from benchmarks.table import Row, seconds, times

MOST_SECONDS = 3.0


def measure(bench: Bench) -> Section:
    noria, kedro = bench.noria.command("noria"), bench.kedro.command("kedro")
    flags = ["--tools", "none", "--example", "n", "--telemetry", "no"]
    commands: dict[str, list[str | Path]] = {
        f"noria new-project --starter {starter}": [
            noria,
            "new-project",
            "made",
            "--starter",
            starter,
            "--no-input",
        ]
        for starter in ("minimal", "flights")
    }
    commands["kedro new, no example"] = [kedro, "new", "--name", "made", *flags]
    folder = bench.work / "scaffolded"
    contenders = {
        name: Contender(partial(_fresh, bench, folder, *command))
        for name, command in commands.items()
    }
    rounds = alternate(contenders, bench.rounds(5))
    minimal, _, theirs = commands
    peer = seconds(rounds.spread(theirs).median)
    rows = []
    for name in list(commands)[:2]:
        taken = rounds.spread(name)
        limit = f"{MOST_SECONDS:g} s"
        kept = taken.median <= MOST_SECONDS
        beside = peer if name == minimal else ""
        compared = f"{times(rounds.ratio(name, theirs))} of Kedro's" if name == minimal else ""
        rows.append(Row(f"`{name}`", seconds(taken.median), "", compared, limit, kept, beside))
    return Section("A new project", rows, measured=[rounds])


def _fresh(bench: Bench, folder: Path, *command: str | Path) -> Spent:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return bench.run(*command, cwd=folder)
