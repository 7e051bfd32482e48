"""Values that code carries along, spelled the same in every process."""

import copyreg
import datetime as dt
import enum
import functools
import os
import pathlib
import re
import sys
import threading
import types
import typing
import weakref
from typing import Any, Protocol

from noria.code.normal import digest_of
from noria.code.state import content_of, held, left_out, module_name, name_of

_PLAIN = (
    int, float, complex, str, bytes, bool, type(None), type(Ellipsis), type(NotImplemented),
    dt.date, dt.time, dt.datetime, dt.timedelta, dt.timezone,
    range, slice,
)  # fmt: skip
_PLAIN_TYPES = frozenset(_PLAIN)
_PLAIN_ONCE_IMPORTED = {"Decimal": "decimal", "Fraction": "fractions", "UUID": "uuid"}
_TIMES = (dt.datetime, dt.time)
_TYPE_VARIABLES = (
    typing.TypeVar,
    typing.ParamSpec,
    *filter(None, [getattr(typing, "TypeVarTuple", None)]),
)
_TYPE_ALIAS = getattr(typing, "TypeAliasType", None)
# What is said of them; of some it is found out when it is asked for, and may not be there then.
_OF_TYPES = ("__bound__", "__constraints__", "__default__", "__value__", "__type_params__")
# They hold back, and hold nothing.
_LOCKS = (type(threading.Lock()), type(threading.RLock()))
_DEEPEST = 200
# An id() has as many digits, wherever it is not the same in every process.
_LEAST_ID = 10**8
_IDS = r"\d{9,20}"
# Sets of sets that share what they hold are spelled again and again, but not forever.
_MOST_FORGOTTEN = 2_000_000
# Texts that name something by its id are names, not contents.
_SHORTEST, _LONGEST = 9, 500


class Code(Protocol):
    """Spells code and what is known by a name."""

    def spell(self, value: Any, depth: int) -> str | None:
        """Return the spelling of code (a function, a class, a module) and note that it was met."""

    def spell_named(self, value: Any, name: str) -> str | None:
        """Return the spelling of what a name finds in its module, if it does."""

    def is_ours(self, module: str) -> bool:
        """Tell whether a module is the project's."""


