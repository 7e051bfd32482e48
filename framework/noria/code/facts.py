"""What is said of a function: the plain values that this room gives to others."""

from collections.abc import Mapping
from typing import NamedTuple

# Kinds of effects that read something outside: what they read may differ at every run.
READING = frozenset(
    {"clock", "environment", "file", "network", "database", "subprocess", "input"}
)  # fmt: skip

ZONE = "time zone"
"""The kind of effect of what makes a time of day of a moment: it differs from place to place."""

WRITES = "writes"
"""The kind of effect of what writes files."""

SETTINGS = "settings"
"""The kind of effect of what sets something up for all code of the process."""


class Symbol(NamedTuple):
    """A definition in the project's sources that behaviour depends on.

    ``name`` is ``module:name``, ``digest`` that of the normalised code; it stands in ``file`` from
    ``line`` to ``end``.
    """

    name: str
    digest: str
    file: str
    line: int
    end: int


class Effect(NamedTuple):
    """Something outside that reached code reads (a kind in :data:`READING`) or changes.

    The other kinds are :data:`ZONE`, :data:`WRITES`, ``mail``, ``tracking``, ``random``
    (Python's own random state), and ``settings`` (of a library or the process, which are changed).
    """

    kind: str
    what: str
    where: str


class Doubt(NamedTuple):
    """Where static knowledge ended: what was met, where, and how its writer can narrow it."""

    what: str
    where: str
    narrow: str


class Fingerprint(NamedTuple):
    """All that a function's behaviour depends on, as far as code goes."""

    digest: str
    symbols: tuple[Symbol, ...]
    distributions: tuple[tuple[str, str], ...]
    effects: tuple[Effect, ...]
    doubts: tuple[Doubt, ...]


def changed(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """Return the names whose digests differ or that stand on one side only, sorted.

    >>> changed({"shop:price": "1", "shop:rate": "1"}, {"shop:price": "2", "shop:rate": "1"})
    ['shop:price']
    """
    return sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
