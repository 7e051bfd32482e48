"""JSON that every reader takes, of any value."""

import json
import math
from typing import Any

_LONGEST_NUMBER = 10_000  # bits; Python refuses to write much longer ones in decimal


def json_text(value: Any, *, indent: int | None = None) -> str:
    """Return ``value`` as JSON that is valid whatever the value holds.

    What JSON has no word for becomes text: keys that are no text, dates and other objects, and the
    numbers "NaN", "Infinity" and "-Infinity", which most languages read back from that spelling.
    Of keys that become equal the last one stays.

    >>> import datetime
    >>> json_text({datetime.date(2026, 1, 31): float("nan"), 1: {2.5}})
    '{"2026-01-31": "NaN", "1": "{2.5}"}'
    """
    text = json.dumps(_plain(value), indent=indent, ensure_ascii=False, allow_nan=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair, from a file name that is no UTF-8
        return json.dumps(_plain(value), indent=indent, allow_nan=False)
    return text


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        return value if value.bit_length() < _LONGEST_NUMBER else hex(value)
    if isinstance(value, float):
        if math.isfinite(value):
            return value
        return "NaN" if math.isnan(value) else f"{'-' * (value < 0)}Infinity"
    if isinstance(value, dict):
        return {_key(key): _plain(below) for key, below in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(below) for below in value]
    return str(value)


def _key(key: Any) -> str:
    plain = _plain(key)
    return plain if isinstance(plain, str) else json_text(plain)
