"""``%load_ext noria``: the project at hand in a notebook or in IPython.

The names ``session``, ``catalog`` and ``pipelines`` appear, and edited code and configuration are
read again before each cell.  ``%reload_noria`` opens another project or environment.
"""

import shlex
import sys
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from noria_catalog.errors import NoriaError

from noria.config.overrides import parse_overrides
from noria.errors import NodeError
from noria.integrations.workbench import Workbench
from noria.project.modules import forget
from noria.project.session import Session, open_project

MAGIC = "reload_noria"
_loaded: "WeakKeyDictionary[Any, Extension]" = WeakKeyDictionary()


def load_ipython_extension(ipython: Any) -> None:
    """Open the project of the notebook's folder; IPython calls this at ``%load_ext noria``."""
    if ipython not in _loaded:
        _loaded[ipython] = Extension(ipython)
    _loaded[ipython].open()


def unload_ipython_extension(ipython: Any) -> None:
    """Take the names away and stop following edits; called at ``%unload_ext noria``."""
    extension = _loaded.pop(ipython, None)
    if extension is not None:
        extension.close()


def start_ipython(session: Session) -> None:
    """Run IPython in this terminal with the session's names, until the user leaves.

    Raises ImportError where IPython is not installed.
    """
    from IPython.terminal.ipapp import TerminalIPythonApp

    app: Any = TerminalIPythonApp.instance()
    app.initialize([])
    _loaded[app.shell] = Extension(app.shell)
    _loaded[app.shell].adopt(session)
    app.start()


class Extension:
    """What one IPython has of Noria."""

    def __init__(self, ipython: Any) -> None:
        self._ipython = ipython
        self._workbench: Workbench | None = None
        ipython.register_magic_function(self.reload, "line", MAGIC)
        ipython.events.register("pre_run_cell", self._before_cell)
        ipython.events.register("post_run_cell", self._after_cell)

    def close(self) -> None:
        """Leave IPython as it was."""
        self._ipython.events.unregister("pre_run_cell", self._before_cell)
        self._ipython.events.unregister("post_run_cell", self._after_cell)
        self._ipython.magics_manager.magics["line"].pop(MAGIC, None)
        if self._workbench is not None:
            self._workbench.clear()

    def open(
        self, path: Path | None = None, env: str | None = None, params: list[str] | None = None
    ) -> None:
        """Open the project that ``path`` lies in, ``None``: the notebook; tell what is wrong."""
        try:
            folder = self._notebook_folder() if path is None else path
            self.adopt(open_project(folder, env=env, params=parse_overrides(params or [])))
        except NoriaError as error:
            _tell(f"{error}\n  hint: %{MAGIC} FOLDER opens the project of another folder")

    def adopt(self, session: Session) -> None:
        """Give the session's names to the user."""
        self._workbench = Workbench(session, self._ipython.user_ns, _tell)
        self._workbench.lay_out()
        project = session.project
        _tell(f"{project.name} at {project.path}, environment {session.env}")

    def reload(self, line: str = "") -> None:
        """Open the project anew: %reload_noria [FOLDER] [--env NAME] [--params KEY=VALUE,...].

        Without words everything is read again, also what was not edited.
        """
        words = shlex.split(line)
        given: dict[str, str] = {}
        places: list[str] = []
        while words:
            word, _, value = words.pop(0).partition("=")
            if word in ("-e", "--env", "--params"):
                given[word.strip("-")[:1]] = value or (words.pop(0) if words else "")
            elif word.startswith("-"):
                _tell(f"no option {word}; {self.reload.__doc__}")
                return
            else:
                places.append(word + ("=" + value if value else ""))
        if self._workbench is not None:
            forget(self._workbench.session.project)
        known = self._workbench.session.project.path if self._workbench else None
        folder = Path(places[0]).expanduser() if places else known
        self.open(folder, given.get("e"), [given["p"]] if "p" in given else None)

    def _before_cell(self, _info: Any = None) -> None:
        if self._workbench is not None:
            try:
                self._workbench.refresh()
            except NoriaError as error:
                _tell(str(error))

    def _after_cell(self, result: Any = None) -> None:
        """Let ``%debug`` stop in the user's function, not where the runner told of it."""
        error = getattr(result, "error_in_exec", None)
        if isinstance(error, NodeError) and error.__cause__ is not None:
            cause = error.__cause__
            sys.last_type, sys.last_value, sys.last_traceback = (
                type(cause), cause, cause.__traceback__,
            )  # fmt: skip
            sys.last_exc = cause  # type: ignore[attr-defined]  # Python 3.12 and later

    def _notebook_folder(self) -> Path:
        """Return where the notebook lies: an editor may have set another working directory."""
        names = self._ipython.user_ns
        for key in ("__vsc_ipynb_file__", "__session__"):
            file = names.get(key)
            if isinstance(file, str) and Path(file).is_absolute() and Path(file).parent.is_dir():
                return Path(file).parent
        return Path.cwd()


def _tell(text: str) -> None:
    print(text)  # noqa: T201  # in a notebook this is the way to the reader
