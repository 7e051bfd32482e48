"""The page that a run leaves: the two tables, how each tool was used, and on what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks import machine
from benchmarks.correctness.changes import CHANGES, Change
from benchmarks.correctness.outcome import CLASSES, FAILED, RIGHT, STALE, WRONG, Seen, judged
from benchmarks.correctness.tool import Tool
from benchmarks.table import markdown

MEANING = f"""\
A chain of three steps, A -> B -> C, with its helpers in other modules and a library that is
installed, is run once; then, from that state each time, one thing is changed and the tool is run
again. A cell has the steps that were executed then, which write that down themselves, and how it
came out:

- **{RIGHT}**: the steps that had to be executed, and no others; the data is what running all from
  nothing gives.
- **needless**: the data is right; more was executed than had to be.
- **{STALE}**: the last result is not what running all from nothing gives, and the tool called it
  done.
- **{WRONG}**: the same after a result was harmed, or the harmed result still lies there.
- **{FAILED}**: the tool stopped.

The change is to B unless it says otherwise. A dash is nothing executed."""


@dataclass(frozen=True)
class Column:
    """One tool in one way of use: what was seen for each change, or why it could not be tried."""

    tool: Tool
    version: str = ""
    seen: Mapping[str, Seen] = field(default_factory=dict)
    untried: str = ""


def written(default: Sequence[Column], best: Sequence[Column], *, began: str) -> str:
    """Return the page as Markdown."""
    versions = ", ".join(
        f"{column.tool.shown} {column.version}" for column in default if column.version
    )
    absent = [f"{column.tool.shown}: {column.untried}" for column in default if column.untried]
    parts = [
        "# What each tool runs again",
        _how(began, versions),
        MEANING,
        "## Default use",
        "Each tool as its own introduction shows it.",
        _table(default),
        _sums(default),
        "## Best effort",
        "All that a tool lets its users declare is declared, by hand.",
        _table(best),
        _sums(best),
        "## How each was used",
        markdown(
            ("tool", "default use", "best effort"),
            [(one.tool.shown, one.tool.default, one.tool.effort) for one in default],
        ),
    ]
    if absent:
        parts.append("Not tried on this machine: " + "; ".join(absent) + ".")
    failures = _failures("default use", default) + _failures("best effort", best)
    if failures:
        parts += ["## What was said when a tool stopped", "\n".join(failures)]
    return "\n\n".join(parts) + "\n"


def _how(began: str, versions: str) -> str:
    return (
        f"Made {began} by `make bench-correctness`, from one script: {machine.described()}; "
        f"{versions}, each in an environment of its own."
    )


def _table(columns: Sequence[Column]) -> str:
    header = ("change", "must run", *(column.tool.shown for column in columns))
    rows = [
        (change.name, change.right or "-", *(_cell(change, column) for column in columns))
        for change in CHANGES
    ]
    return markdown(header, rows)


def _cell(change: Change, column: Column) -> str:
    if column.untried:
        return "not tried"
    seen = column.seen[change.name]
    kind = judged(change, seen)
    told = kind if kind in (RIGHT, "needless") else f"**{kind}**"
    return f"{seen.executed or '-'} {told}"


def _sums(columns: Sequence[Column]) -> str:
    rows = []
    for column in columns:
        if not column.untried:
            kinds = [judged(change, column.seen[change.name]) for change in CHANGES]
            counts = (str(kinds.count(kind)) for kind in reversed(CLASSES))
            rows.append((column.tool.shown, *counts))
    return markdown((f"of {len(CHANGES)}", *reversed(CLASSES)), rows)


def _failures(how: str, columns: Sequence[Column]) -> list[str]:
    return [
        f"- {column.tool.shown}, {how}, {name}: `{seen.failed[:300]}`"
        for column in columns
        for name, seen in column.seen.items()
        if seen.failed
    ]
