"""Images of Pillow."""

from pathlib import Path
from typing import Any, ClassVar

from noria_catalog.file_dataset import FileDataset
from noria_catalog.libraries import library
from noria_catalog.refusals import unexpected


class ImageDataset(FileDataset):
    """A Pillow image; the suffix says in which format.

    ``load_args`` go to :func:`PIL.Image.open`, ``save_args`` to :meth:`PIL.Image.Image.save`.

    >>> import tempfile
    >>> from PIL import Image
    >>> dataset = ImageDataset(tempfile.mkdtemp() + "/a.png")
    >>> dataset.save(Image.new("RGB", (2, 3)))
    >>> dataset.load().size
    (2, 3)
    """

    needs: ClassVar[tuple[str, str]] = ("PIL", "noria[images]")

    loads: ClassVar[str | None] = "PIL.Image.Image"

    def read(self, path: Path) -> Any:
        """Return the image in the file ``path``, read whole."""
        with library("PIL.Image", "images").open(path, **self.load_args) as image:
            return image.copy()

    def write(self, data: Any, path: Path) -> None:
        """Write an image into the file ``path``."""
        if not isinstance(data, library("PIL.Image", "images").Image):
            raise unexpected("a Pillow image", data)
        arguments = dict(self.save_args)
        if path.suffix.lower() == ".pdf":
            import time

            # Else it would hold the time, and the temporary file's name for a title.
            plain = {"creationDate": time.gmtime(0), "modDate": time.gmtime(0)}
            arguments = {"title": Path(self.filepath).stem, **plain, **arguments}
        data.save(path, **arguments)
