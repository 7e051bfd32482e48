"""Tables of pandas as CSV and Parquet."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from noria_catalog.chunks import AddChunk
from noria_catalog.errors import SaveError
from noria_catalog.file_dataset import FileDataset


class CSVDataset(FileDataset):
    """A pandas table as CSV, compressed as the suffix says (``.gz .bz2 .xz .zst .zip``).

    ``load_args`` go to :func:`pandas.read_csv`, ``save_args`` to :meth:`pandas.DataFrame.to_csv`,
    where ``index`` is ``False`` unless said.  The same table gives the same bytes.

    >>> import pandas, tempfile
    >>> dataset = CSVDataset(tempfile.mkdtemp() + "/a.csv.gz")
    >>> dataset.save(pandas.DataFrame({"a": [1, 2]}))
    >>> int(dataset.load()["a"].sum())
    3
    """

    default_save_args: ClassVar[Mapping[str, Any]] = {"index": False, "lineterminator": "\n"}

    def read(self, path: Path) -> Any:
        """Return the table in the file ``path``."""
        import pandas as pd

        return pd.read_csv(path, **self.load_args)

    def write(self, data: Any, path: Path) -> None:
        """Write a table into the file ``path``."""
        if not hasattr(data, "to_csv"):
            raise TypeError(f"expected a pandas table, got {_kind(data)}")
        arguments = dict(self.save_args)
        method, options = _compression(arguments.get("compression", "infer"), path)
        if method == "gzip":
            arguments["compression"] = None
            with _gzip(path, options) as file:
                data.to_csv(file, **arguments)
        elif method == "zip":
            arguments["compression"] = None
            with _zip(path, Path(self.filepath).name, options) as file:
                data.to_csv(file, **arguments)
        elif method == "tar":
            raise SaveError(
                "a CSV in a tar archive would hold the time of writing",
                hint="name it .csv.gz, .csv.zst or .csv.zip",
            )
        else:
            data.to_csv(path, **arguments)

    @contextmanager
    def writing(self, path: Path) -> Iterator[AddChunk]:
        """Give a function that writes a table's rows behind those before it."""
        arguments = dict(self.save_args)
        method, options = _compression(arguments.pop("compression", "infer"), path)
        method = method or _OTHER.get(path.suffix.lower())
        if method not in {None, "gzip", "zip"}:
            with super().writing(path) as gather:
                yield gather
            return
        name = Path(self.filepath).name
        header = arguments.pop("header", True)
        begun = False
        with _opened(path, method, name, options) as file:

            def add(data: Any) -> None:
                nonlocal begun
                if not hasattr(data, "to_csv"):
                    raise TypeError(f"expected a pandas table, got {_kind(data)}")
                data.to_csv(file, **arguments, compression=None, header=header and not begun)
                begun = True

            yield add


class ParquetDataset(FileDataset):
    """A pandas table as Parquet; a load also reads a folder of Parquet files.

    ``load_args`` go to :func:`pandas.read_parquet`, ``save_args`` to
    :meth:`pandas.DataFrame.to_parquet`.  The same table gives the same bytes.

    >>> import pandas, tempfile
    >>> dataset = ParquetDataset(tempfile.mkdtemp() + "/a.parquet")
    >>> dataset.save(pandas.DataFrame({"a": [1, 2]}))
    >>> list(dataset.load().columns)
    ['a']
    """

    def read(self, path: Path) -> Any:
        """Return the table in the file or folder ``path``."""
        import pandas as pd

        arguments = dict(self.load_args)
        engine = arguments.get("engine", "auto")
        if path.is_file() and engine in {"auto", "pyarrow"}:
            # Else a folder above that is named like day=1 becomes a column that nobody saved.
            arguments.setdefault("partitioning", None)
        return pd.read_parquet(path, **arguments)

    def write(self, data: Any, path: Path) -> None:
        """Write a table into the file ``path``."""
        if not hasattr(data, "to_parquet"):
            raise TypeError(f"expected a pandas table, got {_kind(data)}")
        if "partition_cols" in self.save_args:
            raise SaveError(
                "`partition_cols` makes a folder of many files",
                hint="use type: partitions.PartitionedDataset with dataset: pandas.ParquetDataset",
            )
        data.to_parquet(path, **self.save_args)

    @contextmanager
    def writing(self, path: Path) -> Iterator[AddChunk]:
        """Give a function that writes a table as a row group behind those before it."""
        if self.save_args.keys() - {"compression", "index"}:
            with super().writing(path) as gather:
                yield gather
            return
        import pyarrow as pa
        from pyarrow import parquet

        writer: Any = None
        compression = self.save_args.get("compression", "snappy")

        def add(data: Any) -> None:
            nonlocal writer
            if not hasattr(data, "to_parquet"):
                raise TypeError(f"expected a pandas table, got {_kind(data)}")
            # A range index says how many rows there are, and that is not known yet.
            keep = self.save_args.get("index", type(data.index).__name__ != "RangeIndex")
            schema = None if writer is None else writer.schema
            table = pa.Table.from_pandas(data, schema=schema, preserve_index=bool(keep))
            if writer is None:
                writer = parquet.ParquetWriter(
                    path, table.schema, compression=compression or "none"
                )
            writer.write_table(table)

        try:
            yield add
        finally:
            if writer is not None:
                writer.close()


# Compressions that pandas finds by the suffix and that cannot be written bit by bit.
_OTHER = {".bz2": "bz2", ".xz": "xz", ".zst": "zstd"}
_BY_SUFFIX = {".gz": "gzip", ".zip": "zip", ".tar": "tar", ".tgz": "tar"}


def _compression(given: Any, path: Path) -> tuple[str | None, dict[str, Any]]:
    options = dict(given) if isinstance(given, Mapping) else {}
    method = options.pop("method", "infer") if isinstance(given, Mapping) else given
    if method != "infer":
        return method, options
    if ".tar" in path.suffixes:
        return "tar", options
    return _BY_SUFFIX.get(path.suffix.lower()), options


@contextmanager
def _opened(path: Path, method: str | None, name: str, options: dict[str, Any]) -> Iterator[Any]:
    if method is None:
        with path.open("wb") as file:
            yield file
        return
    opened = _gzip(path, options) if method == "gzip" else _zip(path, name, options)
    with opened as file:
        yield file


@contextmanager
def _gzip(path: Path, options: dict[str, Any]) -> Iterator[Any]:
    import gzip

    # The header would name the temporary file and the time.
    with (
        path.open("wb") as raw,
        gzip.GzipFile("", "wb", fileobj=raw, **{"mtime": 0, **options}) as file,
    ):
        yield file


@contextmanager
def _zip(path: Path, name: str, options: dict[str, Any]) -> Iterator[Any]:
    import zipfile

    inside = zipfile.ZipInfo(options.pop("archive_name", name.removesuffix(".zip")))
    inside.external_attr = 0o644 << 16
    inside.compress_type = zipfile.ZIP_DEFLATED
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, **options) as archive,
        archive.open(inside, "w", force_zip64=True) as file,
    ):
        yield file


def _kind(data: Any) -> str:
    return f"{type(data).__module__}.{type(data).__qualname__}".removeprefix("builtins.")
