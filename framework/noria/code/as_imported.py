"""What modules held when they had been imported, and what somebody has changed in them since.

For processes that live on. In a notebook ``nodes.SETTINGS.rate = 3`` changes what functions give,
and neither the source nor the object tells that it was ever otherwise.
"""

import functools
import sys
import types
import weakref
from collections import OrderedDict, defaultdict, deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from noria.code.state import given_to, held, module_name

# What is looked at of one name; large data is told apart by being another object.
_MOST_PARTS = 2000
_LONGEST = 10_000
_PLAIN = (int, float, complex, bool, type(None))
_MAPPINGS = (dict, OrderedDict, defaultdict, types.MappingProxyType)
_IN_ORDER = (list, tuple, deque)
# Members that classes themselves keep, and fill when they like.
_KEPT_BY_CLASSES = frozenset(
    {"_abc_impl", "_member_map_", "_value2member_map_", "_hashable_values_", "_unhashable_values_"}
)


class AsImported:
    """Remembers what the names of modules were bound to, and what that held."""

    def __init__(self) -> None:
        self._modules: dict[str, weakref.ref[types.ModuleType]] = {}
        self._were: dict[str, dict[str, Any]] = {}

    def note(self, modules: Sequence[types.ModuleType]) -> None:
        """Take modules as they are now for what their sources make of them."""
        self._modules.update((each.__name__, weakref.ref(each)) for each in modules)
        for module in modules:
            self._were[module.__name__] = {
                name: self._state(value)
                for name, value in list(vars(module).items())
                if _is_own(module.__name__, name, value)
            }

    def is_noted(self, name: str) -> bool:
        """Tell whether the very module of that name was noted, not one before it."""
        noted, found = self._modules.get(name), sys.modules.get(name)
        return noted is not None and found is not None and noted() is found

    def changed(self, module: str, name: str) -> list[Any] | None:
        """Return what a name holds that it did not when its module was imported, if anything.

        >>> space = sys.modules["space"] = types.ModuleType("space")
        >>> space.rates = {"a": 1}
        >>> imported = AsImported()
        >>> imported.note([space])
        >>> imported.changed("space", "rates")
        >>> space.rates["a"] = 2
        >>> imported.changed("space", "rates")
        [{'a': 2}]
        """
        now = self._space(module)
        return self._change(module, name, now[name]) if name in now else None

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Take what changes meanwhile for the sources' doing: they make pipelines, and run."""
        patched = {
            (module, name)
            for module in list(self._were)
            for name, value in list(self._space(module).items())
            if self._change(module, name, value) is not None
        }
        try:
            yield
        finally:
            for module in list(self._were):
                for name, value in list(self._space(module).items()):
                    if (module, name) not in patched and _is_own(module, name, value):
                        self._were[module][name] = self._state(value)

    def _space(self, module: str) -> Mapping[str, Any]:
        """Return what a module holds now; nothing of one that was imported anew past our eyes."""
        return vars(sys.modules[module]) if self.is_noted(module) else {}

    def _change(self, module: str, name: str, value: Any) -> list[Any] | None:
        if not _is_own(module, name, value):
            return None
        was, now = self._were[module].get(name), self._state(value)
        return None if was == now else _opened(value, was, now)

    def _state(self, value: Any) -> Any:
        return _Look(self._modules).state(value)


class _Look:
    """Looks at the state of one value, as far as the project's own code says how it is made."""

    def __init__(self, ours: Collection[str]) -> None:
        self._ours = ours
        self._seen: dict[int, tuple[int, Any]] = {}  # held, so that an id is not another's
        self._left = _MOST_PARTS

    def state(self, value: Any) -> Any:
        kind = type(value)
        if kind in _PLAIN:
            return kind, repr(value)
        if kind in {str, bytes} and len(value) <= _LONGEST:
            return kind, value
        met = self._seen.get(id(value))
        if met is not None:
            return "again", met[0]
        self._seen[id(value)] = len(self._seen), value
        self._left -= 1
        parts = self._parts(value, kind) if self._left > 0 else None
        return (kind, id(value)) if parts is None else (kind, parts)

    def _parts(self, value: Any, kind: type) -> Any:
        """Return the states of what a value is made of, ``None`` where that is not to be seen."""
        if kind in _MAPPINGS:
            return self._items(value) if len(value) <= self._left else None
        if kind in _IN_ORDER:
            return [self.state(each) for each in list(value)] if len(value) <= self._left else None
        if kind in {set, frozenset}:
            small = len(value) <= self._left
            return {repr(self.state(each)) for each in list(value)} if small else None
        if kind is bytearray:
            return bytes(value[:_LONGEST]), len(value)
        if kind is types.FunctionType:
            given = value.__defaults__ or value.__kwdefaults__ or value.__closure__ or vars(value)
            return value.__code__, self._each(_given(value)) if given else None
        if issubclass(kind, type):
            own = module_name(value) in self._ours
            return self._each(_members(value)) if own else None
        if issubclass(kind, staticmethod | classmethod):
            return self.state(value.__func__)
        if issubclass(kind, property):
            return [self.state(each) for each in (value.fget, value.fset, value.fdel)]
        if issubclass(kind, functools.partial):
            return [self.state(each) for each in (value.func, value.args, value.keywords)]
        if kind is types.SimpleNamespace or module_name(kind) in self._ours:
            return self._each(_set_in(value))
        return None

    def _items(self, values: Mapping[Any, Any]) -> list[Any]:
        return [(self.state(name), self.state(each)) for name, each in list(values.items())]

    def _each(self, values: dict[str, Any]) -> dict[str, Any]:
        return {name: self.state(each) for name, each in values.items()}


def _members(kind: type) -> dict[str, Any]:
    """Return what a class holds that a statement could have set."""
    return {
        name: each
        for name, each in vars(kind).items()
        if name not in _KEPT_BY_CLASSES
        and (not name.startswith("__") or type(each) is types.FunctionType)
    }


def _given(function: types.FunctionType) -> dict[str, Any]:
    """Return what a function holds beside its code."""
    found = given_to(function)
    return {name: found[name] for name in ("cells", "defaults", "state")}


def _set_in(value: Any) -> dict[str, Any]:
    """Return the attributes of an object but those that reading them has set."""
    said = vars(type(value))
    return {
        name: each
        for name, each in held(value).items()
        if not isinstance(said.get(name), functools.cached_property)
    }


def _is_own(module: str, name: str, value: Any) -> bool:
    """Tell whether what a name is bound to is the module's: no import's, none of Python's."""
    kind = type(value)
    if name.startswith("__") or issubclass(kind, types.ModuleType):
        return False
    is_code = kind is types.FunctionType or issubclass(kind, type)
    return not is_code or module_name(value) == module


def _opened(value: Any, was: Any, now: Any) -> list[Any]:
    """Return what of a value is not as it was, so that its digest tells what it holds now."""
    if issubclass(type(value), type) and type(now[1]) is dict:
        before = was[1] if was is not None and type(was[1]) is dict else {}
        return [
            {
                name: _opened(member, before.get(name), now[1][name])
                for name, member in _members(value).items()
                if before.get(name) != now[1][name]
            },
            sorted(before.keys() - now[1].keys()),
        ]
    if type(value) is types.FunctionType:
        return [value, _given(value)]
    return [value]
