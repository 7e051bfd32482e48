"""JSON files."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from noria_catalog.file_dataset import FileDataset


class JSONDataset(FileDataset):
    """A JSON value in UTF-8, indented by two spaces unless said otherwise.

    ``load_args`` go to :func:`json.loads`, ``save_args`` to :func:`json.dumps`.  Numbers of numpy
    are written as the plain numbers they equal.

    >>> import tempfile
    >>> dataset = JSONDataset(tempfile.mkdtemp() + "/metrics.json")
    >>> dataset.save({"auc": 0.75})
    >>> dataset.load()
    {'auc': 0.75}
    """

    default_save_args: ClassVar[Mapping[str, Any]] = {"indent": 2, "ensure_ascii": False}

    def read(self, path: Path) -> Any:
        """Return the value in the file ``path``."""
        import json

        with path.open(encoding="utf-8") as file:
            return json.loads(file.read(), **self.load_args)

    def write(self, data: Any, path: Path) -> None:
        """Write a value into the file ``path``."""
        import json

        text = json.dumps(data, **{"default": _plain_number, **self.save_args})
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.write("\n")


def _plain_number(value: Any) -> Any:
    if type(value).__module__ == "numpy" and getattr(value, "ndim", None) == 0:
        return value.item()
    raise TypeError(f"JSON has no {type(value).__module__}.{type(value).__qualname__}")
