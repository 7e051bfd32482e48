"""The face of the room: what a live function's behaviour depends on."""

import functools
import sys
import types
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from noria.code.assembly import Assembly
from noria.code.cache import TableCache
from noria.code.changing import sets_and_reads
from noria.code.closure import Key
from noria.code.compare import ChangedSince, Comparison, Compiled
from noria.code.distributions import ANY_TOP, Distributions
from noria.code.effects import effect_of, is_well_known
from noria.code.facts import Effect, Fingerprint, Symbol
from noria.code.graph import Graph
from noria.code.kept import KeptFingerprints
from noria.code.live import Living
from noria.code.modules import THIRD_PARTY, Modules
from noria.code.project import Project
from noria.code.shared import Shared, shared_values
from noria.code.state import attribute_of
from noria.code.walk import ALL

_ALONE = " beside its inputs"  # behind a name under which such a fingerprint is kept
_MOST_TEXTS = 20  # of files, held as lines; what one function reaches lies in few


class CodeReader:
    """Reads the sources below some folders, and says what functions that come from there reach.

    ``roots`` are the folders whose modules are the project's code; packages that are installed in
    editable mode are found by themselves.  ``cache`` is a folder for what was read, ``None`` for
    none.  ``called`` are the names of functions and methods that are called before those asked
    about, by nobody in the sources.  ``changed_since`` tells what a name of a module holds that it
    did not when that was imported, ``None`` where nobody changes anything.  Sources are read once:
    make a new reader for a new state of the files.
    """

    def __init__(
        self,
        roots: Sequence[Path],
        *,
        cache: Path | None = None,
        called: Collection[str] = (),
        changed_since: ChangedSince | None = None,
        compiled: Compiled | None = None,
    ) -> None:
        self._called = called
        self._changed_since = changed_since
        self._compiled = compiled
        self._roots = roots
        self._folder = cache
        self._modules = Modules(roots)
        self._cache = TableCache(cache)
        self._project = Project(self._modules, self._cache)
        self._distributions = Distributions()
        self._begin()
        self._known: dict[tuple[int, bool], tuple[Any, Fingerprint]] = {}
        self._texts: dict[str, str] = {}
        self._lines: dict[str, list[bytes]] = {}

    def _begin(self) -> None:
        """Lay out the graph of all sources that are known by now."""
        self._project.grown = False
        self._living = Living(self._project)
        statement, members = self._project.statement, self._project.named(ALL)
        self._classes = {(module, statement(module, at).label) for module, at, _ in members}
        compared = Comparison(self._project, self._living, self._changed_since, self._compiled)
        self._graph = Graph(self._project, self._distributions, compared.differs, self._called)
        self._living.graph = self._graph
        self._assembly = Assembly(self._graph)
        self._kept = KeptFingerprints(
            self._folder, self._graph, compared, self._assembly, self._called
        )

    def fingerprint(self, thing: Callable[..., Any] | type) -> Fingerprint:
        """Return what a function, partial, method, callable object or class depends on."""
        return self._fingerprint(thing, alone=False)

    def fingerprint_beside_inputs(self, thing: Callable[..., Any] | type) -> Fingerprint:
        """Return what a function depends on beside what it is given.

        The classes of the objects that come in are for who asks to account for.  Where not all is
        known of what is reached, it is as much as :meth:`fingerprint` says.
        """
        return self._fingerprint(thing, alone=self.has_classes)

    @property
    def has_classes(self) -> bool:
        """Whether any class with members is the project's."""
        return bool(self._project.members)

    def reaches_class(self, fingerprint: Fingerprint) -> bool:
        """Tell whether a function may make objects of the project's classes, by what it reaches."""
        for symbol in fingerprint.symbols:
            module, _, label = symbol.name.partition(":")
            if (module, label.partition(".")[0].partition("~")[0]) in self._classes:
                return True
        return False

    def _fingerprint(self, thing: Callable[..., Any] | type, *, alone: bool) -> Fingerprint:
        about = (id(thing), alone)
        found = self._known.get(about)
        if found is None:
            named = self._anchor(thing)
            if named is not None and _carries_nothing(thing) and not self._project.grown:
                made = self._of_plain(thing, named, alone=alone)
            else:
                made, _ = self._made(thing, named, alone=alone)
            own = () if named is not None else tuple(self._own_effect(thing))
            if own:
                made = made._replace(effects=tuple(sorted({*made.effects, *own})))
            found = self._known[about] = (thing, made)
        return found[1]

    def fingerprint_of_name(self, module: str, name: str) -> Fingerprint:
        """Return what a name of an imported module depends on, whatever it is bound to now.

        That is more than what is bound says: which of two statements has bound it is decided by
        the code around them.
        """
        called = f"={name}"
        made = self._kept.find(module, called)
        while made is None:
            table = self._project.tables.get(module) if self._project.is_source(module) else None
            places = () if table is None else table.names.get(name, ())
            starts = tuple(("s", module, place) for place in places)
            made = self._assembly.fingerprint(starts, f"name {module} {name}")
            if self._project.grown:
                made = None
                self._grow()
            elif (modules := self._assembly.modules(starts)) is not None:
                self._kept.add(module, called, made, modules)
        return made

    def imports(self, thing: Callable[..., Any] | type, module: str) -> bool:
        """Return whether a function, or code that it reaches, imports from a module's package.

        The module may be there or not.
        """
        top = module.partition(".")[0]
        return top in self._assembly.imported(tuple(self._starts(thing, self._anchor(thing))))

    def follows(self, module: str) -> bool:
        """Tell whether a module's own source is read, as the project's and editable ones' is."""
        return self._project.is_source(module) and module in self._project.tables

    def required_by(self, modules: Iterable[str]) -> tuple[tuple[str, str], ...]:
        """Return the distributions that modules belong to, with all that they require.

        Modules that are not installed, as the project's, have none.
        """
        installed = {
            module.partition(".")[0]
            for module in modules
            if module == ANY_TOP or self._modules.kind_of_part(module) == THIRD_PARTY
        }
        return self._assembly.requirements(tuple(sorted(installed)))

    def _of_plain(self, thing: Any, named: tuple[Key, ...], *, alone: bool) -> Fingerprint:
        """Return the fingerprint of a function that is what its module's source says."""
        called = thing.__qualname__ + (_ALONE if alone else "")
        made = self._kept.find(thing.__module__, called)
        if made is None:
            made, modules = self._made(thing, named, alone=alone)
            if modules is not None:
                self._kept.add(thing.__module__, called, made, modules)
        return made

    def _made(
        self, thing: Any, named: tuple[Key, ...] | None, *, alone: bool
    ) -> tuple[Fingerprint, tuple[str, ...] | None]:
        """Return a fingerprint, and the modules that say all of it as :class:`Assembly` does."""
        while True:
            starts, kind = tuple(self._starts(thing, named)), _kind_of(thing)
            made = self._assembly.fingerprint(starts, kind, alone=alone)
            modules = self._assembly.modules(starts, alone=alone)
            if alone and not (modules is not None and _is_all_known(made)):
                made = self._assembly.fingerprint(starts, kind)
                modules = self._assembly.modules(starts)
            if not self._project.grown:
                return made, modules
            self._grow()
            named = self._anchor(thing)

    def _grow(self) -> None:
        """Begin again: a package was met that nothing known before imports."""
        self._folder = None
        self._begin()

    def anew(self) -> "CodeReader":
        """Return a reader of the sources as they are now, which keeps nothing."""
        return CodeReader(
            self._roots,
            called=self._called,
            changed_since=self._changed_since,
            compiled=self._compiled,
        )

    def shared(self) -> list[Shared]:
        """Return what functions change in modules, for others to find."""
        return shared_values(self._project, self._assembly.name_of)

    def of_object(self, kind: type, method: str) -> tuple[set[str], set[str]]:
        """Return which attributes of an object of a class a method sets, and which it asks for."""
        return sets_and_reads(self._project, kind, method)

    def files(self) -> Mapping[str, str]:
        """Return the absolute paths of all sources looked at, with their digests."""
        return dict(self._modules.digests)

    def read_anew(self) -> Sequence[str]:
        """Return the paths of sources that were edited since they were read the last time."""
        return list(self._cache.anew)

    def libraries(self) -> Sequence[str]:
        """Return the files of modules beside all distributions that were looked at."""
        return list(self._modules.loose)

    def scopes(self) -> Sequence[str]:
        """Return the folders whose listing mattered."""
        return list(self._modules.folders)

    def text(self, symbol: Symbol) -> str:
        """Return a symbol's source as written; empty where it no longer stands in its file."""
        # Of a library that all functions reach, each is asked again for every one of them.
        text = self._texts.get(symbol.digest)
        if text is None:
            text = self._texts[symbol.digest] = self._written(symbol)
        return text

    def _written(self, symbol: Symbol) -> str:
        path = self._modules.sources[symbol.name.partition(":")[0]].path or ""
        if path not in self._lines:
            if len(self._lines) >= _MOST_TEXTS:
                self._lines.clear()
            self._lines[path] = self._modules.text(path).splitlines(keepends=True)
        written = b"".join(self._lines[path][symbol.line - 1 : symbol.end])
        return written.decode("utf-8", errors="replace").replace("\r\n", "\n")

    def save_cache(self) -> None:
        """Keep what was read for the next time."""
        self._cache.save()
        self._kept.save()

    def _starts(self, thing: Any, named: tuple[Key, ...] | None) -> Iterator[Key]:
        if named is not None:
            yield from named
            if not _carries_nothing(thing):
                yield from self._living.inside(thing)
            if type(thing) is types.FunctionType:
                yield from self._living.given_later(thing)
            return
        yield from self._living.keys(thing)
        if not isinstance(thing, types.FunctionType | functools.partial | types.MethodType):
            yield from self._living.keys(type(thing)) if not isinstance(thing, type) else ()

    def _anchor(self, thing: Any) -> tuple[Key, ...] | None:
        """Return the statements that bind a thing in its module, if they do."""
        module, name = attribute_of(thing, "__module__"), attribute_of(thing, "__qualname__")
        if not isinstance(module, str) or not isinstance(name, str) or "." in name:
            return None
        table = self._project.tables.get(module) if self._project.is_source(module) else None
        places = table.names.get(name) if table is not None else None
        if places is None or vars(sys.modules.get(module, sys)).get(name) is not thing:
            return None
        return tuple([("s", module, place) for place in places])

    def _own_effect(self, thing: Any) -> Iterator[Effect]:
        """Yield the effect of a third-party function that is given itself."""
        module, name = attribute_of(thing, "__module__"), attribute_of(thing, "__qualname__")
        if isinstance(module, str) and isinstance(name, str):
            top = module.partition(".")[0]
            if self._modules.kind(top) == THIRD_PARTY:
                kind = effect_of(f"{top}.{name}", True, False)
                if kind is not None:
                    yield Effect(kind, f"{top}.{name}()", top)


def _is_all_known(made: Fingerprint) -> bool:
    """Tell whether nothing reached may find objects in ways of which the sources say nothing."""
    return not made.doubts and all(is_well_known(name) for name, _ in made.distributions)


def _carries_nothing(thing: Any) -> bool:
    return type(thing) is types.FunctionType and not thing.__closure__ and not thing.__dict__


def _kind_of(thing: Any) -> str:
    module = attribute_of(thing, "__module__", "")
    return f"{type(thing).__name__} {module} {attribute_of(thing, '__qualname__', '')}"
