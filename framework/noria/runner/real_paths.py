"""Paths with their links followed."""

import os
from itertools import islice

_NO_NAMES = frozenset({"", os.curdir, os.pardir})
_FEW = 20  # paths of a folder that are asked one by one
_MOST = 20_000  # names of a folder that are listed: to ask for each is quicker than to list more


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
        self._asked: dict[str, int] = {}
        self._linkless: dict[str, bool] = {}

    def __call__(self, path: str) -> str:
        """Return the path of what ``path`` leads to, whether or not something lies there."""
        folder, _, name = path.rpartition(os.sep)
        if not folder or name in _NO_NAMES or _has_drive(folder, name):
            return os.path.realpath(path)
        real = self._folders.get(folder)
        if real is None:
            real = self._folders[folder] = os.path.realpath(folder)
        found = path if real == folder != os.sep else os.path.join(real, name)  # noqa: PTH118  # a hot path
        return os.path.realpath(found) if self._is_link(real, found) else found

    def _is_link(self, folder: str, path: str) -> bool:
        """Tell whether a path in a folder is a link; a folder of many is listed once."""
        linkless = self._linkless.get(folder)
        if linkless is None:
            asked = self._asked[folder] = self._asked.get(folder, 0) + 1
            if asked > _FEW:
                linkless = self._linkless[folder] = _is_linkless(folder)
        return not linkless and os.path.islink(path)  # noqa: PTH114


def _has_drive(folder: str, name: str) -> bool:
    """Tell whether a path may mean more than a name in a folder, as those of Windows do."""
    return os.altsep is not None and (folder.endswith(":") or os.altsep in name)


def _is_linkless(folder: str) -> bool:
    """Tell whether nothing in a folder is a link; ``False`` where that takes long to find out."""
    try:
        with os.scandir(folder) as entries:
            linkless = not any(entry.is_symlink() for entry in islice(entries, _MOST))
            return linkless and next(entries, None) is None
    except OSError:  # it is not there yet, or may not be listed
        return False
