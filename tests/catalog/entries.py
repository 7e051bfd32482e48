"""What the tests of the catalog share: entries with places, and what lies in a folder."""

from pathlib import Path
from typing import Any

from noria_catalog import DataCatalog
from noria_catalog.located import Located, Where

FILE = "conf/base/catalog.yml"


def placed(value: Any) -> Located:
    """Return a value as if it was written in block style: a line for each key, two spaces deep."""
    lines = iter(range(1, 1000))

    def walk(below: Any, depth: int, key: Where | None) -> Located:
        if isinstance(below, dict):
            found = {}
            for name, inner in below.items():
                place = Where(FILE, next(lines), 2 * depth + 1)
                found[name] = walk(inner, depth + 1, place)
            return Located(found, key, key)
        if isinstance(below, list):
            return Located([walk(inner, depth + 1, key) for inner in below], key, key)
        return Located(below, key and Where(FILE, key.line, key.column + 100), key)

    return walk(value, 0, None)


def catalog_of(entries: dict[str, Any], base_path: Path, **options: Any) -> DataCatalog:
    """Return a catalog whose entries have places."""
    return DataCatalog.from_config(placed(entries), base_path=base_path, **options)


def listed(folder: Path) -> list[str]:
    """Return the names of all that lies in a folder, hidden ones too, sorted."""
    return sorted(path.name for path in folder.iterdir())
