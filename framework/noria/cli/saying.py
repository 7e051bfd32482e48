"""Printing a line, without click."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

_answers: list[TextIO] = []


def say(text: str, *, err: bool = False) -> None:
    """Print a line and flush it, to standard error where ``err``.

    Letters that the stream does not have are spelled; to nowhere nothing is printed.  Raises
    BrokenPipeError where nobody reads any more.

    >>> say("9 up to date")
    9 up to date
    """
    stream = sys.stderr if err else answers()
    if not is_open(stream):
        return
    try:
        stream.write(f"{text}\n")
    except UnicodeEncodeError:
        letters = getattr(stream, "encoding", None) or "ascii"
        stream.write(text.encode(letters, "backslashreplace").decode(letters) + "\n")
    stream.flush()


def answers() -> TextIO:
    """Return the stream that answers go to: standard output, or what stands for it now."""
    return _answers[-1] if _answers else sys.stdout


@contextmanager
def answering_to(stream: TextIO) -> Iterator[None]:
    """Let answers go to a stream while the context lasts."""
    _answers.append(stream)
    try:
        yield
    finally:
        _answers.pop()


def is_open(stream: object) -> bool:
    """Tell whether anything can be printed: who started us, or a node, may have closed a stream.

    >>> is_open(sys.stdout), is_open(None)
    (True, False)
    """
    return stream is not None and not getattr(stream, "closed", False)
