"""Noticing that the project's files changed: by looking at them again and again.

It needs nothing of the operating system, so it works on every disk that a project may lie on.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

_SUFFIXES = (".py", ".yml", ".yaml", ".toml")
_SKIPPED = frozenset({"__pycache__", "node_modules", "site-packages"})
_SECONDS = 0.4
_LONGEST_SECONDS = 3.0
_MOST_SHARE = 0.05  # of one processor's time

Stamp = dict[str, tuple[int, int]]


def stamp(folders: Iterable[Path]) -> Stamp:
    """Return size and time of change of the code and configuration in some folders and files."""
    found: Stamp = {}
    waiting = [os.fspath(folder) for folder in folders]
    while waiting:
        folder = waiting.pop()
        try:
            entries = list(os.scandir(folder))
        except NotADirectoryError:
            status = Path(folder).stat()
            found[folder] = (status.st_size, status.st_mtime_ns)
            continue
        except OSError:
            continue
        for entry in entries:
            name = entry.name
            if name[0] == "." or name in _SKIPPED:
                continue
            try:
                if entry.is_dir():
                    waiting.append(entry.path)
                elif name.endswith(_SUFFIXES):
                    status = entry.stat()
                    found[entry.path] = (status.st_size, status.st_mtime_ns)
            except OSError:
                continue
    return found


async def changes(folders: Iterable[Path], before: Stamp) -> AsyncIterator[None]:
    """Yield each time that something changed and has then been at rest for a moment.

    ``before`` is how things stood when they were last read.
    """
    watched = list(folders)
    while True:
        started = time.perf_counter()
        now = await asyncio.to_thread(stamp, watched)
        spent = time.perf_counter() - started
        await asyncio.sleep(min(max(_SECONDS, spent / _MOST_SHARE), _LONGEST_SECONDS))
        if now != before and await asyncio.to_thread(stamp, watched) == now:
            before = now
            yield
