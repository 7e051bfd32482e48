"""JSON for plain values: text, numbers, lists, dictionaries, tuples, sets of text, bytes."""

import binascii
import json
import math
from typing import Any

_MOST = 20_000  # parts of a value; larger ones are pickled, which is quicker
_DEEPEST = 100
_LONGEST = 100_000  # letters or bytes of one text; longer ones are pickled
_TAG = "~"
_ATOMS = {str, int, float, bool, type(None)}


class NotPlainError(Exception):
    """The value is more than this codec can give back exactly."""


def encode_plain(value: Any) -> bytes:
    """Return a value as JSON that :func:`decode_plain` makes an equal value of the same types of.

    What JSON does not have is a dictionary of one key that begins with ``~``.  Sets of text are
    sorted, so that they have the same bytes in every process.  Raises NotPlainError.

    >>> encode_plain({"a": (1, 2.5), "b": {"y", "x"}})
    b'{"a":{"~tuple":[1,2.5]},"b":{"~set":["x","y"]}}'
    """
    tree = _Walk().tree(value, 0)
    return json.dumps(tree, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode()


def decode_plain(data: bytes | bytearray) -> Any:
    """Return the value that :func:`encode_plain` was given.

    >>> decode_plain(encode_plain({1: float("inf"), "~": [b"x"]}))
    {1: inf, '~': [b'x']}
    """
    return json.loads(data, object_hook=_untagged)


class _Walk:
    """Goes through a value once."""

    def __init__(self) -> None:
        self._parts = 0
        self._seen: set[int] = set()

    def tree(self, value: Any, depth: int) -> Any:
        """Return ``value`` as JSON has it."""
        self._parts += 1
        if self._parts > _MOST or depth > _DEEPEST:
            raise NotPlainError
        kind = type(value)
        if kind in _ATOMS:
            return _atom(value, kind)
        if kind is bytes and len(value) <= _LONGEST:
            return {"~bytes": binascii.b2a_base64(value, newline=False).decode()}
        if kind is tuple:
            return {"~tuple": [self.tree(item, depth + 1) for item in value]}
        if kind is frozenset:
            return {"~frozenset": _texts(value)}
        if kind not in (list, dict, set):
            raise NotPlainError
        # One list in two places is one list again only in a pickle.
        if id(value) in self._seen:
            raise NotPlainError
        self._seen.add(id(value))
        if kind is set:
            return {"~set": _texts(value)}
        if kind is list:
            return [self.tree(item, depth + 1) for item in value]
        return self._dictionary(value, depth + 1)

    def _dictionary(self, value: dict[Any, Any], depth: int) -> Any:
        if all(type(key) is str and not key.startswith(_TAG) for key in value):
            return {_text(key): self.tree(item, depth) for key, item in value.items()}
        return {
            "~dict": [
                [self.tree(key, depth), self.tree(item, depth)] for key, item in value.items()
            ]
        }


def _atom(value: Any, kind: type) -> Any:
    if kind is str:
        return _text(value)
    if kind is int and value.bit_length() > 1000:
        raise NotPlainError  # Python limits how long a number in text may be
    if kind is float and not math.isfinite(value):
        if math.isnan(value):
            raise NotPlainError  # which of the many
        return {"~float": repr(value)}
    return value


def _text(value: str) -> str:
    if len(value) > _LONGEST:
        raise NotPlainError
    # Two halves of a character, spelled one by one, would come back as one character.
    if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
        raise NotPlainError
    return value


def _texts(value: set[Any] | frozenset[Any]) -> list[str]:
    """Return the items sorted: only text has no order of its own from process to process."""
    if not all(type(item) is str for item in value) or len(value) > _MOST:
        raise NotPlainError
    return sorted(map(_text, value))


def _untagged(found: dict[str, Any]) -> Any:
    if len(found) != 1:
        return found
    ((tag, content),) = found.items()
    match tag:
        case "~tuple":
            return tuple(content)
        case "~set":
            return set(content)
        case "~frozenset":
            return frozenset(content)
        case "~bytes":
            return binascii.a2b_base64(content)
        case "~float":
            return float(content)
        case "~dict":
            return {key: value for key, value in content}  # noqa: C416  # pairs are lists
    return found
