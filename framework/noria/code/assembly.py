"""From what a function reaches to its fingerprint."""

import sys
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from operator import itemgetter
from typing import NamedTuple

from noria.code.attach import Place
from noria.code.closure import Key
from noria.code.facts import Doubt, Effect, Fingerprint, Symbol
from noria.code.graph import Graph
from noria.code.normal import digest_of
from noria.code.order import ImportOrder
from noria.code.project import FAMILY, MEMBER, OUTSIDE, STATEMENT, WHOLE, Target
from noria.code.strays import stray_classes
from noria.code.table import IMPORT, Statement
from noria.code.walk import READS_DOCSTRINGS, READS_SOURCE, Facts

# Distributions with their identities.
Closure = tuple[tuple[str, str], ...]
# What the digests mean: a new number makes all of them new.
_SCHEMA = "code 1"
# Nodes that only lead to others.
_BY_NAME = itemgetter(0)
_WAYS = frozenset({"a", "b", "o", "i", "m", "t", "c", "all"})
# What a fingerprint takes from elsewhere than the sources.
_BEYOND = frozenset({"x", "file"})
_LONG = 2000  # bits
# What is reached by several functions is mostly asked for close together.
_MOST_REACHED = 500


class _Definition(NamedTuple):
    """What a definition adds to a digest."""

    symbol: Symbol | None
    token: bytes
    ordered: bool
    changes: bool


