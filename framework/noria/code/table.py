"""A module's statements, what they bind and what they refer to: all that its source says."""

import ast
from collections.abc import Iterator
from functools import partial
from types import CodeType
from typing import Any, NamedTuple

from noria.code.binding import binds_only
from noria.code.ensured import asked_to_make
from noria.code.normal import digest_code, digest_of, docstrings, is_idle, normalise
from noria.code.told import reads_clock, told_only
from noria.code.unwarned import unwarned
from noria.code.visit import CodeWalker
from noria.code.walk import Chain, Dynamic, Facts, Reference, imports_of

# Kinds of statements.
DEF, CLASS, IMPORT, VALUE, LITERAL, EFFECT, GUARD = range(7)


_COMPOUND = (ast.For, ast.While, ast.With, ast.Try, ast.TryStar, ast.Match)


class Part(NamedTuple):
    """A member of a class: a method, or an attribute with a value."""

    name: str
    digest: bytes
    line: int
    end: int
    facts: Facts
    is_data: bool = False  # a value that can be changed, and no method


class Statement(NamedTuple):
    """A statement of a module; those under a condition stand for themselves."""

    kind: int
    label: str
    binds: tuple[str, ...]
    digest: bytes
    docs: bytes  # digest of the docstrings, and of the source as written with its place
    raw: bytes
    line: int
    end: int
    facts: Facts
    imported: tuple[tuple[str, str, str], ...] = ()
    guards: tuple[int, ...] = ()
    parts: tuple[Part, ...] = ()
    bases: tuple[Chain, ...] = ()
    runs: bool = False  # calls something when it is executed
    literal: str = ""
    made: Chain = ()  # what makes the value of the one name that is bound
    stars: tuple[str, ...] = ()
    stops: bool = False  # the execution of the module may end with it
    is_plain: bool = False  # a class without metaclass and decorators of which nothing is known
    binds_only: bool = False  # several lines that do nothing but give names their values


class Table(NamedTuple):
    """What a module's source says."""

    statements: tuple[Statement, ...] = ()
    names: dict[str, tuple[int, ...]] = {}  # noqa: RUF012  # never changed
    stars: tuple[str, ...] = ()
    exported: tuple[str, ...] | None = None
    codes: dict[str, tuple[bytes, ...]] = {}  # noqa: RUF012  # never changed
    error: str = ""
    docs: bytes = b""


