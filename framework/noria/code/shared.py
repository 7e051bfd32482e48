"""What functions leave in modules for others: a filled table, an attribute, a name bound anew."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from noria.code.attach import Place
from noria.code.changing import changes, held_at, set_by_class_methods
from noria.code.effects import VARIABLES
from noria.code.givers import changed_givers
from noria.code.project import MEMBER, OUTSIDE, STATEMENT, WHOLE, Project
from noria.code.table import CLASS, DEF, LITERAL, VALUE, Statement
from noria.code.uses import Uses
from noria.code.walk import FILLED, GIVEN, GIVES, SET, TOUCHED, Facts, Reference

# A module, a place there, and of a class the member, else an empty text; how that is called.
Definition = tuple[str, int, str]
Naming = Callable[[str, int, str], str]
ENVIRONMENT = "os:environ"
"""The name of what all code of the process shares and no module of the sources holds."""


class Shared(NamedTuple):
    """A value of a module, or :data:`ENVIRONMENT`, that functions change; by names of symbols.

    Who reaches one of ``changed_by`` changes it: by filling a table, by a method that changes its
    object, or by calling a function that binds the name anew.  ``bound_by`` are those functions:
    who reads the name reaches them as well.
    """

    name: str
    changed_by: frozenset[str]
    bound_by: frozenset[str]

    @property
    def definitions(self) -> frozenset[str]:
        """Who reaches one of these may read it: a member of a class comes with the class."""
        module, _, label = self.name.partition(":")
        return frozenset({self.name, f"{module}:{label.partition('.')[0]}"})


class _Found:
    """What was found of one value: who fills it, and which definitions bind its name."""

    def __init__(self) -> None:
        self.changed_by: set[str] = set()
        self.bound_by: set[str] = set()
        self.binders: set[Place] = set()


def shared_values(project: Project, naming: Naming) -> list[Shared]:
    """Return the tables, objects and names of all modules that functions change."""
    found: dict[Definition, _Found] = {}
    setting: set[str] = set()
    for place, symbols, facts, reference in _references(project, TOUCHED):
        if not reference.depth:
            continue
        if _is_environment(project, place[0], reference):
            setting |= {naming(*place, each) for each in symbols}
        binds = not reference.line  # as `global` does
        for value in _changed(project, place[0], reference, facts):
            about = found.setdefault(value, _Found())
            names = {naming(*place, each) for each in symbols}
            if binds:
                about.bound_by |= names
                about.binders.add(place)
            else:
                about.changed_by |= names
    _add_callers(project, naming, {at: one for at, one in found.items() if one.binders})
    shared = [
        Shared(naming(*at), frozenset(one.changed_by), frozenset(one.bound_by))
        for at, one in sorted(found.items())
    ]
    if setting:
        shared.append(Shared(ENVIRONMENT, frozenset(setting), frozenset()))
    return shared


def _is_environment(project: Project, module: str, reference: Reference) -> bool:
    return any(
        target.kind == OUTSIDE and target.name in VARIABLES
        for target in project.resolve(module, reference.chain)
    )


def _add_callers(project: Project, naming: Naming, found: dict[Definition, _Found]) -> None:
    """Add who calls what binds a name: who only reads the name reaches what binds it, too."""
    binders = {place for about in found.values() for place in about.binders}
    if not binders:
        return
    words = _words_for(project, {project.statement(*place).label for place in binders})
    for place, symbols, _, reference in _references(project):
        if words.isdisjoint(reference.chain):
            continue
        targets = {
            (target.name, target.place)
            for target in project.resolve(place[0], reference.chain)
            if target.kind == STATEMENT
        }
        for value, about in found.items():
            if value[:2] not in targets and place not in about.binders and targets & about.binders:
                about.changed_by |= {naming(*place, each) for each in symbols}


def _words_for(project: Project, labels: set[str]) -> set[str]:
    """Return what definitions of these names are called anywhere, imports by other names too."""
    imported = (
        each
        for table in project.tables.values()
        for statement in table.statements
        for each in statement.imported
    )
    return labels | {bound for bound, _, name in imported if name in labels}


def _references(
    project: Project, use: int | None = None
) -> Iterator[tuple[Place, tuple[str, ...], Facts, Reference]]:
    """Yield what statements refer to for a ``use``: of a class, with the member that does so."""
    uses, more = Uses(project), SET | FILLED | GIVES
    are_few = use is not None and uses.are_plain
    for module, table in project.tables.items():
        for at, statement in enumerate(table.statements):
            if are_few and use not in [each.use & ~more for each in statement.facts.references]:
                continue
            for symbols, facts in _parts(statement):
                for reference in uses.of(module, facts):
                    if use is None or reference.use & ~more == use:
                        yield (module, at), symbols, facts, reference


def _parts(statement: Statement) -> Iterator[tuple[tuple[str, ...], Facts]]:
    if not statement.parts:
        yield ("",), statement.facts
    for part in statement.parts:
        yield (part.name, ""), part.facts


def _changed(
    project: Project, module: str, reference: Reference, facts: Facts
) -> Iterator[Definition]:
    """Yield the values that a use of a name changes; ``facts`` are all uses around it."""
    if reference.use & GIVES or GIVEN in reference.chain:
        yield from changed_givers(project, module, reference, facts)
        return
    for value in _values(project, module, reference):
        held = held_at(project, value)
        if not reference.line or reference.use & SET or changes(project, reference, facts, held):
            yield value
    for target in project.resolve(module, reference.chain):
        at = target.name, target.place
        if target.kind == STATEMENT and project.statement(*at).kind == CLASS:
            yield from ((*at, name) for name in set_by_class_methods(project, at, reference, facts))


def _values(project: Project, module: str, reference: Reference) -> Iterator[Definition]:
    """Yield the values that a use of a name may change: itself, or whose attribute is set."""
    chain = reference.chain
    if chain[0].startswith("self:"):
        return  # it is of an object that is made inside, of which each function has another
    if reference.use & SET and not any(
        target.kind == WHOLE for target in project.resolve(module, chain[:-1])
    ):
        chain = chain[:-1]
    for target in project.resolve(module, chain):
        at = target.name, target.place
        if target.kind == MEMBER:
            yield (*at, target.detail)
        if target.kind != STATEMENT:
            continue
        kind = project.statement(*at).kind
        if kind == CLASS and chain != reference.chain:
            yield (*at, reference.chain[-1])
        elif kind in {DEF, CLASS}:
            yield from [(*at, "")] if reference.use & SET else []
        elif kind in {LITERAL, VALUE} and (
            chain == reference.chain or not _is_logger(project, (*at, ""))
        ):
            yield (*at, "")


def _is_logger(project: Project, value: Definition) -> bool:
    """Tell whether what a module holds there only tells what is done."""
    return type(held_at(project, value)).__module__.startswith("logging")
