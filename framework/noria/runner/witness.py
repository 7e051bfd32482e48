"""What functions read beside their inputs while they run, as Python itself tells of it.

Sources say what code reads by names that are known (:mod:`noria.code`).  A library that nobody
knows, or a name that only the run makes, is seen here: Python's audit hooks tell of each file that
is opened and of each connection.  What such a library opens for the project's code while no node
runs, at import or in a hook, it may keep for them.  What is read without Python, by compiled code,
and in threads and processes that a function starts, is not seen.

Python tells of much, and the telling doubles the time of ``copy.deepcopy``: who uses well-known
libraries alone is not watched.
"""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

from noria_catalog.dataset import Restores, is_built_in, kinds_of

from noria.code import distributions_of, is_well_known
from noria.graph import Node
from noria.installed import installed_folders, own_folders
from noria.runner.perform import unwatched
from noria.runner.shown import shown_in

_MOST = 10_000  # places that are noted of one execution
_CODE = (".py", ".pyc", ".pyi", ".so", ".pyd", ".dll", ".dylib", ".pth")
_CODE_FOLDERS = ("__pycache__", ".dist-info", ".egg-info", ".git")
# Where a system keeps its own: what lies there comes with it, as what is installed does.
_OF_SYSTEM = (
    *("/proc", "/sys", "/dev", "/etc", "/usr", "/lib", "/run", "/System", "/Library"),
    *filter(
        None, map(os.environ.get, ("SystemRoot", "ProgramFiles", "ProgramData", "LOCALAPPDATA"))
    ),
)
# The folder in a user's home where programs keep their own, beside those that begin with a dot.
_OF_HOME = {"darwin": "Library", "win32": "AppData"}
# Where Python looks for modules, and for what is installed.
_IMPORTING = (
    "<frozen importlib",
    os.path.join(os.path.dirname(os.__file__), "importlib", "metadata"),
)
_PKGUTIL = os.path.join(os.path.dirname(os.__file__), "pkgutil.py")
_HERE = threading.local()
# What libraries have read in this process, by project and distribution: they may keep it.
_KEPT: dict[tuple[str, str], str] = {}


@cache
def _set_hook() -> None:
    """Let Python tell; it cannot be told to stop, so this is done once at most."""
    # Held by the function itself: when Python ends, the names of modules are gone before the hook.
    heard, here, importing = _HEARD, _HERE, _IMPORTING

    def hear(event: str, args: tuple[Any, ...]) -> None:
        """Note what the function that this thread executes opens; called for all that is told."""
        if event in heard:
            watched = getattr(here, "watched", None)
            if watched is None:
                return
            opener = sys._getframe(1)  # noqa: SLF001
            file = opener.f_code.co_filename
            if file.startswith(importing):
                return
            # What cannot be told of must not become an error of who opens it.
            with suppress(OSError, TypeError, ValueError):
                watched.opener = opener
                if file == _PKGUTIL:
                    watched.searched(args)
                else:
                    getattr(watched, heard[event])(args)
            watched.opener = None

    sys.addaudithook(hear)


class Watched:
    """What one execution has read, made and reached, in the order in which it did."""

    def __init__(self) -> None:
        self.began = time.time()
        self.opener: FrameType | None = None
        self.read: dict[str, frozenset[str]] = {}  # with the modules by which it was read
        self.modules: dict[str, None] = {}  # folders in which modules were looked for
        self.made: set[str] = set()
        self.reached: dict[str, frozenset[str]] = {}
        self.known: set[str] = set()  # files that are no reading of its own

    def opened(self, args: tuple[Any, ...]) -> None:
        """Note ``open(path, mode, flags)``."""
        path, _, flags = args
        if type(path) is int or type(flags) is not int:
            return
        if flags & os.O_TRUNC:
            self.made.add(_absolute(path))
        elif flags & os.O_CREAT:
            self.created((path,))
        if flags & os.O_ACCMODE != os.O_WRONLY:
            self.looked((path,))

    def looked(self, args: tuple[Any, ...]) -> None:
        """Note a path that is read: a file, a folder's names, a database in a file.

        What was made before is the execution's own.
        """
        if type(args[0]) is not int and len(self.read) < _MOST:
            path = _absolute(args[0] or ".")
            if path not in self.read and not self._has_made(path):
                self.read[path] = _libraries(self.opener)

    def searched(self, args: tuple[Any, ...]) -> None:
        """Note a folder in which modules are looked for: ``pkgutil.iter_modules``."""
        self.modules.setdefault(_absolute(args[0]))

    def connected(self, args: tuple[Any, ...]) -> None:
        """Note ``socket.connect(socket, address)`` with what is not this machine."""
        address = args[1]
        if isinstance(address, tuple) and len(self.reached) < _MOST:
            host = str(address[0])
            if not host.startswith("127.") and host not in {"::1", "localhost"}:
                self.reached.setdefault(f"{host}:{address[1]}", _libraries(self.opener))

    def created(self, args: tuple[Any, ...]) -> None:
        """Note a folder or file that is made, unless it is there already."""
        path = _absolute(args[0])
        if not os.path.lexists(path):
            self.made.add(path)

    def _has_made(self, path: str) -> bool:
        """Return whether a path, or a folder that it lies in, was made here."""
        while path not in self.made:
            above = os.path.dirname(path)
            if above == path:
                return False
            path = above
        return True


