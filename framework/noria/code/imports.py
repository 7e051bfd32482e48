"""Which modules a file imports, found by its text."""

import functools
import re

_NAMED = r"[^\W\d][\w.]*(?:[ \t]+as[ \t]+\w+)?"
_IMPORT = (
    r"(?m)(?:^|[;:])[ \t\f]*(?:from[ \t]+(?P<origin>[^\W\d][\w.]*)[ \t]+import\b"
    rf"|import[ \t]+(?P<names>{_NAMED}(?:[ \t]*,[ \t]*{_NAMED})*)[ \t]*(?=[;#]|$))"
)


@functools.cache
def imported_by(path: str) -> tuple[str, ...]:
    """Return the first parts of the names of all modules that a file imports anywhere.

    What only looks like an import counts too: a name too many does no harm, and to parse a format
    takes longer than to judge a hundred nodes.

    >>> imported_by(functools.__file__)[:3]
    ('abc', 'collections', 'reprlib')
    """
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read().replace("\\\n", " ")
    except OSError:
        return ()
    tops: dict[str, None] = {}
    for found in re.finditer(_IMPORT, text):
        for name in (found["origin"] or found["names"]).split(","):
            tops[name.strip().partition(" ")[0].partition(".")[0]] = None
    return tuple(tops)
