"""What a piece of code refers to: names, attributes, imports, effects, and what is hidden."""

import ast
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, NamedTuple

from noria.code import names

# How a name is used.
CALLED, TOUCHED, ESCAPES, WRITING, DISCARDED = 1, 2, 4, 8, 16
GIVES = 32  # it is what a call of the name gives that is touched
BLIND = 64  # a call that reads nothing of the world, whatever its name says
NAMED = 128  # it is told about, as in an annotation, and not called there
SET, FILLED = 256, 512  # the attribute itself is touched, an item of it: set or deleted
READS_DOCSTRINGS, READS_SOURCE = 1, 2

Chain = tuple[str, ...]
ANY = ""  # an attribute whose name is not known
ALL = "*"  # whichever attribute is read
GIVEN = "()"  # in the place of an attribute: what a function is given itself
_MOST_FOLLOWED = 30


class Reference(NamedTuple):
    """A name of the module with the attributes taken from it: ``helpers.price``.

    A first part that begins with ``=`` is a module by its whole name, one that begins with
    ``self:`` an object of that class or of one derived from it; a part ``()`` is what a call of the
    parts before it gives.  ``depth`` counts the function bodies around it: 0 is executed with the
    statement itself.
    """

    chain: Chain
    line: int
    use: int
    depth: int


class Dynamic(NamedTuple):
    """Something found by what is only known at run time.

    ``kind``: ``member`` of the target, ``patch`` of one, ``module`` whole, ``modules`` that begin
    with the text, those ``listed`` there, ``here`` (this whole module), ``methods``, ``anything``.
    """

    kind: str
    target: Chain
    what: str
    line: int


class Facts(NamedTuple):
    """All that was found in a piece of code."""

    references: tuple[Reference, ...] = ()
    attributes: tuple[tuple[str, int], ...] = ()  # of unknown objects, with the least depth
    hints: tuple[tuple[str, str, int], ...] = ()  # effects by methods of unknown objects
    dynamic: tuple[Dynamic, ...] = ()
    imports: tuple[str, ...] = ()  # modules imported inside functions
    reads: int = 0
    # Attributes of unknown objects that are set or changed, with the least depth.
    changes: tuple[tuple[str, int], ...] = ()


class _Scope:
    __slots__ = (
        "depth", "given", "globals", "imports", "inner", "kind", "listed", "loaded", "loads",
        "locals", "made", "maker", "name", "opaque", "parent", "used",
    )  # fmt: skip

    def __init__(self, kind: str, parent: "_Scope | None", depth: int) -> None:
        self.kind = kind
        self.parent = parent
        self.depth = depth
        self.loads: list[Reference] = []
        self.locals: set[str] = set()
        self.globals: set[str] = set()
        self.imports: dict[str, list[Chain]] = {}
        self.given: frozenset[str] = frozenset()  # arguments of a function
        self.inner: list[tuple[str, list[Reference]]] = []
        self.used: set[str] = set()
        self.name = self.maker = ""  # a class of the module; what its classmethod calls it
        # What local names are made by, where all that binds them says it.
        self.made: dict[str, list[Chain]] = {}
        self.opaque: set[str] = set()
        self.listed: dict[str, Any] = {}  # names that a loop over a package's modules binds
        self.loaded: set[str] = set()  # names that are bound to what ``import_module`` gives


