"""Along which edges of a pipeline the types do not fit."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

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
    nodes = wiring.nodes
    for at, name, wanted, number, given, fit in wiring.typed:
        stands_between, what = loaded(name)
        if fits(what, wanted) if stands_between else fit:
            continue
        maker = None if stands_between or number is None else nodes[number]
        came = what if stands_between else given
        yield Misfit(name, came, wanted, maker, nodes[wiring.ordered[at]])
