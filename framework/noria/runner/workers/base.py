"""The contract of workers."""

from collections.abc import Callable
from typing import Protocol

from noria.runner.scheduler import Scheduler

Perform = Callable[[int], None]


class Workers(Protocol):
    """Execute what a scheduler hands out.

    Workers pull, they are not fed: whoever has finished a node takes the next one at once, so
    that no hand-over stands between two nodes.
    """

    @property
    def name(self) -> str:
        """The name in ``--runner``."""

    def drain(self, scheduler: Scheduler, perform: Perform, stop: Callable[[], None]) -> None:
        """Perform all nodes.

        The first error ends the taking of further nodes and is raised when those under way have
        ended.  A KeyboardInterrupt calls ``stop``, after which nothing is saved any more, and is
        raised within :data:`GRACE_SECONDS`.
        """


GRACE_SECONDS = 3.0
