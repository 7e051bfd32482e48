"""Processes that a node's function has forked."""

import os
import sys
from contextlib import suppress
from typing import NoReturn


def end_here() -> NoReturn:
    """End such a process where the function ends in it, as a script ends there.

    What it would go on with is its parent's: the run, the files, the notes of both.
    """
    error = sys.exc_info()[1]
    code = 0
    if isinstance(error, SystemExit):
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
        if code and not isinstance(error.code, int):
            sys.stderr.write(f"{error.code}\n")
    elif error is not None:
        import traceback

        traceback.print_exception(error)
        code = 1
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # closed, or nobody reads it
            stream.flush()
    os._exit(code)
