"""Which statements change what other statements made: registries, patches, settings.

A module is executed once, from top to bottom; what one of its statements does to an object that
another one made belongs to everybody who reaches that object, wherever in the project it stands.
"""

import re
from collections.abc import Collection, Iterable, Iterator

from noria.code.closure import Key
from noria.code.execute import CALLS_NAMED, Execution, changes_outside
from noria.code.modules import MISSING, OWN
from noria.code.names import makes_own
from noria.code.project import (
    FOUND_LATER,
    LOADED,
    OUTSIDE,
    STATEMENT,
    WHOLE,
    Project,
    Target,
)
from noria.code.table import CLASS, DEF, EFFECT, VALUE, Statement
from noria.code.walk import (
    ALL,
    ANY,
    CALLED,
    DISCARDED,
    ESCAPES,
    GIVEN,
    NAMED,
    TOUCHED,
    Chain,
    Facts,
)

Place = tuple[str, int]
# Calls of these change nothing that a result depends on.
_HARMLESS = (
    "logging", "loguru.", "structlog", "print", "warnings.warn", "typing", "gc.collect",
    "faulthandler", "atexit",
)  # fmt: skip
_REGISTERS = "regist|listen|hook|implement|subscri|receiver|extend|install|patch|plugin"
# Decorators of libraries that find by a text, or by a type, what they were given.
_KEEP = (
    r"(spacy|thinc|catalogue)\..*\b(component|factory)$|.*\.compiles$|gin\.(.*_)?configurable$"
    r"|numba\.(core\.)?extending\.|torch\.library\.|.*\.custom_op$"
)
# What may change anything, as far as the source says.
HIDDEN = frozenset({"here", "anything", "methods", "table", "modules"})
ON_DERIVING = ("__init_subclass__", "__set_name__", "__class_getitem__", "__prepare__")


