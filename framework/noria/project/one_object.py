"""Nodes whose functions are methods of one object, which finds there what another has left."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from types import MethodType
from typing import Any

from noria.graph import Node
from noria.plan import Job
from noria.project.facts import is_trusted

SetsAndReads = Callable[[type, str], tuple[set[str], set[str]]]


def with_one_object(
    jobs: list[Job], nodes: Mapping[str, Node], of_object: SetsAndReads
) -> list[Job]:
    """Return the jobs, of which those always run that share attributes of their object.

    ``node(model.fit, ...)`` and ``node(model.predict, ...)`` do: what the first one left is there
    only if it was executed in this very process.  What a method sets itself it need not find.
    """
    owners: dict[int, list[tuple[str, MethodType]]] = {}
    for name, node in nodes.items():
        method = _method(node.func)
        if method is not None:
            owners.setdefault(id(method.__self__), []).append((name, method))
    found: dict[str, str] = {}
    for methods in owners.values():
        if len(methods) > 1:
            found.update(_reasons(methods, of_object))
    if not found:
        return jobs
    untold = {name: why for name, why in found.items() if not is_trusted(nodes[name])}
    return [job._replace(always=job.always or untold.get(job.name, "")) for job in jobs]


def _method(func: Any) -> MethodType | None:
    while isinstance(func, partial):
        func = func.func
    return func if isinstance(func, MethodType) else None


def _reasons(
    methods: Iterable[tuple[str, MethodType]], of_object: SetsAndReads
) -> Iterable[tuple[str, str]]:
    """Yield why methods of one object always run, by the names of their nodes."""
    about = []
    for node, method in methods:
        owner = method.__self__
        kind = owner if isinstance(owner, type) else type(owner)
        about.append((node, kind, *of_object(kind, method.__name__)))
    for leaving, kind, sets, _ in about:
        for finding, _, own, reads in about:
            for attribute in sorted((sets & reads) - own):
                left = f"{kind.__module__}.{kind.__qualname__}.{attribute}".removesuffix(".")
                yield leaving, f"it changes {left}, which {finding} reads"
                yield finding, f"it reads {left}, which {leaving} changes"
