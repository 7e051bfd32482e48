"""The project's modules as one: what a name in one of them means in the others."""

import builtins
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from noria.code.cache import TableCache
from noria.code.dynamic import absolute
from noria.code.listing import texts_in
from noria.code.modules import LIVE, MISSING, PROJECT, STANDARD, THIRD_PARTY, Modules
from noria.code.names import makes_own
from noria.code.stars import Stars
from noria.code.table import CLASS, DEF, EFFECT, IMPORT, LITERAL, VALUE, Statement, Table
from noria.code.walk import ALL, Chain, Dynamic

# Kinds of targets.
STATEMENT, ATTRIBUTE, WHOLE, OUTSIDE, BUILTIN, FOUND_LATER, LOADED, MEMBER, FAMILY = range(9)
# The kind of what is outside because it is compiled.
BUILT = "built"
_NOTHING = Table()
# How many names are followed from one value to the next, for circles of them grow; fewer where each
# has several values, all of which are followed.
_LONGEST = {True: 20, False: 6}
_BUILTINS = frozenset(dir(builtins))
_OF_MODULES = frozenset(
    {"__name__", "__file__", "__path__", "__spec__", "__package__", "__loader__", "__builtins__"}
)
# What was looked for in finding one name: names in modules, and what is taken of what they mean.
Seen = set[tuple[str, str, Chain]]


class Target(NamedTuple):
    """What a name means: ``kind`` says how the others are read.

    STATEMENT module, place; ATTRIBUTE of an unknown object; WHOLE module; OUTSIDE dotted name, its
    kind; BUILTIN; FOUND_LATER module, name (nothing in the sources binds it); LOADED module; MEMBER
    module, place, name of a class that is reached whole; FAMILY module, place, name of a class or
    of one that is derived from it.
    """

    kind: int
    name: str
    place: int = 0
    detail: str = ""


