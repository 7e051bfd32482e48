"""What the classes of datasets read besides their data, where nobody sees them do it."""

from collections.abc import Iterable
from typing import Any

from noria_catalog.dataset import is_built_in

from noria.code import READING, CodeReader

# Files and connections that are opened while data is loaded are seen then, and which they are.
_SEEN = frozenset({"file", "network", "database"})


def told_class_effects(kinds: Iterable[type[Any]], reader: CodeReader) -> str:
    """Return what the code of dataset classes reads, a variable say; empty for nothing."""
    for kind in kinds:
        effects = () if is_built_in(kind) else reader.fingerprint(kind).effects
        for effect in effects:
            if effect.kind in READING - _SEEN:
                return f"{kind.__name__} reads the {effect.kind}: {effect.what} ({effect.where})"
    return ""