class Walker:
    """Keeps what is found while code is read, scope by scope."""

    visitors: ClassVar[dict[type, Callable[[Any, Any], None]]] = {}

    def __init__(self, package: str, aliases: Mapping[str, Chain]) -> None:
        self.package = package
        self.aliases = aliases
        self.binds: dict[str, None] = {}
        self.imported: list[tuple[str, str, str]] = []  # bound name, module, attribute
        self.stars: list[str] = []
        self._attributes: dict[str, int] = {}
        self._hints: list[tuple[str, str, int]] = []
        self._dynamic: list[Dynamic] = []
        self._imports: dict[str, None] = {}
        self._reads = self.naming = 0  # naming: NAMED while what is read is only told about
        self._changes: dict[str, int] = {}
        self.discarded: ast.AST | None = None
        self.told: frozenset[int] = frozenset()  # calls whose answers make no difference
        self.top = self.scope = _Scope("module", None, 0)

    def facts(self) -> Facts:
        """Return what was found."""
        unique = dict.fromkeys(self.top.loads)
        return Facts(
            tuple(unique),
            tuple(self._attributes.items()),
            tuple(dict.fromkeys(self._hints)),
            tuple(dict.fromkeys(self._dynamic)),
            tuple(self._imports),
            self._reads,
            tuple(self._changes.items()),
        )

    def chain_of(self, node: ast.AST) -> Chain | None:
        """Return the chain of ``a.b.c``."""
        return chain_of(node)

    # -- visiting

    def visit(self, node: ast.AST | None) -> None:
        """Read a node and what is below it."""
        if node is None:
            return
        method = self.visitors.get(node.__class__)
        if method is not None:
            method(self, node)
        else:
            self.below(node)

    def below(self, node: ast.AST) -> None:
        """Read what is below a node."""
        for field in node._fields:
            value = getattr(node, field, None)
            if value.__class__ is list:
                for item in value:
                    if isinstance(item, ast.AST):
                        self.visit(item)
            elif isinstance(value, ast.AST):
                self.visit(value)

    def each(self, nodes: Iterable[ast.AST | None]) -> None:
        """Read several nodes."""
        for node in nodes:
            self.visit(node)

    def quiet(self, node: ast.AST) -> None:
        """Read an operand: it is neither kept nor changed."""
        if isinstance(node, ast.Subscript):
            self.quiet(node.value)
            self.quiet(node.slice)
            self.special(names.ITERATION[2:3])
        elif not self.chain(node, 0):
            self.visit(node)

    def chain(self, node: ast.AST, use: int) -> bool:
        """Read ``a.b.c``; return whether it is a name with attributes."""
        found = self.chain_of(node)
        if found is None:
            return False
        self.load(found, node.lineno, use)  # type: ignore[attr-defined]
        return True

    def load(self, chain: Chain, line: int, use: int = 0) -> None:
        """Note a use of a name."""
        self.note_words(chain)
        self.scope.used.add(chain[0])
        self.scope.loads.append(Reference(chain, line, use | self.naming, self.scope.depth))

    def note_words(self, words: Iterable[str]) -> None:
        """Note words that say that docstrings or sources are read."""
        for word in words:
            if word in names.READS_SOURCE:
                self._reads |= READS_SOURCE
            elif word in names.READS_DOCSTRINGS:
                self._reads |= READS_DOCSTRINGS

    def attribute(self, name: str, depth: int | None = None) -> None:
        """Note an attribute of an unknown object."""
        if name == "()":
            return
        depth = self.scope.depth if depth is None else depth
        if self._attributes.get(name, depth + 1) > depth:
            self._attributes[name] = depth
        self.note_words((name,))

    def touch(self, node: ast.AST, more: int = 0) -> None:
        """Note what is changed with a part of it; ``more``: how."""
        raise NotImplementedError

    def change(self, name: str, depth: int | None = None) -> None:
        """Note that an attribute of an unknown object is set, or what it holds is changed."""
        depth = self.scope.depth if depth is None else depth
        self._changes[name] = min(depth, self._changes.get(name, depth))

    def special(self, methods: Iterable[str]) -> None:
        """Note methods that an operator calls."""
        for name in methods:
            self._attributes.setdefault(name, self.scope.depth)

    def hint(self, kind: str | None, what: str, line: int) -> None:
        """Note an effect that a method of an unknown object has by its name."""
        if kind:
            self._hints.append((kind, what, line))

    def dynamic(self, kind: str, target: Chain, what: str, line: int) -> None:
        """Note what is found by what is only known at run time."""
        self._dynamic.append(Dynamic(kind, target, what, line))

    def store(self, name: str, made: Chain | None = None) -> None:
        """Note that a name is bound here, and what it is made by if that is known."""
        scope = self.scope
        while scope.kind == "comprehension" and scope.parent is not None:
            scope = scope.parent
        if made is None:
            scope.opaque.add(name)
        else:
            scope.made.setdefault(name, []).append(made)
        self._store_in(scope, name)
        scope.listed.pop(name, None)
        scope.loaded.discard(name)

    def listing(self, name: str) -> Any:
        """Return of which package's modules a name is one, ``None`` where that is not known."""
        scope = self.scope
        while name not in scope.listed and scope.kind == "comprehension":
            if name in scope.locals or scope.parent is None:
                return None
            scope = scope.parent
        return scope.listed.get(name)

    def is_loaded(self, node: ast.expr) -> bool:
        """Return whether an expression is what ``import_module`` gives of a name made just here."""
        if isinstance(node, ast.Name):
            return node.id in self.scope.loaded
        found = chain_of(node.func) if isinstance(node, ast.Call) else None
        return found is not None and self.dotted(found) == "importlib.import_module"

    def is_own(self, root: str) -> bool:
        """Return whether a name is a method's object of its class."""
        scope: _Scope | None = self.scope
        while scope is not None and root not in scope.locals:
            scope = scope.parent
        made = [] if scope is None or root in scope.opaque else scope.made.get(root, [])
        return len(made) == 1 and made[0][0].startswith("self:")

    def is_imported(self, root: str) -> bool:
        """Return whether a name is bound by an import, here or further out."""
        scope: _Scope | None = self.scope
        while scope is not None:
            if root in scope.imports or root in scope.locals:
                return root not in scope.locals
            scope = scope.parent
        return root in self.aliases

    def _store_in(self, scope: _Scope, name: str) -> None:
        if scope.parent is None:
            self.binds[name] = None
        elif name in scope.globals:
            self.binds[name] = None
            scope.loads.append(Reference((name,), 0, TOUCHED, scope.depth))
        else:
            scope.locals.add(name)

    def dotted(self, chain: Chain) -> str:
        """Return the best guess of what a name means in full, from the imports seen so far."""
        scope: _Scope | None = self.scope
        root = chain[0]
        while scope is not None:
            if root in scope.imports:
                target = scope.imports[root][0]
                return ".".join((target[0][1:], *target[1:], *chain[1:]))
            if root in scope.locals:
                return "?." + ".".join(chain)
            scope = scope.parent
        if root in self.aliases:
            target = self.aliases[root]
            return ".".join((target[0][1:], *target[1:], *chain[1:]))
        return ".".join(chain)

    def target_of(self, chain: Chain) -> Chain | None:
        """Return what a chain means outside of all functions, ``None`` if it is a local's."""
        scope: _Scope | None = self.scope
        root = chain[0]
        while scope is not None and scope.parent is not None:
            if root in scope.imports:
                return (*scope.imports[root][0], *chain[1:])
            if root in scope.locals:
                return None
            scope = scope.parent
        return chain

    # -- scopes

    def enter(self, kind: str, deeper: int) -> _Scope:
        """Begin a scope."""
        self.scope = _Scope(kind, self.scope, self.scope.depth + deeper)
        return self.scope

    def leave(self, name: str = "") -> None:
        """End a scope: what it does not bind is looked up outside of it."""
        scope, parent = self.scope, self.scope.parent
        assert parent is not None
        self.scope = parent
        for inner, loads in scope.inner:
            # A function inside that is only given back is not executed by a call of this one.
            demoted = 1 if inner in scope.used else 0
            for load in loads:
                depth = max(scope.depth, load.depth - demoted)
                scope.loads.append(load._replace(depth=depth))
        out = self._resolve(scope)
        if name:
            parent.inner.append((name, out))
        else:
            parent.loads.extend(out)

    def finish(self) -> None:
        """End reading: what inner functions look up is looked up in the module."""
        for _, loads in self.top.inner:
            self.top.loads.extend(loads)
        self.top.inner = []

    def _resolve(self, scope: _Scope) -> list[Reference]:
        out: list[Reference] = []
        for load in dict.fromkeys(scope.loads):
            self._look_up(scope, load, out)
        return out

    def _look_up(self, scope: _Scope, load: Reference, out: list[Reference]) -> None:
        """Find what a use of a name means: here, in the module, or further out."""
        pending = [(load, frozenset[str]())]
        followed = 0
        while pending:
            use, behind = pending.pop()
            root = use.chain[0]
            if root[:1] == "=" or root[:5] == "self:" or root in scope.globals:
                self.top.loads.append(use)
                continue
            imports = scope.imports.get(root)
            if imports:
                for target in imports:
                    self.top.loads.append(use._replace(chain=target + use.chain[1:]))
            if root in scope.locals:
                made = scope.made.get(root)
                if len(use.chain) == 1 and not use.use & TOUCHED:
                    pass
                elif (
                    made is None
                    or root in scope.opaque
                    or root in behind
                    or followed > _MOST_FOLLOWED
                ):
                    self._unknown(use)
                    if len(use.chain) == 1 and root in scope.given:
                        self.change(GIVEN, use.depth)
                else:
                    followed += len(made)
                    pending.extend((_substituted(use, each), behind | {root}) for each in made)
                if scope.kind == "class":
                    out.append(use)
            elif not imports:
                out.append(use)

    def _unknown(self, use: Reference) -> None:
        for name in use.chain[1:]:
            self.attribute(name, use.depth)
            if use.use & TOUCHED and name != "()":
                self.change(name, use.depth)

    def import_names(self, node: ast.Import | ast.ImportFrom) -> None:
        """Read an import."""
        for bound, module, name in imports_of(node, self.package):
            if self.scope.parent is None:
                if bound == "*":
                    self.stars.append(module)
                    continue
                if bound:
                    self.binds[bound] = None
                self.imported.append((bound, module, name))
                continue
            self._imports[f"{module}.{name}" if name else module] = None
            if bound in self.scope.globals:
                self.binds[bound] = None
                self.imported.append((bound, module, name))
            elif self.scope.depth == 0:
                self.imported.append(("", module, name))
            if not bound:
                continue
            target: Chain = ("=" + module, name) if name else ("=" + module,)
            self.scope.imports.setdefault(bound, []).append(target)
            if self.scope.kind == "class":
                self.load(target, node.lineno, ESCAPES)  # methods find it at themselves


