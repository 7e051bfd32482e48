"""Python's own prompt with a session's names, where IPython is not installed."""

import code
import sys
import traceback
from types import CodeType, TracebackType

from noria_catalog.errors import NoriaError

from noria.integrations.workbench import Workbench
from noria.project.session import Session


def start_prompt(session: Session) -> None:
    """Run Python's prompt until the user leaves."""
    names: dict[str, object] = {"__name__": "__console__", "__doc__": None}
    bench = Workbench(session, names, print)
    bench.lay_out()
    try:
        import readline
        import rlcompleter

        readline.set_completer(rlcompleter.Completer(names).complete)
        readline.parse_and_bind("tab: complete")
    except ImportError:  # Windows has none
        pass
    project = session.project
    banner = f"{project.name} at {project.path}, environment {session.env}\n" + ", ".join(
        name for name in ("session", "catalog", "pipelines") if name in names
    )
    _Prompt(names, bench).interact(banner=banner, exitmsg="")


class _Prompt(code.InteractiveConsole):
    """Reads edited code again before each input, and tells a user's slip without a traceback."""

    def __init__(self, names: dict[str, object], bench: Workbench) -> None:
        super().__init__(names)
        self._bench = bench

    def runcode(self, code: CodeType) -> None:
        self._bench.refresh()
        super().runcode(code)

    def showtraceback(self) -> None:
        kind, error, trace = sys.exc_info()
        assert error is not None
        _remember(error, trace)
        if isinstance(error, NoriaError):
            cause = error.__cause__
            if cause is not None:
                # What `import pdb; pdb.pm()` looks at is the user's own error.
                _remember(cause, cause.__traceback__)
            self.write(f"Error: {error}\n")
        else:
            assert trace is not None
            self.write("".join(traceback.format_exception(kind, error, trace.tb_next)))


def _remember(error: BaseException, trace: TracebackType | None) -> None:
    sys.last_type, sys.last_value, sys.last_traceback = type(error), error, trace
    sys.last_exc = error  # type: ignore[attr-defined]  # Python 3.12 and later
