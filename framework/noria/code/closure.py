"""What can be reached in a graph whose edges are found on the way; sets are bits of numbers."""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

Key = tuple[Any, ...]
# As bits, or as numbers where these are few and high.
Packed = int | Sequence[int]
_BITS_A_NUMBER = 128


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
        self._reach: dict[int, Packed] = {}

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
            mask |= _bits(self._reach[number])
        return mask

    def numbers(self, mask: int) -> list[int]:
        """Return the numbers of the nodes that are in some bits."""
        if _is_sparse(mask):
            return _numbers(mask)
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
                    masks[node] |= _bits(done)
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
        packed = array("L", _numbers(mask)) if _is_sparse(mask) else mask
        for member in members:
            self._reach[member] = packed


def _is_sparse(mask: int) -> bool:
    return mask.bit_count() * _BITS_A_NUMBER < mask.bit_length()


def _numbers(mask: int) -> list[int]:
    """Return the numbers of bits, the quicker the fewer there are."""
    found = []
    while mask:
        lowest = mask & -mask
        found.append(lowest.bit_length() - 1)
        mask ^= lowest
    return found


def _bits(packed: Packed) -> int:
    if isinstance(packed, int):
        return packed
    mask = 0
    for number in packed:
        mask |= 1 << number
    return mask
