"""Noria in an environment of its own that has all but the extra `export`."""

import os
import subprocess
import sys
import venv
from pathlib import Path

from tests.project_on_disk import ProjectOnDisk, environment


class Bare:
    """Such an environment below ``folder``."""

    def __init__(self, folder: Path) -> None:
        venv.create(folder / "bare", with_pip=False, symlinks=os.name != "nt")
        place = "bare/Scripts/python.exe" if os.name == "nt" else "bare/bin/python"
        self.python = folder / place
        hidden = folder / "hidden"
        hidden.mkdir()
        (hidden / "resvg_py.py").write_text("raise ImportError\n")
        paths = [str(hidden), *(path for path in sys.path if path)]
        self._given = {"PYTHONPATH": os.pathsep.join(paths), "PATH": str(folder)}

    def save(self, project: ProjectOnDisk, name: str) -> "subprocess.CompletedProcess[str]":
        """Save the project's graph as that file in its folder."""
        return subprocess.run(
            [str(self.python), "-m", "noria", "viz", "--save", name],
            cwd=project.path,
            env={**environment(), **self._given},
            capture_output=True,
            text=True,
            check=False,
        )
