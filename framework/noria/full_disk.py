"""Whether a disk is full: SQLite says "disk I/O error" of it, among other things."""

from pathlib import Path

_LEAST = 65_536  # bytes; SQLite cannot make its smallest files with less


def is_full(folder: Path) -> bool:
    """Tell whether the disk that a folder lies on is known to have no room for a small file."""
    import shutil

    try:
        return shutil.disk_usage(folder).free < _LEAST
    except OSError:
        return False
