"""Break a copy of the framework on purpose, and see that the tests notice."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.incremental.sabotages import SABOTAGES, Sabotage
from tests.incremental.spellings import SPELLINGS
from tests.project_on_disk import environment

ROOT = Path(__file__).parents[2]
HERE = "tests/incremental"
ROOMS = ("framework", "catalog", "viz", "template")
SPELLED = "test_what_matters_runs_the_node_and_what_does_not_runs_nothing"


def break_copy(sabotage: Sabotage, folder: Path) -> dict[str, str]:
    """Copy the framework with one text replaced; return the variables that make it used."""
    for room in ROOMS:
        ignored = shutil.ignore_patterns("__pycache__", "web")
        shutil.copytree(ROOT / room, folder / room, ignore=ignored)
    for file, old, new in sabotage.edits():
        text = (folder / file).read_text("utf-8")
        assert old in text, f"{sabotage.name}: {old!r} is not in {file}"
        (folder / file).write_text(text.replace(old, new, 1), "utf-8")
    path = os.pathsep.join(str(folder / room) for room in ROOMS)
    return {**environment(), "PYTHONPATH": path}


def is_caught(sabotage: Sabotage, folder: Path) -> tuple[bool, str]:
    """Tell whether a test fails under a sabotage; and what pytest said."""
    variables = break_copy(sabotage, folder / "broken")
    names = [each.name for each in SPELLINGS]
    chosen = [each for each in sabotage.caught_by if each in names]
    tests = [f"{HERE}/{each}" for each in sabotage.caught_by if each not in names]
    if chosen:
        tests.append(f"{HERE}/test_spellings.py::{SPELLED}")
        variables["SPELLINGS"] = ";".join(chosen)
    words = ["-q", "-x", "-p", "no:cacheprovider", "--tb=line", f"--basetemp={folder / 'tmp'}"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words, *tests],
        cwd=ROOT,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    # Anything but failed tests would say that the sabotage broke more than it should.
    return done.returncode == 1 and " failed" in done.stdout, done.stdout[-2000:]


def run_all(sabotages: list[Sabotage] = SABOTAGES) -> int:
    """Try every sabotage; return how many no test noticed."""
    missed = 0
    for sabotage in sabotages:
        with tempfile.TemporaryDirectory(prefix="sabotage-") as folder:
            caught, said = is_caught(sabotage, Path(folder))
        print(f"{'caught' if caught else 'MISSED'}: {sabotage.name}", flush=True)
        if not caught:
            missed += 1
            print(said)
    print(f"{len(sabotages) - missed} of {len(sabotages)} sabotages are caught")
    return missed


if __name__ == "__main__":
    wanted = set(sys.argv[1:])
    sys.exit(run_all([each for each in SABOTAGES if not wanted or each.name in wanted]) > 0)
