"""Tables of Polars in files, read whole or lazily."""

import os
from pathlib import Path
from typing import Any, ClassVar

from noria_catalog.errors import DatasetDefinitionError, SaveError
from noria_catalog.file_dataset import FileDataset
from noria_catalog.formats.archives import compression_of, writing_compressed
from noria_catalog.formats.beginnings import whole_lines
from noria_catalog.libraries import library
from noria_catalog.previewed import first_part
from noria_catalog.refusals import unexpected
from noria_catalog.remote import RemoteStorage
from noria_catalog.suggest import nearest

_BY_SUFFIX = {
    ".csv": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".json": "json",
    ".jsonl": "ndjson",
    ".ndjson": "ndjson",
    ".arrow": "ipc",
    ".feather": "ipc",
    ".ipc": "ipc",
    ".avro": "avro",
}
# Only these take a path for a pattern that may match several files.
_PATTERNS = ("csv", "parquet", "ipc", "ndjson")


class EagerPolarsDataset(FileDataset):
    """A Polars table in a file of ``file_format``, which is what the suffix says unless given.

    ``load_args`` go to ``polars.read_<file_format>``, ``save_args`` to
    ``polars.DataFrame.write_<file_format>``.  A CSV is compressed where it is named ``.csv.gz``.

    >>> import polars, tempfile
    >>> dataset = EagerPolarsDataset(tempfile.mkdtemp() + "/a.parquet")
    >>> dataset.save(polars.DataFrame({"a": [1, 2]}))
    >>> dataset.load()["a"].sum()
    3
    """

    needs: ClassVar[tuple[str, str]] = ("polars", "noria[polars]")

    loads: ClassVar[str | None] = "polars.DataFrame"
    other_with: ClassVar[frozenset[str]] = frozenset({"sheet_id", "sheet_name"})

    file_formats: ClassVar[tuple[str, ...]] = ("csv", "parquet", "json", "ndjson", "ipc", "avro")

    def __init__(
        self,
        filepath: str | os.PathLike[str],
        *,
        file_format: str | None = None,
        **options: Any,
    ) -> None:
        super().__init__(filepath, **options)
        self.file_format = self._checked(file_format)

    def read(self, path: Path) -> Any:
        """Return the table in the file ``path``."""
        read = getattr(_polars(), f"read_{self.file_format}")
        return read(path, **{**_one_file(self.file_format, read), **self.load_args})

    def preview(self, rows: int) -> Any:
        """Return the first rows; of a file of lines a few megabytes are read at most."""
        polars = _polars()
        if self.file_format in {"csv", "ndjson"}:
            text = whole_lines(self)
            if text is None:
                return first_part(self, rows)
            read = getattr(polars, f"read_{self.file_format}")
            return read(text, **{**self.load_args, "n_rows": rows})
        scan = getattr(polars, f"scan_{self.file_format}", None)
        path = self.load_path()
        if scan is None or not Path(path).is_file():
            return first_part(self, rows)
        return scan(path, glob=False).limit(rows).collect()

    def write(self, data: Any, path: Path) -> None:
        """Write a table into the file ``path``."""
        if not isinstance(data, _polars().DataFrame):
            raise unexpected("a polars DataFrame", data)
        self._write(data, path)

    def _write(self, data: Any, path: Path) -> None:
        write = getattr(data, f"write_{self.file_format}")
        method, options = compression_of("infer", path)
        if self.file_format not in {"csv", "ndjson"} or method is None:
            write(path, **self.save_args)
        elif method == "gzip":
            with writing_compressed(path, method, path.name, options) as file:
                write(file, **self.save_args)
        else:
            raise SaveError(f"Polars writes no {path.suffix}", hint="name it .gz, or leave it off")

    def _checked(self, given: str | None) -> str:
        suffixes = Path(self.filepath).suffixes
        known = next((_BY_SUFFIX[one] for one in reversed(suffixes) if one in _BY_SUFFIX), None)
        if len(self.file_formats) == 1:
            known = self.file_formats[0]
        chosen = known if given is None else str(given).lower()
        if chosen not in self.file_formats:
            told = "`file_format` is missing" if chosen is None else f"no file format {chosen!r}"
            raise DatasetDefinitionError(
                told,
                nearest=None if chosen is None else nearest(chosen, self.file_formats),
                hint=f"there are {', '.join(self.file_formats)}",
            )
        return chosen


