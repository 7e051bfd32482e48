"""What is said of data that a dataset does not save."""

from typing import Any

from noria_catalog.errors import SaveError


def refuse_none(data: Any) -> None:
    """Raise SaveError for ``None``: mostly a function has forgotten its return.

    >>> refuse_none(0)
    """
    if data is None:
        raise SaveError("None cannot be saved", hint="does the function return what it has made?")


def unexpected(wanted: str, data: Any) -> TypeError:
    """Return the error that names what was wanted and what came.

    >>> unexpected("a figure", [1])
    TypeError('expected a figure, got list')
    """
    kind = f"{type(data).__module__}.{type(data).__qualname__}".removeprefix("builtins.")
    return TypeError(f"expected {wanted}, got {kind}")
