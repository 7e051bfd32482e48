"""Readings of the clock that are only told: how long something took, printed or logged."""

import ast
import re
from collections.abc import Iterable, Iterator

_TELLS = frozenset({"debug", "info", "warning", "warn", "error", "critical", "exception", "log"})
_CLOCKS = ("=time", "=datetime")
_READS = frozenset({"time", "time_ns", "now", "utcnow", "today", "localtime", "ctime"})
# What is made of a reading, and is told in its place.
_MAKES = frozenset({"round", "str", "float", "int", "format", "timedelta"})
_METHODS = frozenset({"format", "total_seconds", "isoformat", "strftime", "seconds", "days"})
_LOGGER = r"(?i)(^|[._])log(ger|ging)?$|getlogger\("
_SEES_ALL = frozenset({"locals", "vars", "eval", "exec", "globals"})
_PARTS = ast.BinOp | ast.UnaryOp | ast.JoinedStr | ast.FormattedValue | ast.keyword | ast.IfExp


def reads_clock(origins: Iterable[tuple[str, ...]]) -> bool:
    """Return whether what a module imports may read the clock."""
    return any(origin[0] in _CLOCKS for origin in origins)


def told_only(function: ast.AST) -> frozenset[int]:
    r"""Return the calls in a function, by their identity, that read the clock only to tell of it.

    >>> text = "def f():\n t = time.time()\n work()\n print(time.time() - t)"
    >>> len(told_only(ast.parse(text))), len(told_only(ast.parse(text + "\n return t")))
    (2, 1)
    """
    nodes = list(ast.walk(function))
    calls = [
        node
        for node in nodes
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in _READS
    ]
    names = [node for node in nodes if isinstance(node, ast.Name)]
    if not calls or any(node.id in _SEES_ALL for node in names):
        return frozenset()
    told = _Told(nodes, names)
    return frozenset(id(call) for call in calls if told.is_told(call, ()))


class _Told:
    def __init__(self, nodes: list[ast.AST], names: list[ast.Name]) -> None:
        self._above = {id(below): node for node in nodes for below in ast.iter_child_nodes(node)}
        self._loads: dict[str, list[ast.Name]] = {}
        for name in names:
            if isinstance(name.ctx, ast.Load):
                self._loads.setdefault(name.id, []).append(name)
        shared = (node for node in nodes if isinstance(node, ast.Global | ast.Nonlocal))
        self._shared = {name for node in shared for name in node.names}

    def is_told(self, node: ast.AST, through: tuple[str, ...]) -> bool:
        """Return whether a value goes nowhere but into what is printed or logged."""
        above = self._above.get(id(node))
        while above is not None:
            if isinstance(above, ast.Call) and node is not above.func and _tells(above):
                return isinstance(self._above.get(id(above)), ast.Expr)
            if isinstance(above, ast.Assign) and node is above.value:
                return all(self._is_kept(target, through) for target in above.targets)
            if not isinstance(above, _PARTS) and not _makes(above, node):
                return False
            if isinstance(above, ast.IfExp) and node is above.test:
                return False
            node, above = above, self._above.get(id(above))
        return False

    def _is_kept(self, target: ast.expr, through: tuple[str, ...]) -> bool:
        """Return whether all that is done with a name is to tell of it."""
        if not isinstance(target, ast.Name) or target.id in self._shared:
            return False
        if any(isinstance(each, ast.ClassDef) for each in self._around(target)):
            return False
        loads = self._loads.get(target.id, ()) if target.id not in through else ()
        return all(self.is_told(load, (*through, target.id)) for load in loads)

    def _around(self, node: ast.AST) -> Iterator[ast.AST]:
        above = self._above.get(id(node))
        while above is not None and not isinstance(above, ast.FunctionDef | ast.AsyncFunctionDef):
            yield above
            above = self._above.get(id(above))


def _tells(call: ast.Call) -> bool:
    func = call.func
    if isinstance(func, ast.Name):
        return func.id == "print" and all(each.arg != "file" for each in call.keywords)
    return (
        isinstance(func, ast.Attribute)
        and func.attr in _TELLS
        and re.search(_LOGGER, ast.unparse(func.value)) is not None
    )


def _makes(above: ast.AST, node: ast.AST) -> bool:
    """Return whether what stands above a value makes another of it alone."""
    if isinstance(above, ast.Attribute):
        return above.attr in _METHODS
    if not isinstance(above, ast.Call):
        return False
    if above.func is node:
        return isinstance(node, ast.Attribute) and node.attr in _METHODS
    func = above.func
    name = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
    return name in _MAKES
