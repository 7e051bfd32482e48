"""The usual words of `noria run`, understood without click, whose import takes its time."""

from collections.abc import Sequence
from typing import Any

from noria.project.selection import Selection

# As cli/run.py declares them; a test holds both to each other.
_NAMED = {"-p": "pipeline", "--pipeline": "pipeline", "-e": "env", "--env": "env"}
_FLAGS = {
    "--force": "force",
    "--no-cache": "no_cache",
    "--wait": "wait",
    "-q": "quiet",
    "--quiet": "quiet",
    "--json": "as_json",
}
_UNSAID = {
    **Selection()._asdict(),
    "runner": None,
    "workers": None,
    "env": None,
    "params": (),
    "load_versions": (),
    "conf_source": None,
    "force": False,
    "no_cache": False,
    "keep_edited": (),
    "wait": False,
    "quiet": False,
    "debugging": False,
    "full": False,
    "as_json": False,
}


def plain_run(words: Sequence[str]) -> dict[str, Any] | None:
    """Return the arguments that the words after `run` mean, ``None`` where click must tell.

    That is so of every word that is not quite usual, and of all that may be wrong.

    >>> plain_run(["--pipeline", "train", "-q"])["pipeline"], plain_run(["--pipelin", "train"])
    ('train', None)
    """
    given: dict[str, Any] = {}
    rest = iter(words)
    for word in rest:
        if word in _FLAGS:
            given[_FLAGS[word]] = True
        elif word in _NAMED:
            value = next(rest, "-")
            if value[:1] in ("", "-"):
                return None
            given[_NAMED[word]] = value
        else:
            return None
    return {**_UNSAID, **given}
