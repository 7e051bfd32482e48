"""Whether the sources that a run was judged by are still what they were."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from noria.code import CodeReader, Fingerprint
from noria.project.importing import imported, mixed
from noria.project.library_watch import replaced_library
from noria.runner.shown import shown_in

_State = list[tuple[int, int, int, int]]


class SourceWatch:
    """Tells of edits: exactly by content, and quickly by the files' states between exact looks.

    ``reader`` has read the sources that a run was judged by, ``read_again`` makes one for how they
    are now; ``digests_of`` returns the digests of what stands in files, ``root`` is the project's
    folder.
    """

    def __init__(
        self,
        reader: CodeReader,
        read_again: Callable[[], CodeReader],
        digests_of: Callable[[Iterable[str]], Mapping[str, str | None]],
        root: Path,
    ) -> None:
        self._reader = reader
        self._read_again = read_again
        self._digests_of = digests_of
        self._root = root
        self._states: _State | None = None
        self._found: str | None = None
        self._now: CodeReader | None = None

    def edited(self, *, exactly: bool = True) -> str | None:
        """Return what is to be said of a source that is not what was judged, or imported.

        Not ``exactly``, files whose states are those of the last exact look are taken for what
        they were then.
        """
        files = self._reader.files()
        states = _states(files)
        if exactly or states is None or states != self._states:
            self._found = next(self._edits(files), None)
            self._states = states
        return self._found

    def changed(
        self,
        functions: Mapping[str, Any],
        judged: Mapping[str, Fingerprint],
        *,
        exactly: bool = True,
    ) -> dict[str, str]:
        """Return the names of those functions that an edit has changed, with what was edited.

        A remark, or a function that they do not reach, changes none of them.  ``judged`` are their
        fingerprints, by which they were judged.
        """
        old = {
            name: f"this process has loaded another {library} than is installed"
            for name in functions
            if (library := replaced_library(judged[name]))
        }
        edited = self.edited(exactly=exactly)
        if edited is None:
            return old
        now = self._read_now()
        if self._is_mixed(now):
            return dict.fromkeys(functions, edited)
        return old | {
            name: edited
            for name, function in functions.items()
            if now.fingerprint(function).digest != self._reader.fingerprint(function).digest
        }

    def _edits(self, files: Mapping[str, str]) -> Iterator[str]:
        now = self._digests_of(files)
        for path, digest in files.items():
            at_import = imported.get(path, digest)
            if at_import != digest or now[path] != digest or path in mixed:
                yield f"{shown_in(self._root, path)} was edited during the run"

    def _read_now(self) -> CodeReader:
        if self._now is None or self._digests_of(self._now.files()) != self._now.files():
            self._now = self._read_again()
        return self._now

    def _is_mixed(self, now: CodeReader) -> bool:
        """Tell whether a module was imported in a state between that judged and that of now."""
        after = now.files()
        return any(
            path in mixed or imported.get(path, judged) not in (judged, after.get(path))
            for path, judged in self._reader.files().items()
        )


def _states(files: Mapping[str, str]) -> _State | None:
    try:
        found = map(os.stat, files)
        return [(one.st_size, one.st_mtime_ns, one.st_ctime_ns, one.st_ino) for one in found]
    except OSError:  # one is gone, or is just being replaced
        return None
