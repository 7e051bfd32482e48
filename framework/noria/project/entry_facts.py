"""What of a catalog entry counts for those who read its data, and for the one who makes it."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from noria_catalog.dataset import is_built_in

# Where a dataset lies, and what may be read there, is no part of how it is read and saved.
_NOT_CONFIGURATION = frozenset(
    {"filepath", "path", "metadata", "credentials", "fs_args", "refresh"}
)
SIDES = {  # what is left out, by side
    "reads": _NOT_CONFIGURATION | {"type", "save_args", "versioned"},
    "makes": _NOT_CONFIGURATION | {"type", "load_args"},
}
_BY_KEYWORD = ("load_args", "save_args")


@cache
def is_own(kinds: tuple[type[Any], ...]) -> bool:
    """Tell whether anything may be made of what an entry says: by a class of the project, say."""
    return any(
        not is_built_in(kind) and not kind.__module__.startswith("kedro_datasets.")
        for kind in kinds
    )


def that_counts(
    kinds: tuple[type[Any], ...], side: str, described: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what an entry says that counts; to a class of one's own all may mean something.

    >>> from noria_catalog.memory import MemoryDataset
    >>> that_counts((MemoryDataset,), "reads", {"metadata": "mine", "load_args": {}, "mode": "a"})
    {'mode': 'a'}
    """
    if is_own(kinds):
        unsaid = SIDES[side] - {"metadata"}
        return {key: value for key, value in described.items() if key not in unsaid}
    return {
        key: value
        for key, value in described.items()
        if key not in SIDES[side] and (value or key not in _BY_KEYWORD)  # no arguments are none
    }


def told_of_file(
    kinds: tuple[type[Any], ...], side: str, described: Mapping[str, Any]
) -> tuple[str, str]:
    """Return how a file's name ends, and all of it where a class of one's own reads the file."""
    path = str(described.get("filepath", ""))
    return _ending(path), path.rpartition("/")[2] if side == "reads" and is_own(kinds) else ""


def _ending(path: str) -> str:
    """Return a path's last name from its first dot on, that of a hidden file left out.

    >>> _ending("/data/.rows.csv.gz"), _ending("/data.d/rows")
    ('.csv.gz', '')
    """
    name = path.rpartition("/")[2].lstrip(".")
    return name[len(name.partition(".")[0]) :]


def ordered(key: str, value: Any) -> Any:
    """Return what an entry says under a key; arguments by keyword have no order, others may."""
    if key in _BY_KEYWORD and isinstance(value, Mapping):
        return [(name, value[name]) for name in sorted(value, key=str)]
    return value
