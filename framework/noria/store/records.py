"""What the store hands out and takes: blobs, outputs, entries; an entry as bytes to be sealed."""

import json
from collections.abc import Callable, Iterator, Mapping
from sys import intern
from typing import Any, NamedTuple

EDITED = "edited-"
"""How the run of an entry begins whose output somebody has edited, in the run that follows."""
ADOPTED = "adopted-"
"""How the run of an entry begins whose outputs were taken as they lay: no node was executed."""
_spelled = json.JSONEncoder(separators=(",", ":")).encode
_FORM = "noria entry 2"
_BORDER = "\n"  # stands in no JSON text that is written without indentation


class Blob(NamedTuple):
    """Bytes, named by their blake3 ``digest`` in hexadecimal; ``size`` in bytes."""

    digest: str
    size: int


class Kept(NamedTuple):
    """A value as bytes: where they are, how they are decoded, and the code they count on.

    ``refers`` are the classes and functions that the bytes only name: a pickle of an object holds
    its class's name, so the object behaves otherwise after an edit of that class although the
    digest is the same.  Who decides by digest adds the fingerprints of these.
    """

    blob: Blob
    codec: str
    refers: tuple[Any, ...] = ()


class Output(NamedTuple):
    """What a node made: a dataset by ``name``.

    ``digest`` is what its readers go by.  ``form`` is ``files`` for the bytes of a dataset,
    ``value`` for an encoded value, ``none`` for what is not stored.  ``blobs`` are its relative
    name, digest and size, the name empty for one file or value; ``codec`` is a value's.
    ``place`` is protocol and path as recorded, empty in memory.
    """

    name: str
    digest: str
    form: str
    blobs: tuple[tuple[str, str, int], ...] = ()
    codec: str = ""
    place: str = ""


class Entry(NamedTuple):
    """What one execution made: of ``node`` in ``run``, at ``made``, in so many ``seconds``.

    ``key`` is what the result depends on, ``parts`` is what the key was made of, digests only.
    ``made`` is seconds since the epoch.  ``read`` says what was read besides, empty for nothing.
    """

    key: str
    node: str
    run: str
    made: float
    seconds: float
    parts: Mapping[str, Any]
    outputs: tuple[Output, ...]
    read: str = ""


ReadAgain = Callable[[str], Mapping[str, Any]]


class _Unread(Mapping[str, Any]):
    """The parts of an entry, read when they are asked for.

    A run holds the entries of all its nodes, and asks what few of them were made of.
    """

    __slots__ = ("_key", "_parts", "_read_again")

    def __init__(self, key: str, read_again: ReadAgain) -> None:
        self._key = key
        self._read_again = read_again
        self._parts: Mapping[str, Any] | None = None

    def _all(self) -> Mapping[str, Any]:
        if self._parts is None:
            self._parts = self._read_again(self._key)
        return self._parts

    def __getitem__(self, key: str) -> Any:
        return self._all()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


def entry_bytes(entry: Entry) -> bytes:
    """Return all fields of an entry as one text; the key is in it.

    The parts stand behind the others, for most who read an entry do not ask for them.

    >>> entry = Entry("k", "clean", "r", 1.5, 0.1, {"code": "ab"}, (Output("a", "d", "none"),))
    >>> entry_from(entry_bytes(entry)) == entry
    True
    """
    head = [_FORM, *entry[:5], entry.outputs, *([entry.read] if entry.read else ())]
    return _BORDER.join([_spelled(head), _spelled(dict(entry.parts))]).encode("ascii")


def entry_from(data: bytes, read_again: ReadAgain | None = None) -> Entry | None:
    """Return the entry that bytes hold, ``None`` where they are no entry of this form.

    ``read_again`` returns the parts of the entry of a key, where they are not to be kept.
    """
    try:
        head, _, rest = data.decode("ascii").partition(_BORDER)
        form, key, node, run, made, seconds, outputs, *more = json.loads(head)
        parts = json.loads(rest) if read_again is None else _Unread(key, read_again)
        if form != _FORM or not isinstance(parts, Mapping) or len(more) > 1:
            return None
        made_of = tuple(
            [
                Output(
                    intern(name),
                    digest,
                    intern(kind),
                    tuple([(a, digest if b == digest else b, c) for a, b, c in blobs]),
                    codec,
                    place,
                )
                for name, digest, kind, blobs, codec, place in outputs
            ]
        )
    except (ValueError, TypeError, RecursionError):
        return None
    return Entry(key, node, intern(run), made, seconds, parts, made_of, *more)
