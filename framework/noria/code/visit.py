"""How each kind of expression and statement is read."""

import ast
from typing import Any

from noria.code import names
from noria.code.annotations import AnnotationWalker
from noria.code.by_path import reads_in_sql
from noria.code.dynamic import names_code
from noria.code.ensured import asked_to_make
from noria.code.listing import listing_of, names_of
from noria.code.told import reads_clock, told_only
from noria.code.walk import ESCAPES, FILLED, NAMED, SET, TOUCHED

Function = ast.FunctionDef | ast.AsyncFunctionDef
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


class CodeWalker(AnnotationWalker):
    """Reads one statement after another."""

    # -- names

    def name(self, node: ast.Name) -> None:
        """Read a name: loaded, stored or deleted."""
        if isinstance(node.ctx, ast.Load):
            self.load((node.id,), node.lineno, ESCAPES)
        else:
            self.store(node.id)

    def attribute_of(self, node: ast.Attribute) -> None:
        """Read an attribute of a name or of any other expression."""
        touched = not isinstance(node.ctx, ast.Load)
        if touched:
            self.special(("__setattr__", "__delattr__", "__set__"))
        found = self.chain_of(node)
        if found is not None:
            self.load(found, node.lineno, TOUCHED | SET if touched else ESCAPES)
            return
        made = self.made_by(node.value)
        if made is None:
            self.attribute(node.attr)
        else:
            self.load((*made, node.attr), node.lineno, 0)
        if touched:
            self.touch(node)
        self.visit(node.value)

    def subscript(self, node: ast.Subscript) -> None:
        """Read an item of something."""
        if self.is_own_module(node):
            self.dynamic("here", (), "sys.modules[__name__]", node.lineno)
            return
        touched = not isinstance(node.ctx, ast.Load)
        if touched:
            self.touch(node, FILLED)
        self.special(
            ("__setitem__", "__delitem__") if touched else ("__getitem__", "__class_getitem__")
        )
        if not touched or self.dotted(self.chain_of(node.value) or ("",)) != "os.environ":
            self.visit(node.value)
        self.quiet(node.slice)

    def constant(self, node: ast.Constant) -> None:
        """Read a constant: a query may read a file, a dotted name may be that of code."""
        if reads_in_sql(node.value):
            self.hint("file", "a query that reads a file", node.lineno)
        elif names_code(node.value, self.package):
            self.dynamic("named", (), node.value, node.lineno)

    # -- operators

    def operator(self, node: ast.BinOp) -> None:
        """Read ``a + b``."""
        self.special(names.OPERATORS[node.op.__class__.__name__])
        self.quiet(node.left)
        self.quiet(node.right)

    def unary(self, node: ast.UnaryOp) -> None:
        """Read ``-a``."""
        self.special(names.OPERATORS.get(node.op.__class__.__name__, names.TRUTH))
        self.quiet(node.operand)

    def both(self, node: ast.BoolOp) -> None:
        """Read ``a and b``."""
        self.special(names.TRUTH)
        self.each(node.values)

    def compare(self, node: ast.Compare) -> None:
        """Read ``a < b``."""
        for operator in node.ops:
            self.special(names.OPERATORS.get(operator.__class__.__name__, ()))
        self.quiet(node.left)
        for right in node.comparators:
            self.quiet(right)

    def condition(self, node: ast.If | ast.While | ast.IfExp | ast.Assert) -> None:
        """Read what is asked whether it is true."""
        self.special(names.TRUTH)
        self.told |= asked_to_make(node)
        self.quiet(node.test)
        if isinstance(node, ast.IfExp):
            self.each((node.body, node.orelse))
        elif isinstance(node, ast.Assert):
            self.visit(node.msg)
        else:
            self.each(node.body)
            self.each(node.orelse)

    def formatted(self, node: ast.FormattedValue) -> None:
        """Read ``{a}`` in a text."""
        self.special(names.TEXT)
        self.quiet(node.value)
        self.visit(node.format_spec)

    def starred(self, node: ast.Starred) -> None:
        """Read ``*a``."""
        self.special(names.ITERATION)
        self.visit(node.value)

    # -- statements

    def expression(self, node: ast.Expr) -> None:
        """Read an expression whose value nobody takes: it stands there for its effect."""
        value = node.value.value if isinstance(node.value, ast.Await) else node.value
        self.discarded = value
        self.visit(node.value)

    def augmented(self, node: ast.AugAssign) -> None:
        """Read ``a += b``, which may change what ``a`` is."""
        self.special(names.OPERATORS[node.op.__class__.__name__])
        self.visit(node.target)
        found = self.chain_of(node.target)
        if found is not None:
            self.load(found, node.lineno, TOUCHED)
        self.quiet(node.value)

    def annotated(self, node: ast.AnnAssign) -> None:
        """Read ``a: A = b``."""
        self.annotation(node.annotation)
        if node.value is not None and isinstance(node.target, ast.Name):
            self.store(node.target.id, self.made_by(node.value))
            self.keep(node.value)
        elif not isinstance(node.target, ast.Name):
            self.visit(node.target)
            self.visit(node.value)
        elif self.scope.parent is not None:
            self.store(node.target.id)

    def assign(self, node: ast.Assign) -> None:
        """Read ``a = b``; a lambda with a name is a function like any other."""
        if self.alias(node):
            return
        if len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            self.store(node.targets[0].id, self.made_by(node.value))
            if self.is_loaded(node.value):
                self.scope.loaded.add(node.targets[0].id)
        else:
            self.each(node.targets)
        if isinstance(node.value, ast.Lambda):
            self.function_body(node.value, "=lambda", node.value.args, [node.value.body])
        else:
            self.keep(node.value)

    def keep(self, node: ast.expr) -> None:
        """Read what a name is bound to: functions in a table, or a partial, are not called yet."""
        table = self.scope is self.top and isinstance(node, ast.Dict | ast.List | ast.Tuple)
        self.naming = NAMED if table or self.makes_partial(node) else 0
        self.visit(node)
        self.naming = 0

    def alias(self, node: ast.Assign) -> bool:
        """Take ``module = import_module("a.b")`` for an import."""
        value, target = node.value, node.targets[0]
        if not isinstance(value, ast.Call) or not isinstance(target, ast.Name):
            return False
        module = self.imported_module(value) if len(node.targets) == 1 else ""
        if not module:
            return False
        if self.scope.parent is None:
            self.binds[target.id] = None
            self.imported.append((target.id, module, ""))
        else:
            self._imports[module] = None
            self.scope.imports.setdefault(target.id, []).append(("=" + module,))
        return True

    def loop(self, node: ast.For | ast.AsyncFor) -> None:
        """Read ``for a in b``."""
        self.special(names.ITERATION)
        if isinstance(node, ast.AsyncFor):
            self.special(names.ASYNC_ITERATION)
        listing = listing_of(self, node.iter)
        if listing is not None:
            self.visit(node.iter)
            self.visit(node.target)
            self.scope.listed.update(dict.fromkeys(names_of(node.target), listing))
            self.each([*node.body, *node.orelse])
            return
        made = [self.made_by(each) for each in getattr(node.iter, "elts", [])]
        if made and isinstance(node.target, ast.Name):
            for each in made:
                self.store(node.target.id, each)
            self.each([node.iter, *node.body, *node.orelse])
        else:
            self.below(node)

    def context(self, node: ast.With | ast.AsyncWith) -> None:
        """Read ``with a as b``."""
        self.special(("__enter__", "__exit__"))
        if isinstance(node, ast.AsyncWith):
            self.special(("__aenter__", "__aexit__"))
        self.below(node)

    def awaited(self, node: ast.Await) -> None:
        """Read ``await a``."""
        self.special(("__await__",))
        self.visit(node.value)

    def handler(self, node: ast.ExceptHandler) -> None:
        """Read ``except A as a``."""
        if node.name:
            self.store(node.name)
        self.below(node)

    def outside(self, node: ast.Global | ast.Nonlocal) -> None:
        """Read ``global a``."""
        if isinstance(node, ast.Global):
            self.scope.globals.update(node.names)
            return
        scope: Any = self.scope
        while scope is not None:  # what an inner function binds is not known outside
            scope.opaque.update(node.names)
            scope = scope.parent

    def delete(self, node: ast.Delete) -> None:
        """Read ``del a``."""
        for target in node.targets:
            found = self.chain_of(target)
            if found is not None:
                self.load(found, node.lineno, TOUCHED)
            self.visit(target)

    def give_back(self, node: ast.Return) -> None:
        """Read ``return a``: a function that is only given back is not executed here."""
        value = node.value
        inner = {name for name, _ in self.scope.inner}
        if isinstance(value, ast.Name) and value.id in inner:
            return
        if isinstance(value, ast.Lambda):
            self.function_body(value, "=lambda", value.args, [value.body])
        else:
            self.visit(value)

    def matched(self, node: ast.MatchAs | ast.MatchStar | ast.MatchMapping) -> None:
        """Read a pattern that binds a name."""
        name = node.rest if isinstance(node, ast.MatchMapping) else node.name
        if name:
            self.store(name)
        self.below(node)

    def matched_class(self, node: ast.MatchClass) -> None:
        """Read ``case A(b=1)``."""
        for name in node.kwd_attrs:
            self.attribute(name)
        self.special(("__match_args__", "__eq__"))
        self.below(node)

    # -- scopes

    def function(self, node: Function) -> None:
        """Read a function: decorators and defaults here, the body in a scope of its own."""
        for decorator in node.decorator_list:
            self.decorator(decorator)
        self.store(node.name)
        self.function_body(node, node.name, node.args, node.body)

    def function_body(
        self, node: Function | ast.Lambda, name: str, args: ast.arguments, body: list[Any]
    ) -> None:
        """Read a function's defaults and annotations outside, its body inside."""
        if self.scope.kind != "function" and reads_clock(self.aliases.values()):
            self.told |= told_only(node)
        self.each([*args.defaults, *filter(None, args.kw_defaults)])
        every = [*args.posonlyargs, *args.args, *args.kwonlyargs]
        every.extend(arg for arg in (args.vararg, args.kwarg) if arg is not None)
        types = getattr(node, "type_params", [])
        before, self.naming = self.naming, 0
        scope = self.enter("function", 0)
        scope.locals.update(parameter.name for parameter in types)
        self.type_parameters(types)
        told = NAMED if self.keeps_annotations(node) else 0
        for arg in every:
            self.annotation(arg.annotation, told)
        self.annotation(getattr(node, "returns", None), told)
        scope.depth += 1
        scope.locals.update(arg.arg for arg in every)
        scope.given = frozenset(arg.arg for arg in every)
        scope.opaque.update(arg.arg for arg in every[1:])
        self.first_argument(scope, node, every)
        self.each(body)
        self.leave(name)
        self.naming = before

    def first_argument(self, scope: Any, node: ast.AST, every: list[ast.arg]) -> None:
        """Note that a method's first argument is an object of its class."""
        if not every:
            return
        decorators = getattr(node, "decorator_list", [])
        static = any("staticmethod" in ast.dump(each) for each in decorators)
        above = scope.parent
        named = bool(getattr(node, "args", None) and (node.args.posonlyargs or node.args.args))  # type: ignore[attr-defined]
        if above.kind == "class" and above.name and named and not static:
            scope.made[every[0].arg] = [(f"self:{above.name}",)]
            if any("'classmethod'" in ast.dump(each) for each in decorators):
                scope.maker = every[0].arg
        else:
            scope.opaque.add(every[0].arg)

    def lambda_(self, node: ast.Lambda) -> None:
        """Read a lambda that somebody is given: he may call it at once."""
        if self.naming:
            self.function_body(node, "=lambda", node.args, [node.body])
            return
        self.each([*node.args.defaults, *filter(None, node.args.kw_defaults)])
        args = node.args
        scope = self.enter("function", 0)
        every = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
        scope.locals.update(arg.arg for arg in every if arg is not None)
        scope.opaque.update(arg.arg for arg in every if arg is not None)
        self.visit(node.body)
        self.leave()

    def class_(self, node: ast.ClassDef) -> None:
        """Read a class."""
        for decorator in node.decorator_list:
            self.decorator(decorator)
        self.store(node.name)
        self.bases(node)
        scope = self.enter("class", 0)
        scope.name = node.name if scope.parent is self.top else ""
        types = getattr(node, "type_params", [])
        scope.locals.update(parameter.name for parameter in types)
        self.type_parameters(types)
        self.each(node.body)
        for _, loads in scope.inner:
            self.top.loads.extend(self.past_class(loads))
        scope.inner = []
        self.leave()

    def bases(self, node: ast.ClassDef) -> None:
        """Read what a class is derived from."""
        for base in node.bases:
            # A class that is named is not made by that; who makes one of it is known by its name.
            self.naming = 0 if self.chain_of(base) is None else NAMED
            self.quiet(base)
        self.naming = 0
        for keyword in node.keywords:
            self.quiet(keyword.value)

    def past_class(self, loads: list[Any]) -> list[Any]:
        """Hand what methods look up to the scopes outside of the class; return none."""
        parent = self.scope.parent
        assert parent is not None
        parent.loads.extend(loads)
        return []

    def comprehension(self, node: Comprehension) -> None:
        """Read a comprehension: its first source is looked up outside."""
        first = node.generators[0]
        self.special(names.ITERATION)
        self.visit(first.iter)
        self.enter("comprehension", 0)
        for generator in node.generators:
            self.own_names(generator.target)
            listing = listing_of(self, generator.iter)
            if listing is not None:
                self.scope.listed.update(dict.fromkeys(names_of(generator.target), listing))
            if generator is not first:
                self.visit(generator.iter)
            self.each(generator.ifs)
        if isinstance(node, ast.DictComp):
            self.each((node.key, node.value))
        else:
            self.visit(node.elt)
        self.leave()

    def own_names(self, target: ast.AST) -> None:
        """Bind what a comprehension binds: in it alone."""
        if isinstance(target, ast.Name):
            self.scope.locals.add(target.id)
            self.scope.opaque.add(target.id)
        elif isinstance(target, ast.Tuple | ast.List | ast.Starred):
            for below in ast.iter_child_nodes(target):
                self.own_names(below)
        elif not isinstance(target, ast.expr_context):
            self.visit(target)

    def walrus(self, node: ast.NamedExpr) -> None:
        """Read ``(a := b)``, which binds outside of comprehensions."""
        self.visit(node.value)
        self.store(node.target.id, self.made_by(node.value))


