"""From what a dataset's content came: step by step back to data that no run has made."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from noria.graph.names import is_parameter
from noria.plan.key import Parts, content_of
from noria.store.records import ADOPTED, EDITED


class Making(NamedTuple):
    """One recorded execution: of ``node`` in ``run`` at ``made``, what from and what of.

    ``outputs`` are digests, and where each lay, by dataset; ``made`` is seconds since the epoch.
    ``seen`` is what it was seen to read besides, empty for nothing.
    """

    node: str
    run: str
    made: float
    seconds: float
    parts: Parts
    outputs: Mapping[str, tuple[str, str]]
    seen: str = ""

    @property
    def inputs(self) -> list[tuple[str, str]]:
        """The data that it read: names and digests."""
        read = self.parts.arguments.values()
        return [(name, content_of(digest)) for name, digest in read if not is_parameter(name)]

    @property
    def edited_in(self) -> str | None:
        """The run that was told to keep what somebody had edited; ``None`` where nobody had."""
        return self.run.removeprefix(EDITED) if self.run.startswith(EDITED) else None

    @property
    def is_adopted(self) -> bool:
        """Whether the outputs were taken as they lay, and nothing was executed."""
        return self.run.startswith(ADOPTED)


class Step(NamedTuple):
    """A dataset's content, and how it was made: ``None`` for what no run has made."""

    dataset: str
    digest: str
    making: Making | None

    @property
    def inputs(self) -> list[tuple[str, str]]:
        """The data that it was made from: names and digests."""
        return [] if self.making is None else self.making.inputs

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """The parameters that it was made with: names and digests."""
        return (
            []
            if self.making is None
            else [one for one in self.making.parts.arguments.values() if is_parameter(one[0])]
        )


Makers = Callable[[str], Iterable[Making]]
"""Returns the executions that made the content of a digest, newest first."""


def trace(dataset: str, digest: str, makers: Makers) -> list[Step]:
    """Return the steps by which a content came about: itself first, each before what it is from.

    >>> parts = Parts("c", "l", "3.11", "", {"0": ("raw", "r")}, {}, {"clean": "m"}, {})
    >>> making = Making("wash", "run 1", 0.0, 0.1, parts, {"clean": ("d", "data/clean.csv")})
    >>> steps = trace("clean", "d", lambda digest: [making] if digest == "d" else [])
    >>> [(step.dataset, step.making and step.making.node) for step in steps]
    [('clean', 'wash'), ('raw', None)]
    """
    found: dict[tuple[str, str], Step] = {}
    after: dict[tuple[str, str], list[tuple[str, str]]] = {}
    waiting = [(dataset, digest)]
    while waiting:
        one = waiting.pop()
        if one in found:
            continue
        found[one] = Step(*one, _chosen(*one, makers, asked=one == (dataset, digest)))
        after[one] = found[one].inputs
        waiting += after[one]
    return [found[one] for one in _ordered((dataset, digest), after)]


def _chosen(dataset: str, digest: str, makers: Makers, *, asked: bool) -> Making | None:
    """Return the newest execution that made the content under this name.

    For what was ``asked``, one under another name will do: the file may have been copied.  Raw
    data that happens to equal a result was not made by it.
    """
    other = None
    for making in makers(digest):
        if making.outputs.get(dataset, ("",))[0] == digest:
            return making
        made = any(one == digest for one, _ in making.outputs.values())
        if other is None and made and asked and (dataset, digest) not in making.inputs:
            other = making
    return other


def _ordered(
    first: tuple[str, str], after: Mapping[tuple[str, str], list[tuple[str, str]]]
) -> list[tuple[str, str]]:
    """Return all in an order in which each stands before what it is from."""
    ended: dict[tuple[str, str], None] = {}
    entered: set[tuple[str, str]] = set()
    stack = [(first, False)]
    while stack:
        one, left = stack.pop()
        if left:
            ended[one] = None
        elif one not in entered:
            entered.add(one)
            stack.append((one, True))
            stack += [(below, False) for below in reversed(after[one])]
    return list(reversed(ended))
