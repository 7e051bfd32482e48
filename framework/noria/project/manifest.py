"""Writing down what an answer was made of, so that the next command can see that it still holds."""

import os
import stat
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from noria_catalog.errors import NoriaError

from noria.graph.depends import FileDependency, VariableDependency
from noria.project import freshness
from noria.project.discover import read_project
from noria.project.importing import imported
from noria.project.incremental import Incremental
from noria.project.outside import read_outside
from noria.project.reading import read_code
from noria.project.session import Session
from noria.project.settings import are_lasting, read_settings, settings_files
from noria.trees import walk

_MOST = 100  # manifests that a project keeps
_MOST_YOUNG_BYTES = 64_000_000
_SKIPPED = {freshness.COMPILED}
# Where `~` leads and where the user's key lies; what the time zone is.
_ALWAYS_READ = ("HOME", "USERPROFILE", "XDG_CONFIG_HOME", "APPDATA", "TZ")


class Before:
    """How code, configuration and installed packages were before a command read any of them."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.path = sys.path[1:]  # as it is before the project's own folder is put in front
        self._folders = [place for place in sys.path if os.path.isdir(place)]  # noqa: PTH112
        self._states = self._look()

    def still_so(self) -> bool:
        """Tell whether no file of them was edited, made or removed since."""
        return self._states is not None and self._states == self._look()

    def _look(self) -> Mapping[str, object] | None:
        conf = self._session.local_configuration()
        if conf is None:
            return None
        looked = _Looked()
        looked.add_written(self._session, conf)
        looked.add_installed()
        # A folder is told by the names in it: its own state changes when code is compiled.
        try:
            return looked.files() | {place: looked.names_in(place) for place in self._folders}
        except OSError:  # one is just being replaced
            return None


def keep_answer(
    session: Session,
    before: Before,
    words: list[str],
    said: str,
    memory: Incremental | None = None,
) -> bool:
    """Keep what a command is to print the next time; tell whether it was kept.

    ``words`` are the command's.  ``memory`` is that of a run or plan that found all in place,
    ``None`` for what is told of the pipelines alone.  Nothing is kept where something that counts
    lies beyond what the file system tells: a store, a database, a node that always runs, pipelines
    that are made of more than code and configuration; and nothing where anything was changed while
    the command ran.
    """
    conf = session.local_configuration()
    project, settings = session.project, session.settings
    if settings.always_open or conf is None or not are_lasting(project, settings):
        return False
    if memory is not None and memory.has_open_ends():
        return False
    reader = read_code(project) if memory is None else memory.reader
    outside = read_outside(session, reader, hooks=memory is not None)
    reader.save_cache()  # what makes pipelines was read for this alone
    if outside is not None:
        return False
    looked = _Looked()
    try:
        here = os.getcwd()  # noqa: PTH109  # as freshness.py writes it
    except FileNotFoundError:  # a node has gone to a folder that is gone by now
        return False
    looked.add_project(Path(here), project.path)
    looked.add_written(session, conf)
    looked.add_files([*imported, *reader.files(), *reader.libraries()])
    looked.add_folders(reader.scopes())
    looked.add_installed()
    from noria.project.time_zone import ZONE_FILE  # not before the first node runs

    looked.add_data([ZONE_FILE])
    variables = {*session.config.variables, *_ALWAYS_READ}
    if memory is not None:
        looked.add_data(memory.data_paths())
        for one in memory.dependencies():
            if isinstance(one, VariableDependency):
                variables.add(one.name)
            elif isinstance(one, FileDependency):
                from noria.project.depended import watched_paths

                looked.add_data(watched_paths(one, project.path))
    store = "" if memory is None else str(memory.store_file)
    held = looked.held(before.path, words, here, variables, said, store)
    # First the states, then whether they are those of what was read: what changes after is seen.
    if held is None or not before.still_so() or not _is_as_read(session):
        return False
    if memory is not None and not memory.is_settled():
        return False
    return _write(held, project.state, words, here)


def _is_as_read(session: Session) -> bool:
    """Tell whether the project's file and the settings say what they said at the beginning."""
    try:
        project = read_project(session.project.path)
        settings = read_settings(session.project, session.asked_env)
    except NoriaError:  # one is being edited
        return False
    return project == session.project and settings == session.settings


def _write(held: dict[str, object], state: Path, words: list[str], here: str) -> bool:
    folder = state / freshness.FOLDER
    target = folder / freshness.file_name(words, here, os.environ)
    beside = target.with_suffix(f".{os.getpid()}")
    try:
        folder.mkdir(exist_ok=True)
        beside.write_bytes(freshness.pack(held))
        beside.replace(target)
        _drop_oldest(folder)
    except OSError:  # a full disk, say: the next command looks at all again
        return False
    return True


