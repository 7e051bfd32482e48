"""What code changes when it is executed: in functions that it calls, too, however deep."""

from collections.abc import Iterable, Iterator

from noria.code.closure import Closure, Key
from noria.code.project import (
    ATTRIBUTE,
    FAMILY,
    FOUND_LATER,
    LOADED,
    MEMBER,
    OUTSIDE,
    STATEMENT,
    Project,
    Target,
)
from noria.code.table import CLASS, DEF, EFFECT, VALUE
from noria.code.uses import Uses
from noria.code.walk import (
    CALLED,
    DISCARDED,
    ESCAPES,
    FILLED,
    GIVEN,
    GIVES,
    NAMED,
    SET,
    TOUCHED,
    Chain,
    Facts,
    Reference,
)

CALLS_NAMED: Key = ("member", "__call__")
"""What is executed calls things that it does not name: what it was given, or has found."""
_MADE_BY_CLASSES = ("__init__", "__new__", "__post_init__", "__call__")


class Execution:
    """Finds what functions of the project may change; what is common to many is found once.

    Keys: ``("code", module, place, part, depth)`` a function, a member of a class or a value, as
    deep as it is executed; ``("member", name)`` all members of that name; ``("held", module,
    place)`` whatever a value holds; ``("named", module, place)`` what is only told about, and is
    executed where anything is called that is not named; and what is done:
    ``("touch", target)`` is changed, ``("set", name)`` an attribute of unknown objects,
    ``("patch", target)`` attributes of names that are not known, ``("load", module)`` is imported.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self.uses = Uses(project)
        self._closure = Closure(self._edges)

    def done(self, starts: Iterable[Key]) -> list[Key]:
        """Return all that is executed with some nodes, and what that does."""
        starts = list(starts)
        reach = self._closure.reach(starts)
        calls, before = self.calls_anything(starts), 0
        while calls and reach != before:
            before = reach
            named = (key for key in self._closure.keys_of(reach) if key[0] == "named")
            for _, module, place in named:
                reach |= self._closure.reach(self.of_use(0, Target(STATEMENT, module, place), 1))
        return self._closure.keys_of(reach)

    def calls_anything(self, starts: Iterable[Key]) -> bool:
        """Return whether what is executed calls what it does not name."""
        return bool(self._closure.reach(starts) >> self._closure.identify(CALLS_NAMED) & 1)

    def of_use(self, use: int, target: Target, depth: int) -> Iterator[Key]:
        """Yield what the use of a name executes."""
        if target.kind == STATEMENT and use & NAMED and not use & CALLED:
            yield ("named", target.name, target.place)
        elif target.kind == STATEMENT and not self.is_code(target):
            yield ("held", target.name, target.place)
            yield ("code", target.name, target.place, -1, depth)  # a lambda
        else:
            yield from self.of_target(target, depth)

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
                yield from self._making(target)

    def _making(self, made: Target) -> Iterator[Key]:
        """Yield what the making of an object executes, of the classes above its own, too."""
        pending, seen = [made], {made}
        while pending:
            _, module, place, _ = pending.pop()
            statement = self._project.statement(module, place)
            yield ("code", module, place, -1, 0)  # what its annotations name
            for index, part in enumerate(statement.parts):
                if part.name in _MADE_BY_CLASSES:
                    yield ("code", module, place, index, 1)
            for base in statement.bases:
                for above in self._project.resolve(module, base):
                    if above in seen:
                        continue
                    seen.add(above)
                    if self.is_class(above):
                        pending.append(above)
                    else:
                        yield from self.of_use(0, above, 1)  # another name of a class

    def called(self, reference: Reference, target: Target) -> Iterator[tuple[str, int, int]]:
        """Yield the functions and methods that a use of a name calls as far as names say it."""
        if target.kind == STATEMENT:
            if reference.use & CALLED or "()" in reference.chain:
                yield from self.codes_of(target)
        elif target.kind in {MEMBER, FAMILY}:
            yield from self._project.family(target.name, target.place, target.detail)
        elif target.kind == ATTRIBUTE:
            yield from self._project.members.get(target.name, ())

    def codes_of(self, target: Target) -> Iterator[tuple[str, int, int]]:
        """Yield the functions that a call of a function or class executes."""
        for _, module, place, part, _ in self.of_target(target, 1):
            if part >= 0 or self._project.statement(module, place).kind == DEF:
                yield (module, place, part)

    def facts(self, code: tuple[str, int, int]) -> Facts:
        """Return what a function, or a member of a class, refers to."""
        statement = self._project.statement(code[0], code[1])
        return statement.facts if code[2] < 0 else statement.parts[code[2]].facts

    def held(self, target: Target) -> Iterator[Target]:
        """Yield the statements that made what a name may be bound to, if that can be changed.

        An attribute of a class may be bound in one that it is derived from.
        """
        if target.kind == STATEMENT:
            if self._project.statement(target.name, target.place).kind in {VALUE, EFFECT}:
                yield target
            return
        if target.kind in {MEMBER, FAMILY}:
            members = self._project.family(target.name, target.place, target.detail)
        elif target.kind == ATTRIBUTE:
            members = self._project.members.get(target.name, [])
        else:
            return
        for module, place, part in members:
            if self._project.statement(module, place).parts[part].is_data:
                yield Target(STATEMENT, module, place)

    def is_code(self, target: Target) -> bool:
        """Return whether a name is bound to a function or class of the project."""
        return target.kind == STATEMENT and self._project.statement(
            target.name, target.place
        ).kind in {DEF, CLASS}

    def is_class(self, target: Target) -> bool:
        """Return whether a name is bound to a class of the project."""
        return self.is_code(target) and (
            self._project.statement(target.name, target.place).kind == CLASS
        )

    def _edges(self, number: int) -> Iterator[int]:
        key = self._closure.keys[number]
        if key[0] == "code":
            _, module, place, part, depth = key
            facts = self.facts((module, place, part))
            yield from map(self._closure.identify, self._in_facts(module, facts, depth))
            yield from map(self._closure.identify, self.loads(module, facts))
            here = (module, place)
            sets = (("set", name) for name in self.sets(here, facts, depth))
            yield from map(self._closure.identify, sets)
        elif key[0] == "held":
            yield from map(self._closure.identify, self._in_value(key[1], key[2]))
        elif key[0] == "member":
            for module, place, part in self._project.members.get(key[1], ()):
                yield self._closure.identify(("code", module, place, part, 1))

    def _in_value(self, module: str, place: int) -> Iterator[Key]:
        """Yield what may be executed by whoever calls what a value holds."""
        for reference in self._project.statement(module, place).facts.references:
            for target in self._project.resolve(module, reference.chain):
                if target.kind == STATEMENT:
                    yield from self.of_use(0, target, 1)

    def _in_facts(self, module: str, facts: Facts, depth: int) -> Iterator[Key]:
        inner = 2 if ("__call__", 1) in facts.attributes else 1
        for reference in self.uses.of(module, facts):
            if reference.depth > depth:
                continue
            for target in self._project.resolve(module, reference.chain):
                for touched in self.changed(reference, target):
                    yield ("touch", touched)
                yield from self.of_use(reference.use, target, inner)
        for name, level in facts.attributes:
            if level <= depth:
                yield ("member", name)

    def changed(self, reference: Reference, target: Target) -> Iterator[Target]:
        """Yield what a use of a name changes, or hands on to who may change it."""
        if target.kind == OUTSIDE:
            if changes_outside(reference):
                yield target
        elif reference.use & GIVES and target.kind == FOUND_LATER and self._is_bound(target):
            return  # what an imported function gives is no name of this module
        elif reference.use & TOUCHED and target.kind in {STATEMENT, FOUND_LATER}:
            if "()" not in reference.chain or self._is_shared(target):
                yield target
        elif reference.use & (TOUCHED | ESCAPES):
            yield from self.held(target)

    def sets(self, here: tuple[str, int], facts: Facts, depth: int) -> Iterator[str]:
        """Yield the names of attributes of unknown or foreign objects that code changes."""
        yield from (name for name, level in facts.changes if level <= depth and name != GIVEN)
        receivers = {each.chain[:-1] for each in facts.references if each.use & CALLED}
        for reference in self.uses.of(here[0], facts):
            if reference.use & TOUCHED and len(reference.chain) > 1 and reference.depth <= depth:
                targets = self._project.resolve(here[0], reference.chain)
                if any(self._is_made(here, target) for target in targets):
                    continue
                for target in targets:
                    is_receiver = target.kind == OUTSIDE and reference.chain in receivers
                    if target.kind in {ATTRIBUTE, OUTSIDE} and not is_receiver:
                        yield target.name.rpartition(".")[2]

    def _is_made(self, here: tuple[str, int], target: Target) -> bool:
        """Return whether a name is bound to an object or class that its statement makes."""
        if target.kind != STATEMENT or target[1:3] == here:
            return False
        statement = self._project.statement(target.name, target.place)
        return statement.kind in {CLASS, DEF} or "()" in statement.made

    def _is_bound(self, target: Target) -> bool:
        return target.detail in self._project.tables[target.name].names

    def _is_shared(self, target: Target) -> bool:
        """Return whether a call of a name may give an object that others have, too."""
        return target.kind == STATEMENT and not self._project.is_plain_class(
            target.name, target.place
        )

    def loads(self, module: str, facts: Facts) -> Iterator[Key]:
        """Yield what code imports when it is executed, and what it sets without a known name."""
        chains: list[Chain] = [(f"={origin}",) for origin in facts.imports]
        chains.extend(found.target for found in facts.dynamic if found.kind == "module")
        for chain in chains:
            for target in self._project.resolve(module, chain):
                if target.kind == LOADED:
                    yield ("load", target.name)
        for found in facts.dynamic:
            if found.kind in {"modules", "listed"}:
                yield from (("load", name) for name in self._project.modules.under(found.what))
            elif found.kind == "table":
                yield from (("load", name) for name in self._project.named_in(module, found))
            elif found.kind == "patch":
                yield from (
                    ("patch", target) for target in self._project.resolve(module, found.target)
                )


def changes_outside(reference: Reference) -> bool:
    """Return whether a use stands there for what it changes: no value of it is taken."""
    if not reference.use & (TOUCHED | DISCARDED):
        return False
    return bool(reference.use & DISCARDED) or not reference.use & ~(TOUCHED | GIVES | SET | FILLED)
