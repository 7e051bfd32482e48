"""The nearest valid name, for error messages."""

from collections.abc import Iterable


def nearest(wrong: str, valid: Iterable[str]) -> str | None:
    """Return the valid name closest to ``wrong``, or ``None`` when nothing is close.

    Close means a similarity of at least 0.6 by Ratcliff and Obershelp's measure
    (:mod:`difflib`), upper and lower case being equal.

    >>> nearest("trian", ["train", "report"])
    'train'
    >>> nearest("xyz", ["train", "report"]) is None
    True
    """
    from difflib import get_close_matches

    by_folded: dict[str, str] = {}
    for name in valid:
        by_folded.setdefault(name.casefold(), name)
    found = get_close_matches(wrong.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[found[0]] if found else None
