"""How annotations are read: what they name is told about, and not called there."""

import ast
from typing import Any

from noria.code import names
from noria.code.calls import CallWalker
from noria.code.unwarned import unwarned
from noria.code.walk import NAMED


class AnnotationWalker(CallWalker):
    """Reads annotations."""

    annotates = False  # an annotation was read

    def annotation(self, node: ast.AST | None, naming: int = NAMED) -> None:
        """Read an annotation; a text in it is code."""
        if node is None:
            return
        self.annotates = True
        self.naming = naming
        for below in ast.walk(node):
            if isinstance(below, ast.Constant) and isinstance(below.value, str):
                try:
                    with unwarned():
                        text = ast.parse(below.value, mode="eval")
                except (SyntaxError, ValueError):
                    continue
                self.quiet(text.body)
        self.quiet(node)
        self.naming = 0

    def type_parameters(self, parameters: list[Any]) -> None:
        """Read ``[T: A = B]``: what stands behind the names is found out when somebody asks."""
        self.scope.depth += 1
        for parameter in parameters:
            for behind in ("bound", "default_value"):
                self.annotation(getattr(parameter, behind, None))
        self.scope.depth -= 1

    def keeps_annotations(self, node: ast.AST) -> bool:
        """Return whether nothing that decorates a function calls what its annotations name."""
        for each in getattr(node, "decorator_list", []):
            found = self.chain_of(each.func if isinstance(each, ast.Call) else each)
            dotted = "" if found is None else self.dotted(found)
            if dotted not in names.NODE_MAKERS and not names.only_wraps(dotted):
                return False
        return True
