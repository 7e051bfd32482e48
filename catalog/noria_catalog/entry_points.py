"""What installed distributions offer by name, without the cost of importlib.metadata."""

import os
import sys
from collections.abc import Iterable


def entry_points(group: str, paths: Iterable[str] | None = None) -> list[tuple[str, str, str]]:
    """Return ``(name, "module:attribute", distribution)`` of every entry point of a group.

    Only the ``entry_points.txt`` files of the ``*.dist-info`` folders directly on ``paths``
    (``sys.path`` unless given) are read, editable installs included; nothing is imported.  Of two
    distributions of one name the first on the path counts, as it does for imports.

    >>> ("viz", "noria_viz.command:viz", "noria") in entry_points("noria.commands")
    True
    """
    found: list[tuple[str, str, str]] = []
    seen: set[str] = set()
    for path in sys.path if paths is None else paths:
        try:
            names = sorted(os.listdir(path or "."))
        except OSError:
            continue
        for name in names:
            if not name.endswith(".dist-info"):
                continue
            distribution = name.split("-", 1)[0]
            folded = distribution.lower().replace("-", "_").replace(".", "_")
            if folded in seen:
                continue
            seen.add(folded)
            text = _read(os.path.join(path, name, "entry_points.txt"))
            if group in text:
                found.extend(
                    (word, target, distribution.replace("_", "-"))
                    for word, target in _group(text, group)
                )
    return found


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError):
        return ""


def _group(text: str, group: str) -> list[tuple[str, str]]:
    entries = []
    inside = False
    for raw in text.splitlines():
        line = raw.strip()
        if line.startswith("["):
            inside = line == f"[{group}]"
        elif inside and "=" in line and not line.startswith(("#", ";")):
            name, target = line.split("=", 1)
            entries.append((name.strip(), target.split("[", 1)[0].replace(" ", "")))
    return entries
