"""From a command's arguments to a selection."""

from typing import Any

from noria.project.selection import Selection


def take_selection(given: dict[str, Any]) -> Selection:
    """Take the selection's values out of a command's arguments."""
    return Selection(**{name: given.pop(name) for name in Selection._fields})
