"""Measure Noria beside its peers in one run, and write the table.

    python benchmarks/run.py [--quick] [--only SECTION ...]

The standing run writes docs/benchmarks.md; a quick or partial one only prints.
"""

import argparse
import time
from collections.abc import Callable, Sequence

from benchmarks import (
    catalog,
    code,
    engine,
    incremental,
    language,
    needless,
    saving,
    scaffolding,
    start_up,
    store,
    stores,
    view,
    worked_example,
)
from benchmarks.bench import Bench, Section
from benchmarks.environments import ROOT, WORK, kedro_environment, noria_environment
from benchmarks.report import report

PAGE = ROOT / "docs" / "benchmarks.md"
SECTIONS: dict[str, Callable[[Bench], Section]] = {
    "start-up": start_up.measure,
    "flights": worked_example.measure,
    "saving": saving.measure,
    "catalog": catalog.measure,
    "stores": stores.measure,
    "new-project": scaffolding.measure,
    "engine": engine.measure,
    "language": language.measure,
    "code": code.measure,
    "incremental": incremental.measure,
    "needless": needless.measure,
    "store": store.measure,
    "view": view.measure,
}


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Measure Noria beside its peers.")
    parser.add_argument("--quick", action="store_true", help="two rounds of everything, small")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=list(SECTIONS))
    given = parser.parse_args(words)
    if "view" in given.only:
        view.need_browser()
    WORK.mkdir(exist_ok=True)
    bench = Bench(noria_environment(), kedro_environment(), WORK, given.quick)
    sections = []
    whole = not given.quick and set(given.only) == set(SECTIONS)
    with report(bench, PAGE if whole else None) as add:
        for name in given.only:
            began = time.perf_counter()
            print(f"measuring: {name}", flush=True)
            section = SECTIONS[name](bench)
            add(section)
            sections.append(section)
            print(f"  {time.perf_counter() - began:.0f} s", flush=True)
    missed = [row.what for section in sections for row in section.rows if row.kept is False]
    print(f"limits missed: {'; '.join(missed) or 'none'}")


if __name__ == "__main__":
    main()
