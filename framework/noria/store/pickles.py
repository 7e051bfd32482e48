"""Pickle, protocol 5, for all other values: large buffers lie beside the pickle, uncopied.

The file is the pickle, the buffers, and a table of them at its end.
"""

import pickle
import struct
import sys
import typing
from collections.abc import Callable
from types import ModuleType
from typing import Any

from noria_catalog.attribute import attribute_of

from noria.store.losses import Look, Losses
from noria.store.sink import Sink

_BESIDE = 1 << 16  # bytes from which on a buffer lies beside the pickle
_ALIGNED = 64
_ROW = struct.Struct("<QQ?")  # offset, size, read-only
_END = struct.Struct("<QI12s")  # size of the pickle, number of buffers, these words:
_WORDS = b"noriapickle1"
# Types that have a name, and are no classes: aliases are of Python 3.12.
_NAMED_TYPES = {
    kind
    for name in ("TypeAliasType", "TypeVar", "ParamSpec", "TypeVarTuple")
    if (kind := getattr(typing, name, None)) is not None
}


class _Referring(pickle.Pickler):
    """A pickler that notes the classes, types and functions that are pickled as mere names.

    It takes no value of which its pickle would lose a part.
    """

    def __init__(self, sink: Sink, beside: Callable[[pickle.PickleBuffer], bool]) -> None:
        super().__init__(sink, 5, buffer_callback=beside)
        self.refers: dict[str, Any] = {}  # by module and name
        self._losses = Losses()
        self._looks: dict[type, Look | None] = {}

    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, type) or type(value) in _NAMED_TYPES or _is_function(value):
            top = str(getattr(value, "__module__", "")).partition(".")[0]
            if top not in sys.stdlib_module_names:
                name = getattr(value, "__qualname__", None) or value.__name__
                self.refers[f"{value.__module__}:{name}"] = value
            return NotImplemented
        kind = type(value)
        try:
            look = self._looks[kind]
        except KeyError:
            look = self._looks[kind] = self._losses.look_of(kind)
        if look is None:
            return NotImplemented
        made = look(value)
        if isinstance(made, str):
            self.refers[f"{kind.__module__}:{made}"] = value
        return made


def _is_function(value: Any) -> bool:
    """Tell whether a value is a function of a module: pickled by its name, as a class is."""
    if not callable(value) or attribute_of(value, "__qualname__") is None:
        return False
    owner = attribute_of(value, "__self__")  # a module, for those that are written in C
    return owner is None or isinstance(owner, ModuleType)


def encode_pickle(value: Any, sink: Sink) -> tuple[Any, ...]:
    """Write any value that pickles; return the classes, functions and the like that it only names.

    Raises what pickling raises, and NotStorable for what would not come back whole.
    """
    beside: list[memoryview] = []

    def lay_beside(buffer: pickle.PickleBuffer) -> bool:
        raw = buffer.raw()
        if raw.nbytes < _BESIDE:
            return True
        beside.append(raw)
        return False

    begin = sink.size
    pickler = _Referring(sink, lay_beside)
    pickler.dump(value)
    size = sink.size - begin
    rows = []
    for raw in beside:
        sink.write(bytes(-sink.size % _ALIGNED))
        rows.append((sink.size - begin, raw.nbytes, raw.readonly))
        sink.write(raw)
    for row in rows:
        sink.write(_ROW.pack(*row))
    sink.write(_END.pack(size, len(rows), _WORDS))
    return tuple(pickler.refers[name] for name in sorted(pickler.refers))


def decode_pickle(data: bytearray) -> Any:
    """Return the value that bytes hold; raises ValueError, or what unpickling raises."""
    if len(data) < _END.size:
        raise ValueError("no pickle of ours")
    size, count, words = _END.unpack_from(data, len(data) - _END.size)
    begin = len(data) - _END.size - count * _ROW.size
    if words != _WORDS or not size <= begin:
        raise ValueError("no pickle of ours")
    view = memoryview(data)
    rows = [_ROW.unpack_from(data, begin + at * _ROW.size) for at in range(count)]
    buffers = [_buffer(view, *row, alone=count == 1) for row in rows]
    return pickle.loads(view[:size], buffers=buffers)


def _buffer(view: memoryview, at: int, size: int, fixed: bool, *, alone: bool) -> memoryview:
    # Several get memory of their own: else one small array that is kept keeps all of them.
    part = view[at : at + size] if alone else memoryview(bytearray(view[at : at + size]))
    return part.toreadonly() if fixed else part
