"""The source that executed functions were compiled from, where it is at hand."""

import ast
import types

from noria.code.normal import digest_code, digest_of, normalise
from noria.code.project import Project
from noria.code.told import told_only
from noria.code.unwarned import unwarned
from noria.code.visit import CodeWalker
from noria.code.walk import Facts


class Written:
    """Reads the code of live functions, each once."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._codes: dict[int, tuple[types.CodeType, bytes]] = {}
        self._parsed: dict[str, list[tuple[str, int, ast.AST]]] = {}

    def digest(self, code: types.CodeType) -> bytes:
        """Return the digest of a code object."""
        found = self._codes.get(id(code))
        if found is None:
            found = self._codes[id(code)] = (code, digest_code(code))
        return found[1]

    def read(self, function: types.FunctionType, module: str, known: bool) -> tuple[bytes, Facts]:
        """Read a function's code: from its source where that is what is executed."""
        code = function.__code__
        nodes = self._nodes(module, code, known)
        package = str(function.__globals__.get("__package__") or module.rpartition(".")[0])
        if not nodes:
            from noria.code.bytecode import read_code  # it imports `dis`

            return self.digest(code), read_code(code, package)
        walker = CodeWalker(package, {})
        walker.told = frozenset().union(*map(told_only, nodes))
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
            import linecache

            self._parsed[path] = _functions_of("".join(linecache.getlines(path)))
        named = [each for each in self._parsed.get(path, ()) if each[0] == code.co_qualname]
        exact = [node for _, line, node in named if line == code.co_firstlineno]
        return exact or [node for _, _, node in named]


def _functions_of(text: str | bytes) -> list[tuple[str, int, ast.AST]]:
    """Return the functions of a source with their qualified names and first lines."""
    try:
        with unwarned():
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