def _drop_oldest(folder: Path) -> None:
    """Keep the latest manifests: a sweep over a parameter leaves one for each of its values."""
    with os.scandir(folder) as entries:
        found = list(entries)
    if len(found) > _MOST:
        for entry in sorted(found, key=lambda each: each.stat().st_mtime_ns)[: -_MOST // 2]:
            Path(entry.path).unlink()


class _Looked:
    """The paths that were looked at, and those whose absence mattered."""

    def __init__(self) -> None:
        self._paths: dict[str, os.stat_result | None] = {}  # of data, which is much, no state
        self._absent: dict[str, None] = {}
        self._listed: dict[str, list[str]] = {}
        self._sources: list[str] = []
        self._unlisted: list[str] = []  # folders of which nobody knows what lies in them

    def add_project(self, here: Path, root: Path) -> None:
        """Add what makes ``root`` the project that a command in ``here`` is for."""
        for folder in (here, *here.parents):
            self._add(folder / "pyproject.toml")
            if folder == root:
                break

    def add_written(self, session: Session, conf: Path) -> None:
        """Add what people write: configuration, settings, code."""
        project = session.project
        self._add_tree(str(conf))
        # In a flat project the sources lie beside all else that there is.
        flat = project.path.is_relative_to(project.source)
        self._add_tree(str(project.package_path if flat else project.source))
        for path in settings_files(session.project, session.settings):
            self._add(path)

    def _add_tree(self, top: str) -> None:
        """Add all files and folders below a folder, but environments and what is hidden."""
        self._add(top)
        for where, folders, names in walk(top, _SKIPPED, self._note):
            if "pyvenv.cfg" in names:
                folders.clear()
                continue
            folders[:] = [name for name in folders if not name.startswith(".")]
            for name in (*folders, *(each for each in names if not each.startswith("."))):
                self._add(os.path.join(where, name))  # noqa: PTH118

    def add_files(self, files: Iterable[str]) -> None:
        """Add files, and the folders that they lie in: what appears there may come before them."""
        for file in files:
            self._add(file)
            self._add(os.path.dirname(file))  # noqa: PTH120

    def add_folders(self, folders: Iterable[str]) -> None:
        """Add folders of sources: their listing counts, not what lies beside them."""
        for folder in folders:
            self._sources.append(folder)
            self._add(folder)

    def add_data(self, paths: Iterable[str]) -> None:
        """Add data: files, folders with all that lies in them, and what is not there."""
        for path in paths:
            self._add_datum(path)
            if not os.path.isdir(path):  # noqa: PTH112
                continue
            for where, folders, names in walk(path, unlisted=self._note):
                for name in (*folders, *names):
                    self._add_datum(os.path.join(where, name))  # noqa: PTH118

    def add_installed(self) -> None:
        """Add what tells of every change to the installed distributions."""
        for place in sys.path:
            self._add(place)  # a folder, an archive of modules, or nothing yet
            if os.path.isdir(place):  # noqa: PTH112
                names = self._listed[place] = os.listdir(place)  # noqa: PTH208
                for name in names:
                    if name.endswith(".dist-info"):
                        self._add(f"{place}/{name}/RECORD") or self._add(f"{place}/{name}/METADATA")
                    elif name.endswith(".egg-info"):
                        self._add(f"{place}/{name}/PKG-INFO") or self._add(f"{place}/{name}")
                    elif _paths(name):
                        self._add(f"{place}/{name}")

    def _add(self, path: str | Path) -> bool:
        path = str(path)
        try:
            self._paths[path] = os.stat(path)  # noqa: PTH116
        except (OSError, ValueError):
            self._absent[path] = None
            return False
        return True

    def _add_datum(self, path: str) -> None:
        if self._add(path):
            self._paths[path] = None

    def _note(self, error: OSError) -> None:
        # What we have no right to list changes its state when we are given that.
        if not isinstance(error, PermissionError):
            self._unlisted.append(error.filename)

    def names_in(self, folder: str) -> set[str]:
        """Return the names in a folder of the search path, but what compiling makes there."""
        return {*self._listed[folder]} - _SKIPPED

    def files(self) -> dict[str, object]:
        """Return the states of the files among what is there, as they were when added."""
        return {
            path: (state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino)
            for path, state in self._paths.items()
            if state is not None and not stat.S_ISDIR(state.st_mode)
        }

    @property
    def paths(self) -> list[str]:
        """What is there."""
        return list(self._paths)

    def held(
        self,
        path: list[str],
        words: list[str],
        here: str,
        variables: Iterable[str],
        said: str,
        store: str,
    ) -> dict[str, object] | None:
        """Return the manifest; ``None`` when a file has gone meanwhile, or it would take long.

        There is none either where a folder could not be listed.

        ``store`` is the file of which it matters only that it is there.
        """
        if self._unlisted:
            return None
        now = time.time_ns()
        try:
            states = freshness.states(self.paths)
            young = list(_young(self.paths, states, now))
            if sum(states[5 * at] for at, _ in young) > _MOST_YOUNG_BYTES:
                return None
            digests = {path: freshness.digest_of(path) for _, path in young}
            uncompiled = {
                folder: freshness.digest_of(folder)
                for folder in self._sources
                if not os.path.exists(f"{folder}/{freshness.COMPILED}")  # noqa: PTH110
            }
            inode = freshness.inode(store)
        except OSError:
            return None
        return {
            "python": freshness.PYTHON,
            "path": path,
            "words": words,
            "here": here,
            "variables": freshness.variables(os.environ),
            "written": now,
            "paths": self.paths,
            "states": states,
            "absent": list(self._absent),
            "environment": {name: _value(name) for name in sorted(variables)},
            "uncompiled": uncompiled,
            "young": digests,
            "store": (store, inode),
            "said": said,
        }


def _young(paths: list[str], states: list[int], now: int) -> Iterator[tuple[int, str]]:
    for at, path in enumerate(paths):
        changed, mode = max(states[5 * at + 1], states[5 * at + 2]), states[5 * at + 4]
        can_be_read = stat.S_ISREG(mode) or stat.S_ISDIR(mode)  # who opens a pipe waits
        if now - changed < freshness.YOUNG_NS and can_be_read:
            yield at, path


def _paths(name: str) -> bool:
    """Tell whether a file beside the installed packages makes more of them importable."""
    return name.endswith((".pth", ".egg-link")) or name.startswith("__editable__")


def _value(name: str) -> bytes | None:
    value = os.environ.get(name)
    return None if value is None else freshness.digest_of_text(value)
