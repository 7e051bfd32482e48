"""The folder ``.noria`` of a project: what Noria keeps, and git ignores."""

from pathlib import Path


def prepare_state(folder: Path) -> Path:
    """Make the state folder, with a ``.gitignore`` of its own, and return it."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")
    return folder
