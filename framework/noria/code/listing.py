"""Modules that code finds by listing a package, or by a table: features, models, lazy names."""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from noria.code.walk import Walker, chain_of

_LISTS = frozenset({"pkgutil.iter_modules", "pkgutil.walk_packages"})
_KEEPS = frozenset({"sorted", "list", "tuple", "iter"})


class Listing(NamedTuple):
    """A package whose modules are listed; ``whole``: with their names from the top."""

    package: str
    whole: bool


def listing_of(walker: Walker, node: ast.expr) -> Listing | None:
    """Return what ``pkgutil.iter_modules(parts.__path__)`` lists, ``None`` of anything else."""
    if not isinstance(node, ast.Call) or not node.args:
        return None
    found = chain_of(node.func)
    if found is not None and found[-1] in _KEEPS and len(node.args) == 1:
        return listing_of(walker, node.args[0])
    path = chain_of(node.args[0])
    if found is None or walker.dotted(found) not in _LISTS or path is None:
        return None
    package = walker.dotted(path[:-1]) if path[1:] else walker.package
    if path[-1] != "__path__" or (path[1:] and not walker.is_imported(path[0])):
        return None
    prefix = [*node.args[1:2], *(each.value for each in node.keywords if each.arg == "prefix")]
    if prefix and _spelled(walker, prefix[0], package, ()) != {"package"}:
        return None
    return Listing(package, bool(prefix))


def names_of(target: ast.expr) -> Iterator[str]:
    """Yield the names that a loop binds."""
    return (below.id for below in ast.walk(target) if isinstance(below, ast.Name))


def package_of(walker: Walker, text: ast.expr) -> str:
    """Return the package below which a text names a module that was listed, or nothing."""
    listed = {name: walker.listing(name) for name in names_of(text)}
    found = {each for each in listed.values() if each is not None}
    if len(found) != 1:
        return ""
    package, whole = found.pop()
    names = tuple(name for name, each in listed.items() if each is not None)
    wanted = {"name"} if whole else {"name", "package"}
    return package if _spelled(walker, text, package, names) == wanted else ""


def table_of(walker: Walker, text: ast.expr) -> tuple[str, str] | None:
    """Return the name of the table that a module's name is taken from, and what stands before.

    ``LAZY[name]`` gives ``("LAZY", "")``, ``f".{LAZY[name]}"`` gives ``("LAZY", ".")``.
    """
    parts = list(_parts(text))
    dots = ""
    if len(parts) == 2 and isinstance(parts[0], ast.Constant) and parts[0].value == ".":
        dots = "."
        parts = parts[1:]
    part = parts[0]
    if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute):
        of = part.func.value if part.func.attr == "get" and len(part.args) == 1 else None
    else:
        of = part.value if isinstance(part, ast.Subscript) else None
    if len(parts) > 1 or not isinstance(of, ast.Name) or walker.target_of((of.id,)) != (of.id,):
        return None
    return of.id, dots


def known_of(text: ast.expr, package: str) -> tuple[str, bool]:
    """Return as much of a text as is known, from its beginning, and whether it is all.

    ``package`` is what ``__package__`` is; below it ``__name__`` is that, too: only a package has
    modules.

    >>> known_of(ast.parse("f'{__name__}.parts.{name}'", mode="eval").body, "shop")
    ('shop.parts.', False)
    """
    known = ""
    parts = list(_parts(text))
    for place, part in enumerate(parts):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            known += part.value
        elif not place and _names_package(parts) and package:
            known = package
        else:
            return known, False
    return known, True


def base_of(call: ast.Call, package: str) -> str | None:
    """Return the package that a call takes relative names from; ``None`` where it is not known."""
    given = [*call.args[1:2], *(each.value for each in call.keywords)]
    if not given or chain_of(given[0]) in {("__name__",), ("__package__",)}:
        return package
    known, is_all = known_of(given[0], package)
    return known if is_all and len(given) == 1 else None


def _names_package(parts: list[ast.expr]) -> bool:
    first, then = parts[0], parts[1] if parts[1:] else None
    named = isinstance(first, ast.Name) and first.id in {"__name__", "__package__"}
    return named and isinstance(then, ast.Constant) and str(then.value).startswith(".")


def texts_in(literals: list[str]) -> list[str]:
    """Return the texts in spellings of plain data that may be names of modules.

    An empty spelling is that of data which is not known: nothing is returned then.

    >>> texts_in(["{'mean': ('shop.stats', 3)}"]), texts_in(["'shop.stats'", ""])
    (['mean', 'shop.stats'], [])
    """
    if not all(literals):
        return []
    nodes = [below for literal in literals for below in ast.walk(ast.parse(literal))]
    texts = [below.value for below in nodes if isinstance(below, ast.Constant)]
    return [
        text for text in texts if isinstance(text, str) and text.replace(".", "").isidentifier()
    ]


def _spelled(
    walker: Walker, node: ast.expr, package: str, listed: tuple[str, ...]
) -> set[str] | None:
    """Return of what a text is put together beside dots; ``None`` where of anything else."""
    out: set[str] = set()
    for part in _parts(node):
        chain = chain_of(part)
        if isinstance(part, ast.Constant):
            if part.value not in {".", package, f"{package}."}:
                return None
            if part.value != ".":
                out.add("package")
        elif chain is None:
            return None
        elif chain[0] in listed and chain[1:] in {(), ("name",)}:
            out.add("name")
        elif package == (walker.dotted(chain[:-1]) if chain[1:] else walker.package) and (
            chain[-1] == "__name__" or chain == ("__package__",)
        ):
            out.add("package")
        else:
            return None
    return out


def _parts(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.JoinedStr):
        for each in node.values:
            yield from _parts(each)
    elif isinstance(node, ast.FormattedValue) and node.format_spec is None and node.conversion < 0:
        yield from _parts(node.value)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from _parts(node.left)
        yield from _parts(node.right)
    else:
        yield node
