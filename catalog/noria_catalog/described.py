"""What a dataset is, by JSON-like values without secrets."""

from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any

from noria_catalog.dataset import Describes
from noria_catalog.located import Located
from noria_catalog.redact import SECRET_KEYS, is_secret, redacted, shown_value
from noria_catalog.spec import keys_of, resolved_path, type_word

_MOST = 1_000  # of what an attribute holds: more is data
_PLACES = ("filepath", "path")
_PLACES_OF_OTHERS = (
    "file", "file_path", "file_name", "filename", "folder", "folder_path", "directory", "location",
)  # fmt: skip


def describe_entry(name: str, entry: Located, base_path: Path) -> dict[str, Any]:
    """Return what an entry says; ``filepath`` is its whole place, ``path`` or not.

    Of an entry around another one it is the place of that.
    Raises DatasetDefinitionError for an entry that is no mapping.
    """
    described: dict[str, Any] = {"type": type_word(entry)}
    for key, value in keys_of(name, entry).items():
        if key not in SECRET_KEYS and key != "type":
            described[key] = shown_value(value.plain())
    told, source, place = described, entry, _place_key(described)
    if place is None and isinstance(described.get("dataset"), dict):
        told, source = described["dataset"], entry.value["dataset"]
        place = _place_key(told)
    if place is not None and isinstance(told[place], str):
        # From the entry again: a relative path is no URL, and a URL is redacted as a whole.
        path = resolved_path(str(source.value[place].plain()), base_path)
        del told[place]
        described["filepath"] = redacted(path)
    return described


def _place_key(told: Mapping[str, Any]) -> str | None:
    for key in _PLACES:
        if key in told:
            return key
    # What classes of others' call it; of two, nobody knows how they go together.
    found = [key for key in _PLACES_OF_OTHERS if isinstance(told.get(key), str)]
    return found[0] if len(found) == 1 else None


def describe_dataset(dataset: Any) -> dict[str, Any]:
    """Return what a dataset that was made in Python says of itself, else what it has been given.

    >>> from noria_catalog.memory import MemoryDataset
    >>> describe_dataset(MemoryDataset(1))
    {'type': 'MemoryDataset', 'data': '<int>'}
    """
    kind = type(dataset).__name__
    if isinstance(dataset, Describes):
        return {"type": kind, **dataset.describe()}
    told = _plain(getattr(dataset, "__dict__", {}))
    return {"type": kind, "attributes": shown_value(told)} if told else {"type": kind}


def _plain(value: Any) -> Any:
    """Return attributes as JSON-like values without secrets, ``None`` for what is none."""
    if isinstance(value, PurePath):
        return str(value)
    if isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, dict) and len(value) <= _MOST:
        plain = {str(key): _plain(below) for key, below in value.items()}
        return {
            key: below for key, below in plain.items() if below is not None and not is_secret(key)
        }
    if isinstance(value, list | tuple) and len(value) <= _MOST:
        return [_plain(below) for below in value]
    return None
