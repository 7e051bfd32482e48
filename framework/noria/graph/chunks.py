"""What a generator node yields, parted by output."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from types import GeneratorType
from typing import Any, Self


class Chunks:
    """The chunks of one of several outputs, in the order in which the generator yields them.

    Whoever asks first makes the generator go on; what belongs to the others waits for them.
    """

    def __init__(self, name: str, source: "_Source") -> None:
        self._name = name
        self._source = source

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        waiting = self._source.waiting[self._name]
        if not waiting:
            self._source.advance()
        return waiting.popleft()


def part_chunks(
    names: tuple[str, ...],
    generator: Iterator[Any],
    name_each: Callable[[Any], Mapping[str, Any]],
) -> dict[str, Any]:
    """Return an iterator for each name; ``name_each`` names the parts of what is yielded.

    >>> parts = part_chunks(("a", "b"), iter([(1, 2), (3, 4)]), lambda both: dict(zip("ab", both)))
    >>> list(parts["a"]), list(parts["b"])
    ([1, 3], [2, 4])
    """
    source = _Source(names, generator, name_each)
    return {name: Chunks(name, source) for name in names}


def are_chunks(outputs: Mapping[str, Any]) -> bool:
    """Tell whether a node's outputs come in chunks.

    >>> are_chunks({"a": (n for n in "xyz")}), are_chunks({"a": "xyz"}), are_chunks({})
    (True, False, False)
    """
    for value in outputs.values():
        if type(value) is not GeneratorType and type(value) is not Chunks:
            return False
    return bool(outputs)


def interleave(outputs: Mapping[str, Iterator[Any]]) -> Iterator[tuple[str, Any]]:
    """Yield the chunks with their names: the first of each output, the second of each, ...

    >>> list(interleave({"a": iter([1, 2]), "b": iter([3])}))
    [('a', 1), ('b', 3), ('a', 2)]
    """
    left = dict(outputs)
    nothing = object()
    while left:
        for name in list(left):
            chunk = next(left[name], nothing)
            if chunk is nothing:
                del left[name]
            else:
                yield name, chunk


class _Source:
    def __init__(
        self,
        names: tuple[str, ...],
        generator: Iterator[Any],
        name_each: Callable[[Any], Mapping[str, Any]],
    ) -> None:
        self.waiting: dict[str, deque[Any]] = {name: deque() for name in names}
        self._generator = generator
        self._name_each = name_each

    def advance(self) -> None:
        for name, part in self._name_each(next(self._generator)).items():
            self.waiting[name].append(part)
