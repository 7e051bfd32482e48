"""One run a project: a lock that the operating system lets go when its holder dies."""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from noria.errors import LockedError
from noria.project.state import prepare_state

FILE = "lock"
_POLL_SECONDS = 0.1
# Windows locks bytes against reading too: one far behind the text leaves that readable.
_LOCKED_BYTE = 1 << 20


class ProjectLock:
    """Holds the project while it is open; ``holder`` says who holds, for whom it stops.

    ``wait`` waits for the other run instead of raising LockedError; ``on_wait`` is called once,
    with the other's description, before it does.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with ProjectLock(Path(folder), {"run": "one"}):
    ...         try:
    ...             ProjectLock(Path(folder), {"run": "two"}).__enter__()
    ...         except LockedError as error:
    ...             print(error.exit_code)
    3
    """

    def __init__(
        self,
        state: Path,
        holder: dict[str, Any],
        *,
        wait: bool = False,
        on_wait: Callable[[str], None] | None = None,
    ) -> None:
        self._path = state / FILE
        self._holder = {"pid": os.getpid(), "since": time.time(), **holder}
        self._wait = wait
        self._on_wait = on_wait
        self._handle = -1

    def __enter__(self) -> Self:
        prepare_state(self._path.parent)
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            self._take(handle)
            os.ftruncate(handle, 0)
            os.lseek(handle, 0, os.SEEK_SET)
            os.write(handle, json.dumps(self._holder).encode())
        except BaseException:
            os.close(handle)
            raise
        self._handle = handle
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.ftruncate(self._handle, 0)
        os.close(self._handle)  # closing lets go of the lock

    def _take(self, handle: int) -> None:
        told = False
        while not _try_lock(handle):
            other = _described(self._path)
            if not self._wait:
                raise LockedError(
                    f"another run holds this project: {other}",
                    hint="wait for it with --wait, or stop it",
                )
            if not told and self._on_wait is not None:
                self._on_wait(other)
            told = True
            time.sleep(_POLL_SECONDS)


def _described(path: Path) -> str:
    try:
        holder = json.loads(path.read_text("utf-8"))
        since = time.strftime("%H:%M:%S", time.localtime(holder["since"]))
        return f"{holder.get('run', 'a run')} (process {holder['pid']}, since {since})"
    except (OSError, ValueError, KeyError, TypeError):
        return "its name is not written yet"


if sys.platform == "win32":
    import msvcrt

    def _try_lock(handle: int) -> bool:
        os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
