"""The files that nodes are said to depend on: one, a folder of them, or what a pattern names."""

import os
from collections.abc import Callable, Iterable, Iterator
from glob import glob, has_magic
from pathlib import Path

from noria_catalog.digest import names_digest

from noria.graph.depends import Dependency, FileDependency
from noria.trees import walk


def digest_of_dependency(
    one: FileDependency, root: Path, digest_of: Callable[[str], str | None]
) -> str | None:
    """Return the digest of all that lies there, ``None`` where nothing does.

    Of a file it is that of its content; a folder stands for all files below it, and a pattern
    (``queries/*.sql``, ``queries/**/*.sql``) for what it names: their paths count too.
    ``digest_of`` returns the digest of a file's content, ``None`` where there is no file.
    """
    place = _place(one, root)
    found = [place]
    if not os.path.lexists(place) and has_magic(place):
        found = glob(place, recursive=True)
    elif not os.path.isdir(place):
        return digest_of(place)
    files = sorted({path for each in found for path in _files(each)})
    if not files and place not in found:
        return None
    return names_digest(
        (os.path.relpath(path, root), digest_of(path) or "missing") for path in files
    )


def watched_paths(one: FileDependency, root: Path) -> Iterator[str]:
    """Yield the paths whose state tells of every change: of a pattern the folder it starts in."""
    place = _place(one, root)
    if not os.path.lexists(place):
        while has_magic(place):
            place = os.path.dirname(place)
    yield place


def places_of(depends_on: Iterable[Dependency], root: Path) -> dict[str, str]:
    """Return where files that a node is said to depend on lie, by the words of its key."""
    return {
        f"file {one.path}": os.path.realpath(path)
        for one in depends_on
        if isinstance(one, FileDependency)
        for path in watched_paths(one, root)
    }


def _place(one: FileDependency, root: Path) -> str:
    return os.path.join(root, os.path.expanduser(one.path))


def _files(path: str) -> Iterator[str]:
    if not os.path.isdir(path):
        yield path
    for where, _, names in walk(path):
        for name in names:
            yield os.path.join(where, name)
