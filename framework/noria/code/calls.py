"""How calls are read: what they call and may change, what is known of them by name."""

import ast
import re

from noria.code import names
from noria.code.by_path import paths_given
from noria.code.dynamic import absolute, read_dynamic
from noria.code.effects import effect_of, effect_of_method, is_own_file, moment_text, only_writes
from noria.code.listing import base_of, known_of
from noria.code.walk import (
    BLIND,
    CALLED,
    DISCARDED,
    GIVES,
    NAMED,
    TOUCHED,
    WRITING,
    Chain,
    Walker,
    chain_of,
)

_NAMED = r"(@?)\b([^\W\d]\w*(?:\.[^\W\d]\w*)*)"
# What a frame's query() and eval() take.
_OF_QUERIES = names.words(
    "expr ex query inplace parser engine local_dict global_dict resolvers level target truediv"
)
# Where modules are found is looked at every time, and said of the working directory by itself.
_PLACES_OF_MODULES = frozenset({"sys.path.append", "sys.path.insert", "sys.path.extend"})
_HERE = frozenset({"os.getcwd", "pathlib.Path.cwd"})
_CALL_FOR_EACH = frozenset({"map", "filter"})
_BUFFERS = frozenset({"io.StringIO", "io.BytesIO"})
# What these give calls nothing of the project when it decorates.
_CALL_NOTHING = ("functools.", "dataclasses.", "pydantic.", "typing.", "typing_extensions.")
# Expressions whose type their form says.
_LITERALS: dict[type, str] = {
    ast.Constant: "",
    ast.JoinedStr: "str",
    ast.List: "list",
    ast.ListComp: "list",
    ast.Dict: "dict",
    ast.DictComp: "dict",
    ast.Set: "set",
    ast.SetComp: "set",
    ast.Tuple: "tuple",
    ast.GeneratorExp: "map",
}


