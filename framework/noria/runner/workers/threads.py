"""Nodes side by side in threads of one process."""

import os
import threading
import time
from collections.abc import Callable

from noria.runner.scheduler import Scheduler
from noria.runner.workers.base import GRACE_SECONDS, Perform


class ThreadWorkers:
    """``count`` threads pull from one queue under one lock; ``None``: one a processor."""

    name = "threads"

    def __init__(self, count: int | None = None) -> None:
        self.count = count or os.cpu_count() or 1

    def drain(self, scheduler: Scheduler, perform: Perform, stop: Callable[[], None]) -> None:
        """Perform all nodes, as many at once as there are threads and ready nodes."""
        pool = _Pool(scheduler, perform)
        threads = [
            threading.Thread(target=pool.work, name=f"noria-worker-{number}", daemon=True)
            for number in range(min(self.count, scheduler.unfinished))
        ]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                _join(thread)
        except KeyboardInterrupt:
            pool.end()
            stop()
            # Those that do not end by then are left behind; they can save nothing any more.
            deadline = time.monotonic() + GRACE_SECONDS
            for thread in threads:
                thread.join(max(0.0, deadline - time.monotonic()))
            raise
        if pool.error is not None:
            raise pool.error


def _join(thread: threading.Thread) -> None:
    while thread.is_alive():
        thread.join(0.2)  # a join without a limit would not hear Ctrl-C on Windows


class _Pool:
    """What the threads of one run share."""

    def __init__(self, scheduler: Scheduler, perform: Perform) -> None:
        self._scheduler = scheduler
        self._perform = perform
        self._changed = threading.Condition()
        self._ended = False
        self.error: BaseException | None = None

    def end(self) -> None:
        """Let no further node be taken."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def work(self) -> None:
        """Take and perform nodes until there are none left."""
        done: int | None = None
        while (node := self._next(done)) is not None:
            try:
                self._perform(node)
            # Whatever a node raises, SystemExit included, must end the run and reach the caller.
            except BaseException as error:  # noqa: BLE001
                with self._changed:
                    if self.error is None:
                        self.error = error
                self.end()
                return
            done = node

    def _next(self, done: int | None) -> int | None:
        scheduler = self._scheduler
        with self._changed:
            if done is not None:
                scheduler.finish(done)
                # This thread takes one itself; the others are woken for what is left.
                if scheduler.unfinished == 0:
                    self._changed.notify_all()
                elif scheduler.ready > 1:
                    self._changed.notify(scheduler.ready - 1)
            while not self._ended and scheduler.unfinished:
                node = scheduler.take()
                if node is not None:
                    return node
                self._changed.wait()
        return None
