"""Walking through folders as a reader does who does not know what a link is."""

import os
from collections.abc import Callable, Collection, Iterator


def walk(
    top: str, skipped: Collection[str] = (), unlisted: Callable[[OSError], None] | None = None
) -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield each folder below ``top`` with the names of the folders and files in it, as `os.walk`.

    Links to folders are followed, each folder once.  Folders called like one of ``skipped`` are
    left out, and who takes folders out of the list is not led into them.  ``unlisted`` gets the
    error of a folder that cannot be listed, which is then taken for an empty one.
    """
    waiting, seen = [top], {os.path.realpath(top)}
    while waiting:
        for where, folders, names in os.walk(waiting.pop(), onerror=unlisted):
            folders[:] = [name for name in folders if name not in skipped]
            yield where, folders, names
            for link in filter(os.path.islink, (os.path.join(where, name) for name in folders)):
                target = os.path.realpath(link)
                if target not in seen:
                    seen.add(target)
                    waiting.append(link)
