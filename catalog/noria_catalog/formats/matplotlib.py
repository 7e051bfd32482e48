"""Figures of Matplotlib as images."""

import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from noria_catalog.errors import LoadError, SaveError
from noria_catalog.file_dataset import FileDataset
from noria_catalog.refusals import unexpected
from noria_catalog.versions import Version

# What the formats write of themselves that is not the figure: the time of writing.
_TIMELESS: dict[str, dict[str, Any]] = {
    "png": {},
    "jpg": {},
    "jpeg": {},
    "webp": {},
    "tif": {},
    "tiff": {},
    "pdf": {"CreationDate": None},
    "svg": {"Date": None},
}
_drawing = threading.Lock()


class MatplotlibDataset(FileDataset):
    """A Matplotlib figure as an image; the suffix says which: ``png svg pdf jpg webp tif``.

    ``save_args`` go to :meth:`matplotlib.figure.Figure.savefig`.  The same figure gives the same
    bytes.  The figure stays open: close it in the function that made it, or make it by
    ``matplotlib.figure.Figure()``, which needs no closing.  An image is no figure any more, so it
    cannot be loaded.

    >>> import tempfile
    >>> from matplotlib.figure import Figure
    >>> dataset = MatplotlibDataset(tempfile.mkdtemp() + "/roc.png")
    >>> dataset.save(Figure())
    >>> dataset.exists()
    True
    """

    needs: ClassVar[tuple[str, str]] = ("matplotlib", "matplotlib")

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
        """Raise LoadError: an image cannot be made a figure again."""
        raise LoadError(
            f"{Path(self.filepath).name} is an image, and cannot be loaded as a figure again",
            hint="hand the figure on in memory, and save it under a second name",
        )

    def write(self, data: Any, path: Path) -> None:
        """Write a figure into the file ``path``."""
        if isinstance(data, dict | list | tuple):
            raise SaveError(
                f"expected one figure, got a {type(data).__qualname__} of {len(data)}",
                hint="for several, use type: partitions.PartitionedDataset "
                "with dataset: matplotlib.MatplotlibDataset and filename_suffix: .png",
            )
        if not hasattr(data, "savefig"):
            raise unexpected("a figure", data)
        arguments = dict(self.save_args)
        kind = str(arguments.get("format") or path.suffix.removeprefix(".")).lower()
        if kind not in _TIMELESS:
            raise SaveError(
                f"no image format {kind!r}", hint=f"there are {', '.join(sorted(_TIMELESS))}"
            )
        metadata = {**_TIMELESS[kind], **arguments.pop("metadata", {})}
        if metadata:
            arguments["metadata"] = metadata
        _draw(data, path, arguments)


def _draw(figure: Any, path: Path, arguments: dict[str, Any]) -> None:
    import matplotlib as mpl

    # SVG names its parts at random unless there is a salt, which is a global setting.
    with _drawing:
        salt = mpl.rcParams["svg.hashsalt"]
        mpl.rcParams["svg.hashsalt"] = salt or "noria"
        try:
            figure.savefig(path, **arguments)
        finally:
            mpl.rcParams["svg.hashsalt"] = salt
