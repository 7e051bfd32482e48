"""The nearest valid name, for error messages."""

from collections.abc import Iterable


def nearest(wrong: str, valid: Iterable[str]) -> str | None:
    """Return the valid name closest to ``wrong``, or ``None`` when nothing is close.

    Close means a similarity of at least 0.6 by Ratcliff and Obershelp's measure
    (:mod:`difflib`), upper and lower case being equal.  Where nothing is, a name without dots is
    compared with what stands behind the last dot of others, too.

    >>> nearest("trian", ["train", "report"])
    'train'
    >>> nearest("xyz", ["train", "report"]) is None
    True
    >>> nearest("fit_modle", ["boosting.fit_model", "boosting.measure"])
    'boosting.fit_model'
    """
    from difflib import get_close_matches

    by_folded: dict[str, str] = {}
    behind: dict[str, str] = {}
    for name in valid:
        folded = name.casefold()
        by_folded.setdefault(folded, name)
        if "." in folded:
            behind.setdefault(folded.rpartition(".")[2], name)
    for names in (by_folded, behind if "." not in wrong else {}):
        found = get_close_matches(wrong.casefold(), names, n=1, cutoff=0.6)
        if found:
            return names[found[0]]
    return None
