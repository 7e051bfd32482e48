"""Tables of pandas in files: CSV, Parquet, Excel, JSON, Feather."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from noria_catalog.chunks import AddChunk
from noria_catalog.errors import SaveError
from noria_catalog.file_dataset import FileDataset
from noria_catalog.formats.archives import (
    compression_of,
    settle,
    without_office_times,
    writing_compressed,
)
from noria_catalog.formats.beginnings import whole_lines
from noria_catalog.libraries import library
from noria_catalog.previewed import first_part
from noria_catalog.refusals import unexpected

_QUOTE_TEXT = {"quoting": 2}  # csv.QUOTE_NONNUMERIC; csv takes time to import


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

    loads: ClassVar[str | None] = "pandas.DataFrame"
    other_with: ClassVar[frozenset[str]] = frozenset({"chunksize", "iterator"})
    load_function: ClassVar[str | None] = "pandas:read_csv"
    save_function: ClassVar[str | None] = "pandas:DataFrame.to_csv"
    default_save_args: ClassVar[Mapping[str, Any]] = {"index": False, "lineterminator": "\n"}

    def read(self, path: Path) -> Any:
        """Return the table in the file ``path``."""
        import pandas as pd

        return pd.read_csv(path, **self.load_args)

    def preview(self, rows: int) -> Any:
        """Return the first rows, having read a few megabytes of the file at most."""
        import pandas as pd

        arguments = dict(self.load_args)
        text = None
        if "utf-16" not in str(arguments.get("encoding")) and "skipfooter" not in arguments:
            text = whole_lines(self, arguments.pop("compression", "infer"))
        if text is None:
            return first_part(self, rows)
        for key in ("chunksize", "iterator", "memory_map"):
            arguments.pop(key, None)
        return pd.read_csv(text, **{**arguments, "nrows": rows})

    def write(self, data: Any, path: Path) -> None:
        """Write a table into the file ``path``."""
        _expect_table(data, "to_csv")
        if not self._tells_returns(path):
            header = {"header": False} if _has_begun(path) else {}
            _write_text(self, data, path, "to_csv", {**_quoting(data, self.save_args), **header})
            return
        # Looking through what was written takes a fiftieth of looking through the table.
        _write_text(self, data, path, "to_csv")
        if _holds_return(path):
            _write_text(self, data, path, "to_csv", _QUOTE_TEXT)

    def _tells_returns(self, path: Path) -> bool:
        """Tell whether a carriage return in the file can only come from the table."""
        arguments = self.save_args
        return (
            arguments.get("lineterminator") == "\n"
            and str(arguments.get("encoding") or "utf-8").lower() in {"utf-8", "utf8"}
            and not {"quoting", "mode"} & arguments.keys()
            and compression_of(arguments.get("compression", "infer"), path)[0] is None
            and not _has_begun(path)
        )

    @contextmanager
    def writing(self, path: Path) -> Iterator[AddChunk]:
        """Give a function that writes a table's rows behind those before it."""
        arguments = dict(self.save_args)
        method, options = compression_of(arguments.pop("compression", "infer"), path)
        if method not in {None, "gzip", "zip"}:
            with super().writing(path) as gather:
                yield gather
            return
        arguments.pop("mode", None)
        header = arguments.pop("header", True)
        begun = _has_begun(path)
        with writing_compressed(path, method, Path(self.filepath).name, options) as file:

            def add(data: Any) -> None:
                nonlocal begun
                _expect_table(data, "to_csv")
                more = {**_quoting(data, arguments), **arguments}
                data.to_csv(file, **more, compression=None, header=header and not begun)
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

    loads: ClassVar[str | None] = "pandas.DataFrame"
    load_function: ClassVar[str | None] = "pandas:read_parquet"
    save_function: ClassVar[str | None] = "pandas:DataFrame.to_parquet"

    def read(self, path: Path) -> Any:
        """Return the table in the file or folder ``path``."""
        import pandas as pd

        arguments = dict(self.load_args)
        engine = arguments.get("engine", "auto")
        if path.is_file() and engine in {"auto", "pyarrow"}:
            # Else a folder above that is named like day=1 becomes a column that nobody saved.
            arguments.setdefault("partitioning", None)
        return pd.read_parquet(path, **arguments)

    def preview(self, rows: int) -> Any:
        """Return the first rows, having read the first rows' part of the file."""
        from pyarrow import Table, parquet

        path = self.load_path()
        if Path(path).is_dir():
            return first_part(self, rows)
        with self.storage.opening(path) as opened, parquet.ParquetFile(opened) as file:
            batches = file.iter_batches(max(1, rows), columns=self.load_args.get("columns"))
            first = [batch for batch, _ in zip(batches, range(1), strict=False)]
            table = Table.from_batches(first, None if first else file.schema_arrow)
            return table.to_pandas().head(rows)

    def write(self, data: Any, path: Path) -> None:
        """Write a table into the file ``path``."""
        _expect_table(data, "to_parquet")
        if (refused := self.explain_unsavable()) is not None:
            raise refused
        data.to_parquet(path, **self.save_args)

    def explain_unsavable(self) -> SaveError | None:
        """Return the error of a save that would make many files."""
        if "partition_cols" not in self.save_args:
            return None
        return SaveError(
            "`partition_cols` makes a folder of many files",
            hint="use type: partitions.PartitionedDataset with dataset: pandas.ParquetDataset",
        )

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
            _expect_table(data, "to_parquet")
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


