"""Values that code carries along, spelled the same in every process."""

import copyreg
import datetime as dt
import enum
import functools
import os
import pathlib
import re
import sys
import types
from collections.abc import Callable
from typing import Any

from noria.code.normal import digest_of

# Gives the spelling of code (a function, a class, a module) and notes that it was met.
Code = Callable[[Any], str | None]
_PLAIN = (
    int, float, complex, str, bytes, bool, type(None), type(Ellipsis), type(NotImplemented),
    dt.date, dt.time, dt.datetime, dt.timedelta, dt.timezone,
    range, slice,
)  # fmt: skip
_PLAIN_TYPES = frozenset(_PLAIN)
_PLAIN_ONCE_IMPORTED = {"Decimal": "decimal", "Fraction": "fractions", "UUID": "uuid"}
_DEEPEST = 200


class Spelling:
    """Spells values; what cannot be spelled is in ``unknown`` and differs at every call."""

    def __init__(self, code: Code, folders: list[str]) -> None:
        self._code = code
        self._folders = [folder + os.sep for folder in folders]
        self._seen: dict[int, int] = {}
        self._held: list[Any] = []
        self.unknown: list[str] = []

    def digest(self, value: Any) -> str:
        """Return a value's digest."""
        out: list[str] = []
        self._spell(value, out, 0)
        return digest_of("\0".join(out)).hex()

    def _spell(self, value: Any, out: list[str], depth: int) -> None:
        kind = type(value)
        if kind in _PLAIN_TYPES or _is_plain_once_imported(kind):
            out.append(f"{kind.__name__}={self._placed(value)!r}")
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
        spelled = self._code(value)
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

    def _placed(self, value: Any) -> Any:
        """Return a text without the place of this checkout."""
        if isinstance(value, str):
            for folder in self._folders:
                if value.startswith(folder):
                    return "<root>/" + value[len(folder) :]
        return value

    def _spell_set(self, value: Any, out: list[str], depth: int) -> None:
        spelled = []
        for item in value:
            inner: list[str] = []
            self._spell(item, inner, depth + 1)
            spelled.append("\0".join(inner))
        out.append(f"{type(value).__name__} {len(value)}")
        out.extend(sorted(spelled))

    def _spell_object(self, value: Any, out: list[str], depth: int) -> None:
        kind = type(value)
        out.append(f"{kind.__module__}.{kind.__qualname__}")
        if isinstance(value, pathlib.PurePath):
            out.append(self._placed(str(value)))
        elif isinstance(value, enum.Enum):
            self._spell(kind, out, depth + 1)
            out.append(value.name)
        elif isinstance(value, re.Pattern):
            out.append(f"{value.pattern!r} {value.flags}")
        elif isinstance(value, bytearray | memoryview):
            out.append(digest_of(bytes(value)).hex())
        elif isinstance(value, types.MethodType):
            self._spell(value.__func__, out, depth + 1)
            self._spell(value.__self__, out, depth + 1)
        elif isinstance(value, functools.partial):
            self._spell((value.func, value.args, value.keywords), out, depth + 1)
        elif isinstance(value, staticmethod | classmethod):
            self._spell(value.__func__, out, depth + 1)
        elif isinstance(value, property):
            self._spell((value.fget, value.fset, value.fdel), out, depth + 1)
        elif isinstance(value, types.CellType):
            self._spell(_content(value), out, depth + 1)
        elif isinstance(value, types.MappingProxyType):
            self._spell(dict(value), out, depth + 1)
        elif not self._spell_array(value, out, depth):
            self._spell_state(value, out, depth)

    def _spell_array(self, value: Any, out: list[str], depth: int) -> bool:
        """Spell an array of numbers by its bytes."""
        if type(value).__module__ != "numpy" or not hasattr(value, "dtype"):
            return False
        if value.dtype.hasobject or not hasattr(value, "tobytes"):
            return False
        out.append(f"{value.dtype.descr!r} {value.shape} {digest_of(value.tobytes()).hex()}")
        return True

    def _spell_state(self, value: Any, out: list[str], depth: int) -> None:
        """Spell an object by what pickle would make it of."""
        try:
            maker = copyreg.dispatch_table.get(type(value))
            made = maker(value) if maker is not None else value.__reduce_ex__(4)
        except Exception:  # noqa: BLE001  # whatever the object's own method raises
            self._give_up(value, out)
            return
        if isinstance(made, str):
            out.append(made)
            return
        made = list(made)
        for place in (3, 4):
            if len(made) > place and made[place] is not None:
                made[place] = list(made[place])
        for part in made:
            self._spell(part, out, depth + 1)

    def _give_up(self, value: Any, out: list[str]) -> None:
        kind = type(value)
        self.unknown.append(f"{kind.__module__}.{kind.__qualname__}")
        out.append(os.urandom(16).hex())


def _content(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return "(empty)"


def _is_plain_once_imported(kind: type[Any]) -> bool:
    module = _PLAIN_ONCE_IMPORTED.get(kind.__name__)
    return module is not None and getattr(sys.modules.get(module), kind.__name__, None) is kind
