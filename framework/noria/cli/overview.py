"""What `noria --help` says: from the table of commands, without click."""

from noria.cli.table import COMMANDS, SUMMARIES, installed_commands

_TEXT = """\
Usage: noria COMMAND [OPTIONS] [ARGUMENTS]

  Scaffold machine-learning projects, run their pipelines, and see them.

Commands:
{commands}

Options:
  -V, --version  Print the version.
  -h, --help     Print this, or after a command what it can do.

Exit codes: 0 done, 1 a node failed, 2 a mistake in usage or configuration,
3 another run holds the project, 130 interrupted."""


def overview() -> str:
    """Return the help of the whole command line.

    >>> print(overview().splitlines()[0])
    Usage: noria COMMAND [OPTIONS] [ARGUMENTS]
    """
    summaries = {name: summary for name, (_, summary) in COMMANDS.items()}
    for name in sorted(installed_commands()):
        summaries.setdefault(name, SUMMARIES.get(name, ""))
    width = max(map(len, summaries))
    lines = [f"  {name:<{width}}  {summary}".rstrip() for name, summary in summaries.items()]
    return _TEXT.format(commands="\n".join(lines))
