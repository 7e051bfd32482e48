"""Along which edges of a pipeline the types do not fit."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from noria.graph.hints import hints_of, output_hints
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
    given: dict[int, Mapping[str, Any]] = {}
    for at, name, wanted in wiring.annotated:
        if is_parameter(name):
            continue
        stands_between, what = loaded(name)
        number = None if stands_between else wiring.producers.get(name)
        maker = None if number is None else wiring.nodes[number]
        if maker is not None and number is not None:
            if number not in given:
                given[number] = output_hints(maker.declared_outputs, hints_of(maker.func))
            what = given[number].get(name, Any)
        if not fits(what, wanted):
            yield Misfit(name, what, wanted, maker, wiring.nodes[wiring.ordered[at]])
