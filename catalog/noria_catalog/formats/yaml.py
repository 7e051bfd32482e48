"""YAML files."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from noria_catalog.file_dataset import FileDataset
from noria_catalog.versions import Version


class YAMLDataset(FileDataset):
    """A YAML value of plain types, in UTF-8, its keys in the order in which they came.

    ``save_args`` go to :func:`yaml.dump`.  Only plain values are read and written: a YAML file
    cannot make an object.

    >>> import tempfile
    >>> dataset = YAMLDataset(tempfile.mkdtemp() + "/split.yml")
    >>> dataset.save({"train": "2013-01-01", "test": None})
    >>> dataset.load()
    {'train': '2013-01-01', 'test': None}
    """

    default_save_args: ClassVar[Mapping[str, Any]] = {
        "allow_unicode": True,
        "default_flow_style": False,
        "sort_keys": False,
    }

    def __init__(
        self,
        filepath: str | os.PathLike[str],
        *,
        save_args: Mapping[str, Any] | None = None,
        version: Version | None = None,
        credentials: Mapping[str, Any] | None = None,
        fs_args: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(
            filepath,
            save_args=save_args,
            version=version,
            credentials=credentials,
            fs_args=fs_args,
        )

    def read(self, path: Path) -> Any:
        """Return the value in the file ``path``."""
        import yaml

        with path.open("rb") as file:
            return yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both safe

    def write(self, data: Any, path: Path) -> None:
        """Write a value into the file ``path``."""
        import yaml

        dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
        with path.open("w", encoding="utf-8", newline="\n") as file:
            yaml.dump(data, file, Dumper=dumper, **self.save_args)