class FeatherDataset(FileDataset):
    """A pandas table as Feather: Arrow's own format, quick to read.

    ``load_args`` go to :func:`pandas.read_feather`, ``save_args`` to
    :meth:`pandas.DataFrame.to_feather`.

    >>> import pandas, tempfile
    >>> dataset = FeatherDataset(tempfile.mkdtemp() + "/a.feather")
    >>> dataset.save(pandas.DataFrame({"a": [1, 2]}))
    >>> int(dataset.load()["a"].sum())
    3
    """

    loads: ClassVar[str | None] = "pandas.DataFrame"
    load_function: ClassVar[str | None] = "pandas:read_feather"
    save_function: ClassVar[str | None] = "pandas:DataFrame.to_feather"

    def read(self, path: Path) -> Any:
        """Return the table in the file ``path``."""
        import pandas as pd

        return pd.read_feather(path, **self.load_args)

    def write(self, data: Any, path: Path) -> None:
        """Write a table into the file ``path``."""
        _expect_table(data, "to_feather")
        data.to_feather(path, **self.save_args)


class JSONDataset(FileDataset):
    """A pandas table as JSON, compressed as the suffix says; ``lines`` makes a line of each row.

    ``load_args`` go to :func:`pandas.read_json`, ``save_args`` to
    :meth:`pandas.DataFrame.to_json`.

    >>> import pandas, tempfile
    >>> lines = {"orient": "records", "lines": True}
    >>> dataset = JSONDataset(tempfile.mkdtemp() + "/a.jsonl.gz", load_args=lines, save_args=lines)
    >>> dataset.save(pandas.DataFrame({"a": [1, 2]}))
    >>> int(dataset.load()["a"].sum())
    3
    """

    loads: ClassVar[str | None] = "pandas.DataFrame"
    other_with: ClassVar[frozenset[str]] = frozenset({"chunksize", "typ"})
    load_function: ClassVar[str | None] = "pandas:read_json"
    save_function: ClassVar[str | None] = "pandas:DataFrame.to_json"

    def read(self, path: Path) -> Any:
        """Return the table in the file ``path``."""
        import pandas as pd

        return pd.read_json(path, **self.load_args)

    def preview(self, rows: int) -> Any:
        """Return the first rows; a file of lines is read no further than they go."""
        import pandas as pd

        text = None
        if self.load_args.get("lines"):
            text = whole_lines(self, self.load_args.get("compression", "infer"))
        if text is None:
            return first_part(self, rows)
        arguments = {key: self.load_args[key] for key in self.load_args if key != "compression"}
        return pd.read_json(text, **{**arguments, "nrows": rows})

    def write(self, data: Any, path: Path) -> None:
        """Write a table into the file ``path``."""
        _expect_table(data, "to_json")
        _write_text(self, data, path, "to_json")


