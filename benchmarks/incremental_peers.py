"""The work as users of each peer would write it, and how it is run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.incremental_work import (
    MODULES,
    PARAMETERS,
    RAW,
    Step,
    Written,
    imports,
    plain,
    steps,
    table,
)

START = "import sys\nfrom pathlib import Path\n\nsys.path.insert(0, 'src')\n"
SCRIPT = """
for function, taken, made, weight in STEPS:
    text = Path(f"data/{taken}.txt").read_text("utf-8")
    Path(f"data/{made}.txt").write_text(function(text, weight), "utf-8")
"""


@dataclass(frozen=True, eq=False)
class Peer:
    """A tool: what is installed, the files of its project by number of steps, its command.

    ``before`` is run once before the first run; ``state`` is where it remembers, empty where a
    first run takes too long to be measured.  ``most`` is the largest work that it is given,
    ``every`` in how many rounds it takes part once.
    """

    name: str
    shown: str
    distribution: str
    command: Sequence[str]
    files: Callable[[int], Mapping[str, str]]
    written: Written = plain
    before: Sequence[Sequence[str]] = ()
    state: Sequence[str] = ()
    most: int = 1_000
    every: int = 1
    variables: Mapping[str, str] | None = None


def by_hand(count: int) -> str:
    """Return a script that runs all the work, and remembers nothing."""
    return START + imports() + table(count) + SCRIPT


DODO = """
from doit.tools import config_changed


def perform(function, taken, made, weight):
    text = Path(f"data/{taken}.txt").read_text("utf-8")
    Path(f"data/{made}.txt").write_text(function(text, weight), "utf-8")


def task_step():
    for function, taken, made, weight in STEPS:
        module = function.__module__.replace(".", "/")
        yield {
            "name": made,
            "actions": [(perform, [function, taken, made, weight])],
            "file_dep": [f"data/{taken}.txt", f"src/{module}.py"],
            "targets": [f"data/{made}.txt"],
            "uptodate": [config_changed({"weight": weight})],
        }
"""
MEMORY = """
from joblib import Memory

memory = Memory(".cache", verbose=0)
made_so_far = {}
for function, taken, made, weight in STEPS:
    text = made_so_far.get(taken)
    if text is None:
        text = Path(f"data/{taken}.txt").read_text("utf-8")
    made_so_far[made] = memory.cache(function)(text, weight)
"""


def _hamilton_step(step: Step, body: str) -> str:
    taken, given = step.taken, f"p{step.parameter}"
    opening = f"    text, weight = {taken}, {given}\n"
    return f"def {step.made}({taken}: str, {given}: int) -> str:\n{opening}{body}    return made\n"


def _hamilton(count: int) -> dict[str, str]:
    modules = ", ".join(f"part_{number}" for number in range(MODULES))
    given = {f"p{number}": Step(0, 0, "", number).weight for number in range(PARAMETERS)}
    last = [step.made for step in steps(count)[-RAW:]]
    run = f"""
from hamilton import driver

given = {given}
for number in range({RAW}):
    given[f"raw{{number}}"] = Path(f"data/raw{{number}}.txt").read_text("utf-8")
built = driver.Builder().with_modules({modules}).with_cache(path=".cache").build()
built.execute({last}, inputs=given)
"""
    return {"run.py": START + imports() + run}


def _task(step: Step, body: str) -> str:
    data = 'Path(__file__).parents[3] / "data/{}.txt"'
    return (
        f"def task_{step.number}(\n"
        f"    taken: Path = {data.format(step.taken)},\n"
        f"    produces: Path = {data.format(step.made)},\n"
        f"    weight: int = {step.weight},\n"
        f') -> None:\n    text = taken.read_text("utf-8")\n{body}'
        f'    produces.write_text(made, "utf-8")\n'
    )


PERFORM = """
import sys
from importlib import import_module
from pathlib import Path

module, name, taken, made, weight = sys.argv[1:]
function = getattr(import_module(f"sized.parts.{module}"), name)
text = Path(f"data/{taken}.txt").read_text("utf-8")
Path(f"data/{made}.txt").write_text(function(text, int(weight)), "utf-8")
"""


def _stages(count: int) -> dict[str, str]:
    lines = ["stages:"]
    for step in steps(count):
        part = f"part_{step.module}"
        words = f"{part} step_{step.number} {step.taken} {step.made} {step.weight}"
        lines += [
            f"  {step.made}:",
            f"    cmd: python src/perform.py {words}",
            f"    deps: [src/sized/parts/{part}.py, data/{step.taken}.txt]",
            f"    params: [p{step.parameter}]",
            f"    outs: [data/{step.made}.txt]",
        ]
    values = [f"p{number}: {Step(0, 0, '', number).weight}" for number in range(PARAMETERS)]
    return {
        "dvc.yaml": "\n".join([*lines, ""]),
        "params.yaml": "\n".join([*values, ""]),
        "src/perform.py": PERFORM,
        "by_hand.py": by_hand(count),
    }


PEERS = (
    Peer(
        "doit",
        "doit",
        "doit",
        ("doit",),
        lambda count: {"dodo.py": START + imports() + table(count) + DODO},
        state=(".doit.db*",),
        most=10_000,
    ),
    Peer(
        "joblib",
        "joblib",
        "joblib",
        ("python", "run.py"),
        lambda count: {"run.py": START + imports() + table(count) + MEMORY},
        state=(".cache",),
        most=10_000,
    ),
    Peer(
        "hamilton",
        "Hamilton",
        "apache-hamilton",
        ("python", "run.py"),
        _hamilton,
        state=(".cache",),
        written=_hamilton_step,
        variables={"HAMILTON_TELEMETRY_ENABLED": "false"},
    ),
    Peer(
        "pytask",
        "pytask",
        "pytask",
        ("pytask",),
        lambda _: {
            "pyproject.toml": "[tool.pytask.ini_options]\n"
            'paths = ["src"]\ntask_files = ["part_*.py"]\n'
        },
        written=_task,
        every=5,
    ),
    # Starting a process for each of 1,000 stages takes minutes: the script makes the files, and
    # DVC is told that they are what its stages make.
    Peer(
        "dvc",
        "DVC",
        "dvc",
        ("dvc", "repro"),
        _stages,
        before=(
            ("dvc", "init", "--quiet", "--no-scm"),
            ("python", "by_hand.py"),
            ("dvc", "commit", "--quiet", "--force"),
        ),
        every=15,
        variables={"DVC_NO_ANALYTICS": "1"},
    ),
)
