"""What another Python, another platform or other keys execute: everything, and nothing again."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.incremental.workbench import Workbench

ROOT = Path(__file__).parents[2]
OTHER = Path(sys.prefix) / "other" / "bin" / "python"
KEY = "framework/noria/plan/key.py"


def runs_all_and_back(whole: Workbench, python: str) -> None:
    ours = whole.python
    assert whole.did() == ""
    whole.python = python
    assert "Python or the platform changed" in whole.command("plan").out
    told = whole.command("plan", "--why", "B").out.splitlines()[1:]
    assert [line.partition(":")[0] for line in told] == ["  Python or the platform"]
    before, after = told[0].partition(": ")[2].split(" -> ")
    assert before != after
    assert whole.did() == "A B C"
    assert whole.did() == ""
    assert whole.value("made_c") == 125
    # The store still knows what was made before.
    whole.python = ours
    assert whole.did() == ""
    assert whole.value("made_c") == 125


def test_another_python_runs_all(whole: Workbench) -> None:
    if not OTHER.exists():
        pytest.skip("not here: a second Python of another minor version")
    told = [str(OTHER), "-c", "import sys; print(*sys.version_info[:2])"]
    minor = subprocess.run(told, capture_output=True, text=True, check=True).stdout.split()
    assert tuple(map(int, minor)) != sys.version_info[:2]
    runs_all_and_back(whole, str(OTHER))


def test_another_platform_runs_all(whole: Workbench, tmp_path: Path) -> None:
    setarch = shutil.which("setarch")
    if setarch is None or os.uname().machine != "x86_64":
        pytest.skip("not here: setarch, which names this machine another one")
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec "{setarch}" i686 "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    runs_all_and_back(whole, str(python))


def test_other_keys_run_all(whole: Workbench, tmp_path: Path) -> None:
    assert whole.did() == ""
    copy = tmp_path / "noria"
    roots = ("framework", "catalog", "viz", "template")
    for root in roots:
        shutil.copytree(ROOT / root, copy / root)
    text = (copy / KEY).read_text()
    assert "SCHEMA = 1\n" in text
    (copy / KEY).write_text(text.replace("SCHEMA = 1\n", "SCHEMA = 2\n"))
    whole.variables["PYTHONPATH"] = os.pathsep.join(str(copy / root) for root in roots)
    assert whole.did() == "A B C"
    assert whole.did() == ""
    del whole.variables["PYTHONPATH"]
    assert whole.did() == ""
    assert whole.value("made_c") == 125
