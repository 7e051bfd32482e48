"""What imported modules hold, compared with what their sources say."""

import sys
import types
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from noria.code.closure import Key
from noria.code.live import CODE_TYPES, Living
from noria.code.modules import LIVE, MISSING, PROJECT
from noria.code.normal import digest_code, digest_of
from noria.code.project import Project
from noria.code.state import attribute_of
from noria.code.table import CLASS, DEF, EFFECT, IMPORT, LITERAL, VALUE, Statement
from noria.code.walk import Facts

_ABSENT = object()

# Says what a name of a module holds that it did not when the module was imported.
ChangedSince = Callable[[str, str], list[Any] | None]
# Returns what a file of this path was compiled to, if its content had this digest.
Compiled = Callable[[str, str], types.CodeType | None]


class Comparison:
    """Finds what was patched, replaced or made at run time.

    What is as its source says adds nothing: a module that happens to be imported already makes no
    difference to one that is imported later.
    """

    def __init__(
        self,
        project: Project,
        living: Living,
        changed_since: ChangedSince | None = None,
        compiled: Compiled | None = None,
    ) -> None:
        self._project = project
        self._living = living
        self._changed_since = changed_since
        self._compiled = compiled
        self._functions: dict[str, dict[str, types.CodeType]] = {}  # by module, as imported
        self._checked: defaultdict[str, dict[str, tuple[Key, ...]]] = defaultdict(dict)

    def checked(self) -> Mapping[str, Mapping[str, tuple[Key, ...]]]:
        """Return what was found of the names that were asked for, by module."""
        return self._checked

    def differs(self, module: str, name: str) -> tuple[Key, ...]:
        """Return what a name of an imported module means beyond what its sources say."""
        checked = self._checked[module]
        if name not in checked:
            checked[name] = ()
            if not self._is_plain_function(module, name):
                checked[name] = tuple(dict.fromkeys(self._differs(module, name)))
            if self._changed_since is not None:
                checked[name] += tuple(self._put_there(self._changed_since, module, name))
        return checked[name]

    def _put_there(self, changed_since: ChangedSince, module: str, name: str) -> Iterator[Key]:
        """Yield what somebody who is none of the sources put there after the import."""
        changed = changed_since(module, name)
        if changed is None:
            return
        table = self._project.tables.get(module)
        places = () if table is None else table.names.get(name, ())
        by_sources = self._living.graph.attached.to_statement
        if not any((module, place) in by_sources for place in places):
            yield self._living.of_value({name: changed})

    def _is_plain_function(self, module: str, name: str) -> bool:
        """Return whether a name is what it mostly is: a function, as it is written."""
        space = getattr(sys.modules.get(module), "__dict__", None)
        table = self._project.tables.get(module)
        if space is None or table is None:
            return False
        value = space.get(name)
        if value.__class__ is not types.FunctionType or value.__globals__ is not space:
            return False
        codes = table.codes.get(name)
        places = table.names.get(name, ())
        return (
            codes is not None
            and len(places) == 1
            and table.statements[places[0]].kind == DEF
            and (
                value.__code__ is self._imported(module).get(name)
                or digest_code(value.__code__) in codes
            )
        )

    def _imported(self, module: str) -> Mapping[str, types.CodeType]:
        """Return the functions of a module, by name, as its source has just been compiled to.

        Nothing where it was imported of another source: that is to be compared.
        """
        found = self._functions.get(module)
        if found is None:
            path = self._project.modules.sources[module].path or ""
            digest = self._project.modules.digests.get(path, "")
            code = None if self._compiled is None else self._compiled(path, digest)
            constants = () if code is None else code.co_consts
            found = {one.co_name: one for one in constants if isinstance(one, types.CodeType)}
            self._functions[module] = found
        return found

    def _differs(self, module: str, name: str) -> Iterator[Key]:
        value = getattr(sys.modules.get(module), "__dict__", {}).get(name, _ABSENT)
        if value is _ABSENT or self._is_module_below(module, name, value):
            return
        table = self._project.tables.get(module)
        places = table.names.get(name) if table is not None else None
        if table is None or places is None:
            stars = () if table is None else table.stars
            held = (getattr(sys.modules.get(star), "__dict__", {}) for star in stars)
            if not name.startswith("__") and not any(each.get(name) is value for each in held):
                yield from self._living.keys(value)
            return
        statements = [table.statements[place] for place in places]
        yield from self._other_import(module, name, value, statements)
        if any(self._is_as_written(module, name, value, each) for each in statements):
            return
        if self._stands_for_code(value, statements):
            yield self._living.of_value({name: value})
            return
        kinds = {each.kind for each in statements}
        runs = any(each.runs for each in statements)
        if kinds == {CLASS} and isinstance(value, type) and value.__module__ == module:
            yield from self._differs_in_class(module, value)
        elif (
            kinds <= {LITERAL}
            or (kinds == {DEF} and not runs)
            or (kinds <= {IMPORT} and isinstance(value, CODE_TYPES))
        ) or (kinds == {VALUE} and self._is_patched_data(module, places, value)):
            yield self._living.of_value({name: value})
        else:
            yield from self._living.inside(value)

    def _stands_for_code(self, value: Any, statements: list[Statement]) -> bool:
        """Return whether an object is where sources say a class or a function: a mock, say."""
        # isinstance() believes what an object says of itself, and a mock says what it stands for.
        if issubclass(type(value), CODE_TYPES):
            return False
        kinds = {each.kind for each in statements}
        if kinds == {IMPORT}:
            origins = [each[1:] for statement in statements for each in statement.imported]
            spaces = [(vars(sys.modules.get(origin, sys)), name) for origin, name in origins]
            return all(isinstance(space.get(name), CODE_TYPES) for space, name in spaces)
        return kinds == {CLASS} and not any(each.runs for each in statements)

    def _is_module_below(self, package: str, name: str, value: Any) -> bool:
        """Return whether a package's name is bound to its module of that name: as sources say."""
        below = f"{package}.{name}"
        return below in self._project.tables and value is sys.modules.get(below, _ABSENT)

    def _other_import(
        self, module: str, name: str, value: Any, statements: list[Statement]
    ) -> Iterator[Key]:
        """Yield what an import with alternatives did, if it was not the first that succeeded.

        Whether an import succeeds may depend on anything in the module that it executes.
        """
        tried = [
            (origin, attribute)
            for statement in statements
            if statement.kind == EFFECT
            for bound, origin, attribute in statement.imported
            if bound == name
        ]
        ours = any(self._living.kind(origin) == PROJECT for origin, _ in tried)
        if ours and not self._is_imported(value, *tried[0]):
            which = [each for each in tried if self._is_imported(value, *each)]
            key: Key = ("x", digest_of(module, name, repr(which)).hex(), name)
            self._living.graph.give(key, "", Facts())
            yield key

    def _is_patched_data(self, module: str, places: tuple[int, ...], value: Any) -> bool:
        """Return whether plain data is not what the source says, and no source changes it."""
        statement = self._project.statement(module, places[0])
        if len(places) > 1 or not statement.literal or repr(value) == statement.literal:
            return False
        attached = self._living.graph.attached
        return (module, places[0]) not in attached.to_statement and not attached.is_touched(
            (module, places[0])
        )

    def _is_as_written(self, module: str, name: str, value: Any, statement: Statement) -> bool:
        if statement.kind == LITERAL:
            return repr(value) == statement.literal
        if statement.kind == DEF:
            codes = self._project.tables[module].codes
            return (
                type(value) is types.FunctionType
                and value.__globals__.get("__name__") == module
                and self._living.digest(value.__code__) in codes.get(value.__code__.co_qualname, ())
                and value.__code__.co_qualname in {name, "<lambda>"}
            )
        if statement.kind == CLASS:
            return isinstance(value, type) and self._class_is_as_written(module, value)
        for bound, origin, attribute in statement.imported:
            if bound == name and self._is_imported(value, origin, attribute):
                return True
        return False

    def _class_is_as_written(self, module: str, value: type) -> bool:
        return value.__module__ == module and not any(self._differs_in_class(module, value))

    def _differs_in_class(self, module: str, value: type) -> Iterator[Key]:
        """Yield the functions in a class that its source does not say."""
        codes = self._project.tables[module].codes
        for name, member in vars(value).items():
            inner = (attribute_of(member, each) for each in ("__func__", "fget"))
            function = next(filter(None, inner), member)
            if not isinstance(function, types.FunctionType):
                if type(member).__module__ == "unittest.mock":
                    yield self._living.of_value({f"{value.__qualname__}.{name}": member})
                continue
            code = function.__code__
            home = str(function.__globals__.get("__name__", ""))
            written = codes.get(f"{value.__qualname__}.{name}")
            if self._living.digest(code) in codes.get(code.co_qualname, ()) and (
                written is None
                or code.co_qualname.partition(".<")[0] != code.co_qualname
                or self._living.digest(code) in written
            ):
                continue  # as it is written, under another name too, or a decorator's
            if code.co_filename == "<string>" or not self._is_ours(home):
                continue  # generated by a library for the class as it is
            yield self._living.of_value({f"{value.__qualname__}.{name}": function})

    def _is_ours(self, module: str) -> bool:
        return self._living.kind(module) in {PROJECT, LIVE, MISSING}

    def _is_imported(self, value: Any, origin: str, attribute: str) -> bool:
        whole = f"{origin}.{attribute}" if attribute else origin
        if value is not None and value is sys.modules.get(whole):
            return True
        loaded = getattr(sys.modules.get(origin), "__dict__", None)
        if self._project.modules.kind(origin) == PROJECT:
            return bool(loaded and attribute and loaded.get(attribute, _ABSENT) is value)
        if not attribute or loaded is None:
            return True
        # Of other modules only what is code can be told apart.
        expected = loaded.get(attribute, value)
        return expected is value or not isinstance(value, types.FunctionType | type)
