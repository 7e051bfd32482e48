"""The click group behind `noria`."""

from typing import Any

import click
from noria_catalog.suggest import nearest

from noria.cli.ending import ReaderGone
from noria.cli.overview import overview
from noria.cli.table import COMMANDS, installed_commands, load


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
            raise ReaderGone from error

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


def call_command(words: list[str]) -> int:
    """Call the command that the words name and return its exit code.  Raises what it does."""
    result: Any = noria.main(args=words, prog_name="noria", standalone_mode=False)
    return result if isinstance(result, int) else 0
