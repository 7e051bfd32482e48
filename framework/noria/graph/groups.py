"""Nodes put together for deployment, a namespace as one unit."""

from typing import NamedTuple

from noria.errors import PipelineError
from noria.graph.node import Node
from noria.graph.wiring import Wiring


class GroupedNodes(NamedTuple):
    """Nodes that are deployed as one: ``type`` is ``"namespace"`` or ``"nodes"``.

    ``nodes`` are node names in their order, ``dependencies`` the names of the groups that must have
    ended before.
    """

    name: str
    type: str
    nodes: list[str]
    dependencies: list[str]


def group_nodes(wiring: Wiring, group_by: str | None) -> list[GroupedNodes]:
    """Return the nodes grouped by outermost namespace, or each alone for ``None``.

    >>> wiring = Wiring([Node(len, "a", "b", namespace="x"), Node(len, "b", "c", name="last")])
    >>> [(group.name, group.dependencies) for group in group_nodes(wiring, "namespace")]
    [('x', []), ('last', ['x'])]
    """
    word = (group_by or "none").lower()
    if word not in {"none", "namespace"}:
        raise PipelineError(f"nodes cannot be grouped by {group_by!r}: 'namespace' or None")
    together = word == "namespace"
    groups: dict[str, GroupedNodes] = {}
    for number in wiring.ordered:
        node = wiring.nodes[number]
        key = _key(node, together=together)
        kind = "namespace" if together and node.namespace else "nodes"
        group = groups.setdefault(key, GroupedNodes(key, kind, [], []))
        group.nodes.append(node.name)
        for parent in sorted([wiring.nodes[above] for above in wiring.parents[number]]):
            needed = _key(parent, together=together)
            if needed != key and needed not in group.dependencies:
                group.dependencies.append(needed)
    return list(groups.values())


def _key(node: Node, *, together: bool) -> str:
    return node.namespace.partition(".")[0] if together and node.namespace else node.name
