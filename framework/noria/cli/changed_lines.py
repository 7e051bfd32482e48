"""The lines that differ between two versions of a source, as a few lines of a terminal."""

import difflib

_MOST = 24


def changed_lines(before: str | None, after: str | None) -> list[str]:
    r"""Return the lines that differ, each with its sign and indented, as many as fit.

    ``None`` is a text that was or is not there.

    >>> changed_lines("a = 1\n", "a = 2\n")
    ['    -a = 1', '    +a = 2']
    """
    old, new = (before or "").splitlines(), (after or "").splitlines()
    lines = list(difflib.unified_diff(old, new, lineterm="", n=1))[2:]
    shown = [f"    {line}" for line in lines if not line.startswith("@@")]
    rest = len(shown) - _MOST
    return [*shown[:_MOST], *([f"    and {rest} lines more"] if rest > 0 else [])]
