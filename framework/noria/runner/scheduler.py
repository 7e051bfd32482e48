"""Which node may run now: ready, done, blocked; pure, each edge looked at once."""

from collections.abc import Sequence
from functools import cached_property
from heapq import heappop, heappush


class Scheduler:
    """Hands out the numbers of nodes whose dependencies are done, the lowest first.

    ``dependencies[i]`` are the numbers of the nodes that node ``i`` waits for, all below ``i``:
    a single worker gets 0, 1, 2, ... in order.

    >>> scheduler = Scheduler([[], [0], [0], [1, 2]])
    >>> scheduler.take(), scheduler.take()
    (0, None)
    >>> scheduler.finish(0)
    >>> [scheduler.take(), scheduler.take(), scheduler.take()]
    [1, 2, None]
    """

    def __init__(self, dependencies: Sequence[Sequence[int]]) -> None:
        self._dependencies = dependencies
        self.unfinished = len(dependencies)

    @cached_property
    def _waiting(self) -> list[int]:
        return [len(needed) for needed in self._dependencies]

    @cached_property
    def _followers(self) -> list[list[int]]:
        followers: list[list[int]] = [[] for _ in self._dependencies]
        for node, needed in enumerate(self._dependencies):
            for earlier in needed:
                followers[earlier].append(node)
        return followers

    @cached_property
    def _ready(self) -> list[int]:
        return [node for node, count in enumerate(self._waiting) if not count]

    def one_by_one(self) -> range:
        """Return all nodes in an order in which one worker, alone, can run them."""
        return range(self.unfinished)

    @property
    def ready(self) -> int:
        """How many nodes could be taken now."""
        return len(self._ready)

    def take(self) -> int | None:
        """Return a node that may run, each only once; ``None`` when none may now."""
        return heappop(self._ready) if self._ready else None

    def finish(self, node: int) -> None:
        """Note that ``node`` is done: what waited for it alone becomes ready."""
        self.unfinished -= 1
        for follower in self._followers[node]:
            self._waiting[follower] -= 1
            if not self._waiting[follower]:
                heappush(self._ready, follower)
