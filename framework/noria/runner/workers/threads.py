"""Nodes side by side in threads of one process."""

import os
import threading
import time
from collections.abc import Callable

from noria.room import with_room
from noria.runner.scheduler import Scheduler
from noria.runner.workers.base import GRACE_SECONDS, Perform

# A wait without a limit would not hear Ctrl-C on Windows.
_HEAR_SECONDS = 0.2


class ThreadWorkers:
    """``count`` threads pull from one queue under one lock; ``None``: one a processor."""

    name = "threads"

    def __init__(self, count: int | None = None) -> None:
        self.count = count or os.cpu_count() or 1

    def drain(self, scheduler: Scheduler, perform: Perform, stop: Callable[[], None]) -> None:
        """Perform all nodes, as many at once as there are threads and ready nodes."""
        from noria.runner.workers.surroundings import as_here  # who runs in order needs it not

        pool = _Pool(scheduler, perform)
        try:
            for number in range(min(self.count, scheduler.unfinished)):
                name = f"noria-worker-{number}"
                thread = threading.Thread(target=as_here(pool.work), name=name, daemon=True)
                try:
                    thread.start()
                except RuntimeError:  # the system gives no more
                    if not pool.working:
                        raise
                    break
                pool.working += 1
            while not pool.wait(_HEAR_SECONDS):
                pass
        except KeyboardInterrupt:
            pool.end()
            stop()
            # Those that do not end by then are left behind; they can save nothing any more.
            pool.wait(GRACE_SECONDS)
            raise
        if pool.error is not None:
            raise pool.error


class _Pool:
    """What the threads of one run share.

    Its end is waited for by a condition, not by joining the threads: a join that Ctrl-C cuts
    short marks the thread as ended (https://github.com/python/cpython/issues/90882).
    """

    def __init__(self, scheduler: Scheduler, perform: Perform) -> None:
        self._scheduler = scheduler
        self._perform = perform
        self._changed = threading.Condition()
        self._ended = False
        self._left = 0
        self._idle = 0
        self.working = 0
        self.error: BaseException | None = None

    def wait(self, seconds: float) -> bool:
        """Wait until all threads have left; tell whether they have."""
        with self._changed:
            return self._changed.wait_for(lambda: self._left == self.working, seconds)

    def end(self) -> None:
        """Let no further node be taken."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def work(self) -> None:
        """Take and perform nodes until there are none left."""
        try:
            with_room(self._work)
        finally:
            with self._changed:
                self._left += 1
                self._changed.notify_all()

    def _work(self) -> None:
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
        # Whoever queues for a lock is given it before Python lets them run.  The others queue in
        # their turn, and from then on each node costs a change of threads: a lock convoy.
        while not self._changed.acquire(blocking=False):
            time.sleep(0)
        try:
            if done is not None:
                scheduler.finish(done)
                # This thread takes one itself; the others are woken for what is left.
                if self._idle and scheduler.unfinished:
                    self._changed.notify(scheduler.ready - 1)
                elif self._idle:
                    self._changed.notify_all()
            while not self._ended and scheduler.unfinished:
                node = scheduler.take()
                if node is not None:
                    return node
                self._idle += 1
                self._changed.wait()
                self._idle -= 1
        finally:
            self._changed.release()
        return None
