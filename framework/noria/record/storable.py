"""What SQLite can keep of a value."""

from typing import Any


def storable(value: Any) -> Any:
    r"""Return the value with half characters in text escaped; ``None`` for a giant number.

    >>> storable("\udcff"), storable(1 << 64), storable("é")
    ('\\udcff', None, 'é')
    """
    if isinstance(value, str) and not value.isascii():
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, int) and value.bit_length() > 63:
        return None
    return value
