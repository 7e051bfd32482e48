"""Statements of several lines that only give names their values."""

import ast
from collections.abc import Callable

_BLOCKS = (ast.With, ast.Try, ast.TryStar, ast.For, ast.While, ast.If, ast.Match)
_BINDING = (ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom, ast.Pass, ast.Raise)


def binds_only(node: ast.stmt, is_made_here: Callable[[str], bool]) -> bool:
    """Return whether a statement does what assignments do: it binds names, or fills what they hold.

    ``with open(path) as file: CONFIG = load(file)`` does to others what ``CONFIG = load(path)``
    does.  ``is_made_here`` tells whether the module itself has made what a name holds.

    >>> binds_only(ast.parse("for x in y: z = x").body[0], {"z"}.__contains__)
    True
    >>> binds_only(ast.parse("for x in y: print(x)").body[0], {"z"}.__contains__)
    False
    """
    for below in ast.walk(node):
        if isinstance(below, ast.stmt) and not isinstance(below, _BLOCKS + _BINDING):
            return False
        if isinstance(below, ast.Attribute | ast.Subscript) and not isinstance(below.ctx, ast.Load):
            held = below.value if isinstance(below, ast.Subscript) else None
            if not isinstance(held, ast.Name) or not is_made_here(held.id):
                return False
    return True
