"""What of a project was edited since somebody last looked: files, and variables."""

import os
from collections.abc import Iterable
from pathlib import Path

from noria.project.settings import PREFIX
from noria.trees import walk

_Stamp = tuple[int, int, int, int]
_SUFFIXES = {".py", ".yml", ".yaml", ".json", ".toml"}


class Edits:
    """Remembers how some files, and those below some folders, were: code, and configuration.

    Links to folders are followed.  The variables are those that set settings and credentials.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     edits = Edits([Path(folder)])
    ...     _ = Path(folder, "nodes.py").write_text("new")
    ...     [path.name for path in edits.look()], edits.look()
    (['nodes.py'], [])
    """

    def __init__(self, folders: Iterable[Path]) -> None:
        self._folders = tuple(folders)
        self._seen = self._stamps()
        self._held = _variables()

    def look(self) -> list[Path]:
        """Return the files that were made, changed or removed since the last look, sorted."""
        now = self._stamps()
        changed = {path for path, _ in now.items() ^ self._seen.items()}
        self._seen = now
        return sorted(changed)

    def look_at_variables(self) -> bool:
        """Tell whether one of the variables was set, changed or unset since the last look."""
        before, self._held = self._held, _variables()
        return before != self._held

    def _stamps(self) -> dict[Path, _Stamp]:
        found: dict[Path, _Stamp] = {}
        for folder in self._folders:
            if folder.is_file() and (stamp := _stamp(folder)) is not None:
                found[folder] = stamp
            for where, below, names in walk(str(folder)):
                if "pyvenv.cfg" in names:  # an environment is not the project's code
                    below.clear()
                    continue
                below[:] = [name for name in below if name != "__pycache__" and name[:1] != "."]
                for name in names:
                    path = Path(where, name)
                    if path.suffix in _SUFFIXES and (stamp := _stamp(path)) is not None:
                        found[path] = stamp
        return found


def _variables() -> dict[str, str]:
    return {name: held for name, held in os.environ.items() if name.startswith(PREFIX)}


def _stamp(path: Path) -> _Stamp | None:
    try:
        status = path.stat()
    except FileNotFoundError:  # an editor may just be putting a new one in its place
        return None
    # An edit can leave the time that is shown, and the size, as they were.
    return status.st_mtime_ns, status.st_size, status.st_ctime_ns, status.st_ino
