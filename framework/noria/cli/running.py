"""What `noria run` does, once its words are understood."""

import shlex
import sys
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from noria_catalog.located import Located, Where

from noria.cli.interrupt import heed_interrupts
from noria.cli.opening import open_session
from noria.cli.printing import print_json
from noria.cli.progress import show_progress
from noria.cli.saying import say
from noria.cli.selecting import take_selection
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


def run_here(
    *,
    began: float,
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
) -> int:
    """Run a pipeline of the project here and return the exit code; see `noria run --help`.

    ``began`` is when the user began to wait; the other arguments are those that ``cli/run.py``
    declares, by its names for them.  Raises the project's errors, and click's UsageError for what
    cannot stand together.
    """
    selection = take_selection(given)
    again = _same_configuration(given)
    if no_cache and (force or keep_edited):
        raise _usage_error(
            "--no-cache runs all and records nothing: --force and --keep-edited"
            " have no place beside it"
        )
    if force and keep_edited:
        raise _usage_error("--force makes all anew: --keep-edited has no place beside it")
    if debugging and as_json:
        raise _usage_error("--pdb and --json: a debugger cannot share the output")
    if workers is not None and runner is None:
        runner = "threads"
    crew = _runner_flags(runner, workers)
    anew = _recorded_flags(keep_edited, force=force, no_cache=no_cache)
    session = open_session(given)
    failure: NodeError | None = None
    tally = Tally(began)
    stream = sys.stderr if as_json else sys.stdout

    fresh = progress = None
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
                on_wait=lambda other: say(f"waiting for {other}", err=True),
                on_warning=lambda text: None if quiet else say(f"Warning: {text}", err=True),
                force=force,
                cache=not no_cache,
                keep_edited=keep_edited,
                outputs=(),
                when_done=fresh,
                command=shlex.join(["noria", "run", *selection.flags(), *again, *crew, *anew]),
            )
    except NodeError as error:
        if full and error.__cause__ is not None:
            import traceback

            trace = "".join(traceback.format_exception(error.__cause__))
            say(session.catalog.hide(trace).removesuffix("\n"), err=True)
        error.hint = _how_to_go_on(error, selection, [*again, *crew], remembered=not no_cache)
        if debugging and error.__cause__ is not None:
            failure = error
        else:
            raise
    finally:
        ended_by = sys.exc_info()[1]
        if tally.run and as_json and isinstance(ended_by, Exception | KeyboardInterrupt):
            vars(ended_by)["document"] = summary_document(tally)  # printed with the error
        elif tally.run and as_json:
            print_json(summary_document(tally))
        elif tally.run and not quiet:
            told = progress is not None
            say(f"\n{summary(tally, root=session.project.path, told=told)}")
    return 0 if failure is None else _debug(failure)


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


def _debug(failure: NodeError) -> int:
    from noria.cli.ending import report
    from noria.cli.postmortem import debug

    report(failure)
    assert failure.__cause__ is not None
    debug(failure.__cause__)
    return failure.exit_code


def _usage_error(text: str) -> Exception:
    from click import UsageError

    return UsageError(text)


def _abandon(session: Session, tally: Tally) -> None:
    session.abandon()
    left = ", ".join(node.name for node in tally.of("running"))
    say("interrupted" + (f"; left behind: {left}" if left else ""), err=True)


def _set_up_logging(session: Session) -> None:
    located = session.config.located_logging()
    if located is None:
        return
    import logging.config

    try:
        logging.config.dictConfig({"disable_existing_loggers": False, **located.plain()})
    except (ValueError, TypeError, AttributeError, ImportError) as error:
        cause = f": {error.__cause__}" if error.__cause__ else ""
        told = f"{error}{cause}"
        raise ConfigError(
            f"the logging cannot be set up so: {told}",
            where=_place_told(located, told) or located.where,
            hint="without Kedro it is rich.logging.RichHandler"
            if "kedro.logging.RichHandler" in told
            else None,
        ) from error


def _place_told(located: Located, told: str) -> Where | None:
    """Return where the value stands that a message quotes, ``None`` for none."""
    value = located.value
    if isinstance(value, str):
        return located.where if repr(value) in told else None
    below = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next(filter(None, (_place_told(each, told) for each in below)), None)


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


def _recorded_flags(keep_edited: tuple[str, ...], *, force: bool, no_cache: bool) -> list[str]:
    """Return the flags that say the same of what is recorded."""
    flags = [flag for flag, given in (("--force", force), ("--no-cache", no_cache)) if given]
    return flags + [word for name in keep_edited for word in ("--keep-edited", name)]


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
