"""Calls that find something by a text: exact where the text is there, a doubt where it is not."""

import ast
import re
from typing import TypeGuard

from noria.code import names
from noria.code.listing import base_of, known_of, listing_of, package_of, table_of
from noria.code.unwarned import unwarned
from noria.code.walk import ALL, ANY, CALLED, ESCAPES, SET, TOUCHED, Walker, chain_of

_BY_ATTRIBUTE = frozenset({"getattr", "hasattr", "setattr", "delattr"})
_OF_A_MODULE = frozenset({"vars", "dir", "inspect.getmembers", "inspect.getmodule"})
_MAKES_NAMES = frozenset({"operator.attrgetter", "operator.methodcaller"})
_DOTTED = r"[^\W\d]\w*(\.\w+)*[.:]\w+(\.\w+)*"
_ASKS = frozenset({"importlib.util.find_spec"})  # whether a module is there
_BY_PATH = frozenset(
    {
        "pkgutil.resolve_name",
        "pydoc.locate",
        "django.utils.module_loading.import_string",
        "hydra.utils.get_class",
    }
)


def read_dynamic(walker: Walker, node: ast.Call, dotted: str) -> bool:
    """Read a call that finds something by a text; return whether all of it was read."""
    name = dotted.removeprefix("builtins.")
    if name not in names.DYNAMIC:
        return False
    found = chain_of(node.func)
    if found is not None:
        walker.load(found, -node.lineno, CALLED)
    walker.each(node.args[1:])
    walker.each(keyword.value for keyword in node.keywords)
    if name in _BY_ATTRIBUTE:
        _read_attribute(walker, node, name)
    elif name in _MAKES_NAMES:
        _read_names(walker, node, name)
    elif name in _OF_A_MODULE:
        _read_members(walker, node, name)
    elif name in {"globals", "locals"}:
        if name == "globals" or walker.scope.parent is None:
            walker.dynamic("here", (), f"{name}()", node.lineno)
    elif name in {"eval", "exec", "compile"}:
        _read_text(walker, node, name)
    elif name in {"importlib.import_module", "__import__", *_ASKS, *_BY_PATH}:
        _read_import(walker, node, name)
    else:
        walker.each(node.args[:1])
        listing = listing_of(walker, node)
        if listing is None:
            walker.dynamic("anything", (), f"{name}()", node.lineno)
        else:
            walker.dynamic("listed", (), listing.package, node.lineno)
    return True


def _read_attribute(walker: Walker, node: ast.Call, name: str) -> None:
    of = node.args[0] if node.args else None
    if of is None or len(node.args) < 2:
        walker.each(node.args)
        walker.dynamic("methods", (), f"{name}() of unknown arguments", node.lineno)
        return
    text = node.args[1]
    chain = walker.chain_of(of)
    use = TOUCHED if name in {"setattr", "delattr"} else ESCAPES
    if isinstance(text, ast.Constant) and isinstance(text.value, str):
        if chain is not None:
            walker.load((*chain, text.value), node.lineno, use | SET if use == TOUCHED else 0)
        else:
            walker.visit(of)
            walker.attribute(text.value)
            if use == TOUCHED:
                walker.change(text.value)
                walker.touch(of)
        return
    if name in {"setattr", "delattr"}:
        if chain is not None:
            walker.load(chain, node.lineno, TOUCHED)
            walker.load((*chain, ANY), node.lineno, TOUCHED | SET)
            target = walker.target_of(chain)
            if target is not None:
                walker.dynamic("patch", target, name, node.lineno)
        else:
            walker.touch(of)
            walker.visit(of)
        return
    if walker.is_loaded(of):
        walker.visit(of)  # the module is taken whole where it is imported
        return
    if chain is not None and len(chain) == 1 and walker.is_own(chain[0]):
        walker.load((*chain, ALL), node.lineno)
        return
    what = f"{name}({ast.unparse(of)[:40]}, {ast.unparse(text)[:40]})"
    _read_any_member(walker, of, what)


def _read_any_member(walker: Walker, of: ast.expr, what: str) -> None:
    chain = walker.chain_of(of)
    target = None if chain is None else walker.target_of(chain)
    walker.visit(of) if what.startswith("vars(") else walker.quiet(of)
    if target is None:
        walker.dynamic("methods", (), what, of.lineno)
    else:
        walker.dynamic("member", target, what, of.lineno)