class Attached:
    """Statements by what they change.

    ``called`` are the names of functions and methods that somebody outside of the sources calls
    when all modules have been executed: what they change is changed as if their module did it.
    """

    def __init__(self, project: Project, called: Collection[str] = ()) -> None:
        self._project = project
        self.called = called
        self.to_statement: dict[Place, set[Place]] = {}
        self.to_name: dict[tuple[str, str], set[Place]] = {}  # of a module, bound by no statement
        self.to_outside: dict[str, set[Place]] = {}  # by the first part of a module's name
        self.loose: dict[str, list[int]] = {}  # effects of which nothing is known, by module
        self.loose_elsewhere: dict[str, set[Place]] = {}  # changes of a module as a whole
        # By the name of an attribute of unknown objects, an empty one for attributes of any name.
        self.to_attribute: dict[str, set[Place]] = {}
        self.loads: dict[str, set[str]] = {}  # what functions import that a module executes
        self.executed: set[tuple[str, int, int]] = set()  # functions, and members of classes
        self._modules: dict[tuple[str, str], bool] = {}
        self._by_functions: set[Place] | None = None
        self._aliases: dict[Place, set[Place]] = {}
        self._execution = Execution(project)
        for name, table in project.tables.items():
            for place, statement in enumerate(table.statements):
                if statement.kind in {VALUE, EFFECT} or statement.runs:
                    self._attach(name, place, statement)
                for facts in facts_called(statement, called):
                    for target in self._changed_by(name, facts):
                        self._change((name, place), target)
        self._spread_aliases()
        # Statements that change what another module made: when their module is executed matters.
        self.from_afar = {
            place
            for target, places in self.to_statement.items()
            for place in places
            if place[0] != target[0]
        }
        self.to_libraries = set[Place]().union(*self.to_outside.values())

    def setting(self, name: str) -> Iterator[Place]:
        """Yield the statements that set an attribute of this name of an unknown object.

        A name of :data:`~noria.code.walk.ALL` stands for all names.
        """
        named = self.to_attribute
        for each in named if name == ALL else {name} & named.keys():
            yield from named[each]

    def changing_builtin(self, name: str) -> set[Place]:
        """Return the statements that give the builtins a name, or names that are not known."""
        changes, named = self.to_outside.get("builtins", set()), self.to_attribute
        others = {place for each in named.keys() - {name, ANY} for place in named[each]}
        known = named.get(name, set()) | named.get(ANY, set())
        return changes & known | (changes - others)

    def is_touched(self, place: Place) -> bool:
        """Return whether any function of the project may change what a statement made."""
        if self._by_functions is None:
            self._by_functions = {
                (target.name, target.place)
                for name, table in self._project.tables.items()
                for statement in table.statements
                for reference in statement.facts.references
                if reference.use & TOUCHED
                for target in self._project.resolve(name, reference.chain)
                if target.kind == STATEMENT
            }
        return place in self._by_functions

    def _attach(self, module: str, place: int, statement: Statement) -> None:
        here = (module, place)
        done = self._done(here, statement)
        self.executed.update(key[1:4] for key in done if key[0] == "code")
        acts = statement.kind == EFFECT
        if acts and statement.binds_only and not statement.facts.dynamic:
            acts = any(key[0] == "load" for key in done)  # what modules do when they are imported
        found = False
        for target in self._touched(module, statement, done):
            if target.kind in {STATEMENT, FOUND_LATER}:
                found |= self._change(here, target)
            elif target.kind == OUTSIDE and target.detail != OWN and _registers(target.name):
                self.to_outside.setdefault(target.name.partition(".")[0], set()).add(here)
            elif acts and target.detail not in {OWN, MISSING}:
                if not target.name.startswith(_HARMLESS):
                    top = target.name.partition(".")[0]
                    self.to_outside.setdefault(top, set()).add(here)
                    self.loose.setdefault(module, []).append(place)
                found = True
        dynamic = any(each.kind in HIDDEN for each in statement.facts.dynamic)
        unknown = acts and not found and _does_anything(statement)
        if unknown or (dynamic and statement.kind in {EFFECT, VALUE}):
            self.loose.setdefault(module, []).append(place)
        self._set(here, statement, done, unknown)
        if statement.kind == VALUE:
            self._alias(here, module, statement.facts)
        for part in statement.parts:
            if part.is_data:
                self._alias(here, module, part.facts)

    def _done(self, here: Place, statement: Statement) -> list[Key]:
        """Return what is executed with a statement, and what that does."""
        facts = statement.facts
        limit = 2 if ("__call__", 0) in facts.attributes else 1
        # A table of functions calls none of them.
        plain = NAMED if statement.kind == VALUE and not statement.runs else 0
        starts = [
            key
            for reference in facts.references
            if reference.depth == 0
            for target in self._project.resolve(here[0], reference.chain)
            for key in self._execution.of_use(reference.use | plain, target, limit)
        ]
        if statement.kind in {DEF, CLASS} and self._execution.calls_anything(starts):
            starts.append(("code", *here, -1, 1))  # its decorator may call it at once
        starts.extend(("member", name) for name, depth in facts.attributes if depth == 0)
        if any(self._deriving(here[0], statement)):
            starts.append(CALLS_NAMED)
        if statement.kind != DEF:
            starts.extend(self._execution.loads(here[0], facts))
        return self._execution.done(starts)

    def _set(self, here: Place, statement: Statement, done: list[Key], unknown: bool) -> None:
        """Note what a statement sets where it is not known what it belongs to, and what it loads.

        ``unknown``: nothing else is known of what it changes.
        """
        facts = statement.facts
        names = set(self._execution.sets(here, facts, 0))
        for key in done:
            if key[0] == "set":
                names.add(key[1])
            elif key[0] == "load":
                self.loads.setdefault(here[0], set()).add(key[1])
            elif key[0] == "patch" and key[1].kind == WHOLE:
                self.loose_elsewhere.setdefault(key[1].name, set()).add(here)
        for name in names:
            self.to_attribute.setdefault(name, set()).add(here)
        handed = (
            target
            for reference in facts.references
            if reference.depth == 0 and reference.use & ESCAPES
            for target in self._project.resolve(here[0], reference.chain)
        )
        for target in handed:
            if names and target.kind == WHOLE:
                self.loose_elsewhere.setdefault(target.name, set()).add(here)
            elif unknown and self._execution.is_class(target):
                self._change(here, target)

    def _changed_by(self, module: str, facts: Facts) -> Iterator[Target]:
        """Yield what a function changes itself, or by those that it calls by their names.

        What it only hands on is not changed, for the making of pipelines names all code; but for
        what functions of the project change that they are given, and call.
        """
        seen: set[tuple[str, int, int]] = set()
        pending = [(module, facts)]
        handed: list[tuple[str, Chain]] = []
        first, calls, changes = True, False, False
        while pending:
            inside, found = pending.pop()
            calls |= not first and any(name == "__call__" for name, _ in found.attributes)
            changes |= not first and any(name == GIVEN for name, _ in found.changes)
            first = False
            codes: list[tuple[str, int, int]] = []
            for reference in self._execution.uses.of(inside, found):
                outside = changes_outside(reference)
                if reference.use & ESCAPES and not reference.use & TOUCHED:
                    handed.append((inside, reference.chain))
                if not reference.use & (TOUCHED | CALLED | DISCARDED) and (
                    len(reference.chain) == 1 or self._is_of_module(inside, reference.chain)
                ):
                    continue  # it is named, and nothing more
                for target in self._project.resolve(inside, reference.chain):
                    if target.kind == OUTSIDE:
                        if outside:
                            yield target
                        continue
                    if reference.use & TOUCHED:
                        yield from self._execution.changed(reference, target)
                    if target.kind != FOUND_LATER:
                        codes.extend(self._execution.called(reference, target))
            if calls and not pending:
                for target in self._resolved(handed):
                    if self._execution.is_code(target):
                        codes.extend(self._execution.codes_of(target))
            for code in codes:
                if code not in seen:
                    seen.add(code)
                    pending.append((code[0], self._execution.facts(code)))
        if changes:
            for target in self._resolved(handed):
                yield from self._execution.held(target)

    def _is_of_module(self, module: str, chain: Chain) -> bool:
        """Tell whether a name is that of something in an imported module: ``nodes.clean``."""
        if len(chain) != 2:
            return False
        known = self._modules.get((module, chain[0]))
        if known is None:
            kinds = {target.kind for target in self._project.resolve(module, chain[:1])}
            known = WHOLE in kinds and kinds <= {WHOLE, LOADED, FOUND_LATER}
            self._modules[module, chain[0]] = known
        return known

    def _resolved(self, chains: Iterable[tuple[str, Chain]]) -> Iterator[Target]:
        for module, chain in chains:
            yield from self._project.resolve(module, chain)

    def _change(self, here: Place, target: Target) -> bool:
        """Note that a statement changes what another one made; return whether one did."""
        if target.kind == STATEMENT:
            if (target.name, target.place) == here:
                return False
            self.to_statement.setdefault((target.name, target.place), set()).add(here)
            for given in self._given_by(target):
                self._change(here, given)
        elif target.kind == FOUND_LATER:
            self.to_name.setdefault((target.name, target.detail), set()).add(here)
        elif target.kind == OUTSIDE and not target.name.startswith(_HARMLESS):
            self.to_outside.setdefault(target.name.partition(".")[0], set()).add(here)
        return True

    def _given_by(self, target: Target) -> Iterator[Target]:
        """Yield the library's functions whose result a name is bound to, if it may be others' too.

        Thus ``getcontext`` of the decimals for ``CONTEXT = getcontext()``.
        """
        made = self._project.statement(target.name, target.place).made
        if "()" in made:
            called = made[: made.index("()")]
            for each in self._project.resolve(target.name, called):
                if each.kind == OUTSIDE and not makes_own(each.name, made[-2:] == ("()", "()")):
                    yield each

    def _alias(self, here: Place, module: str, facts: Facts) -> None:
        for reference in facts.references:
            if reference.use & ESCAPES:
                for target in self._project.resolve(module, reference.chain):
                    for held in self._execution.held(target):
                        self._aliases.setdefault(here, set()).add((held.name, held.place))

    def _spread_aliases(self) -> None:
        """Let what changes a name change what the name was given."""
        pending = list(self.to_statement)
        while pending:
            place = pending.pop()
            for origin in self._aliases.get(place, ()):
                before = len(self.to_statement.get(origin, ()))
                grown = self.to_statement.setdefault(origin, set())
                grown |= (self.to_statement[place] | {place}) - {origin}
                if len(grown) > before:
                    pending.append(origin)

    def _touched(self, module: str, statement: Statement, done: Iterable[Key]) -> Iterator[Target]:
        """Yield what executing a statement may change."""
        named = [
            (reference, self._project.resolve(module, reference.chain))
            for reference in self._execution.uses.of(module, statement.facts)
            if reference.depth == 0
        ]
        hands_on = statement.kind == EFFECT or any(
            self._execution.is_code(target) for _, targets in named for target in targets
        )
        for reference, targets in named:
            for target in targets:
                if target.kind == OUTSIDE:
                    registers = reference.use & CALLED and _registers(target.name)
                    if registers or changes_outside(reference):
                        yield target
                elif hands_on or reference.use & TOUCHED:
                    yield from self._execution.changed(reference, target)
        if statement.kind == CLASS:
            yield from self._deriving(module, statement)
        yield from _touched_in(done)

    def _deriving(self, module: str, statement: Statement) -> Iterator[Target]:
        """Yield the bases that a class may register with."""
        pending = [(module, base) for base in statement.bases]
        seen: set[Target] = set()
        while pending:
            origin, base = pending.pop()
            for target in self._project.resolve(origin, base):
                if target.kind != STATEMENT or target in seen:
                    continue
                seen.add(target)
                above = self._project.statement(target.name, target.place)
                members = {part.name for part in above.parts}
                if members & set(ON_DERIVING) or above.guards or self._has_metaclass(above):
                    yield target
                    starts: list[Key] = [
                        ("code", target.name, target.place, index, 1)
                        for index, part in enumerate(above.parts)
                        if part.name in ON_DERIVING
                    ]
                    yield from _touched_in(self._execution.done(starts))
                pending.extend((target.name, each) for each in above.bases)

    def _has_metaclass(self, statement: Statement) -> bool:
        bases = set(statement.bases)
        return any(
            reference.depth == 0 and reference.chain not in bases and reference.use == 0
            for reference in statement.facts.references
        )


def facts_called(statement: Statement, called: Collection[str]) -> list[Facts]:
    """Return what a statement's code is that is called by such names."""
    if statement.kind == DEF:
        return [statement.facts] if statement.label in called else []
    is_called = any(part.name in called for part in statement.parts)
    names = {*called, "__init__"} if is_called else set[str]()  # who is called was made before
    return [part.facts for part in statement.parts if part.name in names]


def _touched_in(done: Iterable[Key]) -> Iterator[Target]:
    return (key[1] for key in done if key[0] == "touch")


def _does_anything(statement: Statement) -> bool:
    """Return whether a statement calls something or sets a part of something."""
    sets = {("__setattr__", 0), ("__setitem__", 0)}
    return statement.runs or not sets.isdisjoint(statement.facts.attributes)


def _registers(dotted: str) -> bool:
    """Return whether a library's function keeps what it is given: by its name.

    What :mod:`functools` makes keeps it itself, and is changed by its own name.
    """
    if dotted.startswith("functools."):
        return False
    named = re.search(_REGISTERS, dotted.rpartition(".")[2])
    return named is not None or re.match(_KEEP, dotted) is not None
