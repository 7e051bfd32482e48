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
    if stream is None:
        return
    try:
        stream.write(f"{text}\n")
    except UnicodeEncodeError:
        letters = stream.encoding or "ascii"
        stream.write(text.encode(letters, "backslashreplace").decode(letters) + "\n")
    stream.flush()
