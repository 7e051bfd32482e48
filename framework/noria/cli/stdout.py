"""Keeping standard output for the answer while a run prints what it likes."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout


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
