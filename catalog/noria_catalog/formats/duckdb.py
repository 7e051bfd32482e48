"""Tables and queries of DuckDB."""

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from noria_catalog.errors import DatasetDefinitionError, MissingDataError, SaveError
from noria_catalog.formats.stamps import digest_of_sums
from noria_catalog.libraries import library
from noria_catalog.redact import shown_value
from noria_catalog.refusals import refuse_none
from noria_catalog.storage import LocalStorage, local_path
from noria_catalog.suggest import nearest

_FRAMES = {"pandas": "df", "polars": "pl", "arrow": "to_arrow_table"}
# One process opens a database either for reading or for writing, not both at once.
_opening = threading.RLock()


class TableDataset:
    """A table in the file ``database`` of DuckDB, as a table of ``frame``.

    ``frame`` is ``pandas``, ``polars`` or ``arrow``; any of them can be saved.  A save replaces the
    table in one transaction, or adds rows with ``save_args: {mode: append}``.

    >>> import pandas, tempfile
    >>> dataset = TableDataset("orders", tempfile.mkdtemp() + "/shop.duckdb")
    >>> dataset.save(pandas.DataFrame({"price": [1, 2]}))
    >>> int(dataset.load()["price"].sum())
    3
    """

    needs: ClassVar[tuple[str, str]] = ("duckdb", "noria[duckdb]")

    path_arguments: ClassVar[tuple[str, ...]] = ("database",)

    def __init__(
        self,
        table_name: str,
        database: str | os.PathLike[str],
        *,
        frame: str = "pandas",
        save_args: Mapping[str, Any] | None = None,
    ) -> None:
        _check_frame(frame)
        self.table_name = table_name
        self.database = local_path(os.fspath(database))
        self.frame = frame
        self.save_args = {"mode": "overwrite", **(save_args or {})}
        if self.save_args["mode"] not in {"overwrite", "append"} or len(self.save_args) > 1:
            raise DatasetDefinitionError(
                f"`save_args` of a DuckDB table are `mode: overwrite` or `append`, got {save_args}"
            )

    def load(self) -> Any:
        """Return the table; raises MissingDataError where there is none."""
        return self.preview(None)

    def preview(self, rows: int | None) -> Any:
        """Return the first rows, ``None`` for all."""
        missing = self.explain_missing()
        if missing is not None:
            raise missing
        with _connected(self.database, write=False) as connection:
            found = connection.table(_quoted(self.table_name))
            return _as_frame(found if rows is None else found.limit(rows), self.frame)

    def save(self, data: Any) -> None:
        """Make these rows the table, or add them, in one transaction."""
        refuse_none(data)
        Path(self.database).parent.mkdir(parents=True, exist_ok=True)
        name = _quoted(self.table_name)
        with _connected(self.database, write=True) as connection:
            connection.register("noria_rows", data)
            connection.begin()
            if self.save_args["mode"] == "append" and self._lies_in(connection):
                deed = f"INSERT INTO {name} BY NAME"
            else:
                deed = f"CREATE OR REPLACE TABLE {name} AS"
            connection.execute(f"{deed} FROM noria_rows")
            connection.commit()

    def exists(self) -> bool:
        """Tell whether the database has the table."""
        return self.explain_missing() is None

    @property
    def appends(self) -> bool:
        """Whether a save adds to what is there: ``save_args: {mode: append}``."""
        return bool(self.save_args["mode"] == "append")

    def stamp(self) -> str | None:
        """Return what stays equal until somebody changes a row; ``None`` where saves only add."""
        if self.appends:
            return None
        with _connected(self.database, write=False) as connection:
            found = connection.table(_quoted(self.table_name))
            columns = list(zip(found.columns, map(str, found.types), strict=True))
            asked = "SELECT count(*), sum(md5_number_lower(noria_row::VARCHAR)::HUGEINT)"
            sums = connection.execute(f"{asked} FROM {_quoted(self.table_name)} AS noria_row")
            return digest_of_sums(columns, sums.fetchone())

    def explain_missing(self) -> MissingDataError | None:
        """Return the error that a load would raise, ``None`` when there is something to load."""
        storage = LocalStorage()
        if not storage.exists(self.database):
            return storage.missing(self.database)
        with _connected(self.database, write=False) as connection:
            if self._lies_in(connection):
                return None
            known = [name for (name,) in connection.sql("SHOW TABLES").fetchall()]
        return MissingDataError(
            f"there is no table {self.table_name!r} in {storage.shown(self.database)}",
            nearest=nearest(self.table_name, known),
        )

    def describe(self) -> Mapping[str, Any]:
        """Return what it is."""
        described = {"filepath": f"{self.database}#{self.table_name}", "frame": self.frame}
        return described | ({} if self.save_args["mode"] == "overwrite" else {"mode": "append"})

    def _lies_in(self, connection: Any) -> bool:
        asked = "SELECT 1 FROM information_schema.tables WHERE table_name = ?"
        return connection.execute(asked, [self.table_name]).fetchone() is not None

    def __repr__(self) -> str:
        return f"TableDataset({self.table_name!r}, {self.database!r})"


