"""Live objects: which of the project's sources they come from, and what they carry along."""

import functools
import sys
import types
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from noria.code.closure import Key
from noria.code.effects import effect_of
from noria.code.graph import Graph
from noria.code.imports import imported_by
from noria.code.modules import LIVE, MISSING, OWN, PROJECT, STANDARD, THIRD_PARTY
from noria.code.normal import digest_of
from noria.code.project import Project
from noria.code.state import (
    attribute_of,
    content_of,
    given_to,
    is_made,
    is_named,
    module_name,
    module_of,
    name_of,
)
from noria.code.table import CLASS, DEF
from noria.code.values import Spelling
from noria.code.walk import Facts
from noria.code.written import Written

_ABSENT = object()
_MOST_ITEMS = 2000
_DEEPEST = 5
# What code in a value adds to how deep its own values stand: it takes as many frames.
_DEEPER = 4
CODE_TYPES = (types.FunctionType, type, types.ModuleType, types.BuiltinFunctionType)
_NOT_STATE = frozenset(
    {
        "__dict__", "__weakref__", "__module__", "__doc__", "__qualname__", "__firstlineno__",
        "__static_attributes__", "__abstractmethods__", "_abc_impl", "__annotate__",
        "__annotate_func__", "__annotations_cache__",
    }
)  # fmt: skip


# Members of classes that the class's own slots and compiled code make.
_COMPILED = (
    types.MemberDescriptorType, types.GetSetDescriptorType, types.MethodDescriptorType,
    types.WrapperDescriptorType, types.ClassMethodDescriptorType,
)  # fmt: skip


