"""Which uses of a value that a module holds change it: an item is set, or a method does so."""

import sys
from collections.abc import Iterator, MutableMapping, MutableSequence, MutableSet
from typing import Any

from noria.code.names import words
from noria.code.project import Project
from noria.code.table import CLASS, Part
from noria.code.walk import CALLED, FILLED, SET, TOUCHED, Facts, Reference

Place = tuple[str, int]
_TABLES = (MutableMapping, MutableSequence, MutableSet)
# Methods of libraries' objects that change them; what others do is not known, and most do nothing.
CHANGE_THEIR_OBJECT = words(
    """
    add append appendleft clear discard extend insert pop popitem popleft push put put_nowait
    register remove reset reverse set set_params setdefault sort update write writelines
    fit fit_predict fit_transform partial_fit
    """
)


def held_at(project: Project, value: tuple[str, int, str]) -> Any:
    """Return what a module holds under a name of it, or a class of it as a member."""
    module, place, member = value
    held = vars(sys.modules.get(module, sys)).get(project.statement(module, place).label)
    return getattr(held, "__dict__", {}).get(member) if member else held


def changes(project: Project, reference: Reference, facts: Facts, held: Any) -> bool:
    """Tell whether a use of a name changes what a module holds there; ``facts`` are all uses."""
    if reference.use & FILLED or isinstance(held, _TABLES):
        return True
    kind = type(held)
    return any(sets_and_reads(project, kind, name)[0] for name in _called_on(reference, facts))


def set_by_class_methods(
    project: Project, cls: Place, reference: Reference, facts: Facts
) -> Iterator[str]:
    """Yield the attributes of a class that its methods set which are called by the class's name."""
    for name in _called_on(reference, facts):
        for part in _parts_called(project, cls, name):
            if is_class_method(part):
                yield from set_in(part)


def _called_on(reference: Reference, facts: Facts) -> Iterator[str]:
    """Yield the methods for whose calls a use of a name stands."""
    for each in facts.references:
        if each.use & CALLED and each.line == reference.line and each.chain[:-1] == reference.chain:
            yield each.chain[-1]


def sets_and_reads(project: Project, kind: type, method: str) -> tuple[set[str], set[str]]:
    """Return which attributes of its object a method sets, and which it asks for.

    An empty name stands for those of a library's object, of which only the method's name is known.
    """
    sets, reads = set[str](), set[str]()
    pending, seen = [method], set[str]()
    while pending:
        name = pending.pop()
        if name in seen:
            continue
        seen.add(name)
        cls = class_with(project, kind, name)
        if cls is None:
            if name in CHANGE_THEIR_OBJECT:
                sets.add("")
            reads.add("")
            continue
        for part in _parts_called(project, cls, name):
            sets.update(set_in(part))
            own = [each for each in part.facts.references if each.chain[0].startswith("self:")]
            reads.update(each.chain[1] for each in own if len(each.chain) > 1)
            called = (each.chain[1] for each in own if each.use & CALLED and len(each.chain) == 2)
            pending.extend(called)
    return sets, reads


def is_class_method(part: Part) -> bool:
    """Tell whether a member of a class is called with the class."""
    return ("classmethod",) in [each.chain for each in part.facts.references]


def set_in(part: Part) -> Iterator[str]:
    """Yield the attributes of a method's own object that it sets, or fills by their methods."""
    for each in part.facts.references:
        if each.use & TOUCHED and each.chain[0].startswith("self:") and len(each.chain) > 1:
            called = _called_on(each, part.facts)
            if each.use & (SET | FILLED) or not CHANGE_THEIR_OBJECT.isdisjoint(called):
                yield each.chain[1]


def class_with(project: Project, kind: type, name: str) -> Place | None:
    """Return where the sources say what a method of a class is; ``None``: they do not."""
    for base in kind.__mro__:
        if name in vars(base):
            table = project.tables.get(base.__module__)
            for place in () if table is None else table.names.get(base.__qualname__, ()):
                if project.statement(base.__module__, place).kind == CLASS:
                    return base.__module__, place
            return None
    return None


def _parts_called(project: Project, cls: Place, name: str) -> Iterator[Part]:
    yield from (part for part in project.statement(*cls).parts if part.name == name)
