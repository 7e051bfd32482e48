"""Paths with their links followed."""

import os


class RealPaths:
    """Follows the links of each folder once: many paths lie in few folders.

    >>> import tempfile
    >>> folder = os.path.realpath(tempfile.mkdtemp())
    >>> os.symlink(folder, f"{folder}/link")
    >>> RealPaths()(f"{folder}/link/a.csv") == f"{folder}/a.csv"
    True
    """

    def __init__(self) -> None:
        self._folders: dict[str, str] = {}

    def __call__(self, path: str) -> str:
        """Return the path of what ``path`` leads to, whether or not something lies there."""
        folder, name = os.path.split(path)
        if not name or name in {os.curdir, os.pardir}:
            return os.path.realpath(path)
        real = self._folders.get(folder)
        if real is None:
            real = self._folders[folder] = os.path.realpath(folder)
        found = os.path.join(real, name)  # noqa: PTH118  # a hot path
        if found == path:
            found = path  # of two equal texts one is enough
        return os.path.realpath(found) if os.path.islink(found) else found  # noqa: PTH114
