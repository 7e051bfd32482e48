"""The command `noria`: the quickest answers first, click only for the rest."""

import os
import sys
import time

BEGAN = time.time()
COMPLETION = "_NORIA_COMPLETE"
# The commands whose last answer may still hold.
_ANSWERED = (["run"], ["plan"], ["pipelines"])


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its code; ``None`` means the process's arguments."""
    words = sys.argv[1:] if arguments is None else arguments
    if sys.stdin is None or sys.stdout is None or sys.stderr is None:
        from noria.cli.closed import open_to_nowhere

        open_to_nowhere()
    _spell_what_it_lacks(sys.stdout)
    if words in (["--version"], ["-V"]):
        from noria import __version__

        _answer(f"noria {__version__}")
        return
    # A shell that asks for completions calls without words.
    if words in ([], ["--help"], ["-h"]) and COMPLETION not in os.environ:
        from noria.cli.overview import overview

        _answer(overview())
        return
    if words[:1] in _ANSWERED and COMPLETION not in os.environ:
        from noria.project.freshness import last_answer

        said = last_answer(words)
        if said is not None:
            if said:
                _answer(said)
            return
    from noria.room import with_room

    sys.exit(with_room(_run, words))


def _spell_what_it_lacks(stream: object) -> None:
    """Let letters that standard output does not have be spelled, not end what prints them."""
    strict = getattr(stream, "errors", None) in ("strict", "surrogateescape")
    if strict and hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")


def _answer(text: str) -> None:
    """Print a quick answer; where nobody reads it, or it has no room, end as all commands do."""
    try:
        print(text, flush=True)
    except OSError as error:
        from noria.cli.ending import end_by

        sys.exit(end_by(error))


def _run(words: list[str]) -> int:
    from contextlib import nullcontext

    from noria.collection import seldom_collection

    # Another command may serve for days, or be somebody's session.
    with seldom_collection() if words[:1] in _ANSWERED else nullcontext():
        from noria.cli.ending import run_to_the_end

        return run_to_the_end(lambda: _call(words), as_json="--json" in words)


def _call(words: list[str]) -> int:
    if words[:1] == ["run"]:
        from noria.cli.plain import plain_run

        given = plain_run(words[1:])
        if given is not None and COMPLETION not in os.environ:
            from noria.cli.running import run_here

            return run_here(began=BEGAN, **given)
    from noria.cli.group import call_command

    return call_command(words)
