"""How paths are told to people."""

from pathlib import Path


def shown_in(root: Path, path: str) -> str:
    """Return a path as it is called in a project's folder, as it is where it lies elsewhere.

    >>> shown_in(Path("/srv/shop"), "/srv/shop/data/a.csv")
    'data/a.csv'
    """
    whole = Path(path)
    return whole.relative_to(root).as_posix() if whole.is_relative_to(root) else path
