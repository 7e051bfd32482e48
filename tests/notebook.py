"""Cells run as a notebook runs them: by IPython, in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

from tests.project_on_disk import environment

_PLAYER = """\
import json, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
for cell in json.load(sys.stdin):
    print("\\x1e", end="")
    shell.run_cell(cell, store_history=True)
"""


def play(folder: Path, *cells: str) -> list[str]:
    """Run cells in ``folder`` and return what each one printed, results and errors included."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _PLAYER],
        cwd=folder,
        env=environment() | {"MPLBACKEND": "agg", "IPYTHONDIR": str(folder / ".ipython")},
        input=json.dumps(cells),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [each.strip() for each in done.stdout.split("\x1e")[1:]]
