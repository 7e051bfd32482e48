"""Where a run that stopped must go on."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet

from noria.graph.pipeline import Pipeline


def find_resume_nodes(
    pipeline: Pipeline, done: AbstractSet[str], persisted: Callable[[str], bool]
) -> list[str]:
    """Return the names of the nodes to start from, so that the rest of the run has its inputs.

    ``done`` are the nodes that ended well; ``persisted`` tells whether a dataset outlives the run.
    What has to run are the nodes that are not done, those that make what they read and what did not
    outlive it, and all that follows from these: the least set that
    ``pipeline.from_nodes(*names)`` can give.  An empty list when everything is done.

    >>> from noria.graph import Node
    >>> chain = Pipeline([Node(len, "a", "b", name="x"), Node(len, "b", "c", name="y")])
    >>> find_resume_nodes(chain, {"x"}, {"b"}.__contains__)
    ['y']
    >>> find_resume_nodes(chain, {"x"}, set().__contains__)
    ['x']
    """
    wiring = pipeline.wiring
    waiting = [number for number, node in enumerate(wiring.nodes) if node.name not in done]
    needed = set(waiting)
    while waiting:
        number = waiting.pop()
        found = set(wiring.children[number])
        for name in wiring.nodes[number].inputs:
            maker = wiring.producers.get(wiring.base(name))
            if maker is not None and maker not in needed and not persisted(name):
                found.add(maker)
        waiting.extend(found - needed)
        needed |= found
    return [
        wiring.nodes[number].name
        for number in wiring.ordered
        if number in needed and needed.isdisjoint(wiring.parents[number])
    ]
