"""Live objects: which of the project's sources they come from, and what they carry along."""

import ast
import functools
import linecache
import re
import sys
import types
from collections.abc import Iterable, Iterator
from typing import Any

from noria.code.bytecode import read_code
from noria.code.closure import Key
from noria.code.graph import Graph
from noria.code.modules import LIVE, MISSING, OWN, PROJECT, STANDARD, THIRD_PARTY
from noria.code.normal import digest_code, digest_of, normalise
from noria.code.project import Project
from noria.code.table import CLASS, DEF
from noria.code.values import Spelling
from noria.code.visit import CodeWalker
from noria.code.walk import Facts

_ABSENT = object()
_NAMED = r"[^\W\d][\w.]*(?:[ \t]+as[ \t]+\w+)?"
_IMPORT = re.compile(
    r"(?:^|[;:])[ \t\f]*(?:from[ \t]+(?P<origin>[^\W\d][\w.]*)[ \t]+import\b"
    rf"|import[ \t]+(?P<names>{_NAMED}(?:[ \t]*,[ \t]*{_NAMED})*)[ \t]*(?=[;#]|$))",
    re.MULTILINE,
)
_MOST_ITEMS = 2000
_DEEPEST = 5
CODE_TYPES = (types.FunctionType, type, types.ModuleType, types.BuiltinFunctionType)
_NOT_STATE = frozenset(
    {
        "__dict__", "__weakref__", "__module__", "__doc__", "__qualname__", "__firstlineno__",
        "__static_attributes__", "__abstractmethods__", "_abc_impl", "__annotate__",
        "__annotate_func__", "__annotations_cache__",
    }
)  # fmt: skip


