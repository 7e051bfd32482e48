"""Models of scikit-learn by skops: files that run nothing when they are opened."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from noria_catalog.errors import LoadError
from noria_catalog.file_dataset import FileDataset
from noria_catalog.formats.archives import settle
from noria_catalog.libraries import library

_SCHEMA = "schema.json"


class SkopsDataset(FileDataset):
    """A scikit-learn model, or what else ``skops`` keeps: opening the file runs no code in it.

    ``load_args`` go to :func:`skops.io.load`: ``trusted`` lists the types, by name, that may be
    made beside those which skops knows to be harmless.  ``save_args`` go to
    :func:`skops.io.dump`.  The same model gives the same bytes: the numbers by which skops tells
    objects apart, which are places in memory, are counted anew.

    >>> import tempfile
    >>> dataset = SkopsDataset(tempfile.mkdtemp() + "/model.skops")
    >>> dataset.save({"weights": [1, 2]})
    >>> dataset.load()
    {'weights': [1, 2]}
    """

    needs: ClassVar[tuple[str, str]] = ("skops", "noria[skops]")

    def read(self, path: Path) -> Any:
        """Return the object in the file ``path``; raises LoadError for types nobody trusts."""
        skops = library("skops.io", "skops")
        arguments = dict(self.load_args)
        unknown = set(skops.get_untrusted_types(file=path)) - set(arguments.get("trusted") or ())
        if unknown:
            names = ", ".join(sorted(unknown))
            raise LoadError(
                f"it would make objects of types that are not trusted: {names}",
                hint="where you know them: load_args: {trusted: [" + names + "]}",
            )
        return skops.load(path, **arguments)

    def write(self, data: Any, path: Path) -> None:
        """Write an object into the file ``path``."""
        skops = library("skops.io", "skops")
        skops.dump(data, path, **self.save_args)
        _renumber(path)


def _renumber(path: Path) -> None:
    """Give the objects and members of a file of skops numbers in the order of the schema."""
    import zipfile

    with zipfile.ZipFile(path) as archive:
        schema = json.loads(archive.read(_SCHEMA))
        packing = archive.getinfo(_SCHEMA).compress_type
        contents = {name: archive.read(name) for name in archive.namelist()}
    numbers: dict[Any, int] = {}
    members: dict[str, str] = {}
    for node in _nodes(schema):
        # Whether two equal numbers or texts are one object says nothing of the value.
        known = object() if node.get("__loader__") == "JsonNode" else node["__id__"]
        node["__id__"] = numbers.setdefault(known, len(numbers))
        if "file" in node:
            name = node["file"]
            fresh = f"{len(members)}{Path(name).suffix}"
            node["file"] = members.setdefault(name, fresh)
    with zipfile.ZipFile(path, "w", packing) as archive:
        for name, fresh in members.items():
            archive.writestr(fresh, contents[name])
        archive.writestr(_SCHEMA, json.dumps(schema, indent=2))
    settle(path)


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "__id__" in value:
            yield value
        for below in value.values():
            yield from _nodes(below)
    elif isinstance(value, list):
        for below in value:
            yield from _nodes(below)
