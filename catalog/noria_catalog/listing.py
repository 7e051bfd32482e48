"""Listing what lies in folders, of which one that cannot be listed is no empty one."""

from typing import Any


def unlisted(error: OSError) -> None:
    """Raise what `os.walk` keeps for itself: that a folder which is there cannot be listed."""
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        raise error


def find(files: Any, folder: str) -> list[str]:
    """Return the paths of all files below ``folder`` in a file system of fsspec.

    Raises what the file system raises where one of the folders cannot be listed.
    """
    from fsspec.asyn import AsyncFileSystem
    from fsspec.spec import AbstractFileSystem

    deed = files.find
    whose = getattr(getattr(deed, "__wrapped__", deed), "__func__", None)
    # Stores have a way of their own; the one of fsspec passes over what it cannot list.
    if whose not in (AbstractFileSystem.find, AsyncFileSystem._find):  # noqa: SLF001
        return list(deed(folder))
    found: list[str] = []
    waiting, seen = [folder], {folder}
    while waiting:
        for info in _listed(files, waiting.pop()):
            path = str(info["name"]).rstrip("/")
            if info["type"] != "directory":
                found.append(path)
            elif path not in seen:
                seen.add(path)
                waiting.append(path)
    return found


def _listed(files: Any, folder: str) -> list[dict[str, Any]]:
    try:
        return list(files.ls(folder, detail=True))
    except (FileNotFoundError, NotADirectoryError):
        return []
