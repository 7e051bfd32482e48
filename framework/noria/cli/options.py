"""Options that several commands share: which part of a pipeline, which configuration."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from noria.cli.stdout import answers_apart

Command = TypeVar("Command", bound=Callable[..., Any])


def split_names(text: str) -> tuple[str, ...]:
    """Return the names in a comma-separated list; commas inside brackets belong to a name.

    >>> split_names("clean, split([a,b]) -> [c]")
    ('clean', 'split([a,b]) -> [c]')
    """
    names: list[str] = []
    depth, start = 0, 0
    for at, char in enumerate(text + ","):
        depth += (char in "([{") - (char in ")]}")
        if char == "," and depth <= 0:
            names.append(text[start:at].strip())
            start = at + 1
    return tuple(name for name in names if name)


def _names(
    _context: click.Context, _parameter: click.Parameter, value: tuple[str, ...]
) -> tuple[str, ...]:
    names = tuple(name for text in value for name in split_names(text))
    if value and not names:  # a variable of a shell script that is not set, say
        raise click.BadParameter("it names nothing; leave the flag out where all is meant")
    return names


def not_empty(
    _context: click.Context, _parameter: click.Parameter, value: str | None
) -> str | None:
    """Return the value of a flag.  Raises BadParameter for none, of an unset variable say."""
    if value is not None and not value.strip():
        raise click.BadParameter("it is empty; leave the flag out where the usual is meant")
    return value


def names_option(*flags: str, help: str) -> Callable[[Command], Command]:  # noqa: A002  # click's
    """Give a command a flag that takes names, parted by commas, and may be given again."""
    return click.option(*flags, multiple=True, metavar="NAMES", callback=_names, help=help)


_SELECTION = [
    click.option("-p", "--pipeline", default="__default__", metavar="NAME", help="The pipeline."),
    names_option("-t", "--tags", help="Only nodes with one of these tags."),
    names_option("-n", "--nodes", help="Only these nodes."),
    names_option("--from-nodes", help="Only these nodes and what follows them."),
    names_option("--to-nodes", help="Only these nodes and what they need."),
    names_option("--from-inputs", help="Only what follows from these datasets."),
    names_option("--to-outputs", help="Only what these datasets need."),
    names_option("--namespaces", "--namespace", help="Only nodes of these namespaces."),
]


class Selecting(click.Command):
    """A command that takes names by flags, and says so to who gives one without."""

    allow_extra_args = True  # they are looked at below

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the words.  Raises UsageError for a name that no flag goes before."""
        extra = super().parse_args(ctx, args)
        if extra and not ctx.resilient_parsing:
            ctx.fail(
                f"{extra[0]!r} stands without a flag; a pipeline is chosen by --pipeline, a node by"
                " --nodes"
            )
        return extra


def selection_options(command: Command) -> Command:
    """Give a command the flags that choose a pipeline and a part of it."""
    for option in reversed(_SELECTION):
        command = option(command)
    return command


_CONFIGURATION = [
    click.option(
        "-e", "--env", metavar="NAME", callback=not_empty, help="The environment: a folder in conf."
    ),
    click.option(
        "--params",
        multiple=True,
        metavar="KEY=VALUE",
        help="Override parameters for this time: model.depth=3,seed=1.",
    ),
    click.option(
        "--load-versions",
        multiple=True,
        metavar="NAME:VERSION",
        help="Load this version of a versioned dataset.",
    ),
    click.option(
        "--conf-source",
        metavar="PLACE",
        callback=not_empty,
        help="Read this folder, .zip or URL instead of conf.",
    ),
]


def configuration_options(command: Command) -> Command:
    """Give a command the flags that say which configuration is read."""
    for option in reversed(_CONFIGURATION):
        command = option(command)
    return command


def answer_apart(context: click.Context, _: click.Parameter, value: bool) -> bool:
    """Keep what the project's code prints out of an answer in JSON."""
    if value:
        context.with_resource(answers_apart())
    return value


json_option = click.option(
    "--json", "as_json", is_flag=True, callback=answer_apart, help="Print JSON."
)
