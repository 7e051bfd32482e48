"""Where a dataset lies on this machine's disk, and what of that may be looked at."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from noria_catalog.errors import NoriaError
from noria_catalog.redact import redacted
from noria_catalog.storage import LocalStorage, is_remote
from noria_catalog.versions import latest_version, version_path

_READING = ("load_args", "dataset", "filename_suffix", "backend", "file_format")


@dataclass(frozen=True, slots=True)
class Place:
    """``path`` is the file or folder to look at, ``None`` where there is none, for the ``reason``.

    ``shown`` is the place as the user would type it.
    """

    path: str | None = None
    shown: str | None = None
    reason: str = "it is in memory, and only there while a run lasts"

    def status(self) -> tuple[int | None, float | None]:
        """Return size in bytes and time of change in seconds; ``None`` where it does not exist."""
        if self.path is None:
            return None, None
        try:
            status = Path(self.path).stat()
        except OSError:
            return None, None
        return (None if Path(self.path).is_dir() else status.st_size), status.st_mtime

    def question(self, described: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the process that reads it must know."""
        return {
            "path": self.path,
            "type": str(described.get("type", "")),
            "reason": self.reason,
            **{key: described[key] for key in _READING if key in described},
        }


def place_of(described: Mapping[str, Any], root: Path) -> Place:
    """Return where the dataset of a catalog entry lies.

    Only what lies in the project counts, links followed: a catalog that came from elsewhere shows
    nothing of the rest of the disk.
    """
    path = described.get("filepath")
    if not isinstance(path, str):
        return Place(reason="it is no file")
    if is_remote(path):
        return Place(shown=redacted(path), reason="it does not lie on this machine's disk")
    shown = os.path.relpath(path, root) if Path(path).is_relative_to(root) else path
    if described.get("versioned") is True:
        try:
            version = latest_version(LocalStorage(), path)
        except NoriaError:
            version = None
        if version is None:
            return Place(shown=shown, reason="no version of it is there yet")
        path = version_path(path, version)
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root)):
        return Place(shown=shown, reason="it lies outside of the project")
    return Place(path, shown)
