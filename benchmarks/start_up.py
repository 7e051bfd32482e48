"""How long a user waits before anything happens: `--version`, `--help`, `import noria`."""

import sys
from functools import partial
from pathlib import Path

from benchmarks.bench import Bench, Section
from benchmarks.environments import Environment
from benchmarks.measure import Contender, Rounds, alternate
from benchmarks.table import Row, at_most, seconds, times

HEAVY = ["pandas", "numpy", "pyarrow", "yaml", "fsspec", "dynaconf", "rich", "click", "sqlite3"]
LIMITS = {"--version": 2.0, "--help": 6.0}


def measure(bench: Bench) -> Section:
    editable = Environment(Path(sys.prefix))
    contenders = {
        "python -c pass": _call(bench, bench.noria.python, "-c", "pass"),
        "import noria": _call(bench, bench.noria.python, "-c", "import noria"),
        "python -c pass, Kedro's": _call(bench, bench.kedro.python, "-c", "pass"),
    }
    for word in LIMITS:
        contenders[f"noria {word}"] = _call(bench, bench.noria.command("noria"), word)
        contenders[f"kedro {word}"] = _call(bench, bench.kedro.command("kedro"), word, every=3)
    if editable.command("noria").is_file():
        contenders["python -c pass, editable"] = _call(bench, editable.python, "-c", "pass")
        for word in LIMITS:
            contenders[f"noria {word}, editable"] = _call(bench, editable.command("noria"), word)
    rounds = alternate(contenders, bench.rounds(21))
    rows = [_row(rounds, word, limit) for word, limit in LIMITS.items()]
    rows += [_import_time(rounds), _import_weight(bench)]
    return Section("Start-up", rows, _remarks(bench, rounds), [rounds])


def _call(bench: Bench, *command: str | Path, every: int = 1) -> Contender:
    return Contender(partial(bench.run, *command), every)


def _row(rounds: Rounds, word: str, limit: float) -> Row:
    kedro = rounds.ratio(f"kedro {word}", "python -c pass, Kedro's")
    cells = (
        seconds(rounds.spread(f"noria {word}").median),
        f"bare interpreter {seconds(rounds.spread('python -c pass').median)}",
        f"{seconds(rounds.spread(f'kedro {word}').median)}, {times(kedro)}",
    )
    compared = rounds.ratio(f"noria {word}", "python -c pass")
    return at_most(f"`noria {word}`", compared, limit, unit="x", cells=cells)


def _import_time(rounds: Rounds) -> Row:
    return Row(
        "`import noria`",
        seconds(rounds.spread("import noria").median),
        f"bare interpreter {seconds(rounds.spread('python -c pass').median)}",
        times(rounds.ratio("import noria", "python -c pass")),
    )


def _import_weight(bench: Bench) -> Row:
    loaded = _heavy(bench, bench.noria, "noria")
    peer = _heavy(bench, bench.kedro, "kedro.framework.cli")
    return Row(
        "heavy modules that `import noria` loads",
        ", ".join(loaded) or "none",
        "",
        str(len(loaded)),
        "0",
        not loaded,
        f"its command line: {', '.join(peer)}",
    )


def _heavy(bench: Bench, where: Environment, module: str) -> list[str]:
    found = f"print('loaded:', *sorted(set({HEAVY}) & set(sys.modules)))"
    bench.run(where.python, "-c", f"import sys, {module}; {found}")
    # Kedro prints before it.
    return bench.log.read_text("utf-8").rpartition("loaded:")[2].split()


def _remarks(bench: Bench, rounds: Rounds) -> list[str]:
    remarks = [f"Heavy modules are {', '.join(HEAVY)}."]
    script = bench.noria.command("noria").read_bytes()
    if b"import re" in script:
        ratio = rounds.ratio("noria --version", "python -c pass")
        pip = bench.noria.version_of("pip")
        remarks.append(
            f"The console script is the one that pip {pip} writes; it imports `re` before Noria "
            f"begins, which is part of the {ratio.median:.2f}x. Later ones do not."
        )
    if any("python -c pass, editable" in turn for turn in rounds.rounds):
        bare = "python -c pass, editable"
        ratios = [(word, rounds.ratio(f"noria {word}, editable", bare)) for word in LIMITS]
        told = " and ".join(f"`{word}` {ratio.median:.2f}x" for word, ratio in ratios)
        remarks.append(f"From an editable install: {told}.")
    return remarks
