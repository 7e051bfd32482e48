"""The word that an error or a warning begins with, in colour where that is wanted."""

import os

PLAIN_TERMINALS = ("dumb", "unknown")
"""What ``TERM`` says of terminals that know neither colours nor a display."""


def beginning(word: str, color: str) -> str:
    """Return a word with its colon, bold and in colour, as click prints it in terminals alone.

    ``NO_COLOR`` in the environment, and terminals that know none, get it plain.
    """
    import click

    if os.environ.get("NO_COLOR") or os.environ.get("TERM") in PLAIN_TERMINALS:
        return f"{word}: "
    return click.style(f"{word}: ", fg=color, bold=True)
