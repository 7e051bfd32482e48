"""An open project: the one place where configuration, catalog, pipelines and runs meet."""

import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from sqlite3 import Connection
from types import ModuleType, TracebackType
from typing import Any, Self, Unpack

from noria_catalog import DataCatalog
from noria_catalog.located import Located
from noria_catalog.memory import MemoryDataset

from noria.collection import no_collection
from noria.config.layers import Config
from noria.config.parsed import ParsedFiles
from noria.config.sources import as_source
from noria.graph import Pipeline
from noria.project.asked import Asked
from noria.project.beside import edited_beside, forget_edited
from noria.project.code import prepare_import
from noria.project.crew import choose_workers
from noria.project.discover import Project, find_project, read_project
from noria.project.edits import Edits
from noria.project.importing import is_imported_as_it_is
from noria.project.joining import joined_part
from noria.project.lock import ProjectLock
from noria.project.logged import log_note
from noria.project.modules import forget, put_in_place, times_forgotten
from noria.project.parameters import PREFIX, check_overrides, located_datasets, parameter_datasets
from noria.project.patches import own_changes, watch_patches
from noria.project.plugins import load_hooks
from noria.project.registry import Pipelines
from noria.project.remembering import remembering
from noria.project.selection import Part, Selection, check_versions, chosen, run_params
from noria.project.settings import LOCAL, Settings, read_settings
from noria.project.single import run_single
from noria.project.state import prepare_state
from noria.project.views import find_view
from noria.record.events import Listener, RunFinished
from noria.record.hand import record_edit
from noria.record.history import latest_run, unsettled_nodes
from noria.record.last_used import LastUsed
from noria.record.ledger import Recorder, open_ledger
from noria.runner.hooking import HookCalls
from noria.runner.memory import Memory
from noria.runner.meter import MemoryMeter
from noria.runner.run import new_run_id, run_pipeline
from noria.runner.shown import shown_in


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
    session = Session(find_project(Path(path)), env=env, params=params, conf_source=conf_source)
    session.watch()
    from noria.project.library_watch import note_installed  # a command needs it not

    note_installed()
    return session


