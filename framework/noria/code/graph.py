"""Everything that code may reach, as one graph; what a node of it reaches, as bits of a number."""

import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator

from noria.code.attach import Attached
from noria.code.closure import Closure, Key
from noria.code.distributions import ANY_TOP, Distributions
from noria.code.effects import VARIABLES, effect_of
from noria.code.facts import SETTINGS, Doubt, Effect
from noria.code.modules import LIVE, MISSING, OWN, PROJECT, STANDARD, THIRD_PARTY
from noria.code.names import DYNAMIC, READS_SOURCE_DOTTED
from noria.code.project import (
    ATTRIBUTE,
    BUILT,
    BUILTIN,
    FAMILY,
    FOUND_LATER,
    LOADED,
    MEMBER,
    OUTSIDE,
    STATEMENT,
    WHOLE,
    Project,
    Target,
)
from noria.code.table import CLASS
from noria.code.texts import OF_TEXTS, of_text
from noria.code.walk import (
    ANY,
    BLIND,
    CALLED,
    DISCARDED,
    FILLED,
    GIVES,
    READS_DOCSTRINGS,
    READS_SOURCE,
    SET,
    TOUCHED,
    WRITING,
    Chain,
    Dynamic,
    Facts,
)

Live = Callable[[str, str], Iterable[Key]]

_WIDE = "everything in the project's sources and all that is installed is taken for it"
_BY_IMPORT = "import it by its name, or say depends_on= or cache="
_BY_NAME = "write the name that is meant, or say depends_on= or cache="


