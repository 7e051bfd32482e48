"""What functions read beside their inputs while they run, as Python itself tells of it.

Sources say what code reads by names that are known (:mod:`noria.code`).  A library that nobody
knows, or a name that only the run makes, is seen here: Python's audit hooks tell of each file that
is opened and of each connection.  What is read without Python, by compiled code, and in threads and
processes that a function starts, is not seen.

Python tells of much, and the telling doubles the time of ``copy.deepcopy``: who uses well-known
libraries alone is not watched.
"""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import cache
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from noria.graph import Node

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
_IMPORTLIB = os.path.join(os.path.dirname(os.__file__), "importlib", "metadata")
_HERE = threading.local()
_NOT_WATCHED = nullcontext()


def _is_importing(frame: FrameType) -> bool:
    """Return whether it is Python that looks for modules, or for what is installed."""
    file = frame.f_code.co_filename
    return file.startswith(("<frozen importlib", _IMPORTLIB))


@cache
def _set_hook() -> None:
    """Let Python tell; it cannot be told to stop, so this is done once at most."""
    # Held by the function itself: when Python ends, the names of modules are gone before the hook.
    heard, here = _HEARD, _HERE

    def hear(event: str, args: tuple[Any, ...]) -> None:
        """Note what the function that this thread executes opens; called for all that is told."""
        if event in heard:
            watched = getattr(here, "watched", None)
            if watched is not None and not _is_importing(sys._getframe(1)):  # noqa: SLF001
                # What cannot be told of must not become an error of who opens it.
                with suppress(OSError, TypeError, ValueError):
                    heard[event](watched, args)

    sys.addaudithook(hear)


class Watched:
    """What one execution has read, made and reached, in this thread, while it is entered."""

    def __init__(self) -> None:
        self.began = time.time()
        self.read: dict[str, None] = {}
        self.made: set[str] = set()
        self.reached: dict[str, None] = {}
        self._outer: Watched | None = None

    def __enter__(self) -> None:
        self._outer = getattr(_HERE, "watched", None)
        _HERE.watched = self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _HERE.watched = self._outer

    def opened(self, args: tuple[Any, ...]) -> None:
        """Note ``open(path, mode, flags)``."""
        path, _, flags = args
        if type(path) is int or type(flags) is not int:
            return
        if flags & os.O_ACCMODE != os.O_RDONLY and flags & (os.O_TRUNC | os.O_CREAT):
            self.made.add(_absolute(path))
        elif flags & os.O_ACCMODE != os.O_WRONLY:
            self.looked((path,))

    def looked(self, args: tuple[Any, ...]) -> None:
        """Note a path that is read: a file, a folder's names, a database in a file."""
        if type(args[0]) is not int and len(self.read) < _MOST:
            self.read.setdefault(_absolute(args[0] or "."))

    def connected(self, args: tuple[Any, ...]) -> None:
        """Note ``socket.connect(socket, address)`` with what is not this machine."""
        address = args[1]
        if isinstance(address, tuple) and len(self.reached) < _MOST:
            host = str(address[0])
            if not host.startswith("127.") and host not in {"::1", "localhost"}:
                self.reached.setdefault(f"{host}:{address[1]}")

    def created(self, args: tuple[Any, ...]) -> None:
        """Note a folder that is made."""
        self.made.add(_absolute(args[0]))


_HEARD: dict[str, Callable[[Watched, tuple[Any, ...]], None]] = {
    "open": Watched.opened,
    "os.listdir": Watched.looked,
    "os.scandir": Watched.looked,
    "sqlite3.connect": Watched.looked,
    "socket.connect": Watched.connected,
    "os.mkdir": Watched.created,
}


class Witness:
    """Watches the functions of one run.

    ``root`` is the project's folder; ``known`` returns the paths of the data that a node reads and
    makes, which lazy datasets open while it runs; ``wanted`` whether it is to be watched; ``tells``
    whether it is known to tell others of itself over the network, so that a connection is no
    reading.
    """

    def __init__(
        self,
        root: Path,
        known: Callable[[Node], Iterable[str]],
        wanted: Callable[[Node], bool],
        tells: Callable[[Node], bool],
    ) -> None:
        self._root = str(root)
        self._known = known
        self._wanted = wanted
        self._tells = tells
        self._watched: dict[str, Watched] = {}

    def watching(self, node: Node) -> AbstractContextManager[None]:
        """Return what is to be entered whenever the node's function is executed."""
        watched = self._watched.get(node.name)
        if watched is None:
            if not self._wanted(node):
                return _NOT_WATCHED
            _set_hook()
            watched = self._watched[node.name] = Watched()
        return watched

    def seen(self, node: Node) -> str:
        """Return what a node has read beside its inputs, in a few words; empty for nothing."""
        watched = self._watched.pop(node.name, None)
        if watched is None or not (watched.read or watched.reached):
            return ""
        if watched.reached and not self._tells(node):
            return f"the network: {next(iter(watched.reached))}"
        if not watched.read:
            return ""
        known = [os.path.abspath(path) for path in self._known(node)]
        for path in watched.read:
            if (
                not self._is_of_machine(path)
                and not _is_below(path, known)
                and not self._is_own(path, watched)
                and os.path.exists(path)
            ):
                shown = os.path.relpath(path, self._root) if self._is_in_project(path) else path
                return f"the file: {shown}"
        return ""

    def _is_in_project(self, path: str) -> bool:
        return _is_below(path, (self._root,))

    def _is_of_machine(self, path: str) -> bool:
        """Return whether a path is that of code or of what is installed, and no data."""
        if path.endswith(_CODE) or any(part.endswith(_CODE_FOLDERS) for part in _parts(path)):
            return True
        if path in map(os.path.abspath, sys.path):
            return True
        if self._is_in_project(path):
            inside = [each for each in _installed() if self._is_in_project(each)]
            return _is_below(path, (*inside, os.path.join(self._root, ".noria")))
        if _is_below(path, (*_installed(), *_OF_SYSTEM)):
            return True
        home = os.path.expanduser("~")
        return _is_below(path, (home,)) and path[len(home) + 1 :].startswith(
            (".", "Library", "AppData")
        )

    def _is_own(self, path: str, watched: Watched) -> bool:
        """Return whether the execution has made what it then read."""
        if _is_below(path, watched.made):
            return True
        if self._is_in_project(path):
            return False
        try:
            # What compiled code has made, in the place for such files.
            made = os.stat(path).st_ctime >= watched.began - 1
        except OSError:
            return False
        from tempfile import gettempdir

        folder = gettempdir()
        return made and _is_below(path, (folder, os.path.realpath(folder)))


@cache
def _installed() -> tuple[str, ...]:
    """Return the folders of Python and of what is installed for it."""
    import sysconfig

    found = {sys.prefix, sys.base_prefix, sys.exec_prefix, *sysconfig.get_paths().values()}
    found.update(path for path in sys.path if path.endswith(("site-packages", "dist-packages")))
    return tuple(sorted(path for path in found if path not in {"", os.sep}))


def _absolute(path: str | bytes | os.PathLike[Any]) -> str:
    return os.path.abspath(os.fsdecode(path))


def _parts(path: str) -> list[str]:
    return path.replace(os.sep, "/").split("/")


def _is_below(path: str, folders: Iterable[str]) -> bool:
    return any(path == each or path.startswith(each.rstrip(os.sep) + os.sep) for each in folders)