class Living:
    """Finds the nodes of the graph that a live object stands for."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self.graph: Graph
        self._known: dict[int, tuple[Any, tuple[Key, ...]]] = {}
        self._begun: dict[int, Key] = {}
        self._circles: set[int] = set()  # of those begun: what holds itself
        self._passing: list[int] = []  # known as it is seen from what was begun first
        self._globals: dict[str, dict[int, str]] = {}
        self._depth = self._turns = 0
        self._written = Written(project)
        self.digest = self._written.digest

    def keys(self, value: Any) -> Iterator[Key]:
        """Yield the nodes that an object stands for, with all it carries along."""
        kind = type(value)  # isinstance() believes what an object says of itself
        if kind is types.FunctionType:
            yield from self.of_function(value)
        elif issubclass(kind, type):
            yield from self._of_class(value)
        elif issubclass(kind, types.ModuleType):
            yield from self._of_module(value)
        else:
            yield self.of_value(value)

    def inside(self, value: Any) -> Iterator[Key]:
        """Yield the code that is found in an object whose data the sources account for."""
        yield from self._inside(value, 0, set())

    def _inside(self, value: Any, depth: int, seen: set[int]) -> Iterator[Key]:
        if id(value) in seen or depth > _DEEPEST:
            return
        seen.add(id(value))
        parts: Iterable[Any] = ()
        kind = type(value)  # isinstance() believes what an object says of itself
        if kind is types.FunctionType:
            yield from self._of_anchored(value)
            cells = (each for each in value.__closure__ or ())
            parts = (*map(content_of, cells), value.__dict__.get("__wrapped__"))
        elif issubclass(kind, type):
            if self._is_ours(module_name(value)):
                yield from self._of_class(value)
        elif issubclass(kind, dict):
            parts = [*value.keys(), *value.values()][:_MOST_ITEMS]
        elif issubclass(kind, list | tuple | set | frozenset):
            parts = list(value)[:_MOST_ITEMS]
        elif issubclass(kind, functools.partial):
            parts = (value.func, *value.args, *value.keywords.values())
        elif issubclass(kind, types.MethodType):
            parts = (value.__func__, value.__self__)
        elif not issubclass(kind, types.ModuleType):
            if self._is_ours(module_name(kind)):
                yield from self._of_class(kind)
                parts = list(attribute_of(value, "__dict__", {}).values())[:_MOST_ITEMS]
            elif hasattr(kind, "__wrapped__") or (
                "__wrapped__" in attribute_of(value, "__dict__", {})
            ):
                parts = (value.__wrapped__,)
        for part in parts:
            yield from self._inside(part, depth + 1, seen)

    def _is_ours(self, module: str) -> bool:
        """Tell whether a module is neither Python's, nor a library's, nor Noria's."""
        return bool(module) and self.kind(module) in {PROJECT, LIVE, MISSING}

    def _of_anchored(self, function: types.FunctionType) -> Iterator[Key]:
        """Yield the nodes of a function whose closure the sources account for."""
        module = function.__globals__.get("__name__", "")
        table = self._project.tables.get(module)
        code = function.__code__
        if table is None:
            if self._is_ours(module):  # of a file that is none of the sources
                yield from self.of_function(function)
            return
        if self.digest(code) in table.codes.get(code.co_qualname, ()):
            top = code.co_qualname.partition(".")[0]
            yield from (("s", module, place) for place in table.names.get(top, ()))
        else:
            yield from self.of_function(function)

    def of_function(self, function: types.FunctionType) -> tuple[Key, ...]:
        """Return the nodes of a function."""
        return self._once(function, self._of_function)

    def _of_class(self, value: type) -> tuple[Key, ...]:
        return self._once(value, self._of_new_class)

    def _once(self, value: Any, find: Callable[[Any], Iterable[Key]]) -> tuple[Key, ...]:
        """Return the nodes of a function or class; one that holds itself leads back to itself.

        What is seen on the way back is known only until what was begun first is done: seen from
        elsewhere it is spelled otherwise.
        """
        mark = id(value)
        if mark in self._known:
            return self._known[mark][1]
        if mark in self._begun:
            self._circles.add(mark)
            return (self._begun[mark],)
        self._turns += 1
        back = self._begun[mark] = ("c", self._turns)
        before = len(self._passing)
        keys = tuple(find(value))
        self.graph.give(back, "", Facts(), keys)
        self._known[mark] = (value, keys)
        del self._begun[mark]
        self._circles.discard(mark)
        if self._circles or len(self._passing) > before:
            self._passing.append(mark)
        if not self._begun:
            for each in self._passing:
                del self._known[each]
            self._passing.clear()
        return keys

    def _of_function(self, function: types.FunctionType) -> Iterator[Key]:
        module = str(function.__globals__.get("__name__", ""))
        kind = self.kind(module)
        if kind in {THIRD_PARTY, STANDARD, OWN} and self._is_home(function, module):
            yield from self._of_outside(module)
            if is_named(function):
                yield from self._carried(function)
            elif function.__closure__ or function.__dict__ or "<locals>" in function.__qualname__:
                yield from self._of_made(function, module)
            return
        code = function.__code__
        table = self._project.tables.get(module)
        known = table is not None and self.digest(code) in table.codes.get(code.co_qualname, ())
        if known and table is not None and "<" not in code.co_qualname:
            top = code.co_qualname.partition(".")[0]
            places = [
                place
                for place in table.names.get(top, ())
                if table.statements[place].kind in {DEF, CLASS}
            ]
            if places:
                yield from (("s", module, place) for place in places)
                yield from self.given_later(function)
                return
        yield from self._of_live_code(function, module, known)

    def given_later(self, function: types.FunctionType) -> Iterator[Key]:
        """Yield the node of attributes that a function has and no decorator in its source set."""
        given = {name: each for name, each in function.__dict__.items() if name != "__doc__"}
        table = self._project.tables.get(module_name(function)) if given else None
        if table is not None:
            places = table.names.get(function.__code__.co_qualname.partition(".")[0], ())
            if not any(table.statements[place].runs for place in places):
                yield self.of_value(given)

    def _of_made(self, function: types.FunctionType, module: str) -> Iterator[Key]:
        """Yield the node of what another's function made: its code is known, its data is not."""
        edges: list[Key] = []
        code = function.__code__
        spelled = self.spell(given_to(function), edges, self._where(code))
        key = ("x", digest_of(module, code.co_qualname, spelled).hex(), code.co_name)
        self.graph.give(key, "", Facts(), edges)
        yield key

    def kind(self, module: str) -> str:
        """Return whose a module is; a package that nobody imported yet is read."""
        if not module:
            return LIVE
        return PROJECT if self._project.is_source(module) else self._project.modules.kind(module)

    def _carried(self, function: types.FunctionType) -> Iterator[Key]:
        """Yield what a function of another's module was given: the decorated one, most often."""
        for cell in function.__closure__ or ():
            content = content_of(cell)
            if isinstance(
                content, types.FunctionType | types.MethodType | functools.partial | type
            ):
                yield from self.keys(content)
            else:
                yield from self.inside(content)

    def _of_live_code(
        self, function: types.FunctionType, module: str, known: bool
    ) -> Iterator[Key]:
        code = function.__code__
        digest, facts = self._written.read(function, module, known)
        edges: list[Key] = []
        spelled = self.spell(given_to(function), edges, self._where(code))
        if module not in self._project.tables or not self._is_home(function, module):
            facts = self._look_up(facts, function, edges)
        key = ("x", digest_of(module, code.co_qualname, digest, spelled).hex(), code.co_name)
        self.graph.give(key, module, facts, edges)
        yield key
        yield from _docs_of(function)

    def _is_home(self, function: types.FunctionType, module: str) -> bool:
        return getattr(sys.modules.get(module), "__dict__", None) is function.__globals__

    def _look_up(self, facts: Facts, function: types.FunctionType, edges: list[Key]) -> Facts:
        """Look names up in a function's live globals: no source says what they are."""
        kept = []
        for reference in facts.references:
            name, *rest = reference.chain
            value = function.__globals__.get(name, _ABSENT)
            if value is _ABSENT:
                kept.append(reference)
            elif isinstance(value, types.ModuleType):
                kept.append(reference._replace(chain=(f"={value.__name__}", *rest)))
            else:
                edges.extend(self.keys(value))
                if isinstance(value, CODE_TYPES) and value.__module__:
                    named = (f"={value.__module__}", *value.__qualname__.split("."), *rest)
                    kept.append(reference._replace(chain=named))
        return facts._replace(references=tuple(kept))

    def _where(self, code: types.CodeType) -> str:
        return f"{self.graph.shown(code.co_filename)}:{code.co_firstlineno}"

    def _of_new_class(self, value: type) -> Iterator[Key]:
        module = module_name(value)
        kind = self.kind(module)
        table = self._project.tables.get(module)
        named = is_named(value)
        if kind == OWN:
            yield from self._of_own_class(value)
        else:
            yield from self._of_outside(module)
        if named and table is not None:
            places = table.names.get(value.__qualname__.partition(".")[0])
            if places is not None:
                yield from (("s", module, place) for place in places)
                return
        if kind in {PROJECT, LIVE, MISSING} or (not named and is_made(value)):
            yield from self._of_live_class(value)

    def _of_outside(self, module: str) -> Iterator[Key]:
        if self.kind(module) == THIRD_PARTY:
            yield ("d", module.partition(".")[0])

    def _of_own_class(self, value: type) -> Iterator[Key]:
        """Yield the third-party modules that a format of the catalog imports."""
        for base in value.__mro__:
            if self._project.modules.kind(module_name(base)) == OWN:
                path = getattr(sys.modules.get(base.__module__), "__file__", None)
                for top in imported_by(path) if path else ():
                    if self._project.modules.kind(top) == THIRD_PARTY:
                        yield ("d", top)

    def _of_live_class(self, value: type) -> Iterator[Key]:
        edges: list[Key] = []
        state = {
            name: member
            for name, member in vars(value).items()
            if name not in _NOT_STATE and not isinstance(member, _COMPILED)
        }
        named = f"{module_name(value)}:{value.__qualname__}"
        key = ("x", digest_of(named, self.spell(state, edges, named)).hex(), value.__name__)
        for base in (*value.__bases__, type(value)):
            edges.extend(self._of_class(base))
        self.graph.give(key, module_name(value), Facts(), edges)
        yield key
        yield from _docs_of(value)

    def _of_module(self, value: types.ModuleType) -> Iterator[Key]:
        if value.__name__ in self._project.tables:
            yield ("m", value.__name__)
        else:
            yield from self._of_outside(value.__name__)

    def _of_named(self, module: str, name: str) -> Iterator[Key]:
        """Yield what a name in an imported module means, as far as sources and names say it."""
        yield from self._of_outside(module)
        table = self._project.tables.get(module)
        if table is not None:
            places = table.names.get(name.partition(".")[0])
            yield from (
                [("m", module)] if places is None else (("s", module, each) for each in places)
            )
        elif self.kind(module) == STANDARD:
            yield ("t", module.partition(".")[0])
        effect = effect_of(f"{module}.{name}", self.kind(module) != STANDARD, False)
        if effect is not None:
            yield self.graph.effect(effect, f"{module}.{name}", module)

    def of_value(self, value: Any) -> Key:
        """Return the node of a value."""
        edges: list[Key] = []
        kind = type(value)
        digest = self.spell(value, edges, name_of(kind))
        key = ("x", digest, kind.__name__)
        self.graph.give(key, "", Facts(), edges)
        return key

    def spell(self, value: Any, edges: list[Key], where: str) -> str:
        """Return the digest of a value; the code in it becomes edges."""
        spelling = Spelling(Carried(self, edges), self._project.modules.roots, self._depth)
        digest = spelling.digest(value)
        for unknown in dict.fromkeys(spelling.unknown):
            what = f"a value of type {unknown} has no digest"
            edges.append(self.graph.doubt(what, where, "give it as an input, or say cache="))
        return digest

    def of_code(self, found: Any, depth: int) -> tuple[Key, ...] | None:
        """Return the nodes of code that a value is, ``None`` of another value."""
        kind = type(found)
        above, self._depth = self._depth, depth + _DEEPER
        try:
            if kind is types.FunctionType:
                return self.of_function(found)
            if issubclass(kind, type):
                return self._of_class(found)
            if issubclass(kind, types.ModuleType):
                return tuple(self._of_module(found))
            if kind is types.BuiltinFunctionType and _is_plain(found):
                return tuple(self._of_outside(module_name(found)))
            if _is_dressed(found) and is_named(found):
                named = self._of_named(found.__module__, found.__qualname__)
                return (*named, *self.inside(found))
        finally:
            self._depth = above
        return None

    def of_name(self, found: Any, name: str) -> tuple[str, tuple[Key, ...]] | None:
        """Return the module in which a name finds an object, and the nodes of that."""
        module = module_of(found, name)
        return None if module is None else (module, tuple(self._of_named(module, name)))

    def of_global(self, found: Any) -> tuple[str, tuple[Key, ...]] | None:
        """Return the name under which another's module has an object for all, and its nodes.

        Its state is that of the module: code that uses it by its name is not judged otherwise.
        """
        module = module_name(type(found))
        names = self._globals.get(module)
        if names is None:
            space = getattr(sys.modules.get(module), "__dict__", {})
            others = self.kind(module) in {THIRD_PARTY, STANDARD}
            names = {id(each): name for name, each in space.items()} if others else {}
            self._globals[module] = names
        name = names.get(id(found))
        if name is None or getattr(sys.modules[module], name, None) is not found:
            return None
        return f"{module}.{name}", tuple(self._of_named(module, name))


