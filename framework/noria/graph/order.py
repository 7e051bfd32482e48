"""The order of a directed graph whose nodes are the numbers from 0."""

from collections import deque
from collections.abc import Sequence
from heapq import heapify, heappop, heappush

Links = Sequence[Sequence[int]]


def order(parents: Links, children: Links) -> list[int]:
    """Return each number after all of its parents, the lowest possible one first.

    Numbers in a circle and those that follow from one are left out.

    >>> order([[2], [], []], [[], [], [0]])
    [1, 2, 0]
    """
    if all(not above or max(above) < number for number, above in enumerate(parents)):
        return list(range(len(parents)))
    waiting = [len(above) for above in parents]
    ready = [number for number, count in enumerate(waiting) if not count]
    heapify(ready)
    found = []
    while ready:
        number = heappop(ready)
        found.append(number)
        for child in children[number]:
            waiting[child] -= 1
            if not waiting[child]:
                heappush(ready, child)
    return found


def layers(parents: Links, ordered: Sequence[int]) -> list[list[int]]:
    """Return the numbers by the length of the longest way to them, each layer in ascending order.

    >>> layers([[2], [], []], [1, 2, 0])
    [[1, 2], [0]]
    """
    depth = [0] * len(parents)
    found: list[list[int]] = []
    for number in ordered:
        depth[number] = 1 + max((depth[parent] for parent in parents[number]), default=-1)
        if depth[number] == len(found):
            found.append([])
        found[depth[number]].append(number)
    return [sorted(layer) for layer in found]


def reach(starts: Sequence[int], links: Links) -> set[int]:
    """Return the starts and all that follows from them along the links.

    >>> sorted(reach([1], [[1], [2], []]))
    [1, 2]
    """
    found = set(starts)
    waiting = list(found)
    while waiting:
        for after in links[waiting.pop()]:
            if after not in found:
                found.add(after)
                waiting.append(after)
    return found


def shortest_circle(children: Links, stuck: Sequence[int], tries: int = 20) -> list[int]:
    """Return the shortest circle through one of the first few stuck numbers that lie on one.

    ``stuck`` are the numbers that :func:`order` left out.  In the circle each number is a parent of
    the next, and the last one of the first.

    >>> shortest_circle([[1], [2], [0]], [0, 1, 2])
    [0, 1, 2]
    """
    best: list[int] = []
    for start in stuck:
        circle = _circle_through(start, children)
        if circle and (not best or len(circle) < len(best)):
            best = circle
        tries -= bool(circle)
        if not tries:
            break
    return best


def _circle_through(start: int, children: Links) -> list[int]:
    came_from: dict[int, int] = {}
    waiting = deque([start])
    while waiting:
        number = waiting.popleft()
        for child in children[number]:
            if child == start:
                back = [number]
                while back[-1] != start:
                    back.append(came_from[back[-1]])
                return back[::-1]
            if child not in came_from:
                came_from[child] = number
                waiting.append(child)
    return []