class Graph(Closure):
    """Nodes by their keys; the edges of a node are found when somebody reaches it.

    Keys: ``("s", module, place)`` a statement, ``("p", module, place, part)`` a member of a class,
    ``("a", name)`` an attribute of unknown objects, whose members are looked up by who asks,
    ``("o", name)`` what sets one, ``("b", name)`` what gives Python's own names another meaning,
    ``("i", module)`` a module as imported, ``("m", module)`` all of it, ``("d", top)`` a
    third-party module, ``("t", top)`` its state and that of the standard library's,
    ``("z", top)`` one that is not there, ``("e", ...)`` an effect, ``("u", ...)`` a doubt,
    ``("f", flag)``, ``("all",)`` all sources and what is installed, ``("x", digest)`` live code
    or a value, ``("c", number)`` live code that holds itself, ``("doc", digest)`` its docstring.
    """

    def __init__(
        self,
        project: Project,
        distributions: Distributions,
        live: Live,
        called: Collection[str] = (),
    ) -> None:
        super().__init__(self._leads_to)
        self.project = project
        self.distributions = distributions
        self.attached = Attached(project, called)
        self._live = live
        self._given: dict[Key, tuple[str, Facts, tuple[Key, ...]]] = {}
        self._chains: dict[tuple[str, Chain, int], tuple[int, ...]] = {}
        self._attributes: dict[str, int] = {}

    def give(self, key: Key, module: str, facts: Facts, edges: Iterable[Key] = ()) -> None:
        """Add a node of live code, with what it refers to in a module."""
        self._given.setdefault(key, (module, facts, tuple(edges)))

    def given(self, key: Key) -> tuple[str, Facts]:
        """Return the module that a node of live code belongs to, and what it refers to."""
        module, facts, _ = self._given[key]
        return module, facts

    def _leads_to(self, number: int) -> Iterator[int]:
        key = self.keys[number]
        kind = key[0]
        found = set(map(self.identify, self._expand(key)))
        if kind == "s":
            statement = self.project.statement(key[1], key[2])
            self._add(key[1], statement.facts, found)
        elif kind == "p":
            self._add(key[1], self.project.statement(key[1], key[2]).parts[key[3]].facts, found)
        elif kind == "x":
            module, facts, _ = self._given[key]
            self._add(module, facts, found)
        return iter(found)

    def _add(self, module: str, facts: Facts, found: set[int]) -> None:
        """Add what a piece of code in a module leads to: a name and its use are looked up once."""
        chains, attributes = self._chains, self._attributes
        for chain, line, use, _ in facts.references:
            known = chains.get((module, chain, use if line >= 0 else ~use))
            if known is None:
                known = self._of_chain(module, chain, line, use)
            found.update(known)
        for name, _ in facts.attributes:
            number = attributes.get(name)
            if number is None:
                number = attributes[name] = self.identify(("a", name))
            found.add(number)
        if facts.hints or facts.dynamic or facts.imports or facts.reads:
            found.update(map(self.identify, self._of_rest(module, facts)))

    # -- what each kind of node leads to

    def _expand(self, key: Key) -> Iterator[Key]:
        kind = key[0]
        if kind == "s":
            yield from self._of_statement(key[1], key[2])
        elif kind == "p":
            yield from self._of_part(key[1], key[2])
        elif kind == "i":
            yield from self._of_import(key[1])
        elif kind == "m":
            table = self.project.tables[key[1]]
            yield ("i", key[1])
            yield from (("s", key[1], place) for place in range(len(table.statements)))
            yield from self._of_imports_in(key[1])
            # Who has a package has its modules, whoever imported them.
            modules = self.project.modules
            if modules.sources[key[1]].is_package:
                yield from (("m", name) for name in modules.under(key[1]))
        elif kind == "all":
            yield ("d", ANY_TOP)
            yield from (("m", name) for name in self.project.tables)
        elif kind in {"d", "t"}:
            yield from self._of_outside(kind, key[1])
        elif kind == "a":
            yield from self._of_attribute(key[1])
        elif kind == "o":
            yield from (("s", *place) for place in self.attached.setting(key[1]))
            if key[1] != ANY:
                yield ("o", ANY)
        elif kind == "b":
            yield from (("s", *place) for place in self.attached.changing_builtin(key[1]))
        elif kind in {"x", "c"}:
            yield from self._given[key][2]

    def _of_imports_in(self, module: str) -> Iterator[Key]:
        """Yield what a module's imports bind: it is found under the module's names, too."""
        table = self.project.tables[module]
        chains = [
            (f"={origin}", name) if name else (f"={origin}",)
            for statement in table.statements
            for _, origin, name in statement.imported
        ]
        chains.extend((f"={star}",) for star in table.stars)
        for chain in chains:
            for target in self.project.resolve(module, chain):
                yield from self._of_target(module, target, 0, 0)

    def _of_statement(self, module: str, place: int) -> Iterator[Key]:
        statement = self.project.statement(module, place)
        yield ("i", module)
        yield from (("s", module, guard) for guard in statement.guards)
        yield from (("s", *each) for each in self.attached.to_statement.get((module, place), ()))
        for name in statement.binds:
            yield from self._live(module, name)

    def _of_part(self, module: str, place: int) -> Iterator[Key]:
        statement = self.project.statement(module, place)
        yield ("i", module)
        yield from (("s", *each) for each in self.attached.to_statement.get((module, place), ()))
        # Decorators and metaclasses of the class may have changed what the member is.
        for base in statement.facts.references:
            if base.depth == 0 and statement.kind == CLASS and base.line <= statement.line:
                for target in self.project.resolve(module, base.chain):
                    yield from self._of_target(module, target, base.line, 0)
        for name in statement.binds:
            yield from self._live(module, name)

    def _of_import(self, module: str) -> Iterator[Key]:
        table = self.project.tables.get(module)
        if table is None:
            return
        yield from (("s", module, place) for place in self.attached.loose.get(module, ()))
        yield from (("s", *each) for each in self.attached.loose_elsewhere.get(module, ()))
        parent = module.rpartition(".")[0]
        if parent:
            yield ("i", parent)
        for statement in table.statements:
            for _, origin, name in statement.imported:
                yield from self._loads(origin, name)
        for star in table.stars:
            yield from self._loads(star, "")
        yield from (("i", name) for name in self.attached.loads.get(module, ()))
        if table.error:
            path = self.project.modules.sources[module].path
            yield (
                "u",
                f"{module} cannot be read: {table.error}",
                self.where(module, 0),
                "mend the file",
            )
            yield ("file", self.project.modules.digests.get(path or "", ""))

    def _loads(self, module: str, name: str) -> Iterator[Key]:
        if self.project.modules.kind(module) == PROJECT:
            below = f"{module}.{name}"
            yield ("i", below if name and below in self.project.tables else module)

    def _of_outside(self, kind: str, top: str) -> Iterator[Key]:
        states = self.attached.to_outside
        if kind == "t":
            yield from (("s", *place) for place in states.get(top, ()))
            return
        yield ("t", top)
        if states:
            required = {name for name, _ in self.distributions.closure(self._owners(top))}
            for other, places in states.items():
                changed = self.distributions.closure(self._owners(other))
                if required & {name for name, _ in changed}:
                    yield from (("s", *place) for place in places)

    def _owners(self, top: str) -> list[str]:
        return self.distributions.of_module(top)

    # -- what code refers to

    def _of_rest(self, module: str, facts: Facts) -> Iterator[Key]:
        for kind, what, line in facts.hints:
            yield ("e", kind, what, self.where(module, line))
        for dynamic in facts.dynamic:
            yield from self._of_dynamic(module, dynamic)
        for origin in facts.imports:
            for target in self.project.resolve(module, ("=" + origin,)):
                if target.kind in {LOADED, OUTSIDE}:
                    yield from self._of_target(module, target, 0, 0)
        for flag in (READS_DOCSTRINGS, READS_SOURCE):
            if facts.reads & flag:
                yield ("f", flag)

    def _of_chain(self, module: str, chain: Chain, line: int, use: int) -> tuple[int, ...]:
        """Return what a use of a name leads to; it is kept where the line does not matter."""
        use &= ~(GIVES | SET | FILLED)
        found: list[Key] = []
        for target in self.project.resolve(module, chain):
            found.extend(self._of_target(module, target, line, use))
        numbers = tuple(map(self.identify, found))
        if not any(key[0] in {"e", "u", "all"} for key in found):
            self._chains[module, chain, use if line >= 0 else ~use] = numbers
        return numbers

    def _of_target(self, module: str, target: Target, line: int, use: int) -> Iterator[Key]:
        kind = target.kind
        if kind == STATEMENT:
            yield ("s", target.name, target.place)
        elif kind == ATTRIBUTE:
            yield ("a", target.name)
        elif kind == FAMILY:
            for name in (target.detail, "__getattr__", "__getattribute__"):
                members = self.project.family(target.name, target.place, name)
                yield from (("p", *each) for each in members)
            yield ("o", target.detail)
        elif kind == WHOLE:
            if use != TOUCHED:  # a call of one of its functions names the module, too
                yield ("m", target.name)
        elif kind == LOADED:
            yield ("i", target.name)
        elif kind == OUTSIDE:
            yield from self._of_dotted(module, target.name, target.detail, line, use)
        elif kind == BUILTIN:
            yield from self._of_builtin_name(target.name)
            yield from self._of_builtin(module, target.detail, line, use)
        elif kind == FOUND_LATER:
            changed = self.attached.to_name.get((target.name, target.detail), ())
            yield from (("s", *place) for place in changed)
            yield from self._of_builtin_name(target.detail)
            yield from self._live(target.name, target.detail)
        elif kind == MEMBER:
            yield ("o", target.detail)

    def _of_attribute(self, name: str) -> Iterator[Key]:
        """Yield what an attribute may mean besides the members of classes."""
        yield ("o", name)
        if not name.startswith("__"):
            yield from (("a", "__getattr__"), ("a", "__getattribute__"))
        if name == "__subclasses__":
            yield from (("s", *each) for each in self.project.derived)

    def _of_builtin_name(self, name: str) -> Iterator[Key]:
        if "builtins" in self.attached.to_outside:  # as they hardly ever are
            yield ("b", name)

    def _of_builtin(self, module: str, name: str, line: int, use: int) -> Iterator[Key]:
        if use == TOUCHED:
            return  # what it gives is changed
        if name == "open":
            kind = "writes" if use & WRITING else "file"
            yield ("e", kind, "open()", self.where(module, line))
        elif name == "input":
            yield ("e", "input", "input()", self.where(module, line))
        elif name == "help":
            yield ("f", READS_DOCSTRINGS)
        elif name in DYNAMIC and line > 0:
            yield from self._doubt(module, name, line)

    def _of_dotted(self, module: str, name: str, kind: str, line: int, use: int) -> Iterator[Key]:
        top = name.partition(".")[0]
        if kind == OWN:
            return
        if kind.startswith(BUILT):
            yield ("file", self.project.modules.digest_built(kind.removeprefix(f"{BUILT} ")))
            return
        if kind == LIVE:
            yield from self._of_live_module(name)
            return
        yield ({MISSING: "z", THIRD_PARTY: "d"}.get(kind, "t"), top)
        if not line or use & BLIND:
            return  # a module is imported, or named for one of its functions
        effect = effect_of(name, kind != STANDARD, bool(use & WRITING))
        if use == TOUCHED and effect != SETTINGS:
            if name not in VARIABLES:
                return
            effect = SETTINGS
        if use & DISCARDED and name.startswith("os.environ."):
            return  # it is changed, and nothing is taken of it
        if effect is not None and (effect != SETTINGS or use & (CALLED | TOUCHED)):
            yield ("e", effect, f"{name}()" if use & CALLED else name, self.where(module, line))
        if name in READS_SOURCE_DOTTED or top in {"traceback", "linecache"}:
            yield ("f", READS_SOURCE)
        if name in DYNAMIC and line > 0:
            yield from self._doubt(module, name, line)

    def _of_live_module(self, name: str) -> Iterator[Key]:
        """Yield what a name of a module without a source is: what it is in memory."""
        parts = name.split(".")
        for length in range(len(parts) - 1, 0, -1):
            module = ".".join(parts[:length])
            if module in sys.modules:
                yield from self._live(module, parts[length])
                return

    def _doubt(self, module: str, what: str, line: int) -> Iterator[Key]:
        told = f"{what} finds code by what is known only at run time"
        yield ("u", told, self.where(module, line), _BY_IMPORT)
        yield ("all",)

    def _of_dynamic(self, module: str, found: Dynamic) -> Iterator[Key]:
        kind, target, what, line = found
        where = self.where(module, line)
        narrow = _BY_NAME if kind in {"member", "methods", "here"} else _BY_IMPORT
        if kind in OF_TEXTS:
            yield from of_text(self.project, module, found, where)
        if kind == "module":
            for each in self.project.resolve(module, target):
                yield from self._of_target(module, each, line, 0)
            return
        if kind in {"modules", "listed"}:
            names = self.project.modules.under(what)
            whose = self.project.modules.kind(what)
            if not names and whose in {STANDARD, THIRD_PARTY}:
                yield from self._of_dotted(module, what, whose, line, 0)
                return
            told = f"modules below {what} are imported by name: all of them are taken"
            yield ("u", told, where, narrow)
            yield from (("d", name) for name in self.project.modules.parts_elsewhere(what))
            yield from (("m", name) for name in names) if names else (("all",),)
        elif kind == "table":
            yield from self._of_table(module, found, where)
        elif kind == "here":
            yield ("u", f"{what}: all of {module} is taken", where, narrow)
            yield ("m", module)
        elif kind == "member":
            yield from self._of_member(module, found, where, narrow)
        elif kind == "methods":
            yield from self._any_method(what, where, narrow)
        elif kind == "anything":
            yield ("u", f"{what}: {_WIDE}", where, narrow)
            yield ("all",)

    def _of_table(self, module: str, found: Dynamic, where: str) -> Iterator[Key]:
        """Yield the modules that a table of texts names, if nothing changes the table."""
        names = self.project.named_in(module, found)
        places = [(each.name, each.place) for each in self.project.resolve(module, found.target)]
        changed = self.attached.to_statement.keys() & places
        if not names or changed or any(map(self.attached.is_touched, places)):
            what = f"import_module() of a name in {found.target[0]}"
            yield ("u", f"{what}: {_WIDE}", where, _BY_IMPORT)
            yield ("all",)
        for name in names:
            for target in self.project.resolve(module, (f"={name}",)):
                yield from self._of_target(module, target, 0, 0)

    def _of_member(self, module: str, found: Dynamic, where: str, narrow: str) -> Iterator[Key]:
        unknown = True
        for target in self.project.resolve(module, found.target):
            if target.kind == WHOLE:
                yield ("u", f"{found.what}: all of {target.name} is taken", where, narrow)
                unknown = False
            elif target.kind == OUTSIDE:
                unknown = False
            yield from self._of_target(module, target, found.line, 0)
        if unknown:
            yield from self._any_method(found.what, where, narrow)

    def _any_method(self, what: str, where: str, narrow: str) -> Iterator[Key]:
        if self.project.members:
            yield ("u", f"{what}: all classes of the project are taken", where, narrow)
            for places in self.project.members.values():
                yield from (("s", name, place) for name, place, _ in places)
        for set_elsewhere in self.attached.to_attribute.values():
            yield from (("s", *place) for place in set_elsewhere)

    def where(self, module: str, line: int) -> str:
        """Return a place as users read it."""
        source = self.project.modules.sources.get(module)
        path = source.path if source is not None and source.path is not None else module
        return f"{self.shown(path)}:{abs(line)}" if line else self.shown(path)

    def shown(self, path: str) -> str:
        """Return a path relative to the project, if it lies there."""
        for root in self.project.modules.roots:
            parent = os.path.dirname(root)
            if path.startswith(parent + os.sep):
                return path[len(parent) + 1 :]
        return path

    def doubt(self, what: str, where: str, narrow: str) -> Key:
        """Return the key of a doubt."""
        return ("u", *Doubt(what, where, narrow))

    def effect(self, kind: str, what: str, where: str) -> Key:
        """Return the key of an effect."""
        return ("e", *Effect(kind, what, where))