class Carried:
    """Spells the code in a value, and notes what it leads to."""

    def __init__(self, living: Living, edges: list[Key]) -> None:
        self._living = living
        self._edges = edges

    def spell(self, value: Any, depth: int) -> str | None:
        """Return the spelling of code (a function, a class, a module) and note that it was met."""
        keys = self._living.of_code(value, depth)
        if keys is None:
            found = self._living.of_global(value)
            if found is None:
                return None
            self._edges.extend(found[1])
            return f"global {found[0]}"
        self._edges.extend(keys)
        name = getattr(value, "__qualname__", None) or value.__name__
        live = " ".join(key[1] for key in keys if key[0] == "x")
        return f"code {module_name(value)}:{name} {live}"

    def spell_named(self, value: Any, name: str) -> str | None:
        """Return the spelling of what a name finds in its module, if it does."""
        found = self._living.of_name(value, name)
        if found is None:
            return None
        self._edges.extend(found[1])
        return f"named {found[0]}:{name}"

    def is_ours(self, module: str) -> bool:
        """Tell whether a module is the project's."""
        return self._living.kind(module) in {PROJECT, LIVE, MISSING}


def _is_dressed(found: Any) -> bool:
    """Tell whether an object stands for a function that it holds: a cached one, a decorated one."""
    if issubclass(type(found), functools.partial | types.MethodType):  # these hold more
        return False
    return callable(found) and attribute_of(found, "__wrapped__", _ABSENT) is not _ABSENT


def _docs_of(code: types.FunctionType | type) -> Iterator[Key]:
    """Yield the node of a docstring: it counts where reached code reads docstrings."""
    if isinstance(code.__doc__, str):
        yield ("doc", digest_of(str(code.__doc__)).hex())


def _is_plain(function: Any) -> bool:
    owner = getattr(function, "__self__", None)
    return owner is None or isinstance(owner, types.ModuleType)
