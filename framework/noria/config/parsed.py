"""Parsed files, kept by content: a file that has not changed is not parsed again."""

import marshal
import os
import sys
from array import array
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from itertools import repeat
from pathlib import Path
from typing import Any

from blake3 import blake3
from noria_catalog.errors import NoriaError
from noria_catalog.located import Located, Where

from noria.errors import ConfigError

# What the bytes mean: the format's number, and marshal's, which differs from one Python to another.
_MAGIC = b"noria-parsed-2\n"
_DIGEST = 16
_PYTHON = f"{sys.implementation.cache_tag} {marshal.version} {sys.byteorder}".encode()


class ParsedFiles:
    """Parses files, and keeps what came out in ``<state>/config``.

    What is kept is believed only with a checksum over it, the file's bytes, this Python and this
    very folder; anything else, a torn file or one from elsewhere, is as if it were not there.
    ``prepare`` makes the state folder before the first write.  ``state`` ``None`` keeps nothing.
    """

    def __init__(
        self, state: Path | None = None, prepare: Callable[[Path], Path] | None = None
    ) -> None:
        self._folder = None if state is None else state / "config"
        self._prepare = prepare

    def read(self, data: bytes, name: str) -> Located:
        """Return a file's content, located; ``name`` is what errors show.  Raises ConfigError."""
        if _is_empty(data):
            return Located({}, Where(name, 1, 1))
        found = self._recall(name, data)
        if found is not None:
            return _unpacked(found, name)
        located = parse(data, name)
        self._keep(name, data, lambda: _packed(located))
        return located

    def plain(self, data: bytes, name: str, make: Callable[[], Any]) -> Any:
        """Return what ``make`` makes of a file's bytes, which is kept where marshal knows it.

        >>> ParsedFiles().plain(b"a = 1", "a.toml", lambda: {"a": 1})
        {'a': 1}
        """
        found = self._recall(name, data)
        if found is None:
            found = make()
            self._keep(name, data, lambda: found)
        return found

    def _recall(self, name: str, data: bytes) -> Any:
        if self._folder is None:
            return None
        kept = self._folder / _slot(name)
        try:
            held = kept.read_bytes()
            magic, check = held[: len(_MAGIC)], held[len(_MAGIC) :][:_DIGEST]
            payload = memoryview(held)[len(_MAGIC) + _DIGEST :]
            if magic == _MAGIC and check == _checksum(kept.parent, data, payload):
                return marshal.loads(payload)  # noqa: S302  # ours: the checksum says so
        except (OSError, ValueError, EOFError, TypeError):
            pass  # nothing usable is kept: parse again
        return None

    def _keep(self, name: str, data: bytes, value: Callable[[], Any]) -> None:
        if self._folder is None:
            return
        kept = self._folder / _slot(name)
        try:
            payload = marshal.dumps(value())
            if self._prepare is not None:
                self._prepare(kept.parent.parent)
            kept.parent.mkdir(exist_ok=True)
            beside = kept.with_suffix(f".{os.getpid()}.tmp")
            beside.write_bytes(_MAGIC + _checksum(kept.parent, data, payload) + payload)
            beside.replace(kept)
        except (OSError, ValueError, NoriaError):
            pass  # a read-only project works too, only more slowly; so does a date as a key


def parse(data: bytes, name: str) -> Located:
    """Return the content of a YAML file, located; raises ConfigError at the place of a mistake."""
    from noria.config.yaml_loader import read_yaml

    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{name} is not UTF-8 text (byte {error.start})") from None
    return read_yaml(text, name)


def _is_empty(data: bytes) -> bool:
    if data[:1].isalpha():  # the usual beginning; the lines of a large file take their time
        return False
    return all(line.startswith(b"#") or not line.strip() for line in data.splitlines())


def _slot(name: str) -> str:
    return blake3(os.fsencode(name)).hexdigest(12)


def _checksum(folder: Path, data: bytes, payload: Any) -> bytes:
    # The folder's own number: a project that was copied here brings nothing that is believed.
    here = os.stat(folder)
    about = f"{here.st_dev} {here.st_ino} {here.st_uid}".encode()
    check = blake3()
    for part in (_PYTHON, about, blake3(data).digest()):
        check.update(part + b"\n")
    check.update(payload)
    return check.digest(_DIGEST)


def _packed(located: Located) -> tuple[Any, bytes]:
    """Return a tree as marshal knows it, and the places of its values and keys in one row."""
    places = array("I")
    made: dict[int, Any] = {}
    words: dict[str, str] = {}

    def word(value: Any) -> Any:
        # Marshal keeps what is one object as one.
        return words.setdefault(value, value) if type(value) is str else value

    def add(below: Located) -> Any:
        value = pack(below.value)
        for where in (below.where, below.key):
            places.extend((where.line, where.column) if where else (0, 0))
        return value

    def pack(value: Any) -> Any:
        if not isinstance(value, dict | list):
            if isinstance(value, date):
                return ("datetime" if isinstance(value, datetime) else "date", value.isoformat())
            return word(value)
        if id(value) not in made:
            made[id(value)] = (
                {word(key): add(below) for key, below in value.items()}
                if isinstance(value, dict)
                else [add(below) for below in value]
            )
        return made[id(value)]

    return add(located), places.tobytes()


def _unpacked(packed: tuple[Any, bytes], name: str) -> Located:
    tree, numbers = packed
    places = array("I")
    places.frombytes(numbers)
    once: dict[int, int] = {}
    lines = map(once.setdefault, places[::2], places[::2])
    # All in C: twelve thousand places are made in a few milliseconds.
    wheres = map(partial(tuple.__new__, Where), zip(repeat(name), lines, places[1::2]))
    following = wheres.__next__
    new: Any = tuple.__new__
    made: dict[int, Any] = {}
    containers = {dict, list, tuple}

    def unpack(value: Any) -> Any:
        if value.__class__ is tuple:
            return _moment(value)
        number = id(value)
        found = made.get(number)
        if found is None:
            found = made[number] = mapping(value) if value.__class__ is dict else row(value)
        return found

    located = partial(new, Located)

    def mapping(value: dict[Any, Any]) -> dict[Any, Located]:
        if containers.isdisjoint(map(type, value.values())):  # all in C, as most mappings are
            placed = zip(value.values(), wheres, wheres, strict=False)
            return dict(zip(value, map(located, placed), strict=True))
        return {
            key: new(
                Located,
                (
                    unpack(below) if below.__class__ in containers else below,
                    following(),
                    following(),
                ),
            )
            for key, below in value.items()
        }

    def row(value: list[Any]) -> list[Located]:
        found = []
        for below in value:
            inner = unpack(below) if below.__class__ in containers else below
            where, _ = following(), following()  # an item has no key
            found.append(Located(inner, where))
        return found

    whole = unpack(tree) if tree.__class__ in containers else tree
    return Located(whole, following())


def _moment(packed: tuple[str, str]) -> date:
    kind, text = packed
    return datetime.fromisoformat(text) if kind == "datetime" else date.fromisoformat(text)
