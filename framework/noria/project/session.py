"""An open project: the one place where configuration, catalog, pipelines and runs meet."""

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from sqlite3 import Connection
from types import TracebackType
from typing import Any, Self

from noria_catalog import DataCatalog
from noria_catalog.located import Located

from noria.config.layers import Config
from noria.config.parsed import ParsedFiles
from noria.config.sources import as_source
from noria.errors import RunError
from noria.graph import Pipeline
from noria.project.code import prepare_import
from noria.project.discover import Project, find_project
from noria.project.lock import ProjectLock
from noria.project.parameters import PREFIX, check_overrides, parameter_datasets
from noria.project.plugins import load_hooks
from noria.project.registry import Pipelines
from noria.project.selection import Selection
from noria.project.setting_places import located_settings
from noria.project.settings import LOCAL, Settings, read_settings
from noria.project.state import prepare_state
from noria.project.views import find_view
from noria.record.events import Listener, RunFinished
from noria.record.history import latest_run
from noria.record.ledger import Recorder, open_ledger
from noria.runner.hooking import HookCalls
from noria.runner.meter import MemoryMeter
from noria.runner.run import make_workers, new_run_id, run_pipeline


def open_project(
    path: str | Path = ".",
    *,
    env: str | None = None,
    params: Mapping[str, Any] | None = None,
    conf_source: str | Path | None = None,
) -> "Session":
    """Open the project that ``path`` lies in and return its session.

    ``env`` ``None`` means the default environment of the settings; ``params`` are dotted keys
    that override parameters; ``conf_source`` is a folder to read instead of ``conf``, an archive
    of one or an fsspec URL.  Raises ProjectError when there is no project.
    """
    return Session(
        find_project(Path(path)),
        env=env,
        params=params,
        conf_source=conf_source,
    )


