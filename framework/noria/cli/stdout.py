"""Keeping standard output for the answer, whatever the project's code prints."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout

from noria.cli.saying import answering_to


@contextmanager
def stdout_elsewhere() -> Iterator[None]:
    """Send what is printed to standard error while the context lasts, subprocesses' words too."""
    sys.stdout.flush()
    ours = os.dup(1)
    os.dup2(2, 1)
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        sys.stdout.flush()
        os.dup2(ours, 1)
        os.close(ours)


@contextmanager
def answers_apart() -> Iterator[None]:
    """Let nothing but answers reach standard output while the context lasts."""
    sys.stdout.flush()
    letters, errors = sys.stdout.encoding, sys.stdout.errors
    kept = open(os.dup(1), "w", encoding=letters, errors=errors)  # noqa: PTH123, SIM115  # no path
    with kept, stdout_elsewhere(), answering_to(kept):
        yield
