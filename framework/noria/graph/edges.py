"""Along which edges of a pipeline the types do not fit."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from noria.graph.hints import Hints, hints_of, input_hints, output_hints
from noria.graph.names import is_parameter
from noria.graph.node import Node
from noria.graph.types import fits, show_type
from noria.graph.wiring import Wiring


class Misfit(NamedTuple):
    """An input whose type cannot be right.

    ``maker`` is the node that gives it, ``None`` where it is loaded from a dataset.
    """

    dataset: str
    given: Any
    wanted: Any
    maker: Node | None
    reader: Node

    def __str__(self) -> str:
        maker = "its dataset loads" if self.maker is None else f"node {self.maker.name!r} gives"
        place = "" if self.maker is None else f" ({self.maker.where})"
        return (
            f"{self.dataset!r}: {maker} {show_type(self.given)}{place},"
            f" but node {self.reader.name!r} takes {show_type(self.wanted)} ({self.reader.where})"
        )


def misfits(wiring: Wiring, loaded: Callable[[str], tuple[bool, Any]]) -> Iterator[Misfit]:
    """Yield the inputs that cannot be what their readers take.

    ``loaded`` tells of a name whether a dataset stands between maker and reader, and what that
    says it loads (``Any`` where it says nothing).  Parameters are not looked at: their values are.

    >>> def make() -> str: ...
    >>> def take(rows: list): ...
    >>> wiring = Wiring([Node(make, None, "a", name="make"), Node(take, "a", None, name="take")])
    >>> [(each.dataset, each.maker.name) for each in misfits(wiring, lambda name: (False, Any))]
    [('a', 'make')]
    """
    known: dict[int, Hints] = {}
    given: dict[int, Mapping[str, Any]] = {}

    def hints(node: Node) -> Hints:
        found = known.get(id(node.func))
        if found is None:
            found = known[id(node.func)] = hints_of(node.func)
        return found

    for reader in wiring.nodes:
        found = hints(reader)
        if not found.by_name:
            continue
        for name, wanted in input_hints(reader.func, reader.declared_inputs, found):
            if is_parameter(name):
                continue
            stands_between, what = loaded(name)
            number = None if stands_between else wiring.producers.get(name)
            if number is not None:
                maker = wiring.nodes[number]
                if number not in given:
                    given[number] = output_hints(maker.declared_outputs, hints(maker))
                what = given[number].get(name, Any)
            if not fits(what, wanted):
                yield Misfit(
                    name, what, wanted, None if number is None else wiring.nodes[number], reader
                )
