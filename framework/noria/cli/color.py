"""What a terminal can do, and the word that an error begins with, in colour where it can."""

import os
from typing import IO

from noria.cli.saying import is_open

PLAIN_TERMINALS = ("dumb", "unknown")
"""What ``TERM`` says of terminals that know neither colours nor a display."""


def can_take_back(stream: IO[str]) -> bool:
    """Tell whether what is printed can be written over: in a terminal that knows a display."""
    plain = os.environ.get("TERM") in PLAIN_TERMINALS
    return is_open(stream) and stream.isatty() and not plain


def beginning(word: str, color: str) -> str:
    """Return a word with its colon, bold and in colour, as click prints it in terminals alone.

    ``NO_COLOR`` in the environment, and terminals that know none, get it plain.
    """
    import click

    if os.environ.get("NO_COLOR") or os.environ.get("TERM") in PLAIN_TERMINALS:
        return f"{word}: "
    return click.style(f"{word}: ", fg=color, bold=True)
