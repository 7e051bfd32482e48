"""The starter `minimal`: empty, but complete."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.project_on_disk import ProjectOnDisk
from tests.template.owner import check_as_its_ci_does, play_notebook


@pytest.fixture(scope="module")
def churn(tmp_path_factory: pytest.TempPathFactory) -> ProjectOnDisk:
    here = tmp_path_factory.mktemp("minimal")
    name = ["--set", "description=Who leaves, and why."]
    ProjectOnDisk(here).noria("new-project", "churn", *name)
    return ProjectOnDisk(here / "churn")


def test_a_run_says_that_there_is_no_pipeline_and_how_to_make_one(churn: ProjectOnDisk) -> None:
    said = churn.noria("run", code=2)
    assert "churn has no pipeline yet" in said.err
    assert "`noria new-pipeline NAME` adds one" in said.err


def test_its_tests_and_its_linter_pass_before_and_after_its_first_pipeline(
    tmp_path: Path,
) -> None:
    ProjectOnDisk(tmp_path).noria("new-project", "churn")
    project = ProjectOnDisk(tmp_path / "churn")
    check_as_its_ci_does(project)
    project.noria("new-pipeline", "clean")
    assert "3 passed" in check_as_its_ci_does(project)
    assert "1 node" in project.noria("run").out


def test_the_notebook_opens_the_catalog(churn: ProjectOnDisk) -> None:
    assert play_notebook(churn, "sorted(session.pipelines)") == "[]"


def test_every_layer_is_there_and_git_keeps_what_an_owner_would(churn: ProjectOnDisk) -> None:
    layers = sorted(path.name for path in (churn.path / "data").iterdir())
    assert [layer[:2] for layer in layers] == [f"0{number}" for number in range(1, 9)]
    made = ["data/02_intermediate/x.parquet", "data/08_reporting/x/y.csv", ".noria/ledger.db"]
    churn.write(dict.fromkeys([*made, "data/01_raw/x.csv", "conf/local/settings.toml"], ""))
    subprocess.run(["git", "init", "--quiet"], cwd=churn.path, check=True)
    subprocess.run(["git", "add", "."], cwd=churn.path, check=True)
    listed = subprocess.run(
        ["git", "ls-files"], cwd=churn.path, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    assert {"data/01_raw/x.csv", "data/08_reporting/.gitkeep", "conf/local/.gitkeep"} < set(listed)
    ignored = {*made, "conf/local/settings.toml", "conf/local/credentials.yml"}
    assert not ignored.intersection(listed)
    told = subprocess.run(
        ["git", "check-attr", "text", "data/01_raw/x.csv", "README.md"],
        cwd=churn.path, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    assert "data/01_raw/x.csv: text: unset" in told
    assert "README.md: text: auto" in told


def test_the_project_can_be_built_and_installed(churn: ProjectOnDisk) -> None:
    document = tomllib.loads((churn.path / "pyproject.toml").read_text("utf-8"))
    assert document["project"]["name"] == "churn"
    assert document["project"]["description"] == "Who leaves, and why."
    assert all(">=" in dependency for dependency in document["project"]["dependencies"])
    package = document["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert package == ["src/churn"]
    done = subprocess.run(
        [sys.executable, "-c", "import churn; print(churn.__doc__)"],
        cwd=churn.path / "src", check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout.strip() == "Who leaves, and why."
