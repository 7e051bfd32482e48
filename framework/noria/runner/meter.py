"""How much memory the process held while a node ran, sampled by a thread."""

import os
import sys
import threading
import time
from types import TracebackType
from typing import Self

_PERIOD_SECONDS = 0.02
_RECENT_SECONDS = 0.001


class MemoryMeter:
    """Samples the resident memory of this process; a context.

    With several nodes at once each one's figure is that of the whole process.

    >>> with MemoryMeter() as meter:
    ...     window = meter.open()
    ...     meter.close(window) > 1_000_000
    True
    """

    def __init__(self) -> None:
        self._resident = _reader()
        self._now = 0
        self._asked = 0.0
        self._peaks: dict[int, int] = {}
        self._next = 0
        self._guard = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="noria-memory", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()

    def open(self) -> int:
        """Begin to watch, and return the handle to end it with."""
        with self._guard:
            self._next += 1
            self._peaks[self._next] = 0
            return self._next

    def close(self, window: int) -> int:
        """Return the most bytes that were resident since this window was opened."""
        with self._guard:
            peak = self._peaks.pop(window)
        # To ask costs more than a trivial node: a moment ago is soon enough for that.
        if peak or time.monotonic() - self._asked > _RECENT_SECONDS:
            self._ask()
        return max(self._now, peak)

    def _ask(self) -> None:
        self._now = self._resident()
        self._asked = time.monotonic()

    def _follow(self) -> None:
        while not self._ended.wait(_PERIOD_SECONDS):
            self._ask()
            now = self._now
            with self._guard:
                for window, peak in self._peaks.items():
                    if now > peak:
                        self._peaks[window] = now


class _Linux:
    """Reads /proc/self/statm: a tenth of what psutil's call costs, and no import."""

    def __init__(self) -> None:
        import resource

        self._page = resource.getpagesize()
        self._file = os.open("/proc/self/statm", os.O_RDONLY)

    def __call__(self) -> int:
        # At an offset: threads that share a position would read from each other's end.
        return int(os.pread(self._file, 64, 0).split()[1]) * self._page

    def __del__(self) -> None:
        os.close(self._file)


class _Anywhere:
    def __init__(self) -> None:
        import psutil

        self._process = psutil.Process()

    def __call__(self) -> int:
        return int(self._process.memory_info().rss)


def _reader() -> _Linux | _Anywhere:
    return _Linux() if sys.platform == "linux" else _Anywhere()
