"""The click group behind `noria`, and what becomes of errors and interrupts."""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

import click
from noria_catalog.errors import NoriaError
from noria_catalog.suggest import nearest

from noria.cli.overview import overview
from noria.cli.table import COMMANDS, installed_commands, load

INTERRUPTED = 130
UNFORESEEN = 1
TRACEBACK = "NORIA_TRACEBACK"
_LONGEST = 300


class _ReaderGone(Exception):  # noqa: N818  # no error: `noria runs list | head`
    """Nobody reads our output any more; the BrokenPipeError is the ``__cause__``."""


class LazyGroup(click.Group):
    """Knows its commands by name and imports one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return all names: ours in the order of the work, then those of installed packages."""
        return [*COMMANDS, *sorted(set(installed_commands()) - set(COMMANDS))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name, imported now."""
        target = COMMANDS.get(cmd_name, ("", ""))[0] or installed_commands().get(cmd_name)
        if target is None:
            return None
        command = load(target)
        if not isinstance(command, click.Command):
            raise click.UsageError(f"{target}, installed as the command {cmd_name!r}, is none", ctx)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the words name.  Raises UsageError with the nearest name."""
        name = args[0]
        command = self.get_command(ctx, name)
        if command is not None:
            return name, command, args[1:]
        close = nearest(name, self.list_commands(ctx))
        mend = f" Did you mean {close!r}?" if close else ""
        raise click.UsageError(f"no command {name!r}.{mend}", ctx)

    def invoke(self, ctx: click.Context) -> Any:
        """Invoke the command.  A reader who went away is told past click, which would exit."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise _ReaderGone from error

    def get_help(self, ctx: click.Context) -> str:
        """Return the same overview as `noria --help`, which does not come this way."""
        return overview()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("-V", "--version", is_flag=True, help="Print the version.")
def noria(version: bool) -> None:
    """Scaffold machine-learning projects, run their pipelines, and see them."""
    if version:
        from noria import __version__

        click.echo(f"noria {__version__}")


def run_command_line(words: list[str]) -> int:
    """Run one command line and return the exit code of the process; nothing is raised.

    Where nobody reads our output any more, that ends the output and is no error.  What we did not
    foresee is one line and exit code 1; with NORIA_TRACEBACK=1 its traceback stands above.
    """
    try:
        code = _call(words)
        if sys.stdout is not None:
            sys.stdout.flush()
    except (_ReaderGone, BrokenPipeError) as error:
        _silence(sys.stdout)
        return _code_behind(error.__cause__ or error)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # the last net: one line of it
        try:
            return _explain(error)
        except BrokenPipeError:
            _silence(sys.stderr)
            return _code_behind(error)
    return code


def report(error: NoriaError) -> None:
    """Print an error as the user reads it: ``Error:``, what and where, and what to do."""
    _report(str(error))


def _explain(error: Exception | KeyboardInterrupt) -> int:
    match error:
        case NoriaError():
            report(error)
            return error.exit_code
        case click.ClickException():
            error.show()
            return error.exit_code
        case KeyboardInterrupt() | click.Abort():
            click.echo("interrupted", err=True)
            return INTERRUPTED
    import traceback

    if os.environ.get(TRACEBACK, "0") not in ("", "0"):
        traceback.print_exception(error)
    _report(_unforeseen(error))
    return UNFORESEEN


def _unforeseen(error: BaseException) -> str:
    import traceback

    said = " ".join(f"{type(error).__name__}: {error}".split())
    said = said if len(said) <= _LONGEST else f"{said[:_LONGEST]}..."
    frames = traceback.extract_tb(error.__traceback__)
    place = f" (in {Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return (
        f"a fault of Noria's own, not yours: {said}{place}\n"
        f"  {TRACEBACK}=1 in front of the command shows the traceback"
    )


def _report(text: str) -> None:
    click.echo(click.style("Error: ", fg="red", bold=True) + text, err=True)


def _code_behind(error: BaseException | None) -> int:
    """Return the exit code of what was being told when the reader went away, 0 for a listing."""
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


def _call(words: list[str]) -> int:
    result: Any = noria.main(args=words, prog_name="noria", standalone_mode=False)
    return result if isinstance(result, int) else 0
