"""The face of the room: what a live function's behaviour depends on."""

import functools
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from noria.code.cache import TableCache
from noria.code.distributions import Distributions
from noria.code.effects import effect_of
from noria.code.facts import Doubt, Effect, Fingerprint, Symbol
from noria.code.graph import Graph, Key
from noria.code.live import Living
from noria.code.modules import THIRD_PARTY, Modules
from noria.code.normal import digest_of
from noria.code.project import Project
from noria.code.table import DEF, EFFECT, IMPORT, LITERAL, VALUE, Statement
from noria.code.walk import READS_DOCSTRINGS, READS_SOURCE

_SCHEMA = "code 1"


class CodeReader:
    """Reads the sources below some folders, and says what functions that come from there reach.

    ``roots`` are the folders whose modules are the project's code; packages that are installed in
    editable mode are found by themselves.  ``cache`` is a folder for what was read, ``None`` for
    none.  Sources are read once: make a new reader for a new state of the files.
    """

    def __init__(self, roots: Sequence[Path], *, cache: Path | None = None) -> None:
        self._modules = Modules(roots)
        self._cache = TableCache(cache)
        self._project = Project(self._modules, self._cache)
        self._distributions = Distributions()
        self._living = Living(self._project)
        self._graph = Graph(self._project, self._distributions, self._living.differs)
        self._living.graph = self._graph
        self._known: dict[int, tuple[Any, Fingerprint]] = {}
        self._lines: dict[str, list[str]] = {}
        self._symbols: dict[Key, Symbol] = {}

    def fingerprint(self, thing: Callable[..., Any] | type) -> Fingerprint:
        """Return what a function, partial, method, callable object or class depends on."""
        found = self._known.get(id(thing))
        if found is None:
            keys = list(self._starts(thing))
            found = self._known[id(thing)] = (thing, self._assemble(thing, keys))
        return found[1]

    def files(self) -> Mapping[str, str]:
        """Return the absolute paths of all sources looked at, with their digests."""
        return dict(self._modules.digests)

    def scopes(self) -> Sequence[str]:
        """Return the folders whose listing mattered."""
        return list(self._modules.folders)

    def save_cache(self) -> None:
        """Keep what was read for the next time."""
        self._cache.save()

    def _starts(self, thing: Any) -> Iterator[Key]:
        named = self._anchor(thing)
        if named is not None:
            yield from named
            yield from self._living.inside(thing)
            return
        yield from self._living.keys(thing)
        if not isinstance(thing, types.FunctionType | functools.partial | types.MethodType):
            yield from self._living.keys(type(thing)) if not isinstance(thing, type) else ()

    def _anchor(self, thing: Any) -> list[Key] | None:
        """Return the statements that bind a thing in its module, if they do."""
        module, name = getattr(thing, "__module__", None), getattr(thing, "__qualname__", None)
        if not isinstance(module, str) or not isinstance(name, str) or "." in name:
            return None
        table = self._project.tables.get(module)
        places = table.names.get(name) if table is not None else None
        import sys

        if places is None or vars(sys.modules.get(module, sys)).get(name) is not thing:
            return None
        return [("s", module, place) for place in places]

    # -- putting it together

    def _assemble(self, thing: Any, starts: list[Key]) -> Fingerprint:
        keys = self._graph.reach(starts)
        flags = {key[1] for key in keys if key[0] == "f"}
        whole = {(key[1], key[2]) for key in keys if key[0] == "s"}
        places: dict[str, list[int]] = {}
        for module, place in whole:
            places.setdefault(module, []).append(place)
        parts = [key for key in keys if key[0] == "p" and (key[1], key[2]) not in whole]
        tops = sorted({key[1] for key in keys if key[0] == "d"})
        owners = [owner for top in tops for owner in self._distributions.of_module(top)]
        distributions = tuple(self._distributions.closure(owners))
        hashed: list[str | bytes] = [_SCHEMA, _kind_of(thing)]
        hashed.extend(sorted(repr(self._place_free(key, starts)) for key in starts))
        for module in sorted(places):
            hashed.extend(self._spelled(module, sorted(places[module]), flags))
        for key in sorted(parts):
            part = self._project.statement(key[1], key[2]).parts[key[3]]
            hashed.append(f"{key[1]}:{part.name}")
            hashed.append(part.digest)
            if flags:
                hashed.append(self._project.statement(key[1], key[2]).raw)
        hashed.extend(sorted(key[1] for key in keys if key[0] in {"x", "file"}))
        hashed.extend(sorted(f"missing {key[1]}" for key in keys if key[0] == "z"))
        hashed.extend(f"{name} {identity}" for name, identity in distributions)
        symbols = [self._symbol(("s", *each)) for each in whole] + list(map(self._symbol, parts))
        effects = sorted(Effect(*key[1:]) for key in keys if key[0] == "e")
        effects.extend(self._own_effect(thing))
        doubts = sorted(Doubt(*key[1:]) for key in keys if key[0] == "u")
        return Fingerprint(
            digest_of(*hashed).hex(),
            tuple(sorted(symbol for symbol in symbols if symbol is not None)),
            distributions,
            tuple(dict.fromkeys(effects)),
            tuple(doubts),
        )

    def _place_free(self, key: Key, starts: list[Key]) -> Key:
        """Return what a start is called, wherever in its module it stands."""
        if key[0] == "s":
            return ("s", key[1], self._project.statement(key[1], key[2]).label)
        if key[0] == "p":
            return ("p", key[1], self._project.statement(key[1], key[2]).parts[key[3]].name)
        return key

    def _spelled(self, module: str, places: list[int], flags: set[int]) -> Iterator[str | bytes]:
        """Yield the digests of a module's statements; in their order where it matters."""
        table = self._project.tables[module]
        statements = [table.statements[place] for place in places]
        yield module
        named = sorted(
            (each.label, each.digest) for each in statements if not _is_plain_import(each)
        )
        for label, digest in named:
            yield label
            yield digest
        if any(_changes(each, table.names) for each in statements):
            yield "in this order"
            yield from (each.digest for each in statements if _is_ordered(each, table.names))
        if flags & {READS_DOCSTRINGS}:
            yield from sorted(each.docs for each in statements)
        if flags & {READS_SOURCE}:
            yield from sorted(each.raw for each in statements)

    def _symbol(self, key: Key) -> Symbol | None:
        found = self._symbols.get(key)
        if found is not None:
            return found
        module, place = key[1], key[2]
        statement = self._project.statement(module, place)
        if _is_plain_import(statement):
            return None
        if key[0] == "p":
            part = statement.parts[key[3]]
            name, digest = f"{module}:{statement.label}.{part.name}", part.digest
            line, end = part.line, part.end
        else:
            name, digest = self._name(module, place, statement), statement.digest
            line, end = statement.line, statement.end
        source = self._modules.sources[module]
        path = source.path or ""
        text = "".join(self._text(path)[line - 1 : end])
        made = Symbol(name, digest.hex(), self._graph.shown(path), line, text)
        self._symbols[key] = made
        return made

    def _name(self, module: str, place: int, statement: Statement) -> str:
        """Return a symbol's name; several statements about one name are numbered."""
        table = self._project.tables[module]
        before = sum(each.label == statement.label for each in table.statements[:place])
        return f"{module}:{statement.label}" + (f"~{before}" if before else "")

    def _text(self, path: str) -> list[str]:
        if path not in self._lines:
            try:
                text = Path(path).read_text("utf-8", errors="replace")
            except OSError:
                text = ""
            self._lines[path] = text.splitlines(keepends=True)
        return self._lines[path]

    def _own_effect(self, thing: Any) -> Iterator[Effect]:
        """Yield the effect of a third-party function that is given itself."""
        module, name = getattr(thing, "__module__", None), getattr(thing, "__qualname__", None)
        if isinstance(module, str) and isinstance(name, str):
            top = module.partition(".")[0]
            if self._modules.kind(top) == THIRD_PARTY:
                kind = effect_of(f"{top}.{name}", True, False)
                if kind is not None:
                    yield Effect(kind, f"{top}.{name}()", top)


def _kind_of(thing: Any) -> str:
    module = getattr(thing, "__module__", "")
    return f"{type(thing).__name__} {module} {getattr(thing, '__qualname__', '')}"


def _is_plain_import(statement: Statement) -> bool:
    return statement.kind == IMPORT and not statement.guards


def _changes(statement: Statement, names: Mapping[str, tuple[int, ...]]) -> bool:
    return statement.kind == EFFECT or any(len(names[name]) > 1 for name in statement.binds)


def _is_ordered(statement: Statement, names: Mapping[str, tuple[int, ...]]) -> bool:
    """Return whether it matters when a statement is executed."""
    if statement.kind in {EFFECT, VALUE} or statement.runs:
        return True
    several = any(len(names[name]) > 1 for name in statement.binds)
    return (several and statement.kind in {DEF, LITERAL, IMPORT}) or several