class Session:
    """A project in one environment.  Everything is made when it is first asked for.

    A session is no global state: several, of several projects, may be open in one process.
    """

    def __init__(
        self,
        project: Project,
        *,
        env: str | None = None,
        params: Mapping[str, Any] | None = None,
        conf_source: str | Path | None = None,
        load_versions: Mapping[str, str] | None = None,
    ) -> None:
        self.project = project
        self.settings: Settings = read_settings(project, env)
        self.env = self.settings.env
        self.run_id = new_run_id()
        self._overrides = dict(params or {})
        self._conf_source = conf_source
        self._load_versions = dict(load_versions or {})
        self._recorder: Recorder | None = None

    @cached_property
    def config(self) -> Config:
        """The configuration in layers."""
        project = self.project
        return Config(
            self._conf_source or as_source(self.settings.conf_source, project.path),
            self.env,
            root=project.path,
            optional=("base", LOCAL),
            runtime=self._overrides,
            parsed=ParsedFiles(project.state, prepare_state),
        )

    @cached_property
    def located_parameters(self) -> Located:
        """The parameters with their places, overrides applied."""
        return self.config.parameters()

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters as plain values; a fresh copy."""
        plain: dict[str, Any] = self.located_parameters.plain()
        return plain

    def located_configuration(self, key: str | None = None) -> Located:
        """Return all that is configured by kind, with its places; credentials are not resolved.

        ``key`` leaves out the kinds that it does not begin with, unless it begins with none.
        """
        config = self.config
        kinds: dict[str, Callable[[], Located]] = {
            "catalog": config.catalog,
            "parameters": config.parameters,
            "globals": config.globals,
            "credentials": config.written_credentials,
            "settings": lambda: located_settings(self.project, self.settings),
            "logging": lambda: config.located_logging() or Located({}),
        }
        first = (key or "").partition(".")[0].partition("[")[0]
        first = "parameters" if first.startswith("params:") else first
        wanted = [first] if first in kinds else list(kinds)
        return Located({kind: kinds[kind]() for kind in wanted})

    @cached_property
    def hooks(self) -> HookCalls | None:
        """What calls all hooks, ``None`` when nobody hooks in."""
        prepare_import(self.project)
        hooks = load_hooks(self.settings.hooks)
        if hooks is not None:
            hooks.after_context_created(context=self)
        return hooks

    @cached_property
    def catalog(self) -> DataCatalog:
        """The catalog, the parameters in it as ``parameters`` and ``params:...``."""
        return self._make_catalog(self.run_id)

    @cached_property
    def pipelines(self) -> Pipelines:
        """The pipelines by name, each imported when it is looked up."""
        return Pipelines(self.project)

    def select(self, selection: Selection) -> Pipeline:
        """Return the selected part of the project's pipelines."""
        return selection.of(self.pipelines)

    def run(
        self,
        pipeline: str | Selection = "__default__",
        *,
        runner: str | None = None,
        workers: int | None = None,
        wait: bool = False,
        listeners: Sequence[Listener] = (),
        on_wait: Callable[[str], None] | None = None,
        command: str | None = None,
    ) -> dict[str, Any]:
        """Run a pipeline, or a selection of one, and return the outputs that no dataset keeps.

        The run is in the ledger, and holds the project while it lasts.  ``runner`` and
        ``workers`` ``None`` mean the settings'.  Raises LockedError when another run holds the
        project and ``wait`` is false; what :func:`noria.run` raises besides.
        """
        selection = Selection(pipeline) if isinstance(pipeline, str) else pipeline
        crew = make_workers(runner or self.settings.runner, workers or self.settings.workers)
        command = command or " ".join(["noria", "run", *selection.flags()])
        state = self.project.state
        with ExitStack() as stack:
            stack.enter_context(ProjectLock(state, {"run": command}, wait=wait, on_wait=on_wait))
            ledger = stack.enter_context(open_ledger(prepare_state(state)))
            # Named under the lock, so that the name is later than that of the run before.
            run = new_run_id(latest_run(ledger))
            selected = self.select(selection)
            self._check_overrides(selected)
            self._check_pinned(selected)
            catalog = self._catalog_of(run)
            record = stack.enter_context(self._recording(ledger, command, selection))
            return run_pipeline(
                selected,
                catalog,
                workers=crew,
                run=run,
                name=selection.pipeline,
                hooks=self.hooks,
                run_params=self._run_params(selection, crew.name, run),
                listeners=[record, *listeners],
                meter=stack.enter_context(MemoryMeter()),
            )

    def viz(self, pipeline: str | Selection = "__default__", *, height: int = 560) -> Any:
        """Return the graph of a pipeline, which a notebook draws when it is the value of a cell.

        ``height`` is in pixels.
        """
        return find_view("show")(self, pipeline, height=height)

    def abandon(self) -> None:
        """Write the run that is under way as interrupted; from any thread, before the process ends.

        For a node that does not come back when it is asked to stop.
        """
        recorder = self._recorder
        if recorder is not None:
            recorder(RunFinished(self.run_id, time.time(), "interrupted", None))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        source = str(self.project.source)
        if source in sys.path:
            sys.path.remove(source)

    @contextmanager
    def _recording(
        self, ledger: Connection, command: str, selection: Selection
    ) -> Iterator[Recorder]:
        details = {"parameters": self.parameters, "selection": selection.flags()}
        recorder = Recorder(ledger, env=self.env, command=command, details=details)
        self._recorder = recorder
        try:
            yield recorder
        finally:
            self._recorder = None
            recorder.close()

    def _check_pinned(self, selected: Pipeline) -> None:
        made = sorted(selected.all_outputs() & set(self._load_versions))
        if made:
            raise RunError(
                f"--load-versions names {made[0]!r}, and this run makes a new version of it",
                hint="its readers would load the old one beside the new;"
                f" leave out the node that makes it: --from-inputs {made[0]}",
            )

    def _check_overrides(self, selected: Pipeline) -> None:
        if self._overrides:
            asked_for = (PREFIX + name for name in self.config.runtime_names())
            read = [*selected.all_inputs(), *asked_for]
            check_overrides(self._overrides, self.config.declared_parameters(), read)

    def _catalog_of(self, run: str) -> DataCatalog:
        """Return the catalog for one run: fresh, so that nothing of an earlier run is in memory."""
        self.run_id = run
        self.__dict__.pop("catalog", None)
        return self.catalog

    def _make_catalog(self, run: str) -> DataCatalog:
        entries = self.config.catalog()
        credentials = self.config.credentials
        catalog = DataCatalog.from_config(
            entries,
            credentials=credentials,
            base_path=self.project.path,
            load_versions=self._load_versions,
            save_version=run,
            dataset_packages=(self.project.package, *self.settings.dataset_packages),
        )
        for name, value in parameter_datasets(self.located_parameters):
            catalog[name] = value
        if self.hooks is not None:
            self.hooks.after_catalog_created(
                catalog=catalog,
                conf_catalog=entries.plain(),
                conf_creds=credentials,
                parameters=self.parameters,
                save_version=run,
                load_versions=self._load_versions,
            )
        return catalog

    def _run_params(self, selection: Selection, runner: str, run: str) -> dict[str, Any]:
        """Return what hooks get as ``run_params``, under Kedro's names."""
        return {
            "run_id": run,
            "project_path": str(self.project.path),
            "env": self.env,
            "pipeline_name": selection.pipeline,
            "pipeline_names": [selection.pipeline],
            "tags": selection.tags,
            "node_names": selection.nodes,
            "from_nodes": selection.from_nodes,
            "to_nodes": selection.to_nodes,
            "from_inputs": selection.from_inputs,
            "to_outputs": selection.to_outputs,
            "namespaces": selection.namespaces,
            "load_versions": self._load_versions,
            "runtime_params": self._overrides,
            "runner": runner,
        }
