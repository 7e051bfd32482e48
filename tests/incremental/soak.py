"""`make soak`: what the tests of incremental running do for a minute, done for long.

    python -m tests.incremental.soak [--edits 5000] [--packages 2000] [--seed N]
                                     [--days 1000] [--only edits days code kills sabotage]

Ends with 1 when a result was stale, something lost, an edit overlooked, a kill left something
wrong or a sabotage was not caught.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.incremental.oracle import StaleError, Tally, run_one
from tests.incremental.random_days import WrongError, live
from tests.incremental.random_packages import check
from tests.incremental.spellings import SPELLINGS

ROOT = Path(__file__).parents[2]
EDITS_A_PROJECT = 40
DAYS_A_PROJECT = 20
PARTS = ("edits", "days", "code", "kills", "sabotage")


def soak_edits(work: Path, seed: int, edits: int) -> int:
    """Make random projects and edits until there were enough; return how many were stale."""
    tally, stale, number = Tally(), 0, 0
    while sum(tally.edits.values()) < edits or not all(
        tally.occurred[each.name] for each in SPELLINGS
    ):
        began = time.monotonic()
        try:
            run_one(work / f"p{number}", number, seed, min(EDITS_A_PROJECT, edits), tally)
        except StaleError as error:
            stale += 1
            print(error)
        done = sum(tally.edits.values())
        print(
            f"project {number}: {done} edits, {stale} stale, {time.monotonic() - began:.0f} s",
            flush=True,
        )
        number += 1
    print(tally.told())
    return stale


def soak_days(work: Path, seed: int, days: int) -> int:
    """Work on random projects for so many days; return how many ended wrong."""
    wrong, needless, kinds = 0, 0, Counter[str]()
    for number in range(max(1, days // DAYS_A_PROJECT)):
        try:
            lived = live(work / f"d{number}", seed + number, sys.executable, DAYS_A_PROJECT)
        except WrongError as error:
            wrong += 1
            print(error, flush=True)
            continue
        kinds += lived.kinds
        needless += len(lived.needless)
        print("\n\n".join(lived.needless), end="\n" if lived.needless else "", flush=True)
    print(", ".join(f"{kind} {count}" for kind, count in kinds.most_common()))
    print(f"{days} days: {wrong} projects wrong, {needless} needless executions", flush=True)
    return wrong


def soak_code(work: Path, seed: int, packages: int) -> int:
    """Read random packages and edit every number in them; return how many edits were missed."""
    found = [0, 0, 0]
    for number in range(seed, seed + packages):
        each = check(work / "src", number)
        print("\n".join(each.stale), end="\n" if each.stale else "", flush=True)
        found = [found[0] + each.compared, found[1] + each.needless, found[2] + len(each.stale)]
    print(
        f"{packages} packages: {found[0]} comparisons, {found[1]} needless, {found[2]} stale",
        flush=True,
    )
    return found[2]


def soak_kills() -> int:
    """Kill 200 runs at random, and one run at each of its calls; return how many tests failed."""
    variables = {**os.environ, "SOAK_KILLS": "200", "SOAK_EVERY": "1"}
    words = [sys.executable, "-m", "pytest", "-q", "-s", "tests/incremental/test_kills.py"]
    return subprocess.run(words, cwd=ROOT, env=variables, check=False).returncode


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edits", type=int, default=5000)
    parser.add_argument("--days", type=int, default=1000)
    parser.add_argument("--packages", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    given = parser.parse_args(words)
    failed = 0
    if "edits" in given.only:
        print(f"seed {given.seed}", flush=True)
        work = Path(tempfile.mkdtemp(prefix="soak-"))
        failed += soak_edits(work, given.seed, given.edits)
    if "days" in given.only:
        with tempfile.TemporaryDirectory(prefix="soak-") as folder:
            failed += soak_days(Path(folder), given.seed, given.days)
    if "code" in given.only:
        with tempfile.TemporaryDirectory(prefix="soak-") as folder:
            failed += soak_code(Path(folder), given.seed, given.packages)
    if "kills" in given.only:
        failed += soak_kills()
    if "sabotage" in given.only:
        from tests.incremental.sabotage import run_all

        failed += run_all()
    print(f"soak: {failed or 'nothing'} wrong")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
