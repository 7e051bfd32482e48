"""Kedro behind the adapter."""

import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from kedro.config import MissingConfigException, OmegaConfigLoader
from kedro.framework.hooks import _create_hook_manager
from kedro.framework.project import configure_project
from kedro.io import (
    AbstractDataset,
    CatalogConfigResolver,
    DataCatalog,
    DatasetError,
    MemoryDataset,
)
from kedro.io.core import DatasetNotFoundError
from kedro.pipeline import GroupedNodes, Node, Pipeline, node, pipeline
from kedro.pipeline.pipeline import CircularDependencyError, OutputNotUniqueError, PipelineError
from kedro.pipeline.preview_contract import TextPreview
from kedro.runner import SequentialRunner, Task, ThreadRunner
from yaml.parser import ParserError

from tests.project_on_disk import environment

__all__ = ["DataCatalog", "GroupedNodes", "MemoryDataset", "Node", "Pipeline", "node", "pipeline"]

NODE_REFUSED = (ValueError, TypeError)
WRONG_INPUTS = WRONG_OUTPUTS = ValueError
PIPELINE_REFUSED = ValueError
OUTPUT_TWICE = OutputNotUniqueError
CIRCLE = CircularDependencyError
UNKNOWN = ValueError
RENAMED_WRONGLY = PipelineError
INPUT_MISSING = ValueError
KEY_TWICE = ValueError
ENVIRONMENT_MISSING = MissingConfigException
CONFIG_UNREADABLE = ParserError
NO_DATASET = DatasetNotFoundError
DATASET_FAILED = ENTRY_REFUSED = DatasetError


def _catalog(values: dict[str, Any]) -> DataCatalog:
    return DataCatalog(
        {
            name: value if isinstance(value, AbstractDataset) else MemoryDataset(value)
            for name, value in values.items()
        }
    )


class _Stored(AbstractDataset[Any, Any]):  # type: ignore[misc]  # Kedro stands in an environment of its own
    def __init__(self, path: Path, read: Callable[[str], Any], write: Callable[[Any], str]) -> None:
        self._path, self._read, self._write = path, read, write

    def load(self) -> Any:
        return self._read(self._path.read_text("utf-8"))

    def save(self, data: Any) -> None:
        self._path.write_text(self._write(data), "utf-8")

    def _exists(self) -> bool:
        return self._path.exists()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._path)}


def stored(path: Path, read: Callable[[str], Any], write: Callable[[Any], str]) -> Any:
    """Return a dataset in a text file, read and written by two functions."""
    return _Stored(path, read, write)


def run(made: Pipeline, values: dict[str, Any], *, threads: int = 0) -> dict[str, Any]:
    """Run on values in memory; return the free outputs' values."""
    runner = ThreadRunner(max_workers=threads) if threads else SequentialRunner()
    catalog = _catalog(values)
    runner.run(made, catalog)
    free = [name for name in made.outputs() if not isinstance(values.get(name), AbstractDataset)]
    return {name: catalog.load(name) for name in free}


def task(single: Node, values: dict[str, Any]) -> dict[str, Any]:
    """Run one node as a runner does."""
    catalog = _catalog(values)
    for name in single.outputs:
        catalog[name] = MemoryDataset()
    Task(single, catalog, is_async=False, hook_manager=_create_hook_manager()).execute()
    return {name: catalog.load(name) for name in single.outputs}


def text_preview(text: str) -> Any:
    """Return what a preview function may show."""
    return TextPreview(content=text)


def load_config(folder: Path, kind: str, *, env: str | None = None, **params: Any) -> Any:
    """Return the merged configuration of that kind below `folder/conf`."""
    loader = OmegaConfigLoader(
        folder / "conf",
        env=env,
        runtime_params=params,
        base_env="base",
        default_run_env="local",
        ignore_hidden=True,
    )
    return loader[kind]


def found_in(folder: Path, package: str) -> dict[str, Any]:
    """Return what the registry says of the package below `folder/src`."""
    sys.path.insert(0, str(folder / "src"))
    try:
        registry = import_module(f"{package}.pipeline_registry")
        configure_project(package)
        found = registry.register_pipelines()
        return {name: made for name, made in found.items() if name != "__default__"}
    finally:
        sys.path.remove(str(folder / "src"))


def write_project(folder: Path, package: str, hooks: str) -> None:
    """Write the files that make a folder a project, with hooks `package.hooks.Hooks`."""
    (folder / "pyproject.toml").write_text(
        f'[tool.kedro]\npackage_name = "{package}"\nproject_name = "{package}"\n'
        'kedro_init_version = "1.7.0"\n'
    )
    source = folder / "src" / package
    (source / "settings.py").write_text(f"from {package}.hooks import Hooks\nHOOKS = (Hooks(),)\n")
    (source / "hooks.py").write_text("from kedro.framework.hooks import hook_impl\n" + hooks)


def run_project(folder: Path, *words: str) -> int:
    """Run the project's command line; return the exit code."""
    return subprocess.run(
        [sys.executable, "-m", "kedro", "run", *words],
        cwd=folder,
        env=environment() | {"KEDRO_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "1"},
        capture_output=True,
        check=False,
    ).returncode


def factories(catalog: DataCatalog) -> list[str]:
    """Return the names of the factories, the best first; not the one that stands for memory."""
    found = catalog.config_resolver.list_patterns()
    assert all(CatalogConfigResolver.is_pattern(name) for name in found)
    return [name for name in found if name not in catalog.default_runtime_patterns]


def factory_of(catalog: DataCatalog, name: str) -> str | None:
    """Return the factory that makes a dataset of this name."""
    resolver: Any = catalog.config_resolver
    found: str | None = resolver.match_dataset_pattern(
        name
    ) or resolver.match_user_catch_all_pattern(name)
    return found


def entry_of(catalog: DataCatalog, name: str) -> Any:
    """Return the entry of a dataset, a factory's filled in."""
    return catalog.config_resolver.resolve_pattern(name)


def versions(catalog: DataCatalog, name: str) -> list[str]:
    """Return the versions of a dataset, from the oldest to the latest."""
    return list(reversed(catalog[name].list_versions(full_path=False)))
