"""What functions leave in modules for others: a table that is filled, a name bound anew."""

import sys
from collections.abc import Callable, Iterator, MutableMapping, MutableSequence, MutableSet
from typing import NamedTuple

from noria.code.attach import Place
from noria.code.project import STATEMENT, Project
from noria.code.table import LITERAL, VALUE, Statement
from noria.code.walk import TOUCHED, Facts, Reference

# How a definition is called: its module, its place there, and of a class the member.
Naming = Callable[[str, int, str], str]
_TABLES = (MutableMapping, MutableSequence, MutableSet)


class Shared(NamedTuple):
    """A value of a module that functions change; all by the names of their symbols.

    Who reaches one of ``changed_by`` changes it: by filling a table, or by calling a function that
    binds the name anew.  ``bound_by`` are those functions: who reads the name reaches them as well.
    """

    name: str
    changed_by: frozenset[str]
    bound_by: frozenset[str]


class _Found:
    """What was found of one value: who fills it, and which definitions bind its name."""

    def __init__(self) -> None:
        self.changed_by: set[str] = set()
        self.bound_by: set[str] = set()
        self.binders: set[Place] = set()


def shared_values(project: Project, naming: Naming) -> list[Shared]:
    """Return the tables and names of all modules that functions change."""
    found: dict[Place, _Found] = {}
    for place, symbols, reference in _references(project, TOUCHED):
        if not reference.depth:
            continue
        binds = not reference.line  # as `global` does
        for value in _values(project, place[0], reference):
            if binds or _is_table(project, value):
                about = found.setdefault(value, _Found())
                names = {naming(*place, each) for each in symbols}
                if binds:
                    about.bound_by |= names
                    about.binders.add(place)
                else:
                    about.changed_by |= names
    _add_callers(project, naming, {at: one for at, one in found.items() if one.binders})
    return [
        Shared(naming(*at, ""), frozenset(one.changed_by), frozenset(one.bound_by))
        for at, one in sorted(found.items())
    ]


def _add_callers(project: Project, naming: Naming, found: dict[Place, _Found]) -> None:
    """Add who calls what binds a name: who only reads the name reaches what binds it, too."""
    if not found:
        return
    for place, symbols, reference in _references(project):
        targets = {
            (target.name, target.place)
            for target in project.resolve(place[0], reference.chain)
            if target.kind == STATEMENT
        }
        for value, about in found.items():
            if value not in targets and place not in about.binders and targets & about.binders:
                about.changed_by |= {naming(*place, each) for each in symbols}


def _references(
    project: Project, use: int | None = None
) -> Iterator[tuple[Place, tuple[str, ...], Reference]]:
    """Yield what statements refer to for a ``use``: of a class, with the member that does so."""
    for module, table in project.tables.items():
        for at, statement in enumerate(table.statements):
            if use is None or use in [each.use for each in statement.facts.references]:
                for symbols, facts in _parts(statement):
                    for reference in facts.references:
                        if use is None or reference.use == use:
                            yield (module, at), symbols, reference


def _parts(statement: Statement) -> Iterator[tuple[tuple[str, ...], Facts]]:
    if not statement.parts:
        yield ("",), statement.facts
    for part in statement.parts:
        yield (part.name, ""), part.facts


def _values(project: Project, module: str, reference: Reference) -> Iterator[Place]:
    for target in project.resolve(module, reference.chain):
        at = target.name, target.place
        if target.kind == STATEMENT and project.statement(*at).kind in {LITERAL, VALUE}:
            yield at


def _is_table(project: Project, value: Place) -> bool:
    """Tell whether a module holds something there that can be filled."""
    module, place = value
    held = vars(sys.modules.get(module, sys)).get(project.statement(module, place).label)
    return isinstance(held, _TABLES)
