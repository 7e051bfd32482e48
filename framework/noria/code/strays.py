"""Classes whose objects may come to code that names neither them nor what makes them.

An object comes to a function from code that names its class, which is followed, or with its data,
whose reader accounts for it: a method that is called by its name alone is one of a class that can
be found on these ways.  (Rapid type analysis: D. F. Bacon, P. F. Sweeney, OOPSLA 1996.)  Besides,
modules hand objects to libraries when they are imported, and libraries make objects of classes
that are registered with them, decorated by them or derived from theirs.
"""

from collections.abc import Iterator

from noria.code.attach import HIDDEN, ON_DERIVING, Attached, Place, facts_called
from noria.code.modules import OWN, STANDARD
from noria.code.project import BUILTIN, LOADED, OUTSIDE, STATEMENT, Project, Target
from noria.code.table import CLASS, EFFECT, VALUE
from noria.code.walk import ALL, Facts

# Libraries that make no objects of the classes derived from theirs but where these are named.
_ASKS_BY_NAME = frozenset({"numpy", "scipy", "sklearn", "torch"})


def stray_classes(project: Project, attached: Attached) -> frozenset[Place]:
    """Return the places of such classes.

    All there are where modules do something that is known only at run time.
    """
    every = {place[:2] for place in project.named(ALL)}
    found = {place for place in every if not _is_made_by_name(project, place, set())}
    for module, facts, depth in _executed(project, attached):
        if any(each.kind in HIDDEN for each in facts.dynamic):
            return frozenset(every)
        for reference in facts.references:
            if reference.depth <= depth:
                for target in project.resolve(module, reference.chain):
                    found.add((target.name, target.place))
    return frozenset(found & every)


def _executed(project: Project, attached: Attached) -> Iterator[tuple[str, Facts, int]]:
    """Yield what is executed when modules are imported: where, what, and how deep within it."""
    deepest = 1 << 30
    for module, place, part in attached.executed:
        statement = project.statement(module, place)
        yield module, statement.facts if part < 0 else statement.parts[part].facts, deepest
    for module, table in project.tables.items():
        for statement in table.statements:
            if statement.kind in {VALUE, EFFECT}:
                yield module, statement.facts, deepest
            elif statement.runs:
                handed = any(
                    reference.depth == 0 and _keeps(target)
                    for reference in statement.facts.references
                    for target in project.resolve(module, reference.chain)
                )
                yield module, statement.facts, deepest if handed else 0
            for facts in facts_called(statement, attached.called):
                yield module, facts, deepest


def _is_made_by_name(project: Project, place: Place, seen: set[Place]) -> bool:
    """Tell whether objects of a class are made only by who names it, as far as it says itself."""
    statement = project.statement(*place)
    if place in seen:
        return True
    seen.add(place)
    if not statement.is_plain or any(part.name in ON_DERIVING for part in statement.parts):
        return False
    if any(
        reference.depth == 0 and _keeps(target)
        for reference in statement.facts.references
        for target in project.resolve(place[0], reference.chain)
    ):
        return False
    return all(
        _is_harmless_base(project, target, seen)
        for base in statement.bases
        for target in project.resolve(place[0], base)
    )


def _is_harmless_base(project: Project, target: Target, seen: set[Place]) -> bool:
    if target.kind == STATEMENT:
        place = (target.name, target.place)
        return project.statement(*place).kind == CLASS and _is_made_by_name(project, place, seen)
    return target.kind in {BUILTIN, LOADED, OUTSIDE}


def _keeps(target: Target) -> bool:
    """Tell whether a name is a library's that may keep what it is given, or make objects of it."""
    return (
        target.kind == OUTSIDE
        and target.detail not in {STANDARD, OWN}
        and target.name.partition(".")[0] not in _ASKS_BY_NAME
    )