_HEARD = {
    "open": "opened",
    "os.listdir": "looked",
    "os.scandir": "looked",
    "sqlite3.connect": "looked",
    "socket.connect": "connected",
    "os.mkdir": "created",
}


class _Outside(Watched):
    """The files that project code has libraries read while no node runs: at import, in hooks.

    Folders are looked through by who seeks the project's own: that is no reading yet.
    """

    def opened(self, args: tuple[Any, ...]) -> None:
        """Note ``open(path, mode, flags)``, if a library does so for the project's code."""
        path, _, flags = args
        if type(path) is not int and flags & os.O_ACCMODE != os.O_WRONLY:
            libraries = _libraries_for_project(self.opener)
            if libraries and len(self.read) < _MOST:
                self.read.setdefault(_absolute(path), libraries)

    def looked(self, args: tuple[Any, ...]) -> None:
        """Note nothing."""

    searched = connected = created = looked


_OUTSIDE = _Outside()


def watch_outside() -> None:
    """Note from now on what project code has libraries read in this thread while no node runs."""
    _set_hook()
    if getattr(_HERE, "watched", None) is None:
        _HERE.watched = _OUTSIDE


def may_read_more(dataset: Any) -> bool:
    """Tell whether a dataset that is told by its file's content may read more than that file.

    A class of somebody else's may; one that is told by what it gives cannot hide anything.
    ``None`` stands for a value in memory.
    """
    if dataset is None or all(map(is_built_in, kinds_of(dataset))):
        return False
    return isinstance(dataset, Restores) and bool(dataset.restorable)


@contextmanager
def _entered(watched: Watched) -> Iterator[None]:
    """Let this thread note what it opens; what was noted for before goes on afterwards."""
    outer = getattr(_HERE, "watched", None)
    _HERE.watched = watched
    try:
        yield
    finally:
        _HERE.watched = outer