def _read_names(walker: Walker, node: ast.Call, name: str) -> None:
    walker.each(node.args[:1])
    wanted = node.args if name.endswith("attrgetter") else node.args[:1]
    for text in wanted:
        if isinstance(text, ast.Constant) and isinstance(text.value, str):
            for part in text.value.split("."):
                walker.attribute(part)
        else:
            walker.dynamic("methods", (), f"{name}({ast.unparse(text)[:40]})", node.lineno)


def _read_members(walker: Walker, node: ast.Call, name: str) -> None:
    if not node.args:
        if name == "vars" or walker.scope.parent is None:
            walker.dynamic("here", (), f"{name}()", node.lineno)
        return
    chain = walker.chain_of(node.args[0])
    if name == "vars" and (chain is None or walker.target_of(chain) is None):
        walker.visit(node.args[0])  # what an object holds is no code
        return
    _read_any_member(walker, node.args[0], f"{name}({ast.unparse(node.args[0])[:40]})")


def _read_text(walker: Walker, node: ast.Call, name: str) -> None:
    text = node.args[0] if node.args else None
    if isinstance(text, ast.Constant) and isinstance(text.value, str):
        try:
            with unwarned():
                tree = ast.parse(text.value.strip())
        except (SyntaxError, ValueError):
            return  # it will raise
        for below in ast.walk(tree):
            if hasattr(below, "lineno"):
                below.lineno = node.lineno
        walker.each(tree.body)
        if name == "exec":
            # What it imports is found later under names that nobody sees being bound.
            brings = any(isinstance(each, ast.Import | ast.ImportFrom) for each in ast.walk(tree))
            what = "exec() of a text, which may bind names"
            walker.dynamic("anything" if brings else "here", (), what, node.lineno)
        return
    walker.each(node.args[:1])
    if name != "compile":
        walker.dynamic("anything", (), f"{name}() of a text made at run time", node.lineno)


def _read_import(walker: Walker, node: ast.Call, name: str) -> None:
    text = node.args[0] if node.args else None
    what = f"{name}({ast.unparse(text)[:60] if text else ''})"
    walker.each(node.args[:1])
    if text is None:
        walker.dynamic("anything", (), what, node.lineno)
        return
    known, is_all = known_of(text, walker.package)
    known = known or _begun(text)
    base = base_of(node, walker.package)
    if base is None and known.startswith("."):
        walker.dynamic("anything", (), what, node.lineno)
        return
    base = walker.package if base is None else base
    if is_all:
        walker.dynamic(
            "module", (f"={absolute(known.replace(':', '.'), base)}",), what, node.lineno
        )
        return
    table = table_of(walker, text) if base == walker.package else None
    if table is not None:
        walker.dynamic("table", (table[0],), table[1], node.lineno)
        return
    prefix = absolute(f"{known}x", base).rpartition(".")[0] if known else ""
    prefix = prefix or package_of(walker, text)
    if prefix:
        walker.dynamic("modules", (), prefix, node.lineno)
    else:
        walker.dynamic("anything", (), what, node.lineno)


def names_code(text: object, package: str) -> TypeGuard[str]:
    """Return whether a constant may be the name of something in the package that it stands in.

    >>> names_code("shop.parts.Loud", "shop.nodes"), names_code("shop is open.", "shop.nodes")
    (True, False)
    """
    if not isinstance(text, str) or not package or not text.startswith(package.partition(".")[0]):
        return False
    return re.fullmatch(_DOTTED, text) is not None


def absolute(name: str, package: str) -> str:
    """Return the whole name of a module that may be named from its package.

    >>> absolute(".prices", "shop.nodes"), absolute("..prices", "shop.nodes")
    ('shop.nodes.prices', 'shop.prices')
    """
    if not name.startswith("."):
        return name
    level = len(name) - len(name.lstrip("."))
    parts = package.split(".")
    return ".".join([*parts[: len(parts) - level + 1], name[level:]])


def _begun(text: ast.expr) -> str:
    """Return the constant beginning of a text that is filled in: ``"shop.%s" % name``."""
    first: ast.expr | None = None
    if isinstance(text, ast.BinOp) and isinstance(text.op, ast.Mod):
        first = text.left
    elif (
        isinstance(text, ast.Call)
        and isinstance(text.func, ast.Attribute)
        and text.func.attr == "format"
    ):
        first = text.func.value
    if not isinstance(first, ast.Constant) or not isinstance(first.value, str):
        return ""
    return first.value.partition("%")[0].partition("{")[0]