class Spelling:
    """Spells values; what cannot be spelled is in ``unknown`` and differs at every call.

    ``depth`` is how deep in another value the values stand.
    """

    def __init__(self, code: Code, folders: list[str], depth: int = 0) -> None:
        self._code = code
        self._folders = [folder + os.sep for folder in folders]
        self._depth = depth
        self._seen = {id(None): 0}
        self._held: list[Any] = []
        self._forgotten = 0
        self.unknown: list[str] = []

    def digest(self, value: Any) -> str:
        """Return a value's digest."""
        out: list[str] = []
        self._spell(value, out, self._depth)
        return digest_of("\0".join(out)).hex()

    def _spell(self, value: Any, out: list[str], depth: int) -> None:
        kind = type(value)
        if kind in _PLAIN_TYPES or _is_plain_once_imported(kind):
            self._spell_plain(value, out, depth)
            return
        number = self._seen.get(id(value))
        if number is not None:
            out.append(f"again {number}")
            return
        self._seen[id(value)] = len(self._seen)
        self._held.append(value)  # so that its id is not another's
        if depth > _DEEPEST:
            self._give_up(value, out)
            return
        spelled = self._code.spell(value, depth)
        if spelled is not None:
            out.append(spelled)
        elif kind in (list, tuple):
            out.append(f"{kind.__name__} {len(value)}")
            for item in value:
                self._spell(item, out, depth + 1)
        elif kind is dict:
            out.append(f"dict {len(value)}")
            for key, item in value.items():
                self._spell(key, out, depth + 1)
                self._spell(item, out, depth + 1)
        elif kind in (set, frozenset):
            self._spell_set(value, out, depth)
        else:
            self._spell_object(value, out, depth)

    def _spell_plain(self, value: Any, out: list[str], depth: int) -> None:
        kind = type(value)
        if kind is str:
            value = self._without_ids(self._placed(value))
        elif kind is int and value in self._seen:
            value = f"id {self._seen[value]}"
        elif kind in _TIMES and type(value.tzinfo) not in (type(None), dt.timezone):
            self._spell(value.tzinfo, out, depth + 1)
            value = value.replace(tzinfo=None)
        out.append(f"{kind.__name__}={value!r}")

    def _placed(self, value: str) -> str:
        """Return a text without the place of this checkout."""
        for folder in self._folders:
            if value.startswith(folder):
                return "<root>/" + value[len(folder) :]
        return value

    def _without_ids(self, value: str) -> str:
        """Return a text in which what was met is not named by its id in this process."""
        if not _SHORTEST <= len(value) <= _LONGEST:
            return value

        def named(found: re.Match[str]) -> str:
            number = self._seen.get(int(found[0]))
            return found[0] if number is None else f"<{number}>"

        return re.sub(_IDS, named, value)

    def _spell_set(self, value: Any, out: list[str], depth: int) -> None:
        """Spell a set, in whatever order its items come: none knows of what others met."""
        if self._forgotten > _MOST_FORGOTTEN:
            self._give_up(value, out)
            return
        spelled = []
        for item in value:
            before = len(self._held)
            inner: list[str] = []
            self._spell(item, inner, depth + 1)
            spelled.append("\0".join(inner))
            for met in self._held[before:]:
                del self._seen[id(met)]
            self._forgotten += len(self._held) - before
            del self._held[before:]
        out.append(f"{type(value).__name__} {len(value)}")
        out.extend(sorted(spelled))

    def _spell_object(self, value: Any, out: list[str], depth: int) -> None:
        kind = type(value)  # isinstance() believes what an object says of itself
        out.append(name_of(kind))
        self._spell(kind, out, depth + 1)
        if kind in _LOCKS:
            return
        known: type = kind
        parts: tuple[Any, ...] = ()
        if issubclass(kind, pathlib.PurePath):
            known = next(base for base in kind.__mro__ if _is_of_pathlib(base))
            out.append(self._placed(str(value)))
        elif issubclass(kind, enum.Enum):
            parts = (value.name, _public(held(value, kind)))
        elif issubclass(kind, re.Pattern):
            out.append(f"{value.pattern!r} {value.flags}")
        elif issubclass(kind, bytearray):
            out.append(digest_of(bytes(value)).hex())
        elif issubclass(kind, memoryview):
            out.append(f"{value.format} {value.shape} {digest_of(value.tobytes()).hex()}")
        elif issubclass(kind, types.MethodType):
            parts = (value.__func__, value.__self__)
        elif issubclass(kind, functools.partial):
            known, parts = functools.partial, (value.func, value.args, value.keywords)
        elif issubclass(kind, staticmethod | classmethod):
            known = staticmethod if issubclass(kind, staticmethod) else classmethod
            parts = (value.__func__,)
        elif issubclass(kind, property):
            known, parts = property, (value.fget, value.fset, value.fdel)
        elif issubclass(kind, types.CellType):
            parts = (content_of(value),)
        elif issubclass(kind, types.MappingProxyType):
            parts = (dict(value),)
        elif issubclass(kind, weakref.ReferenceType):
            parts = (value(),)
        elif issubclass(kind, threading.local):
            parts = (value.__dict__,)
        elif issubclass(kind, _TYPE_VARIABLES):
            out.append(value.__name__)
            parts = (_said_of(value),)
        elif not self._spell_array(value, out):
            self._spell_state(value, out, depth)
            return
        for part in (*parts, held(value, known) if known is not kind or parts else None):
            self._spell(part, out, depth + 1)

    def _spell_array(self, value: Any, out: list[str]) -> bool:
        """Spell an array of numbers by its bytes."""
        if module_name(type(value)) != "numpy" or not hasattr(value, "dtype"):
            return False
        if value.dtype.hasobject or not hasattr(value, "tobytes"):
            return False
        what, flags = value.dtype, value.flags
        out.append(f"{what.descr!r} {what.metadata} {value.shape} {flags.fnc} {flags.writeable}")
        out.append(digest_of(value.tobytes()).hex())
        return True

    def _spell_state(self, value: Any, out: list[str], depth: int) -> None:
        """Spell an object by what pickle would make of it, and by what pickle would leave out."""
        kind = type(value)
        try:
            maker = copyreg.dispatch_table.get(kind)
            made = maker(value) if maker is not None else value.__reduce_ex__(4)
        except Exception:  # noqa: BLE001  # whatever the object's own method raises
            self._give_up(value, out)
            return
        if isinstance(made, str):
            self._spell_name(value, made, out, depth)
            return
        made = [*made, None, None, None][:5]
        told = [each for each in _flat(made[2]) if isinstance(each, dict)]
        made[2] = _stable(made[2], None if self._code.is_ours(module_name(kind)) else value)
        for place in (3, 4):
            if made[place] is not None:
                made[place] = list(made[place])
        for part in made:
            self._spell(part, out, depth + 1)
        for name, each in left_out(value, self._code.is_ours).items():
            if not any(name in state for state in told):
                self._spell_left_out(name, each, out, depth)

    def _spell_left_out(self, name: str, value: Any, out: list[str], depth: int) -> None:
        """Spell what a class leaves out of what is pickled, mostly what has no digest."""
        inner: list[str] = []
        before = len(self.unknown)
        self._spell(value, inner, depth + 1)
        if len(self.unknown) == before:
            out.extend((name, *inner))
        del self.unknown[before:]

    def _spell_name(self, value: Any, name: str, out: list[str], depth: int) -> None:
        """Spell what pickle would find by a name; a dressed function has that of another."""
        spelled = self._code.spell_named(value, name)
        if spelled is not None:
            out.append(spelled)
            return
        attributes = _said_of(value) if type(value) is _TYPE_ALIAS else held(value)
        if "__wrapped__" in attributes or "__value__" in attributes:
            self._spell(attributes, out, depth + 1)
        else:
            self._give_up(value, out)

    def _give_up(self, value: Any, out: list[str]) -> None:
        self.unknown.append(name_of(type(value)))
        out.append(os.urandom(16).hex())


