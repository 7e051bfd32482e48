"""Arrays of NumPy."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from noria_catalog.errors import SaveError
from noria_catalog.file_dataset import FileDataset
from noria_catalog.formats.archives import member
from noria_catalog.previewed import first_part

_SEVERAL = ".npz"


class ArrayDataset(FileDataset):
    """A NumPy array as ``.npy``, or a mapping from names to arrays as ``.npz``.

    ``load_args`` go to :func:`numpy.load` (``mmap_mode: r`` opens a local ``.npy`` without reading
    it).  ``save_args``: ``compressed: true`` packs an ``.npz``, ``allow_pickle``.
    Arrays of Python objects are refused: they would be a pickle.

    >>> import numpy, tempfile
    >>> dataset = ArrayDataset(tempfile.mkdtemp() + "/a.npy")
    >>> dataset.save(numpy.arange(3))
    >>> dataset.load().tolist()
    [0, 1, 2]
    """

    def read(self, path: Path) -> Any:
        """Return the array in the file ``path``, or all by their names."""
        import numpy as np

        arguments = {"allow_pickle": False, **self.load_args}
        if arguments.get("mmap_mode") is not None:
            return np.load(path, **arguments)
        with path.open("rb") as file:
            found = np.load(file, **arguments)
            if not isinstance(found, np.lib.npyio.NpzFile):
                return found
            with found:
                return {name: found[name] for name in found.files}

    def preview(self, rows: int) -> Any:
        """Return the first rows of an array; a local one is read no further."""
        import numpy as np

        path = Path(self.load_path())
        if path.suffix.lower() == _SEVERAL or not path.is_file():
            return first_part(self, rows)
        whole = np.load(path, mmap_mode="r", allow_pickle=False)
        return np.array(whole[:rows] if whole.ndim else whole)

    def write(self, data: Any, path: Path) -> None:
        """Write an array, or a mapping of them, into the file ``path``."""
        import numpy as np

        arguments = {"allow_pickle": False, **self.save_args}
        packed = arguments.pop("compressed", False)
        several = path.suffix.lower() == _SEVERAL
        if several != isinstance(data, Mapping):
            raise SaveError(
                f"a {type(data).__qualname__} does not go into {Path(self.filepath).name}",
                hint="an array goes into .npy, a mapping from names to arrays into .npz",
            )
        if several:
            _write_members(data, path, packed=packed, allow_pickle=arguments["allow_pickle"])
        else:
            with path.open("wb") as file:
                np.save(file, np.asarray(data), **arguments)


def _write_members(
    arrays: Mapping[str, Any], path: Path, *, packed: bool, allow_pickle: bool
) -> None:
    # numpy.savez takes names as keywords, so that an array cannot be called "file".
    import zipfile

    import numpy as np

    packing = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            with archive.open(member(f"{name}.npy", packing), "w", force_zip64=True) as file:
                np.lib.format.write_array(file, np.asanyarray(array), allow_pickle=allow_pickle)
