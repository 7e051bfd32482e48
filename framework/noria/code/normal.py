"""Code without what does not change its behaviour: layout, comments, docstrings."""

import ast
import marshal
import sys
from types import CodeType
from typing import Any

from blake3 import blake3

_BLOCKS = frozenset({"body", "orelse", "finalbody"})
_BLOCKS_OF_ALL = ("body", "orelse", "finalbody", "handlers", "cases")
# Where an expression stands says whether it is loaded or stored; the rest is for type checkers.
_SILENT = frozenset({"ctx", "kind", "type_comment", "type_ignores"})
_FIELDS: dict[type, tuple[tuple[str, bool], ...]] = {}
_DIGEST = 16
# Later versions of marshal's format write what is one object, or interned, otherwise.
_SAME_FOR_EQUAL = 2
_HAS_DOCSTRING = 0x4000000
_LEAST_HASH = 1 << 31  # that of a text is hardly ever as small
Plain = str | bytes | tuple[Any, ...] | list[Any]
_SIMPLE = frozenset({int, float, complex, str, bytes, bool, type(None), type(Ellipsis)})


def digest_of(*parts: Plain) -> bytes:
    """Return a digest of several parts; their borders count.

    >>> digest_of("ab", "c") == digest_of("a", "bc")
    False
    """
    return blake3(marshal.dumps(parts, _SAME_FOR_EQUAL)).digest(_DIGEST)


def normalise(*nodes: ast.AST) -> bytes:
    r"""Return the digest of code as it behaves.

    >>> normalise(ast.parse("x = (1 +\n  2)  # why")) == normalise(ast.parse("x = 1 + 2"))
    True
    >>> normalise(ast.parse("x = 1")) == normalise(ast.parse("x = True"))
    False
    """
    out: list[str] = []
    for node in nodes:
        _spell(node, out)
    return digest_of("\0".join(out))


def _spell(node: ast.AST, out: list[str]) -> None:
    kind = node.__class__
    out.append(kind.__name__)
    if kind is ast.Name:
        out.append(node.id)  # type: ignore[attr-defined]
        return
    if kind is ast.Constant:
        _spell_constant(node.value, out)  # type: ignore[attr-defined]
        return
    for field, block in _FIELDS.get(kind) or _fields(kind):
        value = getattr(node, field, None)
        if value.__class__ is list:
            out.append("[")
            for item in value:
                if isinstance(item, ast.AST):
                    if not (block and is_idle(item)):
                        _spell(item, out)
                else:
                    out.append(f"={item!r}")
            out.append("]")
        elif isinstance(value, ast.AST):
            _spell(value, out)
        else:
            out.append(f"={value!r}")


def _fields(kind: type) -> tuple[tuple[str, bool], ...]:
    names = [name for name in getattr(kind, "_fields", ()) if name not in _SILENT]
    found = _FIELDS[kind] = tuple((name, name in _BLOCKS) for name in names)
    return found


def _spell_constant(value: Any, out: list[str]) -> None:
    out.append(f"{value.__class__.__name__}={value!r}")


def is_idle(node: ast.AST) -> bool:
    """Return whether a statement does nothing: a docstring, a bare constant, ``pass``."""
    return isinstance(node, ast.Pass) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )


def docstrings(node: ast.AST) -> bytes:
    """Return the digest of all docstrings in a piece of code."""
    found: list[str] = []
    waiting = [node]
    while waiting:  # only statements have them, and only they are gone through
        below = waiting.pop()
        for block in _BLOCKS_OF_ALL:
            body = getattr(below, block, None)
            if body.__class__ is list and body:
                first = body[0]
                if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                    value = first.value.value
                    if isinstance(value, str):
                        found.append(value)
                waiting += body
    return digest_of(*found)


def digest_code(code: CodeType) -> bytes:
    r"""Return the digest of a code object, wherever it stands and whatever its docstring is.

    It is that of a compiled function: of one and the same Python, equal for equal source.

    >>> first, second = (compile(text, "a", "exec") for text in ("x = 1", "\n\nx = 1  # one"))
    >>> digest_code(first) == digest_code(second)
    True
    """
    constants = code.co_consts
    if _has_docstring(code):
        constants = (None, *constants[1:])
    if code.co_name == "__hash__" and code.co_filename[:1] == "<":
        # A library that makes it for a class writes the hash of a text into it: one of the process.
        constants = tuple([None if _may_be_hash(each) else each for each in constants])
    shape = (
        code.co_name, code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount,
        code.co_flags & ~_HAS_DOCSTRING, code.co_names, code.co_varnames, code.co_freevars,
        code.co_cellvars, code.co_exceptiontable,
    )  # fmt: skip
    return digest_of(code.co_code, spell_value(constants), shape)


def _may_be_hash(constant: Any) -> bool:
    return type(constant) is int and abs(constant) > _LEAST_HASH


def _has_docstring(code: CodeType) -> bool:
    if not code.co_consts or not isinstance(code.co_consts[0], str):
        return False
    if code.co_flags & _HAS_DOCSTRING:
        return True
    # Until Python 3.13 the first constant of every function is its docstring or None.
    return sys.version_info < (3, 14) and bool(code.co_flags & 2) and code.co_name[0] != "<"


def spell_value(value: Any) -> Any:
    """Return the spelling of a constant, its type included, equal in every process."""
    kind = value.__class__
    if kind in _SIMPLE:
        return value
    if kind is CodeType:
        return "code", digest_code(value).hex()
    if kind is tuple:
        return [item if item.__class__ in _SIMPLE else spell_value(item) for item in value]
    return kind.__name__, sorted(repr(spell_value(item)) for item in value)