class Project:
    """Tables of all modules whose source is the project's own."""

    def __init__(self, modules: Modules, cache: TableCache) -> None:
        self.modules = modules
        self._cache = cache
        self.tables: dict[str, Table] = {}
        self._plain: dict[tuple[str, int], bool] = {}
        self._families: dict[tuple[str, int], tuple[str, int]] = {}
        self._resolved: defaultdict[str, dict[Chain, tuple[Target, ...]]] = defaultdict(dict)
        # Members of classes and the classes that have bases, of all modules.
        self.members: dict[str, list[tuple[str, int, int]]] = {}
        self.derived: list[tuple[str, int]] = []
        self._stars = Stars(self.tables, modules, self._known)
        self.grown = False  # there are modules that were not there before
        self._load_all()

    def _load_all(self) -> None:
        """Read all modules, and those of packages elsewhere whose source they reach."""
        self.grown = True
        self._resolved.clear()
        self._plain.clear()
        self._families.clear()
        self._stars.clear()
        while True:
            missing = [name for name in self.modules.sources if name not in self.tables]
            if not missing:
                return
            for name in missing:
                table = self.tables[name] = self._cache.table(self.modules, name)
                self._index(name, table)
            for name in missing:
                for statement in self.tables[name].statements:
                    for _, module, _ in statement.imported:
                        self.modules.kind(module)
                    for module in statement.facts.imports:
                        self.modules.kind(module)
                for module in self.tables[name].stars:
                    self.modules.kind(module)

    def _index(self, name: str, table: Table) -> None:
        for place, statement in enumerate(table.statements):
            for index, part in enumerate(statement.parts):
                word = part.name.rpartition(".")[2]
                self.members.setdefault(word, []).append((name, place, index))
            if statement.bases:
                self.derived.append((name, place))

    def digests(self) -> dict[str, str]:
        """Return by module what changes with what its source says, and with its places."""
        return dict(self._cache.digests)

    def is_source(self, module: str) -> bool:
        """Return whether a module is the project's; its package is read if it was not yet."""
        if self.modules.kind(module) != PROJECT:
            return False
        if len(self.modules.sources) != len(self.tables):
            self._load_all()
        return True

    def statement(self, module: str, place: int) -> Statement:
        """Return a statement of a module."""
        return self.tables[module].statements[place]

    def changes(self, module: str, place: int) -> bool:
        """Return whether a statement changes what another one made."""
        table = self.tables[module]
        statement = table.statements[place]
        return statement.kind == EFFECT or any(
            len(table.names[name]) > 1 for name in statement.binds
        )

    def is_ordered(self, module: str, place: int) -> bool:
        """Return whether it matters when a statement is executed."""
        statement = self.statement(module, place)
        return statement.kind in {EFFECT, VALUE} or statement.runs or self.changes(module, place)

    def resolve(self, module: str, chain: Chain) -> tuple[Target, ...]:
        """Return all that a chain of names may mean in a module."""
        known = self._resolved[module]
        found = known.get(chain)
        if found is None:
            found = known[chain] = tuple(dict.fromkeys(self._resolve(module, chain, set())))
        return found

    def _resolve(self, module: str, chain: Chain, seen: Seen) -> list[Target]:
        root = chain[0]
        if root.startswith("="):
            return self._imported(root[1:], chain[1:], seen)
        if root.startswith("self:"):
            return self._of_self(module, root[5:], chain[1:])
        return self._by_name(module, root, chain[1:], seen)

    def _by_name(self, module: str, name: str, rest: Chain, seen: Seen) -> list[Target]:
        table = self.tables.get(module, _NOTHING)
        if (module, name, rest) in seen:  # imported from where it is looked for
            return self._by_star(module, name, rest, seen)
        seen.add((module, name, rest))
        places = table.names.get(name)
        if places is not None:
            out: list[Target] = []
            for place in places:
                out.extend(self._by_statement(module, place, name, rest, seen))
            if table.stars:
                stars = _stars_beside(table, name, places)
                out.extend(self._from_stars(module, stars, name, rest, seen))
            is_package = self.modules.sources[module].is_package
            if is_package and self._may_become_module(module, name, places, rest):
                out.extend(self._in_module(f"{module}.{name}", rest, seen))
            return out
        out = self._by_star(module, name, rest, seen)
        if out:
            return out
        if name in _OF_MODULES:
            return []
        out = [
            target
            for star in table.stars
            if (kind := self.modules.kind_of_part(star)) != PROJECT
            for target in outside(star, (name, *rest), kind)
        ]
        if name in _BUILTINS and name != "__doc__":
            if "()" in rest:
                return [*out, *outside("builtins", (name, *rest), STANDARD)]
            return [*out, Target(BUILTIN, name, detail=".".join((name, *rest)))]
        below = f"{module}.{name}"
        if below in self.modules.sources and self.modules.sources[module].is_package:
            return self._in_module(below, rest, seen)
        out.append(Target(FOUND_LATER, module, detail=name))
        out.extend(_attributes(rest))
        return out

    def _may_become_module(
        self, package: str, name: str, places: Iterable[int], rest: Chain
    ) -> bool:
        """Return whether a package's name may mean its module of that name, too.

        Who imports the module for the first time binds it, whatever the name meant before; and in a
        circle it is seen before the name is bound.
        """
        below = f"{package}.{name}"
        if below not in self.tables and below not in self.modules.built:
            return False
        if rest and rest[0] != "()":
            return True
        statements = (self.statement(package, place) for place in places)
        return not any(
            each.kind == IMPORT and not each.guards and (bound, origin) == (name, below)
            for each in statements
            for bound, origin, _ in each.imported
        )

    def _by_statement(
        self, module: str, place: int, name: str, rest: Chain, seen: Seen
    ) -> list[Target]:
        statement = self.tables[module].statements[place]
        out: list[Target] = []
        for bound, origin, attribute in statement.imported:
            if bound == name:
                if attribute:
                    out.extend(self._in_module(origin, (attribute, *rest), seen))
                else:
                    out.extend(self._imported(origin, rest, seen))
                out.append(Target(FOUND_LATER, module, detail=name))
        if statement.kind != IMPORT or statement.guards:
            out.append(Target(STATEMENT, module, place))
        if statement.kind != IMPORT:
            out.extend(self._below(module, place, name, rest, seen))
        return out

    def _imported(self, module: str, rest: Chain, seen: Seen) -> list[Target]:
        """Return what an import of a module gives: what its package has under that name."""
        out = self._in_module(module, rest, seen)
        package, _, name = module.rpartition(".")
        table = self.tables.get(package, _NOTHING)
        if name in table.names or table.stars:
            out.extend(self._in_module(package, (name, *rest), seen))
        return out

    def _below(self, module: str, place: int, name: str, rest: Chain, seen: Seen) -> list[Target]:
        """Return what parts of an object that a statement binds may be."""
        table = self.tables[module]
        statement = table.statements[place]
        once = len(table.names[name]) == 1 and not statement.imported
        if statement.kind == LITERAL or (statement.kind == DEF and not statement.runs):
            if once and "()" not in rest:
                return []
        elif statement.kind == CLASS and once and self.is_plain_class(module, place):
            calls = 1 + (rest[1:2] == ("()",)) if rest[:1] == ("()",) else 0
            found = rest[calls : calls + 1]
            return [
                *(Target(MEMBER, module, place, each) for each in found if each != "()"),
                *_attributes(rest[calls + 1 :]),
            ]
        elif statement.made and not statement.imported and 0 < len(rest) < _LONGEST[once]:
            made = self._resolve(module, statement.made + rest, seen)
            return made if once else [*made, *_attributes(rest)]
        return _attributes(rest)

    def _of_self(self, module: str, name: str, rest: Chain) -> list[Target]:
        places = self.tables[module].names.get(name, ()) if module in self.tables else ()
        classes = [each for each in places if self.statement(module, each).kind == CLASS]
        if not classes or len(classes) < len(places):
            return _attributes(rest)
        out = _attributes(rest[1:])
        for place in classes:
            if self._is_metaclass(module, place):
                out.extend(_attributes(rest[:1]))
            else:
                out.extend(Target(FAMILY, module, place, each) for each in rest[:1])
        return out

    def _is_metaclass(self, module: str, place: int) -> bool:
        bases = self.statement(module, place).bases
        return any(base[-1] == "type" or base[-1].endswith(("Meta", "Type")) for base in bases)

    def is_plain_class(self, module: str, place: int) -> bool:
        """Return whether a call of a class gives an object of exactly this class."""
        found = self._plain.get((module, place))
        if found is None:
            self._plain[module, place] = False  # one that is derived from itself is none
            found = self._plain[module, place] = self._is_plain_class(module, place)
        return found

    def _is_plain_class(self, module: str, place: int) -> bool:
        statement = self.statement(module, place)
        if statement.kind != CLASS or not statement.is_plain:
            return False
        if any(part.name == "__new__" for part in statement.parts):
            return False
        return all(
            target.kind in {OUTSIDE, BUILTIN, LOADED}
            or (target.kind == STATEMENT and self.is_plain_class(target.name, target.place))
            for base in statement.bases
            for target in self.resolve(module, base)
        )

    def family(self, module: str, place: int, name: str) -> list[tuple[str, int, int]]:
        """Return the members of a name in a class and in all that are related to it."""
        if not self._families:
            self._join_families()
        own = self._root((module, place))
        return [each for each in self.named(name) if self._root(each[:2]) == own]

    def named(self, name: str) -> list[tuple[str, int, int]]:
        """Return the members of a name, of whichever class; all for a name of :data:`ALL`."""
        every = self.members
        return [a for b in every.values() for a in b] if name == ALL else every.get(name, [])

    def _root(self, place: tuple[str, int]) -> tuple[str, int]:
        while self._families.get(place, place) != place:
            place = self._families[place]
        return place

    def _join_families(self) -> None:
        for name, place in self.derived:
            self._families.setdefault((name, place), (name, place))
            for base in self.statement(name, place).bases:
                for target in self.resolve(name, base):
                    if target.kind == STATEMENT:
                        above = self._root((target.name, target.place))
                        self._families[above] = self._root((name, place))
        self._families = {place: self._root(place) for place in self._families}

    def named_in(self, module: str, found: Dynamic) -> list[str]:
        """Return the modules that a table of texts names, which code imports by them."""
        places = self.tables[module].names.get(found.target[0], ())
        literals = [self.statement(module, place).literal for place in places]
        package = self.modules.sources[module].package
        names = [absolute(found.what + text, package) for text in texts_in(literals)]
        return [name for name in names if self.modules.kind(name) not in {MISSING, LIVE}]

    def _by_star(self, module: str, name: str, rest: Chain, seen: Seen) -> list[Target]:
        stars = self.tables.get(module, _NOTHING).stars
        if not stars:
            return []
        if (module, f"*{name}", rest) in seen:
            return [Target(LOADED, module)]  # all that it means was found before
        seen.add((module, f"*{name}", rest))
        return self._from_stars(module, stars, name, rest, seen)

    def _from_stars(
        self, module: str, stars: Iterable[str], name: str, rest: Chain, seen: Seen
    ) -> list[Target]:
        """Return what a name of a module means by some of its star imports."""
        out: list[Target] = []
        for star in stars:
            origin = self._known(star)
            if origin and self._stars.exports(origin, name):
                out.extend(self._in_module(origin, (name, *rest), seen))
                listed = self.tables[origin].names.get("__all__", ())
                out.extend(Target(STATEMENT, origin, place) for place in listed)
        if out:
            out.append(Target(FOUND_LATER, module, detail=name))
        return out

    def _known(self, module: str) -> str:
        return module if self.is_source(module) and module in self.tables else ""

    def _in_module(self, module: str, rest: Chain, seen: Seen) -> list[Target]:
        if not self.is_source(module):
            kind = self.modules.kind(module)
            return outside(module, rest, kind)
        if module in self.modules.built:
            return [Target(OUTSIDE, ".".join((module, *rest)), detail=f"{BUILT} {module}")]
        if module not in self.tables:
            parent, _, last = module.rpartition(".")
            if not parent:
                return [Target(OUTSIDE, module, detail=MISSING)]
            return self._in_module(parent, (last, *rest), seen)
        out = [Target(LOADED, module)]
        if not rest:
            return [*out, Target(WHOLE, module)]
        name, below = rest[0], f"{module}.{rest[0]}"
        table = self.tables[module]
        if name in table.names:
            return out + self._by_name(module, name, rest[1:], seen)
        starred = self._by_star(module, name, rest[1:], seen)
        if below in self.tables or below in self.modules.built:
            return out + starred + self._in_module(below, rest[1:], seen)
        if starred:
            return out + starred
        if name in _OF_MODULES:
            return out
        if name == "__dict__":
            return [*out, Target(WHOLE, module)]
        if "__getattr__" in table.names:
            out.extend(self._by_name(module, "__getattr__", (), seen))
        for star in (*table.stars, *self.modules.parts_elsewhere(module)):
            kind = THIRD_PARTY if star == module else self.modules.kind_of_part(star)
            out.extend(outside(star, rest, kind) if kind != PROJECT else ())
        out.append(Target(FOUND_LATER, module, detail=name))
        out.extend(_attributes(rest[1:]))
        return out


