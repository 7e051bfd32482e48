"""The project's modules as one: what a name in one of them means in the others."""

import builtins
from typing import NamedTuple

from noria.code.cache import TableCache
from noria.code.modules import MISSING, PROJECT, Modules
from noria.code.table import EFFECT, IMPORT, VALUE, Statement, Table
from noria.code.walk import Chain

# Kinds of targets.
STATEMENT, ATTRIBUTE, WHOLE, OUTSIDE, BUILTIN, FOUND_LATER, LOADED = range(7)
# The kind of what is outside because it is compiled.
BUILT = "built"
_NOTHING = Table()
_BUILTINS = frozenset(dir(builtins))
_OF_MODULES = frozenset(
    {"__name__", "__file__", "__path__", "__spec__", "__package__", "__loader__", "__builtins__"}
)


class Target(NamedTuple):
    """What a name means: ``kind`` says how the others are read.

    STATEMENT module, place; ATTRIBUTE of an unknown object; WHOLE module; OUTSIDE dotted name, its
    kind; BUILTIN; FOUND_LATER module, name (nothing in the sources binds it); LOADED module.
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
        self._resolved: dict[tuple[str, Chain], tuple[Target, ...]] = {}
        # Members of classes and the classes that have bases, of all modules.
        self.members: dict[str, list[tuple[str, int, int]]] = {}
        self.derived: list[tuple[str, int]] = []
        self.grown = False  # there are modules that were not there before
        self._load_all()

    def _load_all(self) -> None:
        """Read all modules, and those of packages elsewhere whose source they reach."""
        self.grown = True
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
        key = (module, chain)
        found = self._resolved.get(key)
        if found is None:
            found = self._resolved[key] = tuple(dict.fromkeys(self._resolve(module, chain, set())))
        return found

    def _resolve(self, module: str, chain: Chain, seen: set[tuple[str, str]]) -> list[Target]:
        root = chain[0]
        if root.startswith("="):
            return self._in_module(root[1:], chain[1:], seen)
        return self._by_name(module, root, chain[1:], seen)

    def _by_name(
        self, module: str, name: str, rest: Chain, seen: set[tuple[str, str]]
    ) -> list[Target]:
        if (module, name) in seen:
            return []
        seen = seen | {(module, name)}
        table = self.tables.get(module, _NOTHING)
        places = table.names.get(name)
        if places is not None:
            out: list[Target] = []
            for place in places:
                out.extend(self._by_statement(module, place, name, rest, seen))
            return out
        out = self._by_star(module, name, rest, seen)
        if out:
            return out
        if name in _OF_MODULES:
            return []
        out = [
            Target(OUTSIDE, ".".join((star, name, *rest)), detail=self.modules.kind(star))
            for star in table.stars
            if self.modules.kind(star) != PROJECT
        ]
        if name in _BUILTINS and name != "__doc__":
            return [*out, Target(BUILTIN, name, detail=".".join((name, *rest)))]
        below = f"{module}.{name}"
        if below in self.modules.sources and self.modules.sources[module].is_package:
            return self._in_module(below, rest, seen)
        out.append(Target(FOUND_LATER, module, detail=name))
        out.extend(Target(ATTRIBUTE, attribute) for attribute in rest)
        return out

    def _by_statement(
        self, module: str, place: int, name: str, rest: Chain, seen: set[tuple[str, str]]
    ) -> list[Target]:
        statement = self.tables[module].statements[place]
        out: list[Target] = []
        for bound, origin, attribute in statement.imported:
            if bound == name:
                chain = (attribute, *rest) if attribute else rest
                out.extend(self._in_module(origin, chain, seen))
        if statement.kind != IMPORT or statement.guards:
            out.append(Target(STATEMENT, module, place))
        if statement.kind != IMPORT:
            out.extend(Target(ATTRIBUTE, attribute) for attribute in rest)
        return out

    def _by_star(
        self, module: str, name: str, rest: Chain, seen: set[tuple[str, str]]
    ) -> list[Target]:
        out: list[Target] = []
        for star in self.tables.get(module, _NOTHING).stars:
            origin = self._known(star)
            if origin and self.exports(origin, name, seen):
                out.extend(self._in_module(origin, (name, *rest), seen))
                listed = self.tables[origin].names.get("__all__", ())
                out.extend(Target(STATEMENT, origin, place) for place in listed)
        return out

    def exports(self, module: str, name: str, seen: set[tuple[str, str]]) -> bool:
        """Return whether a star import of a module may bind a name."""
        if (module, f"*{name}") in seen:
            return False
        table = self.tables[module]
        if table.exported is not None and len(table.names.get("__all__", ())) <= 1:
            return name in table.exported
        if name.startswith("_") and "__all__" not in table.names:
            return False
        if name in table.names or f"{module}.{name}" in self.modules.sources:
            return True
        seen.add((module, f"*{name}"))
        return any(
            self.exports(origin, name, seen) for origin in map(self._known, table.stars) if origin
        )

    def _known(self, module: str) -> str:
        return module if self.is_source(module) and module in self.tables else ""

    def _in_module(self, module: str, rest: Chain, seen: set[tuple[str, str]]) -> list[Target]:
        if not self.is_source(module):
            kind = self.modules.kind(module)
            return [Target(OUTSIDE, ".".join((module, *rest)), detail=kind)]
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
        if below in self.tables or below in self.modules.built:
            return out + self._in_module(below, rest[1:], seen)
        starred = self._by_star(module, name, rest[1:], seen)
        if starred:
            return out + starred
        if name in _OF_MODULES:
            return out
        if name == "__dict__":
            return [*out, Target(WHOLE, module)]
        if "__getattr__" in table.names:
            out.extend(self._by_name(module, "__getattr__", (), seen))
        out.extend(
            Target(OUTSIDE, ".".join((star, *rest)), detail=self.modules.kind(star))
            for star in table.stars
            if self.modules.kind(star) != PROJECT
        )
        out.append(Target(FOUND_LATER, module, detail=name))
        out.extend(Target(ATTRIBUTE, attribute) for attribute in rest[1:])
        return out
