"""From a parameter's plain value to what a function is annotated to take, every slip located."""

import sys
import typing
from collections import abc
from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import Any, Literal, NamedTuple

from noria_catalog.located import Located, Where
from noria_catalog.suggest import nearest

from noria.graph.hints import hints_in
from noria.graph.types import bare, class_of, is_union, says_nothing, show_type

_LISTS = {list, abc.Iterable, abc.Collection, abc.Sequence, abc.MutableSequence, abc.Reversible}
_SETS = {set, frozenset, abc.Set, abc.MutableSet}
_MAPPINGS = {dict, abc.Mapping, abc.MutableMapping}
_PLAIN = (bool, int, float, str, bytes, date, type(None))


class Problem(NamedTuple):
    """What is wrong with a value: ``key`` is its way from the parameter, ``where`` its place."""

    key: str
    message: str
    where: Where | None
    nearest: str | None = None


class Built(NamedTuple):
    """What became of a value.  ``changed`` tells whether it is another than the plain one."""

    value: Any
    changed: bool
    problems: list[Problem]


def build(hint: Any, given: Located, key: str = "") -> Built:
    """Return the value that the annotation asks for, made from a plain one.

    Dataclasses, pydantic models and enumerations, paths, tuples and sets are made; every other type
    is only compared, and a value that cannot be of it is a problem.

    >>> from dataclasses import dataclass
    >>> from noria_catalog.located import locate
    >>> @dataclass
    ... class Model:
    ...     depth: int
    >>> build(Model, locate({"depth": 3})).value
    Model(depth=3)
    >>> build(Model, locate({"depth": "deep"}), "model").problems[0].message
    "model.depth is 'deep', not int"
    """
    builder = _Builder()
    value = builder.made(hint, given, key)
    return Built(value, builder.changed, builder.problems)


class _Builder:
    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.changed = False

    def made(self, hint: Any, given: Located, key: str) -> Any:
        hint = bare(hint)
        if says_nothing(hint):
            return given.plain()
        if is_union(hint):
            return self._one_of(hint, given, key)
        if typing.get_origin(hint) is Literal:
            return self._literal(hint, given, key)
        if typing.is_typeddict(hint):
            return self._typed_dict(hint, given, key)
        kind = class_of(hint)
        if kind is None or getattr(kind, "_is_protocol", False):
            return given.plain()
        if _is_pydantic(kind):
            return self._pydantic(hint, given, key)
        if hasattr(kind, "__dataclass_fields__"):
            return self._dataclass(kind, given, key)
        if issubclass(kind, Enum):
            return self._enum(kind, given, key)
        if kind in _LISTS | _SETS | {tuple} and isinstance(given.value, list):
            return self._many(kind, typing.get_args(hint), given, key)
        if kind in _MAPPINGS and isinstance(given.value, dict):
            return self._mapping(typing.get_args(hint), given, key)
        return self._plain(kind, hint, given, key)

    def wrong(self, hint: Any, given: Located, key: str, near: str | None = None) -> Any:
        message = f"{key} is {_kind(given.value)}, not {show_type(hint)}"
        if _is_of_earlier_import(given.value, hint):
            message += " as it is now: that module was imported again since; make the object anew"
        self.problems.append(Problem(key, message, given.where or given.key, near))
        return given.plain()

    def _plain(self, kind: type, hint: Any, given: Located, key: str) -> Any:
        value = given.plain()
        if isinstance(value, str) and hasattr(kind, "__fspath__"):
            self.changed = True
            return kind(value)
        # To Python True is a number; who wrote it where one is wanted has mistaken the parameter.
        counted = kind is int and isinstance(value, bool)
        fitting = type(value) in _fitting(kind) or (not counted and _is_instance(value, kind))
        return value if fitting else self.wrong(hint, given, key)

    def _one_of(self, hint: Any, given: Located, key: str) -> Any:
        tried = [(one, build(one, given, key)) for one in typing.get_args(hint)]
        right = [built for _, built in tried if not built.problems]
        # A value that fits as it stands is not made into something else.
        best = next((one for one in right if not one.changed), right[0] if right else None)
        if best is not None:
            self.changed |= best.changed
            return best.value
        rest = [built for one, built in tried if one is not type(None)]
        if len(rest) == 1:
            self.problems += rest[0].problems
            return given.plain()
        return self.wrong(hint, given, key)

    def _literal(self, hint: Any, given: Located, key: str) -> Any:
        allowed = typing.get_args(hint)
        if any(one == given.value and type(one) is type(given.value) for one in allowed):
            return given.value
        words = [one for one in allowed if isinstance(one, str)]
        return self.wrong(hint, given, key, nearest(str(given.value), words))

    def _enum(self, kind: type[Enum], given: Located, key: str) -> Any:
        if isinstance(given.value, kind):
            return given.value
        for member in kind:
            if given.value in (member.value, member.name):
                self.changed = True
                return member
        try:
            made = kind(given.value)
        except Exception:  # noqa: BLE001  # a class's own _missing_ may raise anything
            made = None
        if isinstance(made, kind):
            self.changed = True
            return made
        words = [str(word) for member in kind for word in (member.value, member.name)]
        return self.wrong(kind, given, key, nearest(str(given.value), words))

    def _many(self, kind: type, arguments: tuple[Any, ...], given: Located, key: str) -> Any:
        values: list[Located] = given.value
        hints = list(arguments) or [Any]
        if kind is tuple and arguments and ... not in arguments:
            if len(values) != len(arguments):
                message = f"{key} has {len(values)} values, not {len(arguments)}"
                self.problems.append(Problem(key, message, given.where or given.key))
                return given.plain()
        else:
            hints = hints[:1] * len(values)
        made = [
            self.made(hint, value, f"{key}[{at}]")
            for at, (hint, value) in enumerate(zip(hints, values, strict=True))
        ]
        if kind in _LISTS:
            return made
        self.changed = True
        try:
            return (
                tuple(made)
                if kind is tuple
                else frozenset(made)
                if kind is frozenset
                else set(made)
            )
        except TypeError:  # lists and mappings cannot stand in a set
            return self.wrong(kind, given, key)

    def _mapping(self, arguments: tuple[Any, ...], given: Located, key: str) -> dict[Any, Any]:
        of_keys, of_values = arguments if len(arguments) == 2 else (Any, Any)
        made = {}
        for name, value in given.value.items():
            place = Located(name, value.key or value.where)
            made[self.made(of_keys, place, f"the key {name!r} of {key}")] = self.made(
                of_values, value, f"{key}.{name}"
            )
        return made

    def _typed_dict(self, kind: Any, given: Located, key: str) -> Any:
        if not isinstance(given.value, dict):
            return self.wrong(kind, given, key)
        hints = hints_in(kind)
        return self._fields(hints, kind.__required_keys__, kind, given, key)

    def _dataclass(self, kind: Any, given: Located, key: str) -> Any:
        if isinstance(given.value, kind):
            return given.value
        if not isinstance(given.value, dict):
            return self.wrong(kind, given, key)
        from dataclasses import MISSING
        from dataclasses import fields as fields_of

        known = hints_in(kind, extras=True)
        fields = {one.name: one for one in fields_of(kind) if one.init}
        nothing = MISSING
        needed = {
            name
            for name, one in fields.items()
            if one.default is nothing and one.default_factory is nothing
        }
        before = len(self.problems)
        hints = {name: known.get(name, Any) for name in fields}
        values = self._fields(hints, needed, kind, given, key)
        self.changed = True
        if len(self.problems) > before:
            return None
        try:
            return kind(**values)
        # The class is the user's, and may refuse a value in whichever way.
        except Exception as error:  # noqa: BLE001
            message = f"{key} makes no {show_type(kind)}: {error}"
            self.problems.append(Problem(key, message, given.where or given.key))
            return None

    def _fields(
        self, hints: Mapping[str, Any], needed: abc.Set[str], kind: Any, given: Located, key: str
    ) -> dict[str, Any]:
        values = {}
        for name, value in given.value.items():
            if name not in hints:
                message = f"{key}: {show_type(kind)} has no {name!r}"
                near = nearest(str(name), hints)
                self.problems.append(Problem(f"{key}.{name}", message, value.key, near))
                continue
            values[name] = self.made(hints[name], value, f"{key}.{name}")
        for name in hints:
            if name in needed and name not in given.value:
                message = f"{key} has no {name!r}, which {show_type(kind)} needs"
                place = given.key or given.where
                self.problems.append(Problem(f"{key}.{name}", message, place))
        return values

    def _pydantic(self, hint: Any, given: Located, key: str) -> Any:
        import pydantic

        self.changed = True
        try:
            return pydantic.TypeAdapter(hint).validate_python(given.plain())
        except pydantic.ValidationError as error:
            for each in error.errors():
                at, way = _follow(given, each["loc"])
                name = ".".join([key, *way])
                message = f"{name}: {each['msg']} ({show_type(hint)})"
                near = _near_field(hint, each["loc"]) if each["type"] == "extra_forbidden" else None
                self.problems.append(Problem(name, message, at.where or at.key, near))
            return None


