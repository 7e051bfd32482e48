"""Values as the view may show them: passwords are left out, whatever they stand in."""

from typing import Any

from noria_catalog.redact import is_secret, redacted

_HIDDEN = "••••••"
_LONGEST_TEXT = 2_000
_LONGEST_LIST = 200
_DEEPEST = 12


def shown_value(key: str, value: Any, depth: int = 0) -> Any:
    """Return a JSON-like value to show beside ``key``; secrets hidden, URLs without passwords.

    >>> shown_value("con", "postgresql://ann:secret@host/db"), shown_value("api_key", "x")
    ('postgresql://host/db', '••••••')
    """
    if is_secret(key) and value not in (None, True, False):
        return value if key == "credentials" and isinstance(value, str) else _HIDDEN
    if depth > _DEEPEST:
        return "…"
    if isinstance(value, dict):
        items = list(value.items())[:_LONGEST_LIST]
        return {str(name): shown_value(str(name), below, depth + 1) for name, below in items}
    if isinstance(value, list | tuple):
        return [shown_value("", below, depth + 1) for below in value[:_LONGEST_LIST]]
    if isinstance(value, bool | int | None):
        return value
    if isinstance(value, float):
        return value if value - value == 0 else str(value)
    text = redacted(str(value))
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"
