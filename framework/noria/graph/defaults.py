"""Inputs that are nowhere, and whose arguments have a default."""

from collections.abc import Set as AbstractSet
from typing import NamedTuple

from noria.graph.node import Node
from noria.graph.wiring import Wiring


class Defaulted(NamedTuple):
    """A node, as it was, and those of its inputs that are left to its function's defaults."""

    node: Node
    inputs: list[str]


def with_defaults(wiring: Wiring, absent: AbstractSet[str]) -> tuple[list[Node], list[Defaulted]]:
    """Return the nodes, without those absent inputs that can be left out, and what was left out.

    >>> def fit(rows, depth=3): return depth
    >>> nodes, left = with_defaults(Wiring([Node(fit, ["rows", "depth"], "model")]), {"depth"})
    >>> nodes[0].inputs, left[0].inputs
    (['rows'], ['depth'])
    """
    if not absent:
        return [], []
    nodes: list[Node] = []
    left: list[Defaulted] = []
    for node in wiring.nodes:
        names = [name for name in node.reads if name in absent]
        found = _without(node, names) if names else None
        if found is not None:
            left.append(Defaulted(node, found[1]))
        nodes.append(node if found is None else found[0])
    return nodes, left


def _without(node: Node, names: list[str]) -> tuple[Node, list[str]] | None:
    """Leave out each input that can be; those that cannot will be missed by name."""
    changed, left = node, []
    for name in names:
        other = changed.without_inputs([name])
        if other is not None:
            changed = other
            left.append(name)
    return (changed, left) if left else None