def _substituted(load: Reference, made: Chain) -> Reference:
    """Return a use of a local name as a use of what made it."""
    return load._replace(chain=made + load.chain[1:])


def imports_of(node: ast.Import | ast.ImportFrom, package: str) -> list[tuple[str, str, str]]:
    """Return ``(bound name, module, attribute or "")`` of each name that an import binds.

    ``import a.b`` binds the first module, and executes the last one under no name.

    >>> imports_of(ast.parse("from ..a import b as c").body[0], "shop.nodes")
    [('c', 'shop.a', 'b')]
    >>> imports_of(ast.parse("import a.b").body[0], "shop.nodes")
    [('a', 'a', ''), ('', 'a.b', '')]
    """
    if isinstance(node, ast.Import):
        found: list[tuple[str, str, str]] = []
        for alias in node.names:
            top, dot, _ = alias.name.partition(".")
            found.append((alias.asname or top, alias.name if alias.asname else top, ""))
            if dot and not alias.asname:
                found.append(("", alias.name, ""))
        return found
    module = node.module or ""
    if node.level:
        parts = package.split(".") if package else []
        parts = parts[: len(parts) - node.level + 1]
        module = ".".join([*parts, module] if module else parts)
    return [(alias.asname or alias.name, module, alias.name) for alias in node.names]


def chain_of(node: ast.AST, imported: Callable[[ast.Call], str] | None = None) -> Chain | None:
    """Return ``("a", "b", "c")`` of the expression ``a.b.c``, ``None`` of any other.

    ``imported`` says which module a call in the place of ``a`` imports.
    """
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if parts and imported is not None and isinstance(node, ast.Call):
        module = imported(node)
        return ("=" + module, *reversed(parts)) if module else None
    if not isinstance(node, ast.Name):
        return None
    parts.append(node.id)
    return tuple(reversed(parts))
