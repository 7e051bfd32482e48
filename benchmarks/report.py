"""The page that a run leaves: what was measured, on what, and every series behind it."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks import machine
from benchmarks.bench import Bench, Section
from benchmarks.measure import Rounds, Spent
from benchmarks.table import markdown, seconds

HEADER = ("what", "Noria", "beside it", "compared", "limit", "kept", "Kedro")
FIGURES = (
    "Figures are medians. Who is compared takes turns: A B C, C B A, after a warm-up; a ratio or "
    "difference is the median of those of the pairs, with their middle half in brackets. Kedro's "
    "is to the same thing as ours; its telemetry is off."
)
# More than this many busy processes a processor, and others were at work too.
BUSY = 0.75


@contextmanager
def report(bench: Bench, page: Path | None) -> Iterator[Callable[[Section], None]]:
    """Gather sections while the context lasts, then print the page, and write it to ``page``."""
    sections: list[Section] = []
    began, load = machine.today(), [machine.load()]

    def add(section: Section) -> None:
        sections.append(section)
        load.append(machine.load())

    yield add
    text = written(bench, sections, began=began, load=load)
    print(f"\n{text}")
    if page is not None:
        page.write_text(text, encoding="utf-8")
        print(f"written to {page.parent.name}/{page.name}")


def written(bench: Bench, sections: Sequence[Section], *, began: str, load: Sequence[float]) -> str:
    """Return the page as Markdown."""
    kedro = f"Kedro {bench.kedro.version_of('kedro')}"
    parts = [
        "# Benchmarks",
        _how(bench, kedro, began) + " " + _noise(load),
        FIGURES,
    ]
    for section in sections:
        header = (*HEADER[:-1], kedro if section.peer == "Kedro" else section.peer)
        parts += [f"## {section.title}", markdown(header, [row.cells for row in section.rows])]
        parts += list(section.remarks)
    parts += ["## Every series", _series([each for one in sections for each in one.measured])]
    return "\n\n".join(parts) + "\n"


def _how(bench: Bench, kedro: str, began: str) -> str:
    return (
        f"Measured {began} by `make bench`: {machine.described()}; Noria "
        f"{bench.noria.version_of('noria')} from its wheel and {kedro} with kedro-datasets "
        f"{bench.kedro.version_of('kedro-datasets')}, each in an environment of its own, "
        "in one run."
    )


def _noise(load: Sequence[float]) -> str:
    low, high = min(load), max(load)
    told = f"The load average during the run was {low:.1f} to {high:.1f}."
    if high > BUSY * (os.cpu_count() or 1):
        told += (
            " Part of it is what is measured; other work on the machine shows as a wide middle "
            "half, and then ratios of processor time say more than those of the clock."
        )
    return told


def _series(measured: Sequence[Rounds]) -> str:
    header = ("series", "runs", "least", "median", "middle half", "processor time")
    lines = []
    for rounds in measured:
        for name in dict.fromkeys(name for turn in rounds.rounds for name in turn):
            wall = rounds.spread(name)
            has_cpu = any(isinstance(turn.get(name), Spent) for turn in rounds.rounds)
            cpu = seconds(rounds.spread(name, "cpu").median) if has_cpu else ""
            middle = f"{seconds(wall.low)} to {seconds(wall.high)}"
            count = str(wall.count)
            lines.append((name, count, seconds(wall.least), seconds(wall.median), middle, cpu))
    return markdown(header, lines)