class Living:
    """Finds the nodes of the graph that a live object stands for."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self.graph: Graph
        self._functions: dict[int, tuple[Any, tuple[Key, ...]]] = {}
        self._codes: dict[int, tuple[types.CodeType, bytes]] = {}
        self._parsed: dict[str, list[tuple[str, int, ast.AST]]] = {}

    def digest(self, code: types.CodeType) -> bytes:
        """Return the digest of a code object."""
        found = self._codes.get(id(code))
        if found is None:
            found = self._codes[id(code)] = (code, digest_code(code))
        return found[1]

    def keys(self, value: Any) -> Iterator[Key]:
        """Yield the nodes that an object stands for, with all it carries along."""
        if isinstance(value, types.FunctionType):
            yield from self.of_function(value)
        elif isinstance(value, type):
            yield from self._of_class(value)
        elif isinstance(value, types.ModuleType):
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
        if isinstance(value, types.FunctionType):
            yield from self._of_anchored(value)
            cells = (each for each in value.__closure__ or ())
            parts = (*map(_content, cells), value.__dict__.get("__wrapped__"))
        elif isinstance(value, type):
            if self._project.is_source(value.__module__ or "?"):
                yield from self._of_class(value)
        elif isinstance(value, dict):
            parts = [*value.keys(), *value.values()][:_MOST_ITEMS]
        elif isinstance(value, list | tuple | set | frozenset):
            parts = list(value)[:_MOST_ITEMS]
        elif isinstance(value, functools.partial):
            parts = (value.func, *value.args, *value.keywords.values())
        elif isinstance(value, types.MethodType):
            parts = (value.__func__, value.__self__)
        elif not isinstance(value, types.ModuleType):
            if self._project.is_source(type(value).__module__ or "?"):
                yield from self._of_class(type(value))
                parts = list(getattr(value, "__dict__", {}).values())[:_MOST_ITEMS]
            elif hasattr(type(value), "__wrapped__") or "__wrapped__" in getattr(
                value, "__dict__", {}
            ):
                parts = (value.__wrapped__,)
        for part in parts:
            yield from self._inside(part, depth + 1, seen)

    def _of_anchored(self, function: types.FunctionType) -> Iterator[Key]:
        """Yield the nodes of a function whose closure the sources account for."""
        module = function.__globals__.get("__name__", "")
        table = self._project.tables.get(module)
        code = function.__code__
        if table is None:
            return
        if self.digest(code) in table.codes.get(code.co_qualname, ()):
            top = code.co_qualname.partition(".")[0]
            yield from (("s", module, place) for place in table.names.get(top, ()))
        else:
            yield from self.of_function(function)

    def of_function(self, function: types.FunctionType) -> tuple[Key, ...]:
        """Return the nodes of a function."""
        found = self._functions.get(id(function))
        if found is None:
            self._functions[id(function)] = (function, ())  # for those that hold themselves
            keys = tuple(self._of_function(function))
            found = self._functions[id(function)] = (function, keys)
        return found[1]

    def _of_function(self, function: types.FunctionType) -> Iterator[Key]:
        module = str(function.__globals__.get("__name__", ""))
        kind = self.kind(module)
        if kind in {THIRD_PARTY, STANDARD, OWN} and self._is_home(function, module):
            if kind == THIRD_PARTY:
                yield ("d", module.partition(".")[0])
            yield from self._carried(function)
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
                return
        yield from self._of_live_code(function, module, known)

    def kind(self, module: str) -> str:
        """Return whose a module is; a package that nobody imported yet is read."""
        if not module:
            return LIVE
        return PROJECT if self._project.is_source(module) else self._project.modules.kind(module)

    def _carried(self, function: types.FunctionType) -> Iterator[Key]:
        """Yield what a function of another's module was given: the decorated one, most often."""
        for cell in function.__closure__ or ():
            content = _content(cell)
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
        digest, facts = self._read(function, module, known)
        edges: list[Key] = []
        cells = dict(zip(code.co_freevars, function.__closure__ or (), strict=False))
        carried = {name: _content(cell) for name, cell in cells.items()}
        spelled = self.spell(
            (carried, function.__defaults__, function.__kwdefaults__), edges, self._where(code)
        )
        if module not in self._project.tables or not self._is_home(function, module):
            facts = self._look_up(facts, function, edges)
        key = ("x", digest_of(module, code.co_qualname, digest, spelled).hex(), code.co_name)
        self.graph.give(key, module, facts, edges)
        yield key

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

    def _read(self, function: types.FunctionType, module: str, known: bool) -> tuple[bytes, Facts]:
        """Read a function's code: from its source where that is what is executed."""
        code = function.__code__
        nodes = self._nodes(module, code, known)
        package = str(function.__globals__.get("__package__") or module.rpartition(".")[0])
        if not nodes:
            return self.digest(code), read_code(code, package)
        walker = CodeWalker(package, {})
        scope = walker.enter("function", 0)
        scope.locals.update(code.co_freevars)
        for node in nodes:
            walker.visit(node)
        if not isinstance(nodes[0], ast.Lambda):
            scope.locals.add(nodes[0].name)  # type: ignore[attr-defined]
        walker.leave("=live")
        walker.finish()
        digest = normalise(*nodes)
        return digest_of(digest, self.digest(code)) if len(nodes) > 1 else digest, walker.facts()

    def _nodes(self, module: str, code: types.CodeType, known: bool) -> list[ast.AST]:
        """Return the nodes of the source that a code object may be compiled from."""
        path = code.co_filename
        if known:
            path = self._project.modules.sources[module].path or path
            if path not in self._parsed:
                self._parsed[path] = _functions_of(self._project.modules.text(path))
        elif path.startswith("<ipython"):
            self._parsed[path] = _functions_of("".join(linecache.getlines(path)))
        named = [each for each in self._parsed.get(path, ()) if each[0] == code.co_qualname]
        exact = [node for _, line, node in named if line == code.co_firstlineno]
        return exact or [node for _, _, node in named]

    def _of_class(self, value: type) -> Iterator[Key]:
        module = value.__module__ or ""
        kind = self.kind(module)
        table = self._project.tables.get(module)
        if kind == THIRD_PARTY:
            yield ("d", module.partition(".")[0])
        elif kind == OWN:
            yield from self._of_own_class(value)
        elif table is not None and "<" not in value.__qualname__:
            top = value.__qualname__.partition(".")[0]
            places = table.names.get(top)
            if places is not None:
                yield from (("s", module, place) for place in places)
                return
        if kind in {PROJECT, LIVE, MISSING} or module == "__main__":
            yield from self._of_live_class(value)

    def _of_own_class(self, value: type) -> Iterator[Key]:
        """Yield the third-party modules that a format of the catalog imports."""
        for base in value.__mro__:
            if self._project.modules.kind(base.__module__) == OWN:
                path = getattr(sys.modules.get(base.__module__), "__file__", None)
                for top in _imported_by(path) if path else ():
                    if self._project.modules.kind(top) == THIRD_PARTY:
                        yield ("d", top)

    def _of_live_class(self, value: type) -> Iterator[Key]:
        edges: list[Key] = []
        state = {
            name: member
            for name, member in vars(value).items()
            if name not in _NOT_STATE and not isinstance(member, types.MemberDescriptorType)
        }
        named = f"{value.__module__}:{value.__qualname__}"
        key = ("x", digest_of(named, self.spell(state, edges, named)).hex(), value.__name__)
        for base in value.__bases__:
            edges.extend(self._of_class(base))
        self.graph.give(key, value.__module__, Facts(), edges)
        yield key

    def _of_module(self, value: types.ModuleType) -> Iterator[Key]:
        kind = self._project.modules.kind(value.__name__)
        if value.__name__ in self._project.tables:
            yield ("m", value.__name__)
        elif kind == THIRD_PARTY:
            yield ("d", value.__name__.partition(".")[0])

    def of_value(self, value: Any) -> Key:
        """Return the node of a value."""
        edges: list[Key] = []
        kind = type(value)
        digest = self.spell(value, edges, f"{kind.__module__}.{kind.__qualname__}")
        key = ("x", digest, kind.__name__)
        self.graph.give(key, "", Facts(), edges)
        return key

    def _state(self, value: Any) -> dict[str, Any]:
        """Return what an object of the project's own classes holds, less what dresses it up."""
        if not self._project.is_source(type(value).__module__ or "?"):
            return {}
        held = getattr(value, "__dict__", {})
        return {name: held[name] for name in held if not name.startswith("__")}

    def spell(self, value: Any, edges: list[Key], where: str) -> str:
        """Return the digest of a value; the code in it becomes edges."""

        def code(found: Any) -> str | None:
            if isinstance(found, types.FunctionType):
                keys = self.of_function(found)
            elif isinstance(found, type):
                keys = tuple(self._of_class(found))
            elif isinstance(found, types.ModuleType):
                keys = tuple(self._of_module(found))
            elif isinstance(found, types.BuiltinFunctionType) and _is_plain(found):
                keys = ()
            elif _is_dressed(found):
                edges.extend(self.inside(found))
                dressed = (found.__wrapped__, self._state(found))
                return f"{type(found).__qualname__} {self.spell(dressed, edges, where)}"
            else:
                return None
            edges.extend(keys)
            name = getattr(found, "__qualname__", None) or found.__name__
            live = " ".join(key[1] for key in keys if key[0] == "x")
            return f"code {getattr(found, '__module__', '')}:{name} {live}"

        spelling = Spelling(code, self._project.modules.roots)
        digest = spelling.digest(value)
        for unknown in dict.fromkeys(spelling.unknown):
            what = f"a value of type {unknown} has no digest"
            edges.append(self.graph.doubt(what, where, "give it as an input, or say cache="))
        return digest