def _is_of_pathlib(kind: type) -> bool:
    return module_name(kind).partition(".")[0] == "pathlib"


def _is_plain_once_imported(kind: type[Any]) -> bool:
    module = _PLAIN_ONCE_IMPORTED.get(kind.__name__)
    return module is not None and getattr(sys.modules.get(module), kind.__name__, None) is kind


def _said_of(variable: Any) -> dict[str, Any]:
    """Return what a type variable or an alias stands for."""
    said: dict[str, Any] = {}
    for name in _OF_TYPES:
        try:
            said[name] = getattr(variable, name, None)
        except Exception as error:  # noqa: BLE001  # whatever its writer's expression raises
            said[name] = name_of(type(error))
    return said


def _public(values: dict[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in values.items() if not name.startswith("_")}


def _flat(state: Any) -> tuple[Any, ...]:
    return state if isinstance(state, tuple) else (state,)


def _stable(state: Any, library_object: Any) -> Any:
    """Return an object's state without ids of its own values, and without a docstring.

    The docstring is that of the function that the object is dressed up as.  Objects of libraries
    may keep their own hash, which is another one in every process.
    """
    if type(state) is tuple and len(state) == 2 and type(state[1]) is dict:  # it has slots
        return _stable(state[0], library_object), _stable(state[1], library_object)
    if type(state) is not dict:
        return state
    numbers = [name for name, each in state.items() if type(each) is int and abs(each) > _LEAST_ID]
    if not numbers and "__doc__" not in state:
        return state
    stable = {name: each for name, each in state.items() if name != "__doc__"}
    named = {id(each): f"id of {name}" for name, each in state.items()}
    stable.update((name, named.get(state[name], state[name])) for name in numbers)
    kept = [name for name in numbers if "hash" in str(name)]
    if kept and len(state) > 1 and library_object is not None:
        own = _hash_of(library_object)
        stable.update((name, "its hash") for name in kept if state[name] == own)
    return stable


def _hash_of(value: Any) -> int | None:
    try:
        return hash(value)
    except Exception:  # noqa: BLE001  # whatever the object's own method raises
        return None
