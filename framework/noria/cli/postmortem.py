"""A debugger at the line of the user's function that failed."""

import pdb  # noqa: T100  # it is what the user asked for
import traceback
from types import FrameType, TracebackType

from noria.runner.failure import is_own_code


def debug(error: BaseException) -> None:
    """Open pdb where ``error`` was raised, at the innermost frame of the user's own code."""
    debugger = pdb.Pdb()
    steps = _steps_up(error.__traceback__)
    if steps:
        debugger.cmdqueue = [f"up {steps}"]
    debugger.reset()
    debugger.interaction(None, error.__traceback__)


def _steps_up(trace: TracebackType | None) -> int:
    """Return how many frames of libraries lie below the user's innermost one; 0 without one."""
    frames: list[FrameType] = [frame for frame, _ in traceback.walk_tb(trace)]
    for steps, frame in enumerate(reversed(frames)):
        if is_own_code(frame.f_code.co_filename):
            return steps
    return 0
