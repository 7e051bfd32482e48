"""Noria behind the adapter."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from noria import DataCatalog, Node, Pipeline, node, open_project, pipeline
from noria import run as noria_run
from noria.errors import (
    ConfigError,
    CycleError,
    DuplicateOutputError,
    MissingInputError,
    NodeOutputError,
    PipelineError,
    RunError,
    SelectionError,
)
from noria.graph import GroupedNodes
from noria_catalog import (
    DatasetDefinitionError,
    DatasetError,
    MemoryDataset,
    UnknownDatasetError,
)

from tests.project_on_disk import environment

__all__ = ["DataCatalog", "GroupedNodes", "MemoryDataset", "Node", "Pipeline", "node", "pipeline"]

NODE_REFUSED = PipelineError
WRONG_INPUTS = RunError
WRONG_OUTPUTS = NodeOutputError
PIPELINE_REFUSED = PipelineError
OUTPUT_TWICE = DuplicateOutputError
CIRCLE = CycleError
UNKNOWN = SelectionError
RENAMED_WRONGLY = PipelineError
INPUT_MISSING = MissingInputError
KEY_TWICE = ENVIRONMENT_MISSING = CONFIG_UNREADABLE = ConfigError
NO_DATASET = UnknownDatasetError
DATASET_FAILED = DatasetError
ENTRY_REFUSED = (DatasetDefinitionError, DatasetError)


def run(made: Pipeline, values: dict[str, Any], *, threads: int = 0) -> dict[str, Any]:
    """Run on values in memory; return the free outputs' values."""
    runner = "threads" if threads else "inline"
    return noria_run(made, DataCatalog(values), runner=runner, workers=threads or None)


class _Stored:
    def __init__(self, path: Path, read: Callable[[str], Any], write: Callable[[Any], str]) -> None:
        self._path, self._read, self._write = path, read, write

    def load(self) -> Any:
        return self._read(self._path.read_text("utf-8"))

    def save(self, data: Any) -> None:
        self._path.write_text(self._write(data), "utf-8")

    def exists(self) -> bool:
        return self._path.exists()

    def describe(self) -> dict[str, Any]:
        return {"filepath": str(self._path)}


def stored(path: Path, read: Callable[[str], Any], write: Callable[[Any], str]) -> Any:
    """Return a dataset in a text file, read and written by two functions."""
    return _Stored(path, read, write)


def task(single: Node, values: dict[str, Any]) -> dict[str, Any]:
    """Run one node as a runner does."""
    return noria_run(Pipeline([single]), DataCatalog(values))


def text_preview(text: str) -> Any:
    """Return what a preview function may show."""
    return text


def load_config(folder: Path, kind: str, *, env: str | None = None, **params: Any) -> Any:
    """Return the merged configuration of that kind below `folder/conf`."""
    (folder / "pyproject.toml").write_text("[tool.noria]\n")
    session = open_project(folder, env=env, params=params)
    if kind == "parameters":
        return session.parameters
    found = getattr(session.config, kind)
    # Credentials may be a mapping whose values are filled in when they are asked for.
    return dict(found) if isinstance(found, Mapping) else found().plain()


def found_in(folder: Path, package: str) -> dict[str, Any]:
    """Return what the registry says of the package below `folder/src`."""
    (folder / "pyproject.toml").write_text(f'[tool.noria]\npackage = "{package}"\n')
    found = open_project(folder).pipelines
    return {name: found[name] for name in found if name != "__default__"}


def write_project(folder: Path, package: str, hooks: str) -> None:
    """Write the files that make a folder a project, with hooks `package.hooks.Hooks`."""
    (folder / "pyproject.toml").write_text(
        f'[tool.noria]\npackage = "{package}"\nhooks = ["{package}.hooks:Hooks"]\n'
    )
    (folder / "src" / package / "hooks.py").write_text("from noria import hook_impl\n" + hooks)


def run_project(folder: Path, *words: str) -> int:
    """Run the project's command line; return the exit code."""
    return subprocess.run(
        [sys.executable, "-m", "noria", "run", *words],
        cwd=folder,
        env=environment(),
        capture_output=True,
        check=False,
    ).returncode


def factories(catalog: DataCatalog) -> list[str]:
    """Return the names of the factories, the best first."""
    return catalog.factories.names


def factory_of(catalog: DataCatalog, name: str) -> str | None:
    """Return the factory that makes a dataset of this name."""
    found = catalog.factories.match(name)
    return None if found is None else found.name


def entry_of(catalog: DataCatalog, name: str) -> Any:
    """Return the entry of a dataset, a factory's filled in."""
    found = catalog.entry(name)
    return None if found is None else found.plain()


def versions(catalog: DataCatalog, name: str) -> list[str]:
    """Return the versions of a dataset, from the oldest to the latest."""
    return catalog.versions(name)
