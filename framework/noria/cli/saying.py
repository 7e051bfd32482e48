"""Printing a line, without click."""

import sys


def say(text: str, *, err: bool = False) -> None:
    """Print a line and flush it, to standard error where ``err``.

    Letters that the stream does not have are spelled; to nowhere nothing is printed.  Raises
    BrokenPipeError where nobody reads any more.

    >>> say("9 up to date")
    9 up to date
    """
    stream = sys.stderr if err else sys.stdout
    if not is_open(stream):
        return
    try:
        stream.write(f"{text}\n")
    except UnicodeEncodeError:
        letters = getattr(stream, "encoding", None) or "ascii"
        stream.write(text.encode(letters, "backslashreplace").decode(letters) + "\n")
    stream.flush()


def is_open(stream: object) -> bool:
    """Tell whether anything can be printed: who started us, or a node, may have closed a stream.

    >>> is_open(sys.stdout), is_open(None)
    (True, False)
    """
    return stream is not None and not getattr(stream, "closed", False)
