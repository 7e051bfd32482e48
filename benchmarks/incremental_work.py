"""The same work on disk for every tool: functions in 100 modules, each from a file to a file."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

MODULES = 100
PARAMETERS = 50
RAW = 100
# What every function computes; an edited one tells when it starts, and returns the same.
BODY = "    made = combine(text, weight)\n"
EDITED = "    started()\n    made = combine(text, weight)[:{length}]\n"
# A library as any, which the functions import.
STOPWATCH = '''\
"""Tells when something started."""

import os
import time


def started():
    with open(os.environ["WORK_LOG"], "a", encoding="utf-8") as log:
        log.write(f"{time.time()}\\n")
'''
TOP = '''\
"""A part of the work."""

from pathlib import Path

from stopwatch import started

from sized.arithmetic import combine
'''
SHARED = {
    "src/sized/__init__.py": "",
    "src/sized/parts/__init__.py": "",
    "src/sized/arithmetic.py": '''\
"""What all steps reach."""


def combine(text, weight):
    return f"{int(text) * 31 % 9973 + weight}"
''',
    **{f"data/raw{number}.txt": str(number) for number in range(RAW)},
}


@dataclass(frozen=True)
class Step:
    """One function: its number, its module, what it reads and the parameter that it takes."""

    number: int
    module: int
    taken: str
    parameter: int

    @property
    def made(self) -> str:
        return f"d{self.number}"

    @property
    def weight(self) -> int:
        """The value of the parameter."""
        return self.parameter * 7 + 1


# The text of a step around its body.
Written = Callable[[Step, str], str]


def steps(count: int) -> list[Step]:
    """Return the steps: layers of 100, each step reads what one of the layer below made."""
    return [
        Step(
            number,
            number * MODULES // count,
            f"d{number - RAW}" if number >= RAW else f"raw{number}",
            number % PARAMETERS,
        )
        for number in range(count)
    ]


def write_work(folder: Path, count: int, written: Written, files: Mapping[str, str]) -> None:
    """Write the modules, with every step as ``written`` gives it, the raw data and ``files``."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in {**SHARED, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    for module in range(MODULES):
        _write_module(folder, count, module, written, {})


def edit(folder: Path, count: int, step: Step, written: Written, turn: int) -> None:
    """Edit one function, otherwise in every ``turn``, so that it tells when it starts."""
    body = EDITED.format(length=100 + turn)
    _write_module(folder, count, step.module, written, {step.number: body})


def _write_module(
    folder: Path, count: int, module: int, written: Written, bodies: Mapping[int, str]
) -> None:
    own = [step for step in steps(count) if step.module == module]
    functions = [written(step, bodies.get(step.number, BODY)) for step in own]
    path = folder / f"src/sized/parts/part_{module}.py"
    path.write_text("\n\n".join([TOP, *functions]), "utf-8")


def plain(step: Step, body: str) -> str:
    """Return the step as a plain function of a text."""
    return f"def step_{step.number}(text: str, weight: int) -> str:\n{body}    return made\n"


def imports() -> str:
    """Return the statements that import every function."""
    return "".join(f"from sized.parts import part_{module}\n" for module in range(MODULES))


def table(count: int) -> str:
    """Return a list of the steps, as a script writes it: function, input, output, weight."""
    rows = (
        f"    (part_{step.module}.step_{step.number}, "
        f"{step.taken!r}, {step.made!r}, {step.weight}),"
        for step in steps(count)
    )
    return "\n".join(["STEPS = [", *rows, "]", ""])
