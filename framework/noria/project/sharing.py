"""Which nodes find in a module what another node has left there."""

from collections.abc import Collection, Iterable, Mapping
from functools import partial
from typing import Any

from noria.code import ENVIRONMENT, Fingerprint, Shared
from noria.graph import Node
from noria.plan import Job
from noria.project.facts import is_trusted


def with_sharing(
    jobs: list[Job],
    nodes: Mapping[str, Node],
    fingerprints: Mapping[str, Fingerprint],
    shared: Collection[Shared],
) -> list[Job]:
    """Return the jobs, of which those always run that share something in a module.

    Such data passes by no dataset: what one node left is there only if it was executed in this very
    process, and nobody sees whether it differs.  A node that itself fills what it reads is taken
    for one that keeps what it has computed once, which makes no difference to others.
    """
    if not shared:
        return jobs
    found = _reasons(nodes.values(), fingerprints, shared)
    return [job._replace(always=job.always or found.get(job.name, "")) for job in jobs]


def _reasons(
    nodes: Collection[Node], fingerprints: Mapping[str, Fingerprint], shared: Iterable[Shared]
) -> dict[str, str]:
    """Return why nodes always run that leave something for others, or find it there."""
    reached = {
        node.name: frozenset([symbol.name for symbol in fingerprints[node.name].symbols])
        for node in nodes
    }
    own = {node.name: _called(node.func) for node in nodes}
    found: dict[str, str] = {}
    for value in shared:
        leaving = [
            name
            for name, symbols in reached.items()
            if own[name] in value.bound_by or value.changed_by & symbols
        ]
        if value.name == ENVIRONMENT:
            finding = [name for name in reached if _reads_environment(fingerprints[name])]
        else:
            finding = [
                name
                for name, symbols in reached.items()
                if value.definitions & symbols and name not in leaving
            ]
        left = value.name.replace(":", ".")
        for name in leaving:
            for reader in [each for each in finding if each != name][:1]:
                found.setdefault(name, f"it changes {left}, which {reader} reads")
        for name in finding if leaving else ():
            found.setdefault(name, f"it reads {left}, which {leaving[0]} changes")
    trusted = {node.name for node in nodes if is_trusted(node)}
    return {name: why for name, why in found.items() if name not in trusted}


def _reads_environment(fingerprint: Fingerprint) -> bool:
    return any(
        kind == "environment" and what.startswith(("os.environ", "os.getenv"))
        for kind, what, _ in fingerprint.effects
    )


def _called(func: Any) -> str:
    while isinstance(func, partial):
        func = func.func
    return f"{getattr(func, '__module__', '')}:{getattr(func, '__qualname__', '')}"
