"""What is noted of a place: what the last run has put there."""

from typing import NamedTuple

UNRECORDED = "unrecorded"
"""Stands for a digest where the last run to write there was told not to remember."""
WRITING = "writing"
"""Stands for a digest where a run has begun to write, and did not come to record what."""
_NONE = "-"
_KEPT = "kept"


class Mark(NamedTuple):
    """What a run has put at a place: its ``digest``, and what tells whether it still lies there.

    ``stamp`` is empty where the digest can be made again by looking.  ``kept``: it is not what a
    node has made but what somebody has made of that.

    >>> Mark.read("d1 - kept"), Mark("d1", "s1").text
    (Mark(digest='d1', stamp='', kept=True), 'd1 s1')
    """

    digest: str
    stamp: str = ""
    kept: bool = False

    @staticmethod
    def read(text: str | None) -> "Mark":
        """Return the mark that a note holds; of no note an empty one."""
        digest, _, rest = (text or "").partition(" ")
        stamp, _, kept = rest.partition(" ")
        return Mark(digest, "" if stamp == _NONE else stamp, kept == _KEPT)

    @property
    def text(self) -> str:
        """The note that holds it."""
        if self.kept:
            return f"{self.digest} {self.stamp or _NONE} {_KEPT}"
        return f"{self.digest} {self.stamp}" if self.stamp else self.digest

    @property
    def known(self) -> str:
        """The digest, empty where it is not known."""
        return "" if self.digest in (UNRECORDED, WRITING) else self.digest
