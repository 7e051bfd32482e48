"""The beginning of a file, whatever its size: what previews read."""

import io
from pathlib import Path
from typing import Any

from noria_catalog.errors import LoadError
from noria_catalog.file_dataset import FileDataset
from noria_catalog.formats.archives import compression_of, unpacked_beginning

MOST = 4 * 2**20
"""Bytes that a preview reads of a file."""


def whole_lines(dataset: FileDataset, compression: Any = "infer") -> io.BytesIO | None:
    """Return the first whole lines of a text file, compressed or not, as a file of a few megabytes.

    ``None`` for compressions that cannot be read from the beginning.  Raises LoadError where one
    line alone is longer than that, and MissingDataError.
    """
    path = dataset.load_path()
    method, _ = compression_of(compression, Path(path))
    with dataset.storage.opening(path) as file:
        beginning: bytes | None = file.read(MOST)
        if method is not None:
            assert beginning is not None
            beginning = unpacked_beginning(beginning, method, MOST)
    if beginning is None:
        return None
    if len(beginning) < MOST and method is None:
        return io.BytesIO(beginning)
    end = beginning.rfind(b"\n") + 1
    if end == 0 and len(beginning) == MOST:
        raise LoadError("its first line is longer than a preview may read")
    return io.BytesIO(beginning[:end] if end else beginning)