class Witness:
    """Watches the functions of one run.

    ``root`` is the project's folder; ``known`` returns the paths of the data that a node reads and
    makes, which lazy datasets open while it runs; ``wanted`` whether it is to be watched; ``tells``
    whether it is known to tell others of itself over the network, so that a connection is no
    reading; ``sources`` returns the folders whose modules are known: to look for them is none.
    ``distributions`` returns those that a node reaches: one of them may have kept what it has read
    for another node.  ``strange`` returns the file of code that its function may use and that is
    none of the sources.
    """

    def __init__(
        self,
        root: Path,
        known: Callable[[Node], Iterable[str]],
        wanted: Callable[[Node], bool],
        tells: Callable[[Node], bool],
        sources: Callable[[], Iterable[str]] = tuple,
        distributions: Callable[[Node], Iterable[str]] = lambda _: (),
        strange: Callable[[Node], str] = lambda _: "",
    ) -> None:
        self._root = root
        self._known = known
        self._wanted = wanted
        self._tells = tells
        self._sources = sources
        self._distributions = distributions
        self._strange = strange
        self._watched: dict[str, Watched] = {}
        self._loading: dict[str, Watched] = {}
        self._saving: dict[str, Watched] = {}
        self._executed: dict[str, Node] = {}  # those of which nobody has asked yet

    def watching(self, node: Node) -> AbstractContextManager[None]:
        """Return what is to be entered whenever the node's function is executed."""
        watched = self._watched.get(node.name)
        if watched is None:
            if not self._wanted(node):
                return unwatched(node)
            _set_hook()
            watched = self._watched[node.name] = Watched()
            self._executed[node.name] = node
        return _entered(watched)

    def loading(self, node: Node, files: Iterable[str]) -> AbstractContextManager[None]:
        """Return what is to be entered while a dataset that may read more is loaded for a node.

        ``files`` are those by which it is told whether it has changed.
        """
        _set_hook()
        watched = self._loading.setdefault(node.name, Watched())
        watched.known.update(map(_absolute, files))
        return _entered(watched)

    def saving(self, node: Node, dataset: Any) -> AbstractContextManager[None]:
        """Return what is to be entered while a dataset is saved: its class may read a file for it.

        ``None`` stands for a value in memory.
        """
        if dataset is None or all(map(is_built_in, kinds_of(dataset))):
            return unwatched(node)
        _set_hook()
        return _entered(self._saving.setdefault(node.name, Watched()))

    def seen(self, node: Node) -> str:
        """Return what a node has read beside its inputs, in a few words; empty for nothing."""
        all_watched = (self._watched, self._loading, self._saving)
        running, loading, saving = (each.pop(node.name, None) for each in all_watched)
        if saving is not None:
            saving.reached.clear()  # data is sent there
        for each in filter(None, (loading, saving)):
            # Whoever looks a folder through for its file is asked each time which file that is.
            each.read = {p: by for p, by in each.read.items() if not os.path.isdir(p)}
        self._executed.pop(node.name, None)
        found = [self._seen(node, each) for each in (running, loading, saving) if each is not None]
        if found and not any(found):
            self.note_kept()
        if found and not any(found) and _KEPT:
            found = [_KEPT.get((str(self._root), one), "") for one in self._distributions(node)]
        strange = self._strange(node)
        if strange:
            found.append(f"the file: {shown_in(self._root, strange)}")
        return next(filter(None, found), "")

    def note_kept(self) -> None:
        """Note what libraries have read for nodes that still run, have failed, or are not asked of.

        Who runs beside them, or after them in this process, may be given what was kept.
        """
        for name, node in list(self._executed.items()):
            if name in self._watched:
                self._seen(node, self._watched[name])
        for path, libraries in list(_OUTSIDE.read.items()):
            if not self._is_of_machine(path) and os.path.exists(path):
                self._keep(f"the file: {shown_in(self._root, path)}", libraries)

    def _seen(self, node: Node, watched: Watched) -> str:
        found: list[str] = []
        if not self._tells(node):
            for host, libraries in list(watched.reached.items()):
                found.append(self._keep(f"the network: {host}", libraries))
        read = [*watched.read]
        if watched.modules:
            sources = set(self._sources())
            read += [path for path in watched.modules if os.path.realpath(path) not in sources]
        known = [*map(os.path.abspath, self._known(node)), *watched.known] if read else []
        for path in read:
            if (
                not self._is_of_machine(path)
                and not _is_below(path, known)
                and not self._is_own(path, watched)
                and os.path.exists(path)
            ):
                words = f"the file: {shown_in(self._root, path)}"
                found.append(self._keep(words, watched.read.get(path, ())))
        return next(iter(found), "")

    def _keep(self, words: str, libraries: Iterable[str]) -> str:
        """Note that libraries may keep from now on what was read through them."""
        for distribution in _little_known(frozenset(libraries)):
            _KEPT.setdefault((str(self._root), distribution), words)
        return words

    def _is_in_project(self, path: str) -> bool:
        return _is_below(path, (str(self._root),))

    def _is_of_machine(self, path: str) -> bool:
        """Return whether a path is that of code or of what is installed, and no data."""
        if path.endswith(_CODE) or any(part.endswith(_CODE_FOLDERS) for part in path.split(os.sep)):
            return True
        if path in map(os.path.abspath, sys.path):
            return True
        if self._is_in_project(path):
            inside = [each for each in _installed() if self._is_in_project(each)]
            return _is_below(path, (*inside, str(self._root / ".noria")))
        if _is_below(path, (*_installed(), *_OF_SYSTEM)):
            return True
        home = os.path.expanduser("~")
        first = path[len(home) + 1 :].partition(os.sep)[0] if _is_below(path, (home,)) else ""
        return first.startswith(".") or first == _OF_HOME.get(sys.platform)

    def _is_own(self, path: str, watched: Watched) -> bool:
        """Return whether compiled code has made for the execution what it then read."""
        if self._is_in_project(path):
            return False
        try:
            made = os.stat(path).st_ctime >= watched.began - 1
        except OSError:
            return False
        from tempfile import gettempdir

        folder = gettempdir()
        return made and _is_below(path, (folder, os.path.realpath(folder)))


def _libraries(frame: FrameType | None) -> frozenset[str]:
    """Return the installed packages and modules by which other code opens something."""
    found = set()
    while frame is not None and _is_below(frame.f_code.co_filename, _installed()):
        found.add(str(frame.f_globals.get("__name__")).partition(".")[0])
        frame = frame.f_back
    return frozenset(found)


def _libraries_for_project(frame: FrameType | None) -> frozenset[str]:
    """Return the libraries by which the project's code opens something; none where Noria does."""
    found: set[str] = set()
    own, others = own_folders(), _not_of_project()
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(own):
            break
        if not file.startswith(others):
            return frozenset(found)
        found.add(str(frame.f_globals.get("__name__")).partition(".")[0])
        frame = frame.f_back
    return frozenset()


@cache
def _little_known(modules: frozenset[str]) -> frozenset[str]:
    """Return the distributions of some modules of which not all is known that they read."""
    return frozenset(one for one in distributions_of(modules) if not is_well_known(one))


@cache
def _not_of_project() -> tuple[str, ...]:
    return ("<", *(each + os.sep for each in _installed()))


@cache
def _installed() -> tuple[str, ...]:
    """Return the folders of Python and of what is installed for it."""
    found = {sys.prefix, sys.base_prefix, sys.exec_prefix, *installed_folders()}
    found.update(path for path in sys.path if path.endswith(("site-packages", "dist-packages")))
    return tuple(sorted(path for path in found if path not in {"", os.sep}))


def _absolute(path: str | bytes | os.PathLike[Any]) -> str:
    return os.path.abspath(os.fsdecode(path))


def _is_below(path: str, folders: Iterable[str]) -> bool:
    return any(path == each or path.startswith(each.rstrip(os.sep) + os.sep) for each in folders)