class Assembly:
    """Puts fingerprints together; what many functions reach is spelled once."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._project = graph.project
        self._definitions: dict[int, _Definition] = {}
        self._reached: dict[int | bytes, Fingerprint] = {}
        self._required: dict[tuple[str, ...], tuple[Closure, bytes]] = {}
        self._order = ImportOrder(graph.project)
        self._ways = self._imports = self._beyond = self._names = 0  # nodes of these kinds, as bits
        self._looked_at = 0
        self._meant: dict[tuple[int, bool], int] = {}
        self._modules: dict[int, tuple[str, ...]] = {}

    def fingerprint(
        self, starts: tuple[Key, ...], kind: str, *, alone: bool = False
    ) -> Fingerprint:
        """Return the fingerprint of what is reached from some nodes; ``kind``: of what kind.

        ``alone``: without what objects of the project do that come from elsewhere.
        """
        mask = self._reach(starts, alone=alone) & ~self._ways
        # Ten thousand masks of ten thousand bits are much to keep.
        size = mask.bit_length()
        about = mask if size < _LONG else digest_of(mask.to_bytes(size // 8 + 1, "little"))
        found = self._reached.get(about)
        if found is None:
            if len(self._reached) >= _MOST_REACHED:
                self._reached.clear()
            found = self._reached[about] = self._put_together(self._graph.numbers(mask))
        begins = sorted([self._place_free(key) for key in starts if key[0] != "doc"])
        digest = digest_of(_SCHEMA, kind, repr(begins), found.digest)
        return Fingerprint(digest.hex(), *found[1:])

    def modules(self, starts: tuple[Key, ...], *, alone: bool = False) -> tuple[str, ...] | None:
        """Return the modules whose sources say all of what is reached from some nodes.

        ``None`` where more says it: live code, compiled files.
        """
        reach = self._reach(starts, alone=alone)
        if reach & self._beyond:
            return None
        about = reach & self._imports
        found = self._modules.get(about)
        if found is None:
            found = tuple(sorted(key[1] for key in self._graph.keys_of(about)))
            self._modules[about] = found
        return found

    def imported(self, starts: tuple[Key, ...]) -> set[str]:
        """Return the modules that what is reached imports, there or not: the first part of each."""
        keys = self._graph.keys_of(self._reach(starts))
        return {key[1].partition(".")[0] for key in keys if key[0] in {"i", "z"}}

    @cached_property
    def strays(self) -> frozenset[Place]:
        """The classes whose objects may come to code that does not name them."""
        if not self._project.members:
            return frozenset()
        return stray_classes(self._project, self._graph.attached)

    def _reach(self, starts: tuple[Key, ...], *, alone: bool = False) -> int:
        reach = self._graph.reach(starts)
        done = 0
        while True:
            self._sort_out()
            new = reach & self._names & ~done
            if not new:
                return reach
            done |= new
            for number in self._graph.numbers(new):
                reach |= self._meant_by(number, alone=alone)

    def _sort_out(self) -> None:
        """Note which nodes that are new are of which kind."""
        keys = self._graph.keys
        while self._looked_at < len(keys):
            key, bit = keys[self._looked_at], 1 << self._looked_at
            if key[0] in _WAYS:
                self._ways |= bit
                if key[0] == "i":
                    self._imports |= bit
                elif key[0] == "a":
                    self._names |= bit
            elif key[0] in _BEYOND:
                self._beyond |= bit
            self._looked_at += 1

    def _meant_by(self, number: int, *, alone: bool) -> int:
        """Return what the members of a name reach; ``alone``: of the stray classes only."""
        found = self._meant.get((number, alone))
        if found is None:
            places = self._project.named(self._graph.keys[number][1])
            if alone:
                places = [each for each in places if each[:2] in self.strays]
            found = self._graph.reach(("p", *each) for each in places)
            self._meant[number, alone] = found
        return found

    def required(self) -> dict[tuple[str, ...], Closure]:
        """Return what was found to be required, by the modules that require it."""
        return {tops: closure for tops, (closure, _) in self._required.items()}

    def take_required(self, closures: Mapping[tuple[str, ...], Closure]) -> None:
        """Take what was found to be required before, for nothing else is installed now."""
        for tops, closure in closures.items():
            self._required[tops] = (closure, repr(closure).encode())

    def requirements(self, tops: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        """Return the distributions of some modules with all that they require.

        ``tops`` are the first parts of the modules' names.
        """
        return self._requirements(tops)[0]

    def _place_free(self, key: Key) -> str:
        """Return what a start is called, wherever in its module it stands."""
        if key[0] in {"s", "p"}:
            statement = self._project.statement(key[1], key[2])
            part = statement.parts[key[3]].name if key[0] == "p" else ""
            return f"{key[1]}:{statement.label}.{part}"
        return repr(key)

    def _put_together(self, numbers: list[int]) -> Fingerprint:
        keys = self._graph.keys
        definitions = self._definitions
        tokens: list[bytes] = []
        symbols: list[Symbol] = []
        ordered: list[Key] = []
        rest: dict[str, list[Key]] = {}
        for number in numbers:
            known = definitions.get(number)
            if known is None:
                key = keys[number]
                if key[0] not in {"s", "p"}:
                    rest.setdefault(key[0], []).append(key)
                    continue
                known = definitions[number] = self._define(key)
            if known.symbol is not None:
                tokens.append(known.token)
                symbols.append(known.symbol)
                if known.ordered:
                    ordered.append(keys[number])
        tokens.sort()
        symbols.sort(key=_BY_NAME)
        tops = tuple(sorted(key[1] for key in rest.get("d", ())))
        distributions, spelled = self._requirements(tops)
        outside = [str(key[1]) for kind in ("x", "file", "z") for key in rest.get(kind, ())]
        outside += [self._meaning(*self._graph.given(key)).hex() for key in rest.get("x", ())]
        digest = digest_of(
            b"".join(tokens),
            *self._in_order(ordered),
            *self.executed([(key[1], key[2]) for key in ordered]),
            *self._as_written(numbers, {key[1] for key in rest.get("f", ())}),
            *self._documented(rest),
            *sorted(outside),
            spelled,
        )
        return Fingerprint(
            digest.hex(),
            tuple(symbols),
            distributions,
            tuple(sorted([Effect(*key[1:]) for key in rest.get("e", ())])),
            tuple(sorted([Doubt(*key[1:]) for key in rest.get("u", ())])),
        )

    def _requirements(self, tops: tuple[str, ...]) -> tuple[tuple[tuple[str, str], ...], bytes]:
        """Return the distributions of some modules with all they require, and their spelling."""
        found = self._required.get(tops)
        if found is None:
            installed = self._graph.distributions
            unowned = self._project.modules.unowned
            owners = {top: installed.of_module(top) for top in tops}
            needs = dict(installed.closure({one for each in owners.values() for one in each}))
            needs |= {top: unowned(top) for top, each in owners.items() if not each}
            for top, each in owners.items():
                for one in filter(installed.is_editable, each):
                    needs[one] += f" {unowned(top)}"  # edited where a link leads to
            closure = tuple(sorted(needs.items()))
            found = self._required[tops] = (closure, repr(closure).encode())
        return found

    def _in_order(self, keys: list[Key]) -> Iterator[bytes]:
        """Yield what depends on the order of statements, where some change what others made."""
        places: dict[str, list[int]] = {}
        for key in keys:
            places.setdefault(key[1], []).append(key[2])
        for module in sorted(places):
            listed = sorted(places[module])
            if any(self._project.changes(module, place) for place in listed):
                yield module.encode()
                for place in listed:
                    yield self._project.statement(module, place).digest

    def executed(self, places: Collection[Place]) -> Iterator[bytes]:
        """Yield which of some statements' modules are executed, and in which order.

        What a module changes that is not its own is so only if somebody has imported it.  Of what
        it changes in libraries it is enough that somebody may: that is felt by many, and each
        selection of nodes imports others.
        """
        attached = self._graph.attached
        afar = {place[0] for place in places if place in attached.from_afar}
        setting = {place[0] for place in places if place in attached.to_libraries}
        for module in sorted((afar | setting) - sys.modules.keys()):
            if module in afar or not self._order.is_imported(module):
                yield b"not executed " + module.encode()
        if len(afar | setting) > 1:
            yield self._order.spell(frozenset(afar | setting))

    def _as_written(self, numbers: list[int], flags: set[int]) -> Iterator[bytes]:
        """Yield the texts of what is reached, where reached code reads them."""
        if not flags:
            return
        keys = [self._graph.keys[number] for number in numbers]
        reached = [self._project.statement(key[1], key[2]) for key in keys if key[0] in {"s", "p"}]
        modules = {key[1] for key in keys if key[0] in {"s", "p"}}
        if READS_DOCSTRINGS in flags:
            yield from sorted(each.docs for each in reached)
            yield from sorted(self._project.tables[name].docs for name in modules)
        if READS_SOURCE in flags:
            yield from sorted(each.raw for each in reached)
            yield from sorted(self._project.tables[name].docs for name in modules)

    def _documented(self, rest: dict[str, list[Key]]) -> list[str]:
        """Return the docstrings of live code, where reached code reads them."""
        if ("f", READS_DOCSTRINGS) not in rest.get("f", ()):
            return []
        return sorted([key[1] for key in rest.get("doc", ())])

    def _define(self, key: Key) -> _Definition:
        module, place = key[1], key[2]
        statement = self._project.statement(module, place)
        if statement.kind == IMPORT and not statement.guards:
            return _Definition(None, b"", False, False)
        if key[0] == "p":
            part = statement.parts[key[3]]
            meaning = self._meaning(module, part.facts)
            token = digest_of(module, statement.label, part.name, part.digest, meaning)
            return _Definition(self._symbol(key, statement), token, False, False)
        return _Definition(
            self._symbol(key, statement),
            digest_of(
                module, statement.label, statement.digest, self._meaning(module, statement.facts)
            ),
            self._project.is_ordered(module, place),
            self._project.changes(module, place),
        )

    def _meaning(self, module: str, facts: Facts) -> bytes:
        """Return a digest of what each name in a piece of code means there.

        Two names that change places reach the same code.
        """
        resolve = self._project.resolve
        chains = dict.fromkeys(reference.chain for reference in facts.references)
        spelled = [
            (chain, [self._spelled(target) for target in resolve(module, chain)])
            for chain in sorted(chains)
        ]
        return digest_of(repr([(chain, list(filter(None, means))) for chain, means in spelled]))

    def _spelled(self, target: Target) -> str:
        """Return a target wherever in its module it stands; empty for the way to it."""
        if target.kind in {STATEMENT, MEMBER, FAMILY}:
            label = self._project.statement(target.name, target.place).label
            return f"{target.name}:{label}.{target.detail}"
        if target.kind == WHOLE:
            return target.name
        if target.kind == OUTSIDE:
            return f"={target.name}"
        return ""

    def _symbol(self, key: Key, statement: Statement) -> Symbol:
        module, place = key[1], key[2]
        if key[0] == "p":
            part = statement.parts[key[3]]
            name, digest = self.name_of(module, place, part.name), part.digest
            line, end = part.line, part.end
        else:
            name, digest = self.name_of(module, place), statement.digest
            line, end = statement.line, statement.end
        path = self._project.modules.sources[module].path or ""
        return Symbol(name, digest.hex(), self._graph.shown(path), line, end)

    def name_of(self, module: str, place: int, member: str = "") -> str:
        """Return a symbol's name; several statements about one name are numbered."""
        table = self._project.tables[module]
        statement = table.statements[place]
        if member:
            return f"{module}:{statement.label}.{member}"
        before = sum(each.label == statement.label for each in table.statements[:place])
        return f"{module}:{statement.label}" + (f"~{before}" if before else "")