def make_table(source: bytes, package: str) -> Table:
    r"""Read a module's source; ``package`` is what its relative imports start from.

    A source that cannot be read gives a table with an ``error`` and nothing else.

    >>> table = make_table(b"from a import b\ndef price(x): return b(x)", "shop")
    >>> table.statements[1].facts.references[0].chain
    ('b',)
    """
    try:
        with unwarned():
            tree = ast.parse(source)
            code = compile(tree, "<source>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return Table(error=f"{error.__class__.__name__}: {error}")
    maker = _Maker(tree, package, source.splitlines(keepends=True))
    try:
        maker.read(tree.body, ())
    except RecursionError as error:
        return Table(error=f"RecursionError: {error}")
    return Table(
        tuple(maker.statements),
        {name: tuple(places) for name, places in maker.names.items()},
        tuple(maker.stars),
        _exported(tree),
        _codes(code),
        docs=digest_of(ast.get_docstring(tree, clean=False) or ""),
    )


class _Maker:
    def __init__(self, tree: ast.Module, package: str, lines: list[bytes]) -> None:
        self.package = package
        self.aliases = _aliases(tree, package)
        self.lines = lines
        self.statements: list[Statement] = []
        self.names: dict[str, list[int]] = {}
        self.stars: list[str] = []
        self.postpones = _postpones_annotations(tree)

    def read(self, body: list[ast.stmt], guards: tuple[int, ...]) -> None:
        for node in body:
            if is_idle(node):
                continue
            if isinstance(node, ast.If):
                self._read_condition(node, guards)
            else:
                self._add(self._statement(node, guards))

    def _read_condition(self, node: ast.If, guards: tuple[int, ...]) -> None:
        text = ast.unparse(node.test)
        if text in {"__name__ == '__main__'", "'__main__' == __name__"}:
            self.read(node.orelse, guards)
            return
        for body, word in ((node.body, "if"), (node.orelse, "else")):
            if not body:
                continue
            walker = self._walker()
            walker.told = asked_to_make(node)
            walker.quiet(node.test)
            walker.finish()
            digest = digest_of(word, normalise(node.test), *self._above(guards))
            place = self._add(self._made(GUARD, node, walker, digest, guards, node.test))
            self.read(body, (*guards, place))

    def _add(self, statement: Statement) -> int:
        place = len(self.statements)
        self.statements.append(statement)
        for name in statement.binds:
            self.names.setdefault(name, []).append(place)
        return place

    def _walker(self) -> CodeWalker:
        return CodeWalker(self.package, self.aliases)

    def _normalised(self, node: ast.stmt, walker: CodeWalker) -> bytes:
        digest = normalise(node)
        postponed = self.postpones and walker.annotates
        return digest_of(digest, "annotations") if postponed else digest

    def _above(self, guards: tuple[int, ...]) -> Iterator[bytes]:
        return (self.statements[guard].digest for guard in guards)

    def _statement(self, node: ast.stmt, guards: tuple[int, ...]) -> Statement:
        walker = self._walker()
        if isinstance(node, ast.Expr) and reads_clock(self.aliases.values()):
            walker.told = told_only(node)
        walker.visit(node)
        walker.finish()
        self.stars.extend(walker.stars)
        kind = _kind(node, walker)
        digest = digest_of(self._normalised(node, walker), *self._above(guards))
        made = self._made(kind, node, walker, digest, guards, node)
        if isinstance(node, ast.ClassDef):
            bases = tuple(filter(None, map(walker.chain_of, node.bases)))
            plain = len(bases) == len(node.bases) and _is_plain(node, walker)
            made = made._replace(
                parts=tuple(self._parts(node, node.name)), bases=bases, is_plain=plain
            )
        if kind == VALUE and isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
            made = made._replace(made=walker.made_by(node.value) or ())
        if kind in {LITERAL, VALUE} and isinstance(node, ast.Assign | ast.AnnAssign):
            made = made._replace(literal=_literal(node))
        return made

    def _made(
        self,
        kind: int,
        node: ast.stmt,
        walker: CodeWalker,
        digest: bytes,
        guards: tuple[int, ...],
        shown: ast.AST,
    ) -> Statement:
        line = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))])
        end = getattr(shown, "end_lineno", None) or line
        raw = digest_of(f"{line}", b"".join(self.lines[line - 1 : end]))
        binds = tuple(walker.binds)
        label = binds[0] if binds else _root_of(node) or "(statement)"
        return Statement(
            kind,
            label,
            binds,
            digest,
            docstrings(shown),
            raw,
            line,
            end,
            walker.facts(),
            tuple(walker.imported),
            guards,
            runs=_runs(node),
            stars=tuple(walker.stars),
            stops=isinstance(node, ast.Raise | ast.Assert),
            binds_only=isinstance(node, _COMPOUND) and binds_only(node, self._is_made_here),
        )

    def _is_made_here(self, name: str) -> bool:
        places = self.names.get(name, ())
        return bool(places) and all(self.statements[place].kind == VALUE for place in places)

    def _parts(self, node: ast.ClassDef, owner: str, prefix: str = "") -> Iterator[Part]:
        types: list[Any] = getattr(node, "type_params", [])
        for member in _members(node.body):
            if isinstance(member, ast.ClassDef):
                yield from self._parts(member, "", f"{prefix}{member.name}.")
            walker = self._walker()
            walker.enter("class", 0).name = owner  # what a class binds is not the module's
            walker.type_parameters(types)
            walker.visit(member)
            names = sorted(walker.scope.locals | walker.scope.imports.keys())
            walker.leave("=member")
            walker.finish()
            digest, facts = self._normalised(member, walker), walker.facts()
            data = _is_data(member, walker)
            for name in names:
                end = member.end_lineno or member.lineno
                yield Part(prefix + name, digest, member.lineno, end, facts, data)


def _is_plain(node: ast.ClassDef, walker: CodeWalker) -> bool:
    for decorator in node.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        found = walker.chain_of(called)
        if found is None or not walker.dotted(found).startswith(("dataclasses.", "functools.")):
            return False
    return not node.keywords


