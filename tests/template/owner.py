"""What the owner of a scaffolded project does with it, in child processes."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.notebook import play
from tests.project_on_disk import ProjectOnDisk, environment


def check_as_its_ci_does(project: ProjectOnDisk) -> str:
    """Run what the project's workflow runs, but the install and `noria run`; give what it said."""
    workflow = (project.path / ".github/workflows/ci.yml").read_text("utf-8")
    commands = re.findall(r"run: (ruff .*|pytest.*)", workflow)
    assert [command.split()[0] for command in commands] == ["ruff", "ruff", "pytest"]
    if shutil.which("ruff", path=str(_bin())) is None:
        pytest.skip("not here: ruff is not installed")
    said = ""
    for command in commands:
        done = subprocess.run(
            [str(_bin() / command.split()[0]), *command.split()[1:]],
            cwd=project.path, env=environment(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        assert "warning" not in done.stdout, done.stdout
        said += done.stdout
    return said


def play_notebook(project: ProjectOnDisk, expression: str) -> str:
    """Run the code cells of the project's notebook in its folder; give an expression's value."""
    pytest.importorskip("IPython", reason="not here: IPython is not installed")
    document = json.loads((project.path / "notebooks/explore.ipynb").read_text("utf-8"))
    cells = ["".join(c["source"]) for c in document["cells"] if c["cell_type"] == "code"]
    *said, last = play(project.path / "notebooks", *cells, f"print({expression})")
    assert not any("Error" in each for each in said), said
    return last


def notebook_is_clean(project: ProjectOnDisk) -> bool:
    """Return whether the notebook carries no results, which do not belong in git."""
    notebook = json.loads((project.path / "notebooks/explore.ipynb").read_text("utf-8"))
    return not any(cell.get("outputs") for cell in notebook["cells"])


def _bin() -> Path:
    return Path(sys.executable).parent