class Session:
    """A project in one environment.  Everything is made when it is first asked for.

    A session is no global state: several, of several projects, may be open in one process, and
    their packages may be called the same.
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
        self.asked_env = env
        self.settings: Settings = read_settings(project, env)
        self.env = self.settings.env
        self.run_id = new_run_id()
        self._overrides = dict(params or {})
        self._conf_source = conf_source
        self._load_versions = dict(load_versions or {})
        self._recorder: Recorder | None = None
        self._catalog: DataCatalog | None = None
        self._noticed: tuple[list[Path], dict[str, ModuleType]] = ([], {})
        self._forgotten = times_forgotten(project)

    def __repr__(self) -> str:
        """Return what is open, for a notebook."""
        return f"<session of {self.project.name} at {self.project.path}, environment {self.env}>"

    @cached_property
    def _edits(self) -> Edits:
        conf = self.local_configuration()
        settings = self.project.path / "pyproject.toml"
        return Edits([self.project.source, settings, *([conf] if conf else [])])

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

    @cached_property
    def hooks(self) -> HookCalls | None:
        """What calls all hooks, ``None`` when nobody hooks in."""
        prepare_import(self.project)
        hooks = load_hooks(self.project, self.settings)
        if hooks is not None:
            hooks.after_context_created(context=self)
        return hooks

    @property
    def catalog(self) -> DataCatalog:
        """The catalog, the parameters in it as ``parameters`` and ``params:...``.

        Each run begins with a new one; what it kept in memory is here until the next.
        """
        put_in_place(self.project)
        if self._catalog is None:
            self._catalog = self._make_catalog(self.run_id)
            self._catalog.on_saved = self._note_edit
        return self._catalog

    def _note_edit(self, name: str, dataset: Any) -> None:
        """Record that data was saved outside of a run: by hand, from a notebook say."""
        if isinstance(dataset, MemoryDataset):
            return
        assert self._catalog is not None
        where = self._catalog.describe(name).get("filepath")
        with open_ledger(prepare_state(self.project.state)) as ledger:
            run = new_run_id(latest_run(ledger))
            record_edit(ledger, name, run=run, env=self.env, where=where)

    @property
    def pipelines(self) -> Pipelines:
        """The pipelines by name, each imported when it is looked up."""
        forgotten = times_forgotten(self.project)
        if forgotten != self._forgotten:  # by another session of the project, say
            self._forgotten = forgotten
            for made in ("_pipelines", "hooks"):
                self.__dict__.pop(made, None)
        return self._pipelines

    @cached_property
    def _pipelines(self) -> Pipelines:
        return Pipelines(self.project, lambda: self.parameters)

    def local_configuration(self) -> Path | None:
        """Return the folder or archive of the configuration, ``None`` where it lies elsewhere."""
        conf = self.project.path / (self._conf_source or self.settings.conf_source)
        return conf if conf.exists() else None

    def shown(self, path: Path) -> str:
        """Return a path as it is called in the project's folder."""
        return shown_in(self.project.path, str(path))

    def watch(self) -> None:
        """Look how the project's files are: runs and :meth:`refresh` notice edits from now on."""
        _ = self._edits
        if not is_imported_as_it_is(str(self.project.source)):
            forget(self.project)
        watch_patches(self.project.source)

    def refresh(self) -> tuple[list[Path], dict[str, ModuleType]]:
        """Notice what was edited since the last time: code and configuration are read anew.

        Returns the edited files, and the modules that were imported before and no longer are; what
        runs have read anew since then is among them.
        Values that were made of the old code stay as they are.
        """
        self._read_edited()
        noticed, self._noticed = self._noticed, ([], {})
        return noticed

    def _read_edited(self, *, anew: bool = False) -> None:
        edited = [*self._edits.look(), *edited_beside(self.project)]
        variables = self._edits.look_at_variables()
        settings = variables or any(path.suffix == ".toml" for path in edited)
        modules = forget_edited(self.project, edited)
        config: Config | None = self.__dict__.get("config")
        if edited or settings or anew or (config is not None and not config.reads_as_now()):
            self._catalog = None
            kept = {"_edits"} if modules or settings else {"_edits", "hooks"}
            for name, value in list(vars(type(self)).items()):
                if isinstance(value, cached_property) and name not in kept:
                    self.__dict__.pop(name, None)  # pipelines may be made of parameters
        if settings:
            self.project = read_project(self.project.path) or self.project
            self.settings = read_settings(self.project, self.asked_env)
            self.env = self.settings.env
            del self._edits  # another folder may hold the configuration now
            self.watch()
        before, old = self._noticed
        self._noticed = (sorted({*before, *edited}), modules | old)

    def select(self, selection: Selection) -> Pipeline:
        """Return the selected part of the project's pipelines."""
        with own_changes():
            return selection.of(self.pipelines)

    def joined(self, selection: Selection, catalog: DataCatalog) -> tuple[Pipeline, Pipeline]:
        """Return the selected part, and the pipeline that it is a part of.

        In both, datasets that lie at one place are one.
        """
        whole = self.pipelines[selection.pipeline]
        return joined_part(catalog, whole, selection, self.project.path)

    def run(
        self,
        pipeline: str | Selection = "__default__",
        *,
        inputs: Mapping[str, Any] | None = None,
        outputs: Iterable[str] | None = None,
        runner: str | None = None,
        workers: int | None = None,
        wait: bool = False,
        listeners: Sequence[Listener] = (),
        on_wait: Callable[[str], None] | None = None,
        on_warning: Callable[[str], None] | None = None,
        command: str | None = None,
        force: bool = False,
        cache: bool = True,
        keep_edited: Collection[str] = (),
        when_done: Callable[[Memory], None] | None = None,
        **part: Unpack[Part],
    ) -> dict[str, Any]:
        """Run a pipeline, or a part of one, and return the outputs that no dataset keeps.

        Only what changed since its result was recorded runs; ``force`` runs all that is selected,
        ``cache=False`` too, and records nothing.  ``keep_edited`` names datasets whose files were
        changed by hand and are to be taken as results.  ``when_done`` is called at a good end.

        ``inputs`` are values that stand in for the catalog's; ``outputs`` the names to return
        instead, whatever keeps them; ``part`` the command line's flags: ``nodes``, ``tags``, ...
        The run is in the ledger, and holds the project while it lasts.  ``runner`` and
        ``workers`` ``None`` mean the settings'.  Raises LockedError when another run holds the
        project and ``wait`` is false; what :func:`noria.run` raises besides.
        """
        if "_edits" in self.__dict__:  # a command lives no longer than its run
            from noria.project.kept_workers import end_kept_workers

            self._read_edited(anew=self.local_configuration() is None)  # an address is not watched
            end_kept_workers()
        selection = chosen(pipeline, part)
        crew = choose_workers(self.project, self.settings, runner, workers)
        command = command or " ".join(["noria", "run", *selection.flags()])
        state = self.project.state
        with ExitStack() as stack:
            stack.enter_context(ProjectLock(state, {"run": command}, wait=wait, on_wait=on_wait))
            ledger = stack.enter_context(open_ledger(prepare_state(state)))
            # Named under the lock, so that the name is later than that of the run before.
            run = new_run_id(latest_run(ledger))
            selected = self.select(selection)
            if any(node.depends_on for node in selected.nodes):
                from noria.project.since_import import has_changed_since_import

                if has_changed_since_import(self.project, selected):
                    forget(self.project)
                    selected = self.select(selection)
            self.check_given(selected)
            catalog = self._catalog_of(run)
            stack.callback(setattr, catalog, "on_saved", self._note_edit)
            selected, whole = self.joined(selection, catalog)
            record = stack.enter_context(self._recording(ledger, command, selection, inputs or ()))
            asked = Asked(
                inputs or {},
                outputs,
                force,
                cache,
                [keep_edited] if isinstance(keep_edited, str) else keep_edited,
                unsettled_nodes(ledger),
                f"{selection.pipeline} {self.env}",
                past=LastUsed(ledger, self.env, run),
            )
            memory = stack.enter_context(
                remembering(
                    self.project, self.settings, selected, whole, catalog, self.hooks, run, asked
                )
            )
            stack.enter_context(own_changes())
            result = run_pipeline(
                selected,
                catalog,
                workers=crew,
                run=run,
                name=selection.pipeline,
                hooks=self.hooks,
                run_params=run_params(
                    selection,
                    run=run,
                    path=str(self.project.path),
                    env=self.env,
                    load_versions=self._load_versions,
                    overrides=self._overrides,
                    runner=crew.name,
                ),
                listeners=[record, *(listeners or [log_note])],
                meter=stack.enter_context(MemoryMeter()),
                parameters=dict(located_datasets(self.located_parameters)),
                inputs=inputs,
                outputs=outputs,
                on_warning=on_warning,
                memory=memory,
            )
            if when_done is not None and memory is not None:
                with no_collection():
                    when_done(memory)
            return result

    def run_node(
        self,
        name: str,
        inputs: Mapping[str, Any] | None = None,
        *,
        pipeline: str | None = None,
    ) -> dict[str, Any]:
        """Try one node out: return its outputs by name, and save nothing.

        What ``inputs`` does not hold is loaded from the catalog.  ``pipeline`` ``None`` looks in
        the default one, then in all others.  No hook is called and no run recorded.  What the
        function raises passes unchanged, so that a debugger stops where it happened.  Raises
        SelectionError for an unknown node or input, MissingInputError for an input that is
        neither given nor to be loaded.
        """
        put_in_place(self.project)
        return run_single(name, self.pipelines, lambda: self.catalog, inputs or {}, pipeline)

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
        self, ledger: Connection, command: str, selection: Selection, given: Iterable[str]
    ) -> Iterator[Recorder]:
        details = {
            "parameters": self.parameters,
            "selection": selection.flags(),
            "given": sorted(given),  # what no dataset and no parameter file can tell later
        }
        recorder = Recorder(ledger, env=self.env, command=command, details=details)
        self._recorder = recorder
        try:
            yield recorder
        finally:
            self._recorder = None
            recorder.close()

    def check_given(self, selected: Pipeline) -> None:
        """Raise for a parameter or a version that was given, and is not for these nodes."""
        if self._overrides:
            asked_for = (PREFIX + name for name in self.config.runtime_names())
            read = [*selected.all_inputs(), *asked_for]
            check_overrides(self._overrides, self.config.declared_parameters(), read)
        check_versions(self._load_versions, selected)

    def _catalog_of(self, run: str) -> DataCatalog:
        """Return the catalog for one run: fresh, so that nothing of an earlier run is in memory."""
        self.run_id = run
        self._catalog = None
        catalog = self.catalog
        catalog.on_saved = None  # what nodes save is recorded as theirs
        return catalog

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
                parameters=dict(parameter_datasets(self.located_parameters)),
                save_version=run,
                load_versions=self._load_versions,
            )
        return catalog