class QueryDataset:
    """What a query of DuckDB returns, as a table of ``frame``; it is loaded only.

    ``sql`` is the query, or ``filepath`` the file that it stands in; it reads the tables of the
    file ``database``, or without one files by their names: ``select * from 'data/*.parquet'``.
    ``load_args: {params: ...}`` are the query's parameters.

    >>> QueryDataset("select 1 + $more as sum", load_args={"params": {"more": 2}}).load()["sum"][0]
    np.int32(3)
    """

    needs: ClassVar[tuple[str, str]] = ("duckdb", "noria[duckdb]")

    path_arguments: ClassVar[tuple[str, ...]] = ("database", "filepath")

    def __init__(
        self,
        sql: str | None = None,
        *,
        filepath: str | os.PathLike[str] | None = None,
        database: str | os.PathLike[str] | None = None,
        frame: str = "pandas",
        load_args: Mapping[str, Any] | None = None,
    ) -> None:
        if bool(sql) == bool(filepath):
            raise DatasetDefinitionError(
                "a query is given by either `sql` or `filepath`",
                hint="leave one of them out" if sql else "sql: select * from orders",
            )
        _check_frame(frame)
        self.sql = sql
        self.filepath = None if filepath is None else local_path(os.fspath(filepath))
        self.database = None if database is None else local_path(os.fspath(database))
        self.frame = frame
        self.load_args = dict(load_args or {})
        if self.load_args.keys() - {"params"}:
            raise DatasetDefinitionError(
                f"`load_args` of a DuckDB query are its `params`, got {load_args}",
                hint="load_args: {params: {name: value}}",
            )
        self._folder: Path | None = None

    def start_paths_from(self, folder: Path) -> None:
        """Look in a folder too for files that the query names by relative paths."""
        self._folder = folder

    def load(self) -> Any:
        """Return what the query returns now."""
        return self.preview(None)

    def preview(self, rows: int | None) -> Any:
        """Return the first rows of what it returns, ``None`` for all."""
        storage = LocalStorage()
        if self.database is not None and not storage.exists(self.database):
            raise storage.missing(self.database)
        query = str(self.sql)
        if self.filepath is not None:
            with storage.reading(self.filepath) as path:
                query = Path(path).read_text("utf-8")
        with _connected(self.database, write=False) as connection:
            if self._folder is not None and "," not in str(self._folder):  # it parts folders
                connection.execute("SET file_search_path = ?", [str(self._folder)])
            found = connection.sql(query, params=self.load_args.get("params"))
            return _as_frame(found if rows is None else found.limit(rows), self.frame)

    def save(self, data: Any) -> None:
        """Raise SaveError: a query is only read."""
        raise self.explain_unsavable()

    def explain_unsavable(self) -> SaveError:
        """Return the error of every save."""
        return SaveError("a query cannot be saved", hint="save a table as duckdb.TableDataset")

    def describe(self) -> Mapping[str, Any]:
        """Return what it is."""
        given = {"sql": self.sql, "filepath": self.filepath, "database": self.database}
        told = {key: value for key, value in given.items() if value is not None}
        return {**told, "frame": self.frame, "load_args": shown_value(self.load_args)}

    def __repr__(self) -> str:
        return f"QueryDataset({self.sql or self.filepath!r})"


@contextmanager
def _connected(database: str | None, *, write: bool) -> Iterator[Any]:
    duckdb = library("duckdb", "duckdb")
    with _opening:
        connection = duckdb.connect(database or ":memory:", read_only=bool(database) and not write)
        try:
            yield connection
        finally:
            connection.close()


def _as_frame(found: Any, frame: str) -> Any:
    if frame == "polars":
        library("polars", "polars")
    return getattr(found, _FRAMES[frame])()


def _check_frame(frame: str) -> None:
    if frame not in _FRAMES:
        raise DatasetDefinitionError(
            f"no frame {frame!r}",
            nearest=nearest(str(frame), _FRAMES),
            hint=f"there are {', '.join(_FRAMES)}",
        )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
