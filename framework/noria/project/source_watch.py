"""Whether the sources that a run was judged by are still what they were."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from noria.project.importing import imported

_State = list[tuple[int, int, int, int]]


class SourceWatch:
    """Tells of edits: exactly by content, and quickly by the files' states between exact looks.

    ``files`` returns the sources that were looked at, with the digests of what stood in them,
    ``digest_of`` the digest of what stands there now.
    """

    def __init__(
        self, files: Callable[[], Mapping[str, str]], digest_of: Callable[[str], str | None]
    ) -> None:
        self._files = files
        self._digest_of = digest_of
        self._states: _State | None = None

    def edited(self, *, exactly: bool = True) -> str | None:
        """Return what is to be said of a source that is not what was judged, or imported.

        Not ``exactly``, files whose states are those of the last exact look are taken for unedited.
        """
        files = self._files()
        states = _states(files)
        if not exactly and states is not None and states == self._states:
            return None
        for path, digest in files.items():
            if imported.get(path, digest) != digest or self._digest_of(path) != digest:
                return f"{Path(path).name} was edited"
        self._states = states
        return None


def _states(files: Mapping[str, str]) -> _State | None:
    try:
        found = map(os.stat, files)
        return [(one.st_size, one.st_mtime_ns, one.st_ctime_ns, one.st_ino) for one in found]
    except OSError:  # one is gone, or is just being replaced
        return None
