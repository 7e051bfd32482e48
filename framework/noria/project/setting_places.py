"""Where a setting stands: a variable, a settings file, ``[tool.noria]``."""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from noria_catalog.located import Located, Where, locate

from noria.project.discover import MARKER, TABLE, Project

PREFIX = "NORIA_"
FILE = "settings.toml"


def place_of(name: str, project: Project, files: Sequence[Path]) -> Where | None:
    """Return where the value of a setting that counts stands, ``None`` when it stands nowhere.

    ``files`` are the settings files, later ones winning.
    """
    for variable in sorted(os.environ):
        if variable == PREFIX + name.upper() or variable.startswith(f"{PREFIX}{name.upper()}__"):
            return Where(variable, 0, 0)
    for path in reversed(files):
        found = line_of(name, _read(path), "")
        if found is not None:
            return Where(path.relative_to(project.path).as_posix(), *found)
    found = line_of(name, _read(project.path / MARKER), TABLE)
    return None if found is None else Where(MARKER, *found)


def located_settings(project: Project, settings: Any) -> Located:
    """Return the settings with their places; one that stands nowhere has its default."""
    values: Mapping[str, Any] = settings._asdict()
    conf = project.path / settings.conf_source
    both = (conf / "base" / FILE, conf / settings.env / FILE)
    files = [path for path in both if path.is_file()]
    layout = {"package": project.package, "source_dir": project.source.name}
    return Located(
        {
            name: locate(value, place_of(name, project, files))
            for name, value in {**layout, **values}.items()
        }
    )


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def line_of(name: str, text: str, table: str) -> tuple[int, int] | None:
    r"""Return line and column of a key of a table, ``""`` being the file's top.

    ``name`` is in lower case; ``None`` is returned where the key is not written on a line of its
    own.

    >>> line_of("runner", "[tool.noria]\nrunner = 'threads'\n", "tool.noria")
    (2, 1)
    """
    inside = not table
    for number, line in enumerate(text.splitlines(), start=1):
        header = re.match(r"\s*\[\s*([^\]]+?)\s*\]", line)
        if header:
            if header[1].lower() == (f"{table}.{name}" if table else name):
                return number, 1
            inside = header[1] == table
        found = re.match(r"""(\s*)["']?([^\[#]+?)["']?\s*[.=]""", line)
        if inside and found and found[2].lower() == name:
            return number, len(found[1]) + 1
    return None
