"""How often data is looked at anew that nobody can tell apart without loading it."""

import re

from noria_catalog.errors import DatasetDefinitionError
from noria_catalog.located import Located
from noria_catalog.suggest import nearest

_WORDS = ("always", "never")
_PERIOD = r"(\d+) ?([smhdw])"
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def refresh_seconds(written: str) -> float:
    """Return for how many seconds what was found holds: infinity for "never", 0 for "always".

    >>> refresh_seconds("12h"), refresh_seconds("never"), refresh_seconds("always")
    (43200.0, inf, 0.0)
    """
    if written in _WORDS:
        return float("inf") if written == "never" else 0.0
    period = re.fullmatch(_PERIOD, written)
    if period is None:
        raise ValueError(written)
    return float(int(period[1]) * _SECONDS[period[2]])


def check_refresh(name: str, value: Located) -> None:
    """Raise DatasetDefinitionError, with its place, for a ``refresh`` that says nothing."""
    try:
        refresh_seconds(str(value.value))
    except ValueError:
        raise DatasetDefinitionError(
            f"dataset {name!r}: `refresh` is always, never or a period such as 12h,"
            f" not {value.value!r}",
            where=value.where or value.key,
            nearest=nearest(str(value.value), _WORDS),
        ) from None
