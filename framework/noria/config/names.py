"""The names in a tree of configuration: which there are, and which are asked for."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from noria_catalog.located import Located

from noria.config.expressions import (
    ALIASES,
    OPENING,
    Call,
    Malformed,
    Plain,
    Reference,
    Text,
    parse,
)


def dotted_names(located: Located, prefix: str = "") -> Iterator[str]:
    """Yield the dotted name of every value below, mappings too.

    >>> from noria_catalog.located import locate
    >>> list(dotted_names(locate({"a": {"b": 1}})))
    ['a', 'a.b']
    """
    if isinstance(located.value, dict):
        for key, below in located.value.items():
            yield f"{prefix}{key}"
            yield from dotted_names(below, f"{prefix}{key}.")


def runtime_names(located: Located) -> Iterator[str]:
    """Yield the names that ``${runtime:name}`` asks for anywhere in a tree, as far as written out.

    >>> from noria_catalog.located import locate
    >>> list(runtime_names(locate({"a": ["${runtime:day,${runtime_params:x.y}}"]})))
    ['day', 'x.y']
    """
    value = located.value
    if isinstance(value, dict | list):
        for below in value.values() if isinstance(value, dict) else value:
            yield from runtime_names(below)
    elif isinstance(value, str) and OPENING in value:
        try:
            yield from _asked_for(parse(value))
        except Malformed:
            return  # told where it is evaluated


def _asked_for(text: Text | Plain) -> Iterator[str]:
    for piece in text.pieces if isinstance(text, Text) else ():
        if isinstance(piece, Reference):
            yield from _asked_for(piece.path)
        elif isinstance(piece, Call):
            first = piece.arguments[0] if piece.arguments else None
            named = ALIASES.get(piece.name, piece.name) == "runtime"
            if named and isinstance(first, Text) and isinstance(first.pieces[0], str):
                yield first.pieces[0].strip()
            for argument in piece.arguments:
                yield from _asked_for(argument)


def way_into(located: Located, words: Sequence[str]) -> tuple[list[Any], list[str]]:
    """Return the keys that words lead along as far as there are any, and the words that are left.

    A key may hold dots, or be a number.

    >>> from noria_catalog.located import locate
    >>> way_into(locate({"a.b": {0: "x"}}), ["a", "b", "0", "c"])
    (['a.b', 0], ['c'])
    """
    best: tuple[list[Any], list[str]] = ([], list(words))
    for length in range(1, len(words) + 1):
        key = key_of(located.value, ".".join(words[:length]))
        if key is not None:
            keys, left = way_into(located.value[key], words[length:])
            if len(left) < len(best[1]):
                best = [key, *keys], left
    return best


def key_of(value: Any, word: str) -> Any:
    """Return the key or position that ``word`` names in a mapping or list, ``None`` for none."""
    if isinstance(value, dict):
        if word in value:
            return word
        return next((key for key in value if not isinstance(key, str) and str(key) == word), None)
    if isinstance(value, list) and re.fullmatch(r"-?[0-9]+", word):
        return int(word) if -len(value) <= int(word) < len(value) else None
    return None
