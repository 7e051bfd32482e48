"""Questions whether a folder is there that are only asked to make it."""

import ast

from noria.code.walk import Chain, chain_of

_ASKS = frozenset({"os.path.exists", "os.path.isdir"})
_MAKES = frozenset({"os.makedirs", "os.mkdir"})


def asked_to_make(node: ast.AST) -> frozenset[int]:
    r"""Return the question of ``if not exists(folder): mkdir(folder)``, by its identity, if it is.

    Whatever its answer is, the folder is there afterwards, and that is all.

    >>> text = "if not os.path.exists(place):\n os.makedirs(place)"
    >>> asked_to_make(ast.parse(text).body[0]) != frozenset()
    True
    >>> asked_to_make(ast.parse(f"{text}\nelse:\n more()").body[0])
    frozenset()
    """
    if not isinstance(node, ast.If) or node.orelse or len(node.body) != 1:
        return frozenset()
    test, only = node.test, node.body[0]
    if not isinstance(test, ast.UnaryOp) or not isinstance(test.op, ast.Not):
        return frozenset()
    if not isinstance(test.operand, ast.Call) or not isinstance(only, ast.Expr):
        return frozenset()
    asked = _place(test.operand, {"exists", "is_dir"}, _ASKS)
    made = _place(only.value, {"mkdir"}, _MAKES)
    if asked is None or made is None or ast.dump(asked) != ast.dump(made):
        return frozenset()
    return frozenset([id(test.operand)])


def _place(call: ast.expr, methods: set[str], functions: frozenset[str]) -> ast.expr | None:
    """Return the folder that a call asks about or makes."""
    if not isinstance(call, ast.Call):
        return None
    found: Chain = chain_of(call.func) or ()
    if ".".join(found) in functions:
        return call.args[0] if call.args else None
    if isinstance(call.func, ast.Attribute) and call.func.attr in methods:
        return call.func.value
    return None
