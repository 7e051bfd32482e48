"""Sizes as people write them."""

import re

_FACTORS = {
    "": 1, "b": 1,
    "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12,
    "kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40,
}  # fmt: skip
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]*)\s*")


def parse_size(text: str) -> int:
    """Return a number of bytes; raises ValueError that says what a size looks like.

    >>> parse_size("10GB"), parse_size("1.5 MiB"), parse_size("0")
    (10000000000, 1572864, 0)
    """
    found = _SIZE.fullmatch(text)
    if found is None or found[2].lower() not in _FACTORS:
        raise ValueError(f"{text!r} is no size such as 500MB, 10GB or 1.5TB")
    return round(float(found[1]) * _FACTORS[found[2].lower()])
