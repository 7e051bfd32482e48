"""What one change with one tool came to."""

from dataclasses import dataclass

from benchmarks.correctness.changes import Change

RIGHT, NEEDLESS, STALE, WRONG, FAILED = "right", "needless", "stale", "wrong data", "failed"
# The worst first.
CLASSES = (STALE, WRONG, FAILED, NEEDLESS, RIGHT)


@dataclass(frozen=True)
class Seen:
    """What was observed: the steps that were executed, and the data afterwards.

    ``true`` is whether the last result is what everything run from nothing gives; ``back``
    whether B's own result, where it was harmed, is again as it was or was made anew; ``failed``
    the last line of what the tool said when it stopped.
    """

    executed: str
    true: bool
    back: bool = True
    failed: str = ""


def judged(change: Change, seen: Seen) -> str:
    """Return the class of what was seen."""
    if seen.failed:
        return FAILED
    if not seen.true:
        return WRONG if change.harms else STALE
    if not seen.back:
        return WRONG
    return NEEDLESS if set(seen.executed) - set(change.right) else RIGHT
