"""From values to bytes and back; what comes back is equal, of the same type, and writable."""

import sys
from typing import Any

from noria.errors import NotStorable, Undecodable
from noria.store.arrays import decode_array, encode_array
from noria.store.arrays import is_exact as is_exact_array
from noria.store.frames import decode_frame, describe_frame, encode_frame
from noria.store.plain import NotPlainError, decode_plain, encode_plain
from noria.store.sink import Sink


def _decode_pickle(data: bytearray) -> Any:
    from noria.store.pickles import decode_pickle

    return decode_pickle(data)


_DECODERS = {
    "json": decode_plain,
    "npy": decode_array,
    "arrow": decode_frame,
    "pickle": _decode_pickle,
}


def encode(value: Any, sink: Sink) -> tuple[str, tuple[Any, ...]]:
    """Write a value by the codec that gives it back exactly.

    Returns the codec's name and the classes and functions that the bytes only name.  Raises
    NotStorable for a value that does not pickle.

    >>> sink = Sink(None, small=100)
    >>> encode([1, 2], sink)
    ('json', ())
    >>> decode("json", sink.close().data)
    [1, 2]
    """
    try:
        sink.write(encode_plain(value))
    except NotPlainError:
        pass
    else:
        return "json", ()
    try:
        codec = _encode_table(value, sink)
    # A library may stumble over a table that pickle, which knows nothing of tables, can take.
    except Exception:  # noqa: BLE001
        _check_disk(sink)
        sink.restart()
        codec = None
    if codec is not None:
        return codec, ()
    from noria.store.pickles import encode_pickle

    try:
        return "pickle", encode_pickle(value, sink)
    except NotStorable:
        raise
    # Pickling runs the value's own methods, which raise what they like.
    except Exception as error:
        _check_disk(sink)
        kind = f"{type(value).__module__}.{type(value).__qualname__}"
        raise NotStorable(f"a {kind} does not pickle: {error}") from error


def _encode_table(value: Any, sink: Sink) -> str | None:
    """Write an array or frame by its own codec, whose name is returned, if there is one."""
    kind = type(value)
    if kind.__module__ == "numpy" and is_exact_array(value):
        encode_array(value, sink)
        return "npy"
    if kind.__name__ == "DataFrame" and "pandas" in sys.modules:
        about = describe_frame(value)
        if about is not None:
            encode_frame(value, about, sink)
            return "arrow"
    return None


def _check_disk(sink: Sink) -> None:
    """Raise what the disk has said, if it did: no codec can help that."""
    if sink.failed is not None:
        raise sink.failed from None


def decode(codec: str, data: bytes | bytearray) -> Any:
    """Return the value that bytes hold: the one gate from stored bytes to a value.

    Only bytes whose digest was checked, in memory that nobody else has, may come here: a pickle
    runs what it says.  ``data`` may become the value's own memory.  Raises Undecodable.
    """
    decoder = _DECODERS.get(codec)
    if decoder is None:
        raise Undecodable(f"nothing here reads the codec {codec!r}", hint="upgrade noria")
    try:
        return decoder(data if isinstance(data, bytearray) else bytearray(data))
    # A pickle runs the constructors of classes that may have changed, or are gone.
    except Exception as error:
        raise Undecodable(f"a stored {codec} cannot be read: {error}") from error
