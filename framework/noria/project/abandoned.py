"""Inputs that a node of the pipeline has made once, and makes no longer."""

from collections.abc import Collection, Iterator, Mapping

from noria.graph import Node
from noria.runner.places import Places
from noria.store import Store


def told_abandoned(
    names: Collection[str], nodes: Mapping[str, Node], places: Places, store: Store
) -> Iterator[str]:
    """Yield a line for each input that is a former output of a node that is still there.

    ``names`` are the inputs that no node makes, ``nodes`` those of the whole pipeline by name.  A
    run from nothing would not find it, and what the node makes now is read by nobody.
    """
    for name in places.marked(names):
        digest = places.lying(name).digest
        for entry in store.by_output(digest) if digest else ():
            maker = nodes.get(entry.node)
            once = any(output.name == name for output in entry.outputs)
            if maker is not None and once and name not in maker.makes:
                now = ", ".join(maker.makes) or "nothing"
                yield (
                    f"{name}: used as it lies, no node makes it any more"
                    f" ({maker.name} makes {now} now, {maker.where})"
                )
                break
