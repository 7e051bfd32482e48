r"""The language of ``${...}`` in text: parsed here, evaluated in :mod:`noria.config.interpolate`.

``${name}``, ``${a.b[0]}`` and ``${.sibling}`` refer to another value; ``${resolver:argument,...}``
asks for one.  They nest; ``\${`` is a plain ``${``, and in front of a real one a backslash is
written twice.
"""

import re
from functools import lru_cache
from typing import Any, NamedTuple

OPENING = "${"
ALIASES = {"oc.env": "env", "runtime_params": "runtime"}
# What most texts hold: nothing nested, quoted or escaped.  All are compiled when first asked.
SIMPLE = r"\$\{([^\\${}'\"]*)\}"
_RESOLVER = r"\s*([A-Za-z_][\w.]*)\s*:"
_ESCAPED = r"(?s)\\(.)"
_INT = r"[+-]?(0|[1-9][0-9]*(_[0-9]+)*)"
_FLOAT = r"(?i)[+-]?([0-9][0-9_]*\.?[0-9]*(e[+-]?[0-9]+)?|\.[0-9]+(e[+-]?[0-9]+)?|inf|nan)"
_WORDS = {"null": None, "true": True, "false": False}
_CLOSES = {"[": "]", "{": "}", "(": ")"}


class Reference(NamedTuple):
    """``${a.b}``: another value of the same configuration; ``path`` is text with references."""

    path: "Text"


class Call(NamedTuple):
    """``${resolver:arguments}``; an argument is a Text, or Plain."""

    name: str
    arguments: "tuple[Text | Plain, ...]"


class Plain(NamedTuple):
    """An argument that is written out: a number, a word, a list."""

    value: Any


class Text(NamedTuple):
    """Pieces in a row: plain text, references and calls."""

    pieces: "tuple[str | Reference | Call, ...]"


class Malformed(Exception):  # noqa: N818  # never leaves this room: its place is added there
    """A ``${`` that is not closed, or closed at once.  Never quotes the text: it may be secret."""


def parse(text: str) -> Text:
    r"""Return the pieces of ``text``; raises Malformed.

    >>> parse("data/${globals:folder}.csv").pieces
    ('data/', Call(name='globals', arguments=(Text(pieces=('folder',)),)), '.csv')
    >>> parse(r"\${kept}").pieces
    ('${kept}',)
    """
    if "\\" not in text:
        parts = re.split(SIMPLE, text)
        if not any(OPENING in part for part in parts[::2]):
            mixed = [_inside(part) if at % 2 else part for at, part in enumerate(parts)]
            return Text(tuple(piece for piece in mixed if piece) or ("",))
    return _parse_any(text)


def _parse_any(text: str) -> Text:
    pieces: list[str | Reference | Call] = []
    plain, at = "", 0
    while (found := text.find(OPENING, at)) >= 0:
        before = text[at:found]
        slashes = len(before) - len(before.rstrip("\\"))
        plain += before[: len(before) - slashes] + "\\" * (slashes // 2)
        if slashes % 2:
            plain, at = plain + OPENING, found + len(OPENING)
            continue
        end = _closing(text, found + len(OPENING))
        if plain:
            pieces.append(plain)
        plain, at = "", end + 1
        pieces.append(_inside(text[found + len(OPENING) : end]))
    plain += text[at:]
    if plain or not pieces:
        pieces.append(plain)
    return Text(tuple(pieces))


def segments(path: str) -> list[str]:
    """Return the keys of a dotted path; what stands in brackets is one key, dots and all.

    >>> segments("model.layers[0].size"), segments("[a.b].c")
    (['model', 'layers', '0', 'size'], ['a.b', 'c'])
    """
    found = re.findall(r"\[([^\]]*)\]|([^.\[\]]+)", path.strip())
    return [(bracketed or plain).strip() for bracketed, plain in found]


def _closing(text: str, at: int) -> int:
    """Return where the brace that was opened before ``at`` closes."""
    open_braces, quote = 1, ""
    while at < len(text):
        char = text[at]
        if char == "\\":
            at += 1
        elif quote:
            quote = "" if char == quote else quote
        elif char in "'\"" and _begins_argument(text, at):
            quote = char
        elif char == "{":
            open_braces += 1
        elif char == "}":
            open_braces -= 1
            if not open_braces:
                return at
        at += 1
    raise Malformed("a `${` is not closed by `}`")


def _begins_argument(text: str, at: int) -> bool:
    return text[:at].rstrip()[-1:] in {":", ",", "["}


@lru_cache(maxsize=4096)
def _inside(text: str) -> Reference | Call:
    found = re.match(_RESOLVER, text)
    if found is None:
        if not text.strip():
            raise Malformed("`${}` names nothing")
        return Reference(parse(text.strip()))
    rest = text[found.end() :]
    parts = _arguments(rest) if rest.strip() else []
    return Call(found[1], tuple(_argument(part) for part in parts))


def _arguments(text: str) -> list[str]:
    """Split at the commas outside quotes and brackets."""
    parts, start, at, quote = [], 0, 0, ""
    waiting: list[str] = []
    while at < len(text):
        char = text[at]
        if char == "\\":
            at += 1
        elif quote:
            quote = "" if char == quote else quote
        elif char in "'\"" and not text[start:at].strip(" [{,"):
            quote = char
        elif char in _CLOSES:
            waiting.append(_CLOSES[char])
        elif waiting and char == waiting[-1]:
            waiting.pop()
        elif char == "," and not waiting:
            parts.append(text[start:at])
            start = at + 1
        at += 1
    return [*parts, text[start:]]


def _argument(part: str) -> Text | Plain:
    text = part.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return parse(text[1:-1].replace("\\" + text[0], text[0]))
    if OPENING in text:
        return parse(text)
    if text[:1] in {"[", "{"}:
        from noria.config.yaml_loader import read_scalar

        return Plain(read_scalar(text))
    word = primitive(re.sub(_ESCAPED, r"\1", text))
    return Text((word,)) if isinstance(word, str) else Plain(word)


def primitive(text: str) -> Any:
    """Return what an unquoted word means: null, a truth value, a number, else itself.

    >>> primitive("3"), primitive("1e-3"), primitive("True"), primitive("data/raw")
    (3, 0.001, True, 'data/raw')
    """
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if re.fullmatch(_INT, text):
        return int(text)
    return float(text) if re.fullmatch(_FLOAT, text) else text
