"""The click group behind `noria`, and what becomes of errors and interrupts."""

import os
import sys
from typing import Any

import click
from noria_catalog.errors import NoriaError
from noria_catalog.suggest import nearest

from noria.cli.overview import overview
from noria.cli.table import COMMANDS, installed_commands, load

INTERRUPTED = 130


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
    """Run one command line and return the exit code of the process."""
    try:
        return _call(words)
    except NoriaError as error:
        report(error)
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; Python must not complain when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def report(error: NoriaError) -> None:
    """Print an error as the user reads it: ``Error:``, what and where, and what to do."""
    click.echo(click.style("Error: ", fg="red", bold=True) + str(error), err=True)


def _call(words: list[str]) -> int:
    result: Any = noria.main(args=words, prog_name="noria", standalone_mode=False)
    return result if isinstance(result, int) else 0