def _fitting(kind: type) -> tuple[type, ...]:
    if kind is float:
        return (float, int)
    return (complex, float, int) if kind is complex else (kind,)


def _is_instance(value: Any, kind: type) -> bool:
    try:
        return isinstance(value, kind)
    except TypeError:  # a class that does not let itself be asked
        return True


def _is_of_earlier_import(value: Any, hint: Any) -> bool:
    """Tell whether a value is of the class that was called so before a session read an edit."""
    kind = type(value)
    return (kind.__module__, kind.__qualname__) == (
        getattr(hint, "__module__", None),
        getattr(hint, "__qualname__", None),
    )


def _is_pydantic(kind: type) -> bool:
    return "pydantic" in sys.modules and hasattr(kind, "__pydantic_validator__")


def _near_field(hint: Any, way: tuple[Any, ...]) -> str | None:
    """Return the field that the last word on the way was meant for, if one is close."""
    models = _models_in(hint)
    for step in way[:-1]:  # a field; else a key or a number, behind which lies the same model
        models = [
            inner
            for one in models
            for inner in (
                _models_in(one.model_fields[step].annotation) if step in one.model_fields else [one]
            )
        ]
    return nearest(str(way[-1]), [name for one in models for name in one.model_fields])


def _models_in(hint: Any, above: tuple[Any, ...] = ()) -> list[Any]:
    kind = class_of(bare(hint))
    if hasattr(kind, "model_fields"):
        return [kind]
    if hint in above:  # an alias that holds itself
        return []
    parts = typing.get_args(bare(hint))
    return [model for one in parts for model in _models_in(one, (*above, hint))]


def _follow(given: Located, way: tuple[Any, ...]) -> tuple[Located, list[str]]:
    """Return the value that lies farthest down on the way, and the way in words."""
    for step in way:
        below = given.value
        in_list = isinstance(below, list) and isinstance(step, int) and step < len(below)
        if in_list or (isinstance(below, dict) and step in below):
            given = below[step]
    return given, [str(step) for step in way]


def _kind(value: Any) -> str:
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    if value is None:
        return "nothing"
    return repr(value) if isinstance(value, _PLAIN) else f"a {type(value).__name__}"
