"""Try every change with every tool, in default use and at best effort, and write the page.

    python benchmarks/correctness/run.py [--only TOOL ...]

The whole run writes docs/correctness.md; a partial one only prints.
"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import machine
from benchmarks.correctness.changes import CHANGES
from benchmarks.correctness.outcome import judged
from benchmarks.correctness.page import Column, written
from benchmarks.correctness.tool import Tool
from benchmarks.correctness.tools.doit import DOIT
from benchmarks.correctness.tools.dvc import DVC
from benchmarks.correctness.tools.hamilton import HAMILTON
from benchmarks.correctness.tools.joblib import JOBLIB
from benchmarks.correctness.tools.noria import NORIA
from benchmarks.correctness.tools.pytask import PYTASK
from benchmarks.correctness.tools.redun import REDUN
from benchmarks.correctness.tools.snakemake import SNAKEMAKE
from benchmarks.correctness.tools.zenml import ZENML
from benchmarks.correctness.trial import StoppedError, Trial, truth
from benchmarks.environments import (
    ROOT,
    WORK,
    Environment,
    noria_environment,
    peer_environment,
)

PAGE = ROOT / "docs" / "correctness.md"
TOOLS = {
    tool.name: tool
    for tool in (NORIA, DVC, HAMILTON, REDUN, PYTASK, JOBLIB, ZENML, SNAKEMAKE, DOIT)
}


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Try what each tool runs again.")
    parser.add_argument("--only", nargs="+", choices=TOOLS, default=list(TOOLS))
    given = parser.parse_args(words)
    work = WORK / "correctness"
    work.mkdir(parents=True, exist_ok=True)
    began = machine.today()
    truths = {change.name: truth(work / "plain", change) for change in CHANGES}
    truths[""] = truth(work / "plain", None)
    default, best = [], []
    for name in given.only:
        try:
            where = _environment(TOOLS[name])
        except SystemExit as refused:
            why = _last_line(str(refused))
            default.append(Column(TOOLS[name], untried=why))
            best.append(Column(TOOLS[name], untried=why))
            continue
        default.append(_column(TOOLS[name], where, work, truths, best=False))
        best.append(_column(TOOLS[name], where, work, truths, best=True))
    page = written(default, best, began=began)
    print(f"\n{page}")
    if set(given.only) == set(TOOLS):
        PAGE.write_text(page, encoding="utf-8")
        print(f"written to {PAGE.parent.name}/{PAGE.name}")


def _environment(tool: Tool) -> Environment:
    return peer_environment(tool.name, tool.wanted) if tool.wanted else noria_environment()


def _column(
    tool: Tool, where: Environment, work: Path, truths: Mapping[str, Any], *, best: bool
) -> Column:
    print(f"{tool.shown}, {'best effort' if best else 'default use'}", flush=True)
    version = where.version_of(tool.distribution)
    trial = Trial(tool, where, work / tool.name, best=best)
    try:
        trial.make(truths[""])
        seen = {}
        for change in CHANGES:
            seen[change.name] = trial.see(change, truths[change.name])
            executed = seen[change.name].executed or "-"
            print(
                f"  {change.name:36} {executed:4} {judged(change, seen[change.name])}", flush=True
            )
    except StoppedError as stopped:
        return Column(tool, version, untried=str(stopped))
    finally:
        trial.leave()
    return Column(tool, version, seen)


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else "it could not be installed"
