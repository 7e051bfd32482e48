"""One node after the other, in the calling thread."""

from collections.abc import Callable

from noria.room import with_room
from noria.runner.scheduler import Scheduler
from noria.runner.workers.base import Perform


class InlineWorkers:
    """The default: no threads, errors and breakpoints where they happen."""

    name = "inline"

    def drain(self, scheduler: Scheduler, perform: Perform, stop: Callable[[], None]) -> None:
        """Perform all nodes in order."""
        try:
            with_room(_drain, scheduler, perform)
        except KeyboardInterrupt:
            stop()
            raise


def _drain(scheduler: Scheduler, perform: Perform) -> None:
    for node in scheduler.one_by_one():
        perform(node)