class CSVDataset(EagerPolarsDataset):
    """A Polars table as CSV, compressed where it is named ``.csv.gz``.

    ``load_args`` go to :func:`polars.read_csv`, ``save_args`` to
    :meth:`polars.DataFrame.write_csv`.

    >>> import polars, tempfile
    >>> dataset = CSVDataset(tempfile.mkdtemp() + "/a.csv.gz")
    >>> dataset.save(polars.DataFrame({"a": [1, 2]}))
    >>> dataset.load()["a"].sum()
    3
    """

    load_function: ClassVar[str | None] = "polars:read_csv"
    save_function: ClassVar[str | None] = "polars:DataFrame.write_csv"

    file_formats: ClassVar[tuple[str, ...]] = ("csv",)


class LazyPolarsDataset(EagerPolarsDataset):
    """A Polars table that is read when it is collected, and only what is asked of it then.

    ``load_args`` go to ``polars.scan_<file_format>``; from a store the file is read through
    :func:`pyarrow.dataset.dataset`, and they go there.  What is saved is a LazyFrame, written as it
    is computed, or a DataFrame.

    >>> import polars, tempfile
    >>> dataset = LazyPolarsDataset(tempfile.mkdtemp() + "/a.parquet")
    >>> dataset.save(polars.DataFrame({"a": [1, 2]}).lazy())
    >>> dataset.load().select(polars.col("a").sum()).collect().item()
    3
    """

    loads: ClassVar[str | None] = "polars.LazyFrame"

    file_formats: ClassVar[tuple[str, ...]] = ("csv", "parquet", "ndjson", "ipc")

    def load(self) -> Any:
        """Return a LazyFrame over the file; raises MissingDataError where there is none."""
        path = self.load_path()
        if not self.storage.exists(path):
            raise self.storage.missing(path)
        if isinstance(self.storage, RemoteStorage):
            return self._scan_remote(self.storage, path)
        return self.read(Path(path))

    def preview(self, rows: int) -> Any:
        """Return the first rows, collected."""
        if self.file_format in {"csv", "ndjson"}:
            return super().preview(rows)
        return self.load().limit(rows).collect()

    def read(self, path: Path) -> Any:
        """Return a LazyFrame over the local file ``path``."""
        scan = getattr(_polars(), f"scan_{self.file_format}")
        return scan(path, **{**_one_file(self.file_format, scan), **self.load_args})

    def write(self, data: Any, path: Path) -> None:
        """Write a LazyFrame or a DataFrame into the file ``path``."""
        if isinstance(data, _polars().LazyFrame):
            if compression_of("infer", path)[0] is not None:
                self._write(data.collect(), path)
            else:
                getattr(data, f"sink_{self.file_format}")(path, **self.save_args)
        else:
            super().write(data, path)

    def _scan_remote(self, storage: RemoteStorage, path: str) -> Any:
        from pyarrow import dataset

        form = {"ndjson": "json"}.get(self.file_format, self.file_format)
        files, key = storage.opened(path)
        found = dataset.dataset(key, filesystem=files, format=form, **self.load_args)
        return _polars().scan_pyarrow_dataset(found)


def _polars() -> Any:
    return library("polars", "polars")


def _one_file(file_format: str, read: Any) -> dict[str, Any]:
    """Return what keeps Polars from taking a path with ``*`` or ``[`` for a pattern."""
    import inspect

    takes = file_format in _PATTERNS and "glob" in inspect.signature(read).parameters
    return {"glob": False} if takes else {}
