"""`noria run`."""

import shlex
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click

from noria.cli.interrupt import heed_interrupts
from noria.cli.main import BEGAN
from noria.cli.opening import open_session
from noria.cli.options import configuration_options, json_option, selection_options, take_selection
from noria.cli.printing import print_json
from noria.cli.progress import show_progress
from noria.cli.stdout import stdout_elsewhere
from noria.cli.summary import (
    nothing_to_do,
    nothing_to_do_document,
    summary,
    summary_document,
)
from noria.cli.tally import Tally
from noria.errors import ConfigError, NodeError
from noria.project.selection import Selection
from noria.project.session import Session
from noria.record.json_text import json_text
from noria.runner.memory import Memory


@click.command()
@selection_options
@click.option("-r", "--runner", metavar="NAME", help="inline (the default) or threads.")
@click.option("-w", "--workers", type=click.IntRange(min=1), help="How many threads.")
@configuration_options
@click.option("--force", is_flag=True, help="Run all that is selected, whatever is recorded.")
@click.option(
    "--no-cache", is_flag=True, help="Run all that is selected; use and record no results."
)
@click.option(
    "--keep-edited",
    multiple=True,
    metavar="NAME",
    help="Take the file of this dataset, changed by hand, as the result; repeatable.",
)
@click.option("--wait", is_flag=True, help="Wait when another run holds the project.")
@click.option("-q", "--quiet", is_flag=True, help="Show nothing but errors.")
@click.option("--pdb", "debugging", is_flag=True, help="Open pdb where a node's function failed.")
@click.option("--traceback", "full", is_flag=True, help="Print a failure's whole traceback.")
@json_option
def run(
    runner: str | None,
    workers: int | None,
    wait: bool,
    quiet: bool,
    debugging: bool,
    full: bool,
    force: bool,
    no_cache: bool,
    keep_edited: tuple[str, ...],
    as_json: bool,
    **given: Any,
) -> None:
    """Run a pipeline, or a part of one: what changed since the last time.

    A node whose code, inputs, parameters and libraries are what they were is not run again; its
    results are used, or put back where they are missing.  `noria plan` says what would run and why.

    Without --pipeline the pipeline `__default__` runs: all of them, unless the project's registry
    says otherwise.  Flags that choose a part narrow each other; names are parted by commas.

    \b
    noria run --pipeline train
    noria run --pipeline train --from-nodes split_flights
    noria run --env full --params model.depth=3 --runner threads --workers 4
    noria run --nodes score --force
    """  # noqa: D301  # click reads the control character as "keep these lines"
    selection = take_selection(given)
    again = _same_configuration(given)
    if no_cache and (force or keep_edited):
        raise click.UsageError(
            "--no-cache runs all and records nothing: --force and --keep-edited"
            " have no place beside it"
        )
    if workers is not None and runner is None:
        runner = "threads"
    crew = _runner_flags(runner, workers)
    session = open_session(given)
    failure: NodeError | None = None
    if debugging and as_json:
        raise click.UsageError("--pdb and --json: a debugger cannot share the output")
    tally = Tally(BEGAN)
    stream = sys.stderr if as_json else sys.stdout

    fresh = None
    if not (force or no_cache):
        fresh = _noting(session, lambda: _said(tally, as_json=as_json, quiet=quiet))
    try:
        with (
            stdout_elsewhere() if as_json else nullcontext(),
            heed_interrupts(lambda: _abandon(session, tally)),
            show_progress(tally, stream=stream, quiet=quiet, live=not debugging) as progress,
        ):
            _set_up_logging(session)
            session.run(
                selection,
                runner=runner,
                workers=workers,
                wait=wait,
                listeners=[tally, progress] if progress else [tally],
                on_wait=lambda other: click.echo(f"waiting for {other}", err=True),
                on_warning=lambda text: None if quiet else click.echo(f"Warning: {text}", err=True),
                force=force,
                cache=not no_cache,
                keep_edited=keep_edited,
                outputs=(),
                when_done=fresh,
                command=shlex.join(["noria", "run", *selection.flags(), *again, *crew]),
            )
    except NodeError as error:
        if full and error.__cause__ is not None:
            import traceback

            trace = "".join(traceback.format_exception(error.__cause__))
            click.echo(session.catalog.hide(trace), err=True, nl=False)
        error.hint = _how_to_go_on(error, selection, [*again, *crew], remembered=not no_cache)
        if debugging and error.__cause__ is not None:
            failure = error
        else:
            raise
    finally:
        if tally.run:
            _tell(tally, as_json=as_json, quiet=quiet)
    if failure is not None:
        _debug(failure)


def _tell(tally: Tally, *, as_json: bool, quiet: bool) -> None:
    if as_json:
        print_json(summary_document(tally))
    elif not quiet:
        click.echo(f"\n{summary(tally, here=Path.cwd())}")


def _noting(session: Session, said: Callable[[], str]) -> Callable[[Memory], None]:
    """Return what writes down, at a good end, that this very command has nothing left to do."""
    from noria.project.incremental import Incremental
    from noria.project.manifest import Before, keep_answer

    before = Before(session)

    def note(memory: Memory) -> None:
        if isinstance(memory, Incremental):
            keep_answer(session, before, sys.argv[1:], said(), memory)

    return note


def _said(tally: Tally, *, as_json: bool, quiet: bool) -> str:
    """Return what this very command is to print the next time, when nothing has changed."""
    if as_json:
        return json_text(nothing_to_do_document(tally), indent=2)
    return "" if quiet else nothing_to_do(tally)


def _debug(failure: NodeError) -> None:
    from noria.cli.group import report
    from noria.cli.postmortem import debug

    report(failure)
    assert failure.__cause__ is not None
    debug(failure.__cause__)
    raise click.exceptions.Exit(failure.exit_code)


def _abandon(session: Session, tally: Tally) -> None:
    session.abandon()
    left = ", ".join(node.name for node in tally.of("running"))
    click.echo("interrupted" + (f"; left behind: {left}" if left else ""), err=True)


def _set_up_logging(session: Session) -> None:
    configuration = session.config.logging()
    if configuration is None:
        return
    import logging.config

    try:
        logging.config.dictConfig({"disable_existing_loggers": False, **configuration})
    except (ValueError, TypeError, AttributeError, ImportError) as error:
        cause = f": {error.__cause__}" if error.__cause__ else ""
        raise ConfigError(f"logging.yml cannot be used: {error}{cause}") from error


def _same_configuration(given: dict[str, Any]) -> list[str]:
    """Return the flags that read the same configuration again."""
    flags: list[str] = []
    for name in ("env", "conf_source"):
        if given[name]:
            flags += [f"--{name.replace('_', '-')}", str(given[name])]
    for name in ("params", "load_versions"):
        for value in given[name]:
            flags += [f"--{name.replace('_', '-')}", value]
    return flags


def _runner_flags(runner: str | None, workers: int | None) -> list[str]:
    flags = ["--runner", runner] if runner else []
    return flags + (["--workers", str(workers)] if workers else [])


def _how_to_go_on(
    error: NodeError, selection: Selection, again: list[str], *, remembered: bool
) -> str | None:
    if not error.resume_from:
        return None
    if remembered:
        same = shlex.join(["noria", "run", *selection.flags(), *again])
        return f"to go on from there, what has ended is kept:\n  {same}"
    rest = selection.from_here(error.resume_from)
    return "to go on from there:\n  " + shlex.join(["noria", "run", *rest.flags(), *again])
