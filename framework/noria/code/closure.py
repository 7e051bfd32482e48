"""What can be reached in a graph whose edges are found on the way; sets are bits of numbers."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

Key = tuple[Any, ...]


class Closure:
    """Nodes by their keys, numbered as they are met; ``edges`` finds where a node leads.

    >>> closure = Closure(lambda number: [])
    >>> closure.keys_of(closure.reach([("a",)]))
    [('a',)]
    """

    def __init__(self, edges: Callable[[int], Iterable[int]]) -> None:
        self._edges = edges
        self.keys: list[Key] = []
        self._ids: dict[Key, int] = {}
        self._reach: dict[int, int] = {}

    def identify(self, key: Key) -> int:
        """Return the number of a node."""
        found = self._ids.get(key)
        if found is None:
            found = self._ids[key] = len(self.keys)
            self.keys.append(key)
        return found

    def reach(self, starts: Iterable[Key]) -> int:
        """Return the nodes that can be reached from some, these included, as bits."""
        mask = 0
        for key in starts:
            number = self.identify(key)
            if number not in self._reach:
                self._close(number)
            mask |= self._reach[number]
        return mask

    def numbers(self, mask: int) -> list[int]:
        """Return the numbers of the nodes that are in some bits."""
        out = []
        bits = bin(mask)[:1:-1]
        found = bits.find("1")
        while found >= 0:
            out.append(found)
            found = bits.find("1", found + 1)
        return out

    def keys_of(self, mask: int) -> list[Key]:
        """Return the keys of the nodes that are in some bits."""
        return [self.keys[number] for number in self.numbers(mask)]

    def _close(self, start: int) -> None:
        """Find what a node reaches: Tarjan's components, one number of bits each."""
        index: dict[int, int] = {start: 0}
        low: dict[int, int] = {start: 0}
        masks: dict[int, int] = {start: 1 << start}
        stack = [start]
        on_stack = {start}
        work: list[tuple[int, Iterator[int]]] = [(start, iter(self._edges(start)))]
        while work:
            node, edges = work[-1]
            for other in edges:
                done = self._reach.get(other)
                if done is not None:
                    masks[node] |= done
                elif other not in index:
                    index[other] = low[other] = len(index)
                    masks[other] = 1 << other
                    stack.append(other)
                    on_stack.add(other)
                    work.append((other, iter(self._edges(other))))
                    break
                elif other in on_stack:
                    low[node] = min(low[node], index[other])
            else:
                work.pop()
                if low[node] == index[node]:
                    self._finish(node, stack, on_stack, masks)
                if work:
                    above = work[-1][0]
                    low[above] = min(low[above], low[node])
                    masks[above] |= masks[node]

    def _finish(
        self, node: int, stack: list[int], on_stack: set[int], masks: dict[int, int]
    ) -> None:
        members = []
        mask = 0
        while True:
            member = stack.pop()
            on_stack.discard(member)
            members.append(member)
            mask |= masks[member]
            if member == node:
                break
        masks[node] = mask
        for member in members:
            self._reach[member] = mask
