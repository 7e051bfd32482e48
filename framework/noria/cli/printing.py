"""Words for durations, sizes and counts; tables in plain text; JSON."""

import json
import sys
import time
from collections.abc import Iterable, Sequence
from itertools import accumulate, takewhile
from typing import Any

from noria.cli.saying import answers, is_open, say
from noria.record.json_text import json_text

_UNITS = ("B", "kB", "MB", "GB", "TB")
_THOUSAND = 1000.0
_MINUTE = 60.0
_LONGEST_VALUE = 70
_LEAST_WIDTH = 24


def duration(seconds: float | None) -> str:
    """Return a duration for reading; ``None`` is a dash.

    >>> duration(0.0123), duration(7.25), duration(75), duration(3725), duration(None)
    ('12 ms', '7.2 s', '1 min 15 s', '1 h 02 min', '-')
    >>> duration(0.9998), duration(59.98)
    ('1.0 s', '1 min 00 s')
    """
    if seconds is None:
        return "-"
    if seconds < 0.001:
        return "<1 ms"
    if round(seconds * 1000) < _THOUSAND:
        return f"{seconds * 1000:.0f} ms"
    if round(seconds, 1) < _MINUTE:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < _MINUTE:
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min"


def size(count: int | None) -> str:
    """Return a number of bytes for reading; ``None`` is nothing.

    >>> size(999), size(1_234_567), size(None)
    ('999 B', '1.2 MB', '')
    """
    if count is None:
        return ""
    value = float(count)
    for unit in _UNITS:
        if value < _THOUSAND or unit == _UNITS[-1]:
            break
        value /= _THOUSAND
    return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"


def rows(count: int | None) -> str:
    """Return a number of rows for reading; ``None`` is nothing.

    >>> rows(26398), rows(1), rows(None)
    ('26,398 rows', '1 row', '')
    """
    if count is None:
        return ""
    return f"{count:,} row" + ("" if count == 1 else "s")


def moment(at: float | None) -> str:
    """Return a moment in local time; ``None`` is a dash."""
    return "-" if at is None else time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))


def plural(count: int, word: str) -> str:
    """Return a count with its word.

    >>> plural(1, "node"), plural(12, "node")
    ('1 node', '12 nodes')
    """
    return f"{count:,} {word}" + ("" if count == 1 else "s")


def value(found: Any) -> str:
    """Return a value of a parameter for reading, ``None`` as nothing; a long one is cut.

    >>> value(0.5), value(None)
    ('0.5', 'nothing')
    """
    told = "nothing" if found is None else repr(found)
    return told if len(told) <= _LONGEST_VALUE else f"{told[:_LONGEST_VALUE]}…"


def values(before: Any, after: Any) -> str:
    """Return how a value of a parameter changed; of a long list only what came and went.

    Of other long ones that begin alike it is what follows.  That two are shown alike which are not
    the same, a secret or a date and its text, is said.

    >>> values(1, 2.5), values([*range(40)], [*range(41)])
    ('1 -> 2.5', 'with 40')
    >>> values("***", "***")
    "another one, though shown alike: '***'"
    """
    if repr(before) == repr(after):
        return f"another one, though shown alike: {value(after)}"
    if isinstance(before, list) and isinstance(after, list):
        gone = [repr(each) for each in before if each not in after]
        new = [repr(each) for each in after if each not in before]
        told = [f"without {', '.join(gone)}"] * bool(gone) + [f"with {', '.join(new)}"] * bool(new)
        if told and len(repr(before)) + len(repr(after)) > _LONGEST_VALUE:
            return ", ".join(told)
    if value(before) == value(after):
        both = repr(before), repr(after)
        pairs = zip(*both, strict=False)
        alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        return " -> ".join(_cut(text, alike) for text in both)
    return f"{value(before)} -> {value(after)}"


def library(before: str | None, after: str | None) -> str:
    """Return how a distribution changed of which version and digest of its files are given.

    >>> library("1.0 9f2c", "1.1 03ab"), library("1.0 9f2c", "1.0 03ab"), library(None, "1.0 9f2c")
    ('1.0 -> 1.1', '1.0, with other files', 'nothing -> 1.0')
    """
    old, new = ("nothing" if one is None else one.partition(" ")[0] for one in (before, after))
    return f"{new}, with other files" if old == new else f"{old} -> {new}"


def _cut(text: str, alike: int) -> str:
    """Return a long text around the place up to which it is like another one."""
    start = alike - _LONGEST_VALUE // 2
    end = start + _LONGEST_VALUE
    return f"…{text[start:end]}{'…' if end < len(text) else ''}"


def table(
    header: Sequence[str], body: Iterable[Sequence[str]], *, right: Iterable[int] = ()
) -> str:
    """Return a plain table, columns aligned; ``right`` are the columns aligned to the right.

    In a terminal that is too narrow the last column goes on in the lines below, or all that do not
    fit.

    >>> print(table(("node", "time"), [("clean", "2 s"), ("join", "12 s")], right=[1]))
      node   time
      clean   2 s
      join   12 s
    """
    cells = [tuple(header), *(tuple(line) for line in body)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    to_right = frozenset(right)
    room = None if len(widths) - 1 in to_right else _room()
    first = len(widths) - 1 if room is None else _that_fit(widths[:-1], room)
    lines = []
    for line in cells:
        parts = [
            cell.rjust(width) if at in to_right else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        whole = "  " + "  ".join(parts).rstrip()
        if room is not None and len(whole) > room:
            before = "  " + "  ".join(parts[:first])
            below = first < len(parts) - 1
            whole = _broken(before, "  ".join(line[first:]), room, below=below)
        lines.append(whole)
    return "\n".join(lines)


def _room() -> int | None:
    """Return how many letters fit into a line of the terminal, ``None`` where there is none."""
    if not is_open(sys.stdout) or not getattr(sys.stdout, "isatty", bool)():
        return None
    import shutil

    return shutil.get_terminal_size().columns


def _that_fit(widths: Sequence[int], room: int) -> int:
    """Return how many of some columns fit into a line, at least one."""
    ends = accumulate(width + 2 for width in widths)
    return max(1, sum(end <= room for end in ends))


def _broken(before: str, last: str, room: int, *, below: bool = False) -> str:
    """Return a line of a table whose last cell goes on below, beside the others or under them."""
    import textwrap

    beside = not below and len(before) + 2 + _LEAST_WIDTH <= room
    indent = " " * (len(before) + 2 if beside else 6)
    rest = textwrap.fill(
        last,
        max(room, len(indent) + _LEAST_WIDTH),
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return before + rest[len(before) :] if beside else f"{before.rstrip()}\n{rest}"


def print_json(value: Any) -> None:
    """Print a value as indented JSON, valid whatever it holds (see :func:`json_text`)."""
    say(json_lines(value))


def json_lines(value: Any) -> str:
    """Return a value as :func:`print_json` prints it."""
    text = json_text(value, indent=2)
    try:
        text.encode(getattr(answers(), "encoding", None) or "utf-8")
    except UnicodeEncodeError:  # a terminal of few letters: JSON can spell the others
        text = json.dumps(json.loads(text), indent=2)
    return text
