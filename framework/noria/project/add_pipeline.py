"""Adding a pipeline to a project."""

import keyword
import shutil
from dataclasses import dataclass
from pathlib import Path

from noria.errors import ProjectError
from noria.project.discover import Project
from noria.project.scaffold import make_workspace, render
from noria.project.starters import template_folder

TEMPLATE = "pipeline"
REGISTRY = "pipeline_registry.py"


@dataclass(frozen=True, slots=True)
class AddedPipeline:
    """What was made: absolute paths.

    ``registered`` is false when the project's registry lists its pipelines by hand, so that the
    new one has to be added there.
    """

    name: str
    files: tuple[Path, ...]
    registered: bool


def add_pipeline(project: Project, name: str) -> AddedPipeline:
    """Add a pipeline that runs, with its test, and return what was made.

    Raises ProjectError when the name is no Python name, or the pipeline or its test is there.
    """
    check_name(name)
    code = project.package_path / "pipelines" / name
    test = project.path / "tests" / f"test_{name}.py"
    if not project.package_path.is_dir():
        raise ProjectError(
            f"the project's package {project.package!r} is not there: no folder"
            f" {project.package_path}",
            hint="`package` and `source_dir` of [tool.noria] in pyproject.toml say where it is",
        )
    for place in (code, code.with_suffix(".py"), test):
        if place.exists():
            raise ProjectError(
                f"there is a pipeline {name!r} already: {place.relative_to(project.path)}"
                if place != test
                else f"the test of a pipeline {name!r} is there already: tests/{test.name}",
                hint="choose another name",
            )
    with make_workspace(code) as workspace:
        values = {"pipeline_name": name, "package_name": project.package}
        made = render(template_folder() / TEMPLATE, workspace / "made", values)
        _put(made, code, test)
    files = (*sorted(code.glob("*.py")), test)
    return AddedPipeline(name, files, registered=_finds_pipelines(project))


def check_name(name: str) -> None:
    """Raise ProjectError when ``name`` cannot be the name of a pipeline.

    >>> check_name("clean")
    >>> check_name("2clean")
    Traceback (most recent call last):
        ...
    noria.errors.ProjectError: '2clean' is no name for a pipeline: no Python package can have it
      a pipeline is a Python package: begin with a letter, go on with letters, digits and _
    """
    if keyword.iskeyword(name):
        raise ProjectError(
            f"{name!r} is no name for a pipeline: it is a word of the Python language",
            hint="a pipeline is a Python package, and nothing could import this one",
        )
    if not (name.isidentifier() and name.isascii()) or name.startswith("_"):
        reason = (
            "a _ in front hides it" if name.startswith("_") else "no Python package can have it"
        )
        raise ProjectError(
            f"{name!r} is no name for a pipeline: {reason}",
            hint="a pipeline is a Python package: begin with a letter, go on with letters,"
            " digits and _",
        )


def _put(made: Path, code: Path, test: Path) -> None:
    code.parent.mkdir(exist_ok=True)
    test.parent.mkdir(exist_ok=True)
    (made / "code").rename(code)
    try:
        (made / "tests" / test.name).rename(test)
    except BaseException:
        shutil.rmtree(code)
        raise


def _finds_pipelines(project: Project) -> bool:
    registry = project.package_path / REGISTRY
    return not registry.is_file() or "find_pipelines" in registry.read_text(encoding="utf-8")