class CallWalker(Walker):
    """Reads calls."""

    def imported_module(self, call: ast.Call) -> str:
        """Return the name of the module that a call with a constant name imports, or ``""``."""
        found = chain_of(call.func)
        dotted = self.dotted(found) if found else ""
        if dotted not in {"importlib.import_module", "__import__"} or not call.args:
            return ""
        name, is_all = known_of(call.args[0], self.package)
        if not is_all:
            return ""
        if dotted == "__import__":
            listed = [*call.args[3:4], *(each.value for each in call.keywords)]
            if listed and not all(isinstance(each, ast.List | ast.Tuple) for each in listed):
                return ""
            return name if listed else name.partition(".")[0]
        base = base_of(call, self.package)
        return "" if base is None and name.startswith(".") else absolute(name, base or "")

    def made_by(self, node: ast.AST) -> Chain | None:
        """Return what makes the value of an expression, ``None`` where that is not plain."""
        kind = _LITERALS.get(node.__class__)
        if kind is not None:
            return ("=builtins", kind or type(node.value).__name__, "()")  # type: ignore[attr-defined]
        if isinstance(node, ast.Name | ast.Attribute):
            found = self.chain_of(node)
            if found is not None or isinstance(node, ast.Name):
                return found
            above = self.made_by(node.value)
            return None if above is None else (*above, node.attr)
        if not isinstance(node, ast.Call):
            return None
        module = self.imported_module(node)
        if module:
            return ("=" + module,)
        made = self.made_by(node.func)
        if made is None:
            return None
        if made == ("super",):
            return self.own_class()
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        return (*made, "()") if all(map(_is_literal, given)) else (*made, "()", "()")

    def own_class(self) -> Chain | None:
        """Return the class of the module that the code stands in."""
        scope = self.scope
        while scope.parent is not None and scope.kind != "class":
            scope = scope.parent
        return (f"self:{scope.name}",) if scope.name else None

    def chain_of(self, node: ast.AST) -> Chain | None:
        """Return the chain of ``a.b.c``; an import by a call counts as a name."""
        return chain_of(node, self.imported_module)

    def decorator(self, node: ast.expr) -> None:
        """Read a decorator, which is called with what it decorates."""
        found = self.chain_of(node)
        if found is None:
            self.visit(node)
        else:
            self.called(found, node.lineno, CALLED)
        if isinstance(node, ast.Call):
            made = self.dotted(chain_of(node.func) or ("",))
            if not made.startswith(_CALL_NOTHING) and made not in names.NODE_MAKERS:
                self.special(("__call__",))

    def call(self, node: ast.Call) -> None:
        """Read a call: what it is given may be called at once, unless it makes a node of it."""
        found = self.chain_of(node.func)
        dotted = "" if found is None else self.dotted(found)
        before, self.naming = self.naming, 0
        keeps = dotted in names.NODE_MAKERS or (before and dotted == "functools.partial")
        self._call(node, found, dotted, NAMED if keeps else 0)
        self.naming = before

    def makes_partial(self, node: ast.AST) -> bool:
        """Return whether an expression is ``partial(function, ...)``."""
        found = self.chain_of(node.func) if isinstance(node, ast.Call) else None
        return found is not None and self.dotted(found) == "functools.partial"

    def _call(self, node: ast.Call, found: Chain | None, dotted: str, naming: int) -> None:
        """Read a call; ``naming``: how what it is given is used."""
        quiet = False
        if found is None:
            self.called_attribute(node)
        else:
            if read_dynamic(self, node, dotted):
                return
            if dotted in _PLACES_OF_MODULES:
                self.blind_to_here(node)
            if self.reads_nothing(node, dotted):
                self.load(found, node.lineno, CALLED | BLIND)
                self.each([*node.args, *(each.value for each in node.keywords)])
                return
            writing = only_writes(node, 0 if found[-1] == "open" and len(found) > 1 else 1)
            use = CALLED | (WRITING if writing else 0)
            if node is self.discarded:
                use |= DISCARDED
            self.called(found, node.lineno, use)
            self.given_paths(node, dotted)
            quiet = self.known_call(node, found, dotted)
            for_each = (
                self.chain_of(node.args[0]) if dotted in _CALL_FOR_EACH and node.args else None
            )
            if for_each is not None:
                self.called(for_each, node.lineno, CALLED)
        read = self.quiet if quiet else self.visit
        self.naming = naming
        for argument in node.args:
            read(argument)
        for keyword in node.keywords:
            read(keyword.value)

    def reads_nothing(self, node: ast.Call, dotted: str) -> bool:
        """Return whether a call reads nothing of the world this time.

        It tells what the time is, finds where the source lies, or reads what is in memory.
        """
        if id(node) in self.told:
            return True
        first = node.args[0] if node.args else None
        if dotted == "os.path.realpath":
            return is_own_file(first)
        if effect_of(dotted, True, False) != "file" or first is None:
            return False
        made = self.made_by(first)
        if isinstance(first, ast.Name) and first.id not in self.scope.opaque:
            bound = self.scope.made.get(first.id, [])
            made = bound[0] if len(bound) == 1 else None
        return (
            made is not None and "()" in made and self.dotted(made[: made.index("()")]) in _BUFFERS
        )

    def given_paths(self, node: ast.Call, dotted: str) -> None:
        """Note what a call reads by a path that it is given."""
        for path in paths_given(self, node, dotted):
            if path is None:
                self.hint("file", f"{dotted}()", node.lineno)
            else:
                self.dynamic("path", path, f"{dotted}()", node.lineno)

    def blind_to_here(self, node: ast.Call) -> None:
        """Take what asks for the working directory in a call as reading nothing."""
        for below in ast.walk(node):
            found = chain_of(below.func) if isinstance(below, ast.Call) else None
            if found is not None and self.dotted(found) in _HERE:
                self.told |= {id(below)}

    def called(self, found: Chain, line: int, use: int) -> None:
        """Note a call of a name; a method may change what it is called on."""
        may_change = len(found) > 1 and found[-1] not in names.READS_ONLY
        if may_change and not names.leaves_its_module(self.dotted(found)):
            self.load(found[:-1], line, TOUCHED)
        self.load(found, line, use)

    def called_attribute(self, node: ast.Call) -> None:
        """Read a call of what is no plain name."""
        func = node.func
        if isinstance(func, ast.Attribute):
            if id(node) not in self.told:
                self.hint(effect_of_method(func.attr, node), f".{func.attr}()", node.lineno)
            self.text_query(node, func.attr)
            if func.attr not in names.READS_ONLY:
                self.touch(func.value)
        else:
            self.call_of_unknown(func)
            if isinstance(func, ast.Call) and self.chain_of(func.func) == ("getattr",):
                self.touch(func)
        self.visit(func)

    def call_of_unknown(self, func: ast.expr) -> None:
        """Read a call of no name of the module; ``cls`` and ``type(self)`` stand for the class."""
        made = self.class_meant(func)
        if made:
            self.load((made,), func.lineno, CALLED)
        else:
            self.special(("__call__",))

    def class_meant(self, func: ast.expr) -> str:
        """Return whose class ``cls`` or ``type(self)`` in a method is, ``""`` of all else."""
        asks = isinstance(func, ast.Call) and self.chain_of(func.func) == ("type",)
        name = func.args[0] if asks and len(func.args) == 1 else func  # type: ignore[attr-defined]
        if not isinstance(name, ast.Name) or not self.is_own(name.id):
            return ""
        scope = self.scope
        while name.id not in scope.locals and scope.parent is not None:
            scope = scope.parent
        is_class = scope.maker == name.id
        return "" if is_class == asks else scope.made[name.id][0][0].removeprefix("self:")

    def touch(self, node: ast.AST, more: int = 0) -> None:
        """Note what is changed with a part of it: A in ``A["x"].b = 1`` and in ``A().b = 1``.

        ``more``: how it is.
        """
        use = TOUCHED | more
        while True:
            found = self.chain_of(node)
            if found is not None:
                self.load(found, node.lineno, use)  # type: ignore[attr-defined]
                return
            if self.is_own_module(node):
                return
            if isinstance(node, ast.Attribute):
                self.change(node.attr)
                node = node.value
            elif isinstance(node, ast.Subscript | ast.NamedExpr):
                node = node.value
            elif isinstance(node, ast.BoolOp | ast.IfExp):
                each = node.values if isinstance(node, ast.BoolOp) else [node.body, node.orelse]
                for other in each[1:]:
                    self.touch(other, more)
                node = each[0]
            elif isinstance(node, ast.Call):
                called = self.chain_of(node.func)
                dotted = self.dotted(called) if called else ""
                if dotted in names.OF_THEIR_FIRST and node.args:
                    node = node.args[0]
                elif names.makes_own(dotted, True):
                    return
                else:
                    node = node.func
                    use |= GIVES
            else:
                return

    def is_own_module(self, node: ast.AST) -> bool:
        """Return whether an expression is ``sys.modules[__name__]``."""
        if not isinstance(node, ast.Subscript) or not isinstance(node.slice, ast.Name):
            return False
        found = self.chain_of(node.value) if node.slice.id == "__name__" else None
        return found is not None and self.dotted(found) == "sys.modules"

    def known_call(self, node: ast.Call, found: Chain, dotted: str) -> bool:
        """Note what is known of a call by its name; return whether it keeps no argument."""
        if moment_text(dotted, node):
            self.hint("clock", f"{found[-1]}('now')", node.lineno)
        if len(found) > 1:
            if self.is_unknown(found[0]):
                self.hint(effect_of_method(found[-1], node), f".{found[-1]}()", node.lineno)
            self.text_query(node, dotted)
            return False
        if names.reads_names(dotted):
            self.text_query(node, dotted)
        if dotted.startswith("?."):
            self.call_of_unknown(node.func)
        self.special(names.BUILTIN_CALLS.get(dotted, ()))
        return dotted in names.PURE_BUILTINS

    def is_unknown(self, root: str) -> bool:
        """Return whether a name is no module as far as is known."""
        if self.dotted((root,)).startswith("?."):
            return True
        return "." not in self.dotted((root, "x"))[: -len(".x")] and root not in self.aliases

    def text_query(self, node: ast.Call, called: str) -> None:
        """Read ``frame.query("price > @LIMIT")`` and the like, which look names up by themselves.

        ``called``: the whole name of a function, or that of a method of an unknown object.
        """
        whole, method = names.reads_names(called), called.rpartition(".")[2]
        if not whole and method not in {"query", "eval"}:
            return
        words = {each.arg: each.value for each in node.keywords}
        more = [each for each in node.args[1:] if getattr(each, "value", None) not in {True, False}]
        if not whole and (more or not words.keys() - {None} <= _OF_QUERIES):
            return  # no frame's: tree.query(points, k=3)
        texts = [*node.args[:1], *(value for word, value in words.items() if word in names.TEXTS)]
        if texts and "level" in words:
            what = f".{method}() of a text with names of whoever calls this function"
            self.dynamic("anything", (), what, node.lineno)
        for text in texts:
            if isinstance(text, ast.Constant):
                for mark, chain in re.findall(_NAMED, str(text.value)):
                    if whole or mark:
                        self.load(tuple(chain.split(".")), node.lineno, 0)
            else:
                self.dynamic("here", (), f".{method}() of a text made at run time", node.lineno)


def _is_literal(node: ast.expr) -> bool:
    """Return whether an expression is made of constants alone, however they are put together."""
    return isinstance(node, ast.Constant) or not any(
        isinstance(below, ast.Name | ast.Lambda) for below in ast.walk(node)
    )