def _stars_beside(table: Table, name: str, places: Iterable[int]) -> tuple[str, ...]:
    """Return the star imports that may be meant by a name that statements bind, too.

    Those before a statement that surely binds it are hidden, if nothing uses it before.
    """
    sure = [
        place
        for place in places
        if not table.statements[place].guards and table.statements[place].kind != EFFECT
    ]
    if not sure:
        return table.stars
    last = max(sure)
    if any(_uses(statement, name) for statement in table.statements[: last + 1]):
        return table.stars
    return tuple(star for statement in table.statements[last:] for star in statement.stars)


def _uses(statement: Statement, name: str) -> bool:
    facts = (statement.facts, *(part.facts for part in statement.parts))
    return any(reference.chain[0] == name for each in facts for reference in each.references)


def _attributes(names: Chain) -> list[Target]:
    return [Target(ATTRIBUTE, name) for name in names if name != "()"]


def outside(name: str, rest: Chain, kind: str) -> list[Target]:
    """Return what a name outside of the project means, and what its parts may be."""
    if "()" not in rest:
        return [Target(OUTSIDE, ".".join((name, *rest)), detail=kind)]
    called = rest.index("()")
    dotted = ".".join((name, *rest[:called]))
    after = rest[called + 1 :]
    unknown = after[:1] == ("()",)  # it was given something
    after = after[1:] if unknown else after
    if makes_own(dotted, unknown):
        return _attributes(after[after.index("()") :]) if "()" in after else []
    return _attributes(after)
