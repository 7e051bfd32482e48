"""Inputs that are declared nowhere and left to a default, though something is called nearly so."""

from collections.abc import Collection, Iterable

from noria_catalog.suggest import nearest

from noria.graph.defaults import Defaulted


def describe_default(each: Defaulted, name: str) -> str:
    """Return in words that ``name`` is left to the default of its node's function."""
    return (
        f"{name!r} is declared nowhere: node {each.node.name!r} ({each.node.where})"
        " takes its function's default"
    )


def misspelt(defaulted: Iterable[Defaulted], known: Collection[str]) -> list[str]:
    """Return one line for each input that is left to a default and looks like a slip.

    ``known`` are the names that there are; those that the node reads besides are not meant.

    >>> from noria import node
    >>> def fit(rows, depth=3): return depth
    >>> fitting = node(fit, ["rows", "params:dept"], "model", name="fit")
    >>> [line] = misspelt([Defaulted(fitting, ["params:dept"])], ["rows", "params:depth"])
    >>> line[:29], line[-37:]
    ("'params:dept' is declared now", "default; did you mean 'params:depth'?")
    """
    lines = []
    for each in defaulted:
        others = [_parted(name) for name in known if name not in each.node.reads]
        for name in each.inputs:
            above, own = _parted(name)
            # What stands in front is alike in all names of a namespace, and says nothing.
            meant = nearest(own, [other for front, other in others if front == above])
            if meant is not None:
                lines.append(f"{describe_default(each, name)}; did you mean {above + meant!r}?")
    return lines


def _parted(name: str) -> tuple[str, str]:
    """Part a name behind ``params:`` and its namespaces."""
    own = name.removeprefix("params:").rpartition(".")[2]
    return name.removesuffix(own), own
