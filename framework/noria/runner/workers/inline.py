"""One node after the other, in the calling thread."""

from collections.abc import Callable

from noria.runner.scheduler import Scheduler
from noria.runner.workers.base import Perform


class InlineWorkers:
    """The default: no threads, errors and breakpoints where they happen."""

    name = "inline"

    def drain(self, scheduler: Scheduler, perform: Perform, stop: Callable[[], None]) -> None:
        """Perform all nodes in order."""
        try:
            for node in scheduler.one_by_one():
                perform(node)
        except KeyboardInterrupt:
            stop()
            raise