def _members(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for member in body:
        if isinstance(member, ast.If | ast.Try | ast.With) or not is_idle(member):
            yield member


def _kind(node: ast.stmt, walker: CodeWalker) -> int:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return DEF
    if isinstance(node, ast.ClassDef):
        return CLASS
    if isinstance(node, ast.Import | ast.ImportFrom):
        return IMPORT
    if isinstance(node, ast.Assign | ast.AnnAssign) and walker.binds:
        if walker.imported:
            return IMPORT
        if isinstance(node.value, ast.Lambda):
            return DEF
        return LITERAL if _is_literal(node) else VALUE
    if isinstance(node, _COMPOUND):
        return EFFECT
    return VALUE if walker.binds else EFFECT


def _literal(node: ast.Assign | ast.AnnAssign) -> str:
    """Return the spelling of plain data that a name is bound to, or nothing."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    if node.value is None or not all(isinstance(target, ast.Name) for target in targets):
        return ""
    if any(isinstance(below, ast.Set) for below in ast.walk(node.value)):
        return ""
    try:
        return repr(ast.literal_eval(node.value))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return ""


def _is_literal(node: ast.Assign | ast.AnnAssign) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    if not all(isinstance(target, ast.Name) for target in targets) or node.value is None:
        return False
    return _is_constant(node.value)


def _is_constant(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        return isinstance(node.operand, ast.Constant)
    return isinstance(node, ast.Tuple) and all(map(_is_constant, node.elts))


def _is_data(member: ast.stmt, walker: CodeWalker) -> bool:
    """Return whether a member of a class is a value that all its objects share and may change."""
    if not isinstance(member, ast.Assign | ast.AnnAssign):
        return isinstance(member, (ast.If, *_COMPOUND))
    value = member.value
    if value is None or isinstance(value, ast.Lambda) or _is_constant(value):
        return False
    found = walker.chain_of(value.func) if isinstance(value, ast.Call) else None
    return found is None or walker.dotted(found) != "dataclasses.field"


def _runs(node: ast.stmt) -> bool:
    """Return whether executing a statement may execute code that stands elsewhere."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        outside: list[ast.AST] = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
        return bool(node.decorator_list) or any(map(_has_call, outside))
    if isinstance(node, ast.ClassDef):
        return bool(node.decorator_list or node.bases or node.keywords) or any(
            _runs(member) for member in node.body
        )
    if isinstance(node, ast.Import | ast.ImportFrom):
        return False
    return _has_call(node)


def _has_call(node: ast.AST) -> bool:
    return any(isinstance(below, ast.Call | ast.BinOp | ast.With) for below in ast.walk(node))


def _root_of(node: ast.AST) -> str:
    """Return the first name of a statement that binds nothing: what it is about."""
    for below in ast.walk(node):
        if isinstance(below, ast.Name):
            return below.id
    return ""


def _aliases(tree: ast.Module, package: str) -> dict[str, Chain]:
    """Return what the module's own imports bind, wherever in the module they stand."""
    found: dict[str, Chain] = {}
    pending: list[ast.stmt] = list(tree.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            for bound, module, name in imports_of(node, package):
                found[bound] = ("=" + module, name) if name else ("=" + module,)
        elif isinstance(node, ast.If | ast.Try | ast.With | ast.For | ast.While):
            for field in ("body", "orelse", "finalbody"):
                pending.extend(getattr(node, field, []))
            for handler in getattr(node, "handlers", []):
                pending.extend(handler.body)
    return found


def _postpones_annotations(tree: ast.Module) -> bool:
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == "__future__"
        and any(each.name == "annotations" for each in node.names)
        for node in tree.body
    )


def _exported(tree: ast.Module) -> tuple[str, ...] | None:
    """Return the texts of ``__all__``; ``None`` where there is none or it is not all constant."""
    found: list[str] | None = None
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if not any(isinstance(each, ast.Name) and each.id == "__all__" for each in targets):
            continue
        try:
            values = list(ast.literal_eval(node.value))  # type: ignore[attr-defined]
        except (ValueError, TypeError, AttributeError):
            return None
        found = (found or []) + values if isinstance(node, ast.AugAssign) else values
    return None if found is None else tuple(map(str, found))


def _codes(code: CodeType) -> dict[str, tuple[bytes, ...]]:
    """Return the digests of all functions of a module by their qualified names."""
    found: dict[str, list[bytes]] = {}
    pending = [code]
    while pending:
        for constant in pending.pop().co_consts:
            if isinstance(constant, CodeType):
                pending.append(constant)
                found.setdefault(constant.co_qualname, []).append(digest_code(constant))
    return {name: tuple(digests) for name, digests in found.items()}


def pack(table: Table) -> Any:
    """Return a table as plain tuples; chains and lines that are equal are one object each."""
    once: dict[Any, Any] = {}
    same = once.setdefault

    def facts(found: Facts) -> Any:
        references = [
            (same(chain, chain), same(line, line), use, depth)
            for chain, line, use, depth in found.references
        ]
        return (tuple(references), *map(_plain, found[1:]))

    statements = [
        (
            *each[:4],
            same(each.docs, each.docs),
            each.raw,
            same(each.line, each.line),
            same(each.end, each.end),
            facts(each.facts),
            *each[9:11],
            tuple((*part[:4], facts(part.facts), part.is_data) for part in each.parts),
            *each[12:],
        )
        for each in table.statements
    ]
    return (
        statements,
        table.names,
        table.stars,
        table.exported,
        table.codes,
        table.error,
        table.docs,
    )


def _plain(value: Any) -> Any:
    return tuple(map(_plain, value)) if isinstance(value, tuple) else value


# As ``_make`` does it, but for counting: what was packed here has as many parts.
_new = tuple.__new__
_reference = partial(_new, Reference)


def unpack(packed: Any) -> Table:
    """Return the table of :func:`pack`."""
    statements, *rest = packed
    return Table(tuple(map(_statement, statements)), *rest)


def _statement(each: Any) -> Statement:
    parts = tuple([_new(Part, (*part[:4], _facts(part[4]), part[5])) for part in each[11]])
    return _new(Statement, (*each[:8], _facts(each[8]), *each[9:11], parts, *each[12:]))


def _facts(packed: Any) -> Facts:
    references, attributes, hints, dynamic, *rest = packed
    made = tuple(map(Dynamic._make, dynamic)) if dynamic else ()
    return _new(Facts, (tuple(map(_reference, references)), attributes, hints, made, *rest))
