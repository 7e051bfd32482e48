"""What becomes of the errors and interrupts of a command line: words, or JSON, and an exit code."""

import errno
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from noria_catalog.errors import NoriaError

from noria.cli.color import beginning
from noria.cli.saying import is_open, say

INTERRUPTED = 130
UNFORESEEN = 1
TRACEBACK = "NORIA_TRACEBACK"
_LONGEST = 300
# What disks, or the limits of a process, let nobody do.
_OUTSIDE = {
    getattr(errno, name, errno.EIO)
    for name in ("EDQUOT", "EIO", "EMFILE", "ENFILE", "EROFS", "ESTALE")
}


class ReaderGone(Exception):  # noqa: N818  # no error: `noria runs list | head`
    """Nobody reads our output any more; the BrokenPipeError is the ``__cause__``."""


def run_to_the_end(call: Callable[[], int], *, as_json: bool = False) -> int:
    """Call a command and return the exit code of the process; nothing is raised.

    Where nobody reads our output any more, that ends the output and is no error.  What we did not
    foresee is one line and exit code 1; with NORIA_TRACEBACK=1 its traceback stands above.
    ``as_json``: the answer is read by a program, which is told of the error too.
    """
    try:
        code = call()
        if is_open(sys.stdout):
            sys.stdout.flush()
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # the last net: one line of it
        return end_by(error, as_json=as_json)
    return code


def end_by(error: Exception | KeyboardInterrupt, *, as_json: bool = False) -> int:
    """Tell what has ended a command, and return the exit code of the process."""
    if isinstance(error, ReaderGone | BrokenPipeError):
        _silence(sys.stdout)
        return _code_behind(error.__cause__ or error)
    told, code = _understood(error)
    try:
        _tell(error, told)
    except BrokenPipeError:
        _silence(sys.stderr)
    if as_json:
        _tell_program(error, told)
    return code


def report(error: NoriaError) -> None:
    """Print an error as the user reads it: ``Error:``, what and where, and what to do.

    What lies in the project is named as in its folder, wherever the user stands.
    """
    import click

    text = _in_project(str(error))
    click.echo(beginning("Error", "red") + text, err=True)


def _in_project(text: str) -> str:
    from noria.project.discover import find_project

    with suppress(NoriaError, OSError):
        return text.replace(f"{find_project(Path.cwd()).path}{os.sep}", "")
    return text


def _understood(error: Exception | KeyboardInterrupt) -> tuple[NoriaError, int]:
    """Return an error in words that a user reads, and the exit code of the process."""
    if isinstance(error, NoriaError):
        return error, error.exit_code
    if isinstance(error, KeyboardInterrupt):
        return NoriaError("interrupted"), INTERRUPTED
    import click

    if isinstance(error, click.Abort):
        return NoriaError("interrupted"), INTERRUPTED
    if isinstance(error, click.ClickException):
        return NoriaError(error.format_message()), error.exit_code
    if isinstance(error, FileNotFoundError) and _is_nowhere():
        return _nowhere(), NoriaError.exit_code
    if isinstance(error, PermissionError) and isinstance(error.filename, str):
        return _not_allowed(error.filename), NoriaError.exit_code
    if isinstance(error, OSError) and error.filename is not None:
        told = NoriaError(f"{error.filename} cannot be reached: {error.strerror}")
        if error.errno == errno.ENAMETOOLONG:
            return told, NoriaError.exit_code
        if error.errno in _OUTSIDE:
            return told, UNFORESEEN
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        where = error.filename or "what is said cannot be written"
        return NoriaError(f"{error.strerror}: {where}"), UNFORESEEN
    limit = _limit(error)
    return NoriaError(limit) if limit else _unforeseen(error), UNFORESEEN


def _tell(error: Exception | KeyboardInterrupt, told: NoriaError) -> None:
    """Print an error for whoever sits at the terminal."""
    if isinstance(error, NoriaError):
        report(error)
    elif isinstance(error, KeyboardInterrupt):
        say("\ninterrupted", err=True)  # on a line of its own, below the terminal's ^C
    else:
        _tell_other(error, told)


def _tell_other(error: Exception, told: NoriaError) -> None:
    import click

    if isinstance(error, click.ClickException):
        error.show()
        return
    if isinstance(error, click.Abort):
        say("interrupted", err=True)  # click has begun a line
        return
    if os.environ.get(TRACEBACK, "0") not in ("", "0"):
        import traceback

        traceback.print_exception(error)
    if isinstance(error, OSError) and error.errno == errno.ENOSPC and error.filename is None:
        _silence(sys.stdout)  # what is printed; Python tries once more at its end
    report(told)


def _tell_program(error: Exception | KeyboardInterrupt, told: NoriaError) -> None:
    """Print an error as JSON, in the words of a finding, beside what a run has done till then."""
    from noria.cli.printing import print_json

    where = None if told.where is None else str(told.where)
    said = {"kind": type(error).__name__, "message": told.message, "where": where}
    document = getattr(error, "document", {})
    try:
        print_json({**document, "error": {**said, "nearest": told.nearest, "hint": told.hint}})
    except OSError:
        _silence(sys.stdout)


def _limit(error: Exception) -> str:
    """Return the words for what there is not enough of, empty where it is something else."""
    if isinstance(error, MemoryError):
        return "there is not enough memory"
    if isinstance(error, RuntimeError) and str(error) == "can't start new thread":
        return (
            "no thread can be started: there are as many processes as this user, or container, may"
        )
    return ""


def _is_nowhere() -> bool:
    """Tell whether the folder that this process is in is gone."""
    try:
        os.getcwd()  # noqa: PTH109  # pathlib would do no more
    except FileNotFoundError:
        return True
    return False


def _nowhere() -> NoriaError:
    """Return the error for a folder that was removed while somebody is in it."""
    return NoriaError(
        "the folder that you are in is gone", hint="enter it once more, if there is a new one: cd ."
    )


def _not_allowed(path: str) -> NoriaError:
    """Return the error for a file that the user may not even look for: no fault of ours."""
    return NoriaError(
        f"{path} cannot be reached: permission denied",
        hint="the rights to it, or to a folder above it, are not yours",
    )


def _unforeseen(error: BaseException) -> NoriaError:
    import traceback

    said = " ".join(f"{type(error).__name__}: {error}".split())
    said = said if len(said) <= _LONGEST else f"{said[:_LONGEST]}..."
    frames = traceback.extract_tb(error.__traceback__)
    place = f" (in {Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return NoriaError(
        f"a fault of Noria's own, not yours: {said}{place}",
        hint=f"{TRACEBACK}=1 in front of the command shows the traceback",
    )


def _code_behind(error: BaseException | None) -> int:
    """Return the exit code of what was being told when the reader went away, 0 for a listing."""
    import click

    while error is not None:
        if isinstance(error, NoriaError | click.ClickException):
            return error.exit_code
        if isinstance(error, KeyboardInterrupt):
            return INTERRUPTED
        if not isinstance(error, BrokenPipeError):
            return UNFORESEEN
        error = error.__context__
    return 0


def _silence(stream: TextIO) -> None:
    """Send to nowhere what Python would still write to the stream, and complain about, at exit."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
