"""One run a project: a lock that the operating system lets go when its holder dies."""

import contextlib
import functools
import json
import os
import sys
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from noria.errors import LockedError, ProjectError
from noria.project.state import prepare_state

FILE = "lock"
_POLL_SECONDS = 0.1
# Windows locks bytes against reading too: one far behind the text leaves that readable.
_LOCKED_BYTE = 1 << 20
_held: "weakref.WeakSet[ProjectLock]" = weakref.WeakSet()


class ProjectLock:
    """Holds the project while it is open; ``holder`` says who holds, for whom it stops.

    ``wait`` waits for the other run instead of raising LockedError; ``on_wait`` is called once,
    with the other's description, before it does.  A child that a node forks does not hold the
    project.  Raises ProjectError when the lock file cannot be made, written or locked.

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
        self._holder = holder
        self._wait = wait
        self._on_wait = on_wait
        self._handle = -1

    def __enter__(self) -> Self:
        prepare_state(self._path.parent)
        _let_go_in_children()
        with self._explained(), contextlib.ExitStack() as stack:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
            stack.callback(os.close, handle)
            self._take(handle)
            about = {"pid": os.getpid(), "since": time.time(), **self._holder}
            os.ftruncate(handle, 0)
            os.lseek(handle, 0, os.SEEK_SET)
            os.write(handle, json.dumps(about, default=str).encode())
            stack.pop_all()
        self._handle = handle
        _held.add(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        handle, self._handle = self._handle, -1
        _held.discard(self)
        if handle < 0:
            return  # a forked child: the project is its parent's
        with contextlib.suppress(OSError):
            os.ftruncate(handle, 0)
        # Closing is not enough where a child that somebody else forked has the file open too.
        with contextlib.suppress(OSError):
            _unlock(handle)
        with contextlib.suppress(OSError):
            os.close(handle)

    def close_in_child(self) -> None:
        """Close what a fork has copied; the parent goes on holding the project."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ProjectError(
                f"{self._path}, which one run at a time holds, cannot be used: "
                f"{error.strerror or error}"
            ) from error

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
        began = time.localtime(holder["since"])
        today = began[:3] == time.localtime()[:3]
        since = time.strftime("%H:%M:%S" if today else "%Y-%m-%d %H:%M:%S", began)
        return f"{holder.get('run', 'a run')} (process {holder['pid']}, since {since})"
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return "its name is not written yet"


@functools.cache
def _let_go_in_children() -> None:
    """Have locks closed in every process that this one forks, whoever forks it."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_close_in_child)


def _close_in_child() -> None:
    for lock in list(_held):
        lock.close_in_child()


if sys.platform == "win32":
    import msvcrt

    def _try_lock(handle: int) -> bool:
        os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(handle: int) -> None:
        os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try_lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)