CodeWalker.visitors = {
    ast.Name: CodeWalker.name,
    ast.Attribute: CodeWalker.attribute_of,
    ast.Subscript: CodeWalker.subscript,
    ast.Constant: CodeWalker.constant,
    ast.BinOp: CodeWalker.operator,
    ast.UnaryOp: CodeWalker.unary,
    ast.BoolOp: CodeWalker.both,
    ast.Compare: CodeWalker.compare,
    ast.If: CodeWalker.condition,
    ast.While: CodeWalker.condition,
    ast.IfExp: CodeWalker.condition,
    ast.Assert: CodeWalker.condition,
    ast.FormattedValue: CodeWalker.formatted,
    ast.Starred: CodeWalker.starred,
    ast.Expr: CodeWalker.expression,
    ast.AugAssign: CodeWalker.augmented,
    ast.AnnAssign: CodeWalker.annotated,
    ast.NamedExpr: CodeWalker.walrus,
    ast.Assign: CodeWalker.assign,
    ast.For: CodeWalker.loop,
    ast.AsyncFor: CodeWalker.loop,
    ast.With: CodeWalker.context,
    ast.AsyncWith: CodeWalker.context,
    ast.Await: CodeWalker.awaited,
    ast.ExceptHandler: CodeWalker.handler,
    ast.Global: CodeWalker.outside,
    ast.Nonlocal: CodeWalker.outside,
    ast.Delete: CodeWalker.delete,
    ast.Return: CodeWalker.give_back,
    ast.MatchAs: CodeWalker.matched,
    ast.MatchStar: CodeWalker.matched,
    ast.MatchMapping: CodeWalker.matched,
    ast.MatchClass: CodeWalker.matched_class,
    ast.FunctionDef: CodeWalker.function,
    ast.AsyncFunctionDef: CodeWalker.function,
    ast.Lambda: CodeWalker.lambda_,
    ast.ClassDef: CodeWalker.class_,
    ast.ListComp: CodeWalker.comprehension,
    ast.SetComp: CodeWalker.comprehension,
    ast.DictComp: CodeWalker.comprehension,
    ast.GeneratorExp: CodeWalker.comprehension,
    ast.Call: CodeWalker.call,
    ast.Import: CodeWalker.import_names,
    ast.ImportFrom: CodeWalker.import_names,
}
