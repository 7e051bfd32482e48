"""The folder ``.noria`` of a project: what Noria keeps, and git ignores."""

import os
from pathlib import Path

from noria.errors import ProjectError

ASIDE = "aside"
"""What was changed by hand and had to make place, by run."""


def prepare_state(folder: Path) -> Path:
    """Make the state folder, with a ``.gitignore`` of its own, and return it.

    Raises ProjectError when it cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        ignore = folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
        if not os.access(folder, os.W_OK):
            import tempfile

            tempfile.TemporaryFile(dir=folder).close()  # raises what the system says of it
    except OSError as error:
        raise ProjectError(
            f"{folder}, where runs are recorded, cannot be written: {error.strerror}"
        ) from error
    return folder
