"""Functions that give the same object to all: what one changes of it, another one finds."""

from collections.abc import Iterator

from noria.code.changing import (
    CHANGE_THEIR_OBJECT,
    class_with,
    held_at,
    is_class_method,
    set_in,
)
from noria.code.project import MEMBER, OUTSIDE, STATEMENT, Project, Target
from noria.code.table import CLASS, DEF, Statement
from noria.code.walk import FILLED, GIVEN, GIVES, SET, TOUCHED, Chain, Facts, Reference

_KEEPING = frozenset({"functools.lru_cache", "functools.cache"})


def changed_givers(
    project: Project, module: str, reference: Reference, facts: Facts
) -> Iterator[tuple[str, int, str]]:
    """Yield the functions of which a use changes what they have given, and will give to others.

    ``get_tracker().log.append(1)``, where that function is cached, or keeps what it gives under a
    name of its module or class, or is a class of which there is one object; ``facts`` are all uses
    around it.
    """
    called, name = _called(reference)
    if not called or not _changes(project, reference, called, name, facts):
        return
    for target in project.resolve(module, called):
        if target.kind == MEMBER:
            parts = project.statement(target.name, target.place).parts
            found = [each for each in parts if each.name == target.detail]
            if any(is_class_method(each) and any(set_in(each)) for each in found):
                yield target.name, target.place, target.detail
        elif target.kind == STATEMENT and _keeps(project, target):
            yield target.name, target.place, ""


def _called(reference: Reference) -> tuple[Chain, str]:
    """Return the function that gave what a use changes, and the attribute that is set or filled."""
    chain = reference.chain
    if reference.use & GIVES:
        return (chain, "") if GIVEN not in chain else ((), "")
    if chain.count(GIVEN) != 1 or chain[0].startswith("self:"):
        return (), ""
    at = chain.index(GIVEN)
    return chain[:at], "".join(chain[at + 1 : at + 2])


def _changes(
    project: Project, reference: Reference, called: Chain, name: str, facts: Facts
) -> bool:
    if reference.use & (FILLED | SET):
        return True
    given = (*called, GIVEN, *filter(None, (name,)))
    follow = {
        each.chain[len(given)]
        for each in facts.references
        if each.line == reference.line
        and len(each.chain) > len(given)
        and each.chain[: len(given)] == given
    }
    if follow & (CHANGE_THEIR_OBJECT | {changed for changed, _ in facts.changes}):
        return True
    members = (each for one in follow for each in project.members.get(one, ()))
    return any(
        any(set_in(project.statement(module, place).parts[part])) for module, place, part in members
    )


def _keeps(project: Project, target: Target) -> bool:
    statement: Statement = project.statement(target.name, target.place)
    if statement.kind == CLASS:
        return _gives_one(project, target)
    if statement.kind != DEF:
        return False
    for each in statement.facts.references:
        if each.use & TOUCHED and not each.line:
            return True  # it binds a name of its module
        if each.depth == 0:
            meant = project.resolve(target.name, each.chain)
            if any(one.kind == OUTSIDE and one.name in _KEEPING for one in meant):
                return True
    return False


def _gives_one(project: Project, target: Target) -> bool:
    """Tell whether a class may give one object to all who call it, as it is after its import."""
    held = held_at(project, (target.name, target.place, ""))
    if not isinstance(held, type):
        return held is not None  # a decorator has put something else in its place
    if class_with(project, type(held), "__call__") is not None:
        return True
    cls = class_with(project, held, "__new__")
    if cls is None:
        return False
    made = [part for part in project.statement(*cls).parts if part.name == "__new__"]
    return any(each.use & TOUCHED for part in made for each in part.facts.references)
