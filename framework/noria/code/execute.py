"""What code changes when it is executed: in functions that it calls, too, however deep."""

from collections.abc import Iterable, Iterator

from noria.code.closure import Closure, Key
from noria.code.project import (
    ATTRIBUTE,
    FAMILY,
    FOUND_LATER,
    MEMBER,
    OUTSIDE,
    STATEMENT,
    Project,
    Target,
)
from noria.code.table import CLASS, DEF, EFFECT, VALUE
from noria.code.walk import DISCARDED, ESCAPES, TOUCHED, Facts, Reference

_MADE_BY_CLASSES = ("__init__", "__new__", "__post_init__", "__call__")


class Execution:
    """Finds what functions of the project may change; what is common to many is found once.

    Keys: ``("code", module, place, part, depth)`` a function, a member of a class or a value, as
    deep as it is executed; ``("member", name)`` all members of that name; ``("touch", target)``.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._closure = Closure(self._edges)

    def touched(self, starts: Iterable[Key]) -> Iterator[Target]:
        """Yield what is changed by executing some nodes."""
        for key in self._closure.keys_of(self._closure.reach(starts)):
            if key[0] == "touch":
                yield key[1]

    def of_target(self, target: Target, depth: int) -> Iterator[Key]:
        """Yield what a call of a name executes."""
        if target.kind == ATTRIBUTE:
            yield ("member", target.name)
        elif target.kind in {MEMBER, FAMILY}:
            yield ("member", target.detail)
        elif target.kind == STATEMENT:
            statement = self._project.statement(target.name, target.place)
            if statement.kind in {DEF, VALUE}:
                yield ("code", target.name, target.place, -1, depth)
            elif statement.kind == CLASS:
                for index, part in enumerate(statement.parts):
                    if part.name in _MADE_BY_CLASSES:
                        yield ("code", target.name, target.place, index, 1)

    def is_mutable(self, target: Target) -> bool:
        """Return whether a name may be bound to something that can be changed."""
        return target.kind == STATEMENT and self._project.statement(
            target.name, target.place
        ).kind in {VALUE, EFFECT}

    def is_code(self, target: Target) -> bool:
        """Return whether a name is bound to a function or class of the project."""
        return target.kind == STATEMENT and self._project.statement(
            target.name, target.place
        ).kind in {DEF, CLASS}

    def _edges(self, number: int) -> Iterator[int]:
        key = self._closure.keys[number]
        if key[0] == "code":
            _, module, place, part, depth = key
            statement = self._project.statement(module, place)
            facts = statement.facts if part < 0 else statement.parts[part].facts
            yield from map(self._closure.identify, self._in_facts(module, facts, depth))
        elif key[0] == "member":
            for module, place, part in self._project.members.get(key[1], ()):
                yield self._closure.identify(("code", module, place, part, 1))

    def _in_facts(self, module: str, facts: Facts, depth: int) -> Iterator[Key]:
        inner = 2 if ("__call__", 1) in facts.attributes else 1
        for reference in facts.references:
            if reference.depth > depth:
                continue
            for target in self._project.resolve(module, reference.chain):
                if self._is_touched(reference, target):
                    yield ("touch", target)
                if target.kind != STATEMENT or self.is_code(target):
                    yield from self.of_target(target, inner)
        for name, level in facts.attributes:
            if level <= depth:
                yield ("member", name)

    def _is_touched(self, reference: Reference, target: Target) -> bool:
        if target.kind == OUTSIDE:
            return changes_outside(reference)
        if reference.use & TOUCHED:
            return target.kind in {STATEMENT, FOUND_LATER}
        return bool(reference.use & ESCAPES) and self.is_mutable(target)


def changes_outside(reference: Reference) -> bool:
    """Return whether a use stands there for what it changes: no value of it is taken."""
    if not reference.use & (TOUCHED | DISCARDED):
        return False
    return bool(reference.use & DISCARDED) or not reference.use & ~TOUCHED