def _is_dressed(found: Any) -> bool:
    """Tell whether an object stands for a function that it holds: a cached one, a decorated one."""
    if isinstance(found, functools.partial):  # it may be dressed up as its function, and holds more
        return False
    return hasattr(found, "__wrapped__") and callable(found)


def _content(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return None


def _is_plain(function: Any) -> bool:
    owner = getattr(function, "__self__", None)
    return owner is None or isinstance(owner, types.ModuleType)


def _functions_of(text: str | bytes) -> list[tuple[str, int, ast.AST]]:
    """Return the functions of a source with their qualified names and first lines."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return []
    found: list[tuple[str, int, ast.AST]] = []
    pending: list[tuple[ast.AST, str]] = [(tree, "")]
    while pending:
        node, prefix = pending.pop()
        for below in ast.iter_child_nodes(node):
            inside = prefix
            if isinstance(below, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                name = prefix + getattr(below, "name", "<lambda>")
                decorators = getattr(below, "decorator_list", [])
                line = min([below.lineno, *(each.lineno for each in decorators)])
                found.append((name, line, below))
                inside = f"{name}.<locals>."
            elif isinstance(below, ast.ClassDef):
                inside = f"{prefix}{below.name}."
            pending.append((below, inside))
    return found


@functools.cache
def _imported_by(path: str) -> tuple[str, ...]:
    """Return the first parts of the names of all modules that a file imports anywhere.

    What only looks like an import counts too: a name too many does no harm, and to parse a format
    takes longer than to judge a hundred nodes.

    >>> _imported_by(functools.__file__)[:3]
    ('abc', 'collections', 'reprlib')
    """
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read().replace("\\\n", " ")
    except OSError:
        return ()
    tops: dict[str, None] = {}
    for found in _IMPORT.finditer(text):
        for name in (found["origin"] or found["names"]).split(","):
            tops[name.strip().partition(" ")[0].partition(".")[0]] = None
    return tuple(tops)