class ExcelDataset(FileDataset):
    """A pandas table as an Excel sheet, or a mapping of them as the sheets of one file.

    ``load_args`` go to :func:`pandas.read_excel` (``sheet_name: null`` gives all sheets by name),
    ``save_args`` to :meth:`pandas.DataFrame.to_excel`, and ``writer`` in them to
    :class:`pandas.ExcelWriter`.  The same tables give the same bytes: no time is written.

    >>> import pandas, tempfile
    >>> dataset = ExcelDataset(tempfile.mkdtemp() + "/a.xlsx")
    >>> dataset.save(pandas.DataFrame({"a": [1, 2]}))
    >>> int(dataset.load()["a"].sum())
    3
    """

    needs: ClassVar[tuple[str, str]] = ("openpyxl", "noria[excel]")

    load_function: ClassVar[str | None] = "pandas:read_excel"
    save_function: ClassVar[str | None] = "pandas:DataFrame.to_excel"
    own_save_args: ClassVar[tuple[str, ...]] = ("writer",)
    default_save_args: ClassVar[Mapping[str, Any]] = {"index": False}

    def __init__(
        self,
        filepath: str | os.PathLike[str],
        *,
        engine: str = "openpyxl",
        load_args: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(filepath, load_args={"engine": engine, **(load_args or {})}, **options)
        self.engine = engine

    @property
    def appends(self) -> bool:
        """Whether a save adds sheets to those that are there: ``writer: {mode: a}``."""
        return bool(self.save_args.get("writer", {}).get("mode") == "a")

    def read(self, path: Path) -> Any:
        """Return the table in the file ``path``, or several by the names of their sheets."""
        import pandas as pd

        if self.load_args.get("engine") == "openpyxl":
            library("openpyxl", "excel")
        return pd.read_excel(path, **self.load_args)

    def write(self, data: Any, path: Path) -> None:
        """Write a table, or a mapping of tables by the names of their sheets."""
        import pandas as pd

        sheets = dict(data) if isinstance(data, Mapping) else {None: data}
        for table in sheets.values():
            _expect_table(table, "to_excel")
        if not sheets:
            raise SaveError("an Excel file has at least one sheet", hint="save one table or more")
        arguments = dict(self.save_args)
        options = {"engine": self.engine, **arguments.pop("writer", {})}
        if options["engine"] == "openpyxl":
            library("openpyxl", "excel")
        if not _has_begun(path):  # there is no file yet to add to
            for word in ("mode", "if_sheet_exists"):
                options.pop(word, None)
        # Closing a writer without a sheet fails: after an error that would be told instead of it.
        with path.open("r+b" if options.get("mode") == "a" else "wb") as file:
            writer = pd.ExcelWriter(file, **options)
            for name, table in sheets.items():
                named = {} if name is None else {"sheet_name": name}
                table.to_excel(writer, **{**arguments, **named})
            writer.close()
        settle(path, without_office_times)


def _write_text(
    dataset: FileDataset,
    data: Any,
    path: Path,
    method: str,
    defaults: Mapping[str, Any] | None = None,
) -> None:
    """Let a table write itself as text, compressed without a time."""
    arguments = {**(defaults or {}), **dataset.save_args}
    method_of, options = compression_of(arguments.get("compression", "infer"), path)
    if dataset.appends and method_of == "zip":
        raise SaveError("nothing can be added to a zip archive", hint="name it .gz")
    if method_of == "tar":
        raise SaveError(
            "a tar archive would hold the time of writing",
            hint=f"name it {path.stem.partition('.')[0]}{path.suffixes[0]}.gz, .zst or .zip",
        )
    if method_of in {"gzip", "zip"}:
        arguments["compression"] = None
        arguments.pop("mode", None)
        with writing_compressed(path, method_of, Path(dataset.filepath).name, options) as file:
            getattr(data, method)(file, **arguments)
    else:
        getattr(data, method)(path, **arguments)


def _has_begun(path: Path) -> bool:
    """Tell whether rows are added to those of a file."""
    return path.exists() and path.stat().st_size > 0


def _quoting(data: Any, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the argument that quotes all text where there is a carriage return in one.

    Python's csv leaves it bare where lines end with a newline, and a reader ends the row there.
    """
    if "quoting" in arguments or not any(map(_has_return, _columns(data))):
        return {}
    return dict(_QUOTE_TEXT)


def _holds_return(path: Path) -> bool:
    """Tell whether a file has a carriage return in it."""
    with path.open("rb", buffering=0) as file:
        return any(b"\r" in part for part in iter(partial(file.read, 1 << 18), b""))


def _columns(data: Any) -> Iterator[Any]:
    import pandas as pd

    if isinstance(data, pd.DataFrame):
        yield pd.Series([str(name) for name in data.columns], dtype=object)
        yield from (data.iloc[:, place] for place in range(data.shape[1]))
    if isinstance(data, pd.DataFrame | pd.Series):
        yield from (
            data.index.get_level_values(level).to_series() for level in range(data.index.nlevels)
        )
    if isinstance(data, pd.Series):
        yield data


def _has_return(column: Any) -> bool:
    if hasattr(column, "cat"):
        column = column.cat.categories.to_series()
    if column.dtype == "string":
        return bool(column.str.contains("\r", regex=False).any())
    if column.dtype != "object":
        return False
    values = column.tolist()
    try:
        parts = ("".join(values[first : first + 10_000]) for first in range(0, len(values), 10_000))
        return any("\r" in part for part in parts)
    except TypeError:  # not all are text
        return any("\r" in value for value in values if isinstance(value, str))


def _expect_table(data: Any, method: str) -> None:
    if not hasattr(data, method):
        raise unexpected("a pandas table", data)
