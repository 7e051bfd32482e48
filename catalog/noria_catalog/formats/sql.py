"""Tables of databases as pandas tables, by SQLAlchemy."""

import os
import uuid
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from noria_catalog.errors import DatasetDefinitionError, MissingDataError, SaveError
from noria_catalog.formats.stamps import stamp_of_table
from noria_catalog.libraries import library
from noria_catalog.redact import redacted, shown_value
from noria_catalog.refusals import refuse_none, unexpected
from noria_catalog.storage import is_remote, local_path, storage_for

# Where a table can be made, filled and renamed in one transaction, and the tests have seen it.
_RENAMES = ("postgresql", "sqlite")
_WRITES = "noria_writes"
_SQLITE_WAITS_SECONDS = 60  # for the nodes beside it that save into the same file
_DRIVERS = {"psycopg": "psycopg[binary]", "psycopg2": "psycopg2-binary", "MySQLdb": "mysqlclient"}


class _Database:
    """What both datasets need: a connection, made at use from ``con`` of the credentials."""

    needs: ClassVar[tuple[str, str]] = ("sqlalchemy", "noria[sql]")

    other_with: ClassVar[frozenset[str]] = frozenset({"chunksize"})

    def __init__(self, credentials: Mapping[str, Any] | None) -> None:
        if not (credentials and credentials.get("con")):
            raise DatasetDefinitionError(
                "a database needs `credentials` with `con`, the address of the database",
                hint="in credentials.yml: shop: {con: postgresql+psycopg://user:word@host/shop}",
            )
        self._credentials = dict(credentials)
        self._folder = Path()

    def start_paths_from(self, folder: Path) -> None:
        """Let the relative path of a file of SQLite start there, not at the working directory."""
        self._folder = folder

    @property
    def place(self) -> str:
        """The address of the database, without its password."""
        return redacted(str(self._credentials["con"]))

    @cached_property
    def engine(self) -> Any:
        """The engine of SQLAlchemy, which keeps no connection open between uses."""
        sqlalchemy = library("sqlalchemy", "sql")
        options = {key: value for key, value in self._credentials.items() if key != "con"}
        url = sqlalchemy.make_url(self._credentials["con"])
        lasting = url.get_backend_name() != "sqlite" or url.database not in {None, "", ":memory:"}
        if url.get_backend_name() == "sqlite" and lasting and not url.database.startswith("file:"):
            url = url.set(database=str(self._folder / url.database))
        if lasting and not any(key.startswith("pool") for key in options):
            options["poolclass"] = sqlalchemy.pool.NullPool
        if url.drivername in {"sqlite", "sqlite+pysqlite"} and "timeout" not in url.query:
            waits = {"timeout": _SQLITE_WAITS_SECONDS}
            options["connect_args"] = {**waits, **(options.get("connect_args") or {})}
        # Else the message of a failing save would hold rows of the table.
        options.setdefault("hide_parameters", True)
        try:
            engine = sqlalchemy.create_engine(url, **options)
        except ModuleNotFoundError as error:
            driver = str(error.name)
            raise DatasetDefinitionError(
                f"the driver {driver} of this database is not installed",
                hint=f"pip install '{_DRIVERS.get(driver, driver)}'",
            ) from error
        if engine.dialect.name == "sqlite":
            _begin_by_hand(sqlalchemy, engine)
        return engine

    def missing_file(self) -> MissingDataError | None:
        """Return the error of a file of SQLite that is not there; a look into it would make it."""
        file = self.engine.url.database
        is_file = self.engine.dialect.name == "sqlite" and file and file != ":memory:"
        if not is_file or file.startswith("file:") or Path(file).exists():
            return None
        return MissingDataError(f"there is no file {file}, in which the database would lie")

    def release(self) -> None:
        """Close what is open."""
        engine = self.__dict__.pop("engine", None)
        if engine is not None:
            engine.dispose()


class SQLTableDataset(_Database):
    """A table of a database as a pandas table; ``con`` of the credentials says which database.

    A save replaces the table in one transaction: the rows go into a table beside it, which then
    takes its name, so that whoever reads finds the old rows or the new ones.
    ``save_args: {if_exists: append}`` adds rows, ``delete_rows`` keeps the table and changes what
    is in it, ``fail`` refuses a table that is there; each in one transaction too.
    ``load_args`` go to :func:`pandas.read_sql_table`, ``save_args`` to
    :meth:`pandas.DataFrame.to_sql`.

    >>> import pandas, tempfile
    >>> database = {"con": f"sqlite:///{tempfile.mkdtemp()}/shop.db"}
    >>> dataset = SQLTableDataset("orders", credentials=database)
    >>> dataset.save(pandas.DataFrame({"price": [1, 2]}))
    >>> int(dataset.load()["price"].sum())
    3
    """

    loads: ClassVar[str | None] = "pandas.DataFrame"

    path_arguments: ClassVar[tuple[str, ...]] = ()
    default_save_args: ClassVar[Mapping[str, Any]] = {"index": False, "if_exists": "replace"}

    def __init__(
        self,
        table_name: str,
        *,
        credentials: Mapping[str, Any] | None = None,
        load_args: Mapping[str, Any] | None = None,
        save_args: Mapping[str, Any] | None = None,
    ) -> None:
        if not table_name:
            raise DatasetDefinitionError("`table_name` is empty")
        super().__init__(credentials)
        self.table_name = table_name
        self.load_args = dict(load_args or {})
        self.save_args = {**self.default_save_args, **(save_args or {})}

    def load(self) -> Any:
        """Return the table; raises MissingDataError where the database has none of this name."""
        import pandas as pd

        library("sqlalchemy", "sql")
        missing = self.explain_missing()
        if missing is not None:
            raise missing
        return pd.read_sql_table(self.table_name, self.engine, **self.load_args)

    def save(self, data: Any) -> None:
        """Make these rows the table, or add them, in one transaction."""
        refuse_none(data)
        if not hasattr(data, "to_sql"):
            raise unexpected("a pandas table", data)
        library("sqlalchemy", "sql")
        replaces = self.save_args["if_exists"] == "replace"
        with self.engine.execution_options(**{_WRITES: True}).begin() as connection:
            if replaces and self.engine.dialect.name in _RENAMES:
                self._replace(data, connection)
            else:
                data.to_sql(self.table_name, connection, **self.save_args)

    def exists(self) -> bool:
        """Tell whether the database has the table."""
        return self.explain_missing() is None

    def explain_missing(self) -> MissingDataError | None:
        """Return the error that a load would raise, ``None`` when there is something to load."""
        sqlalchemy = library("sqlalchemy", "sql")
        if (missing := self.missing_file()) is not None:
            return missing
        inspector = sqlalchemy.inspect(self.engine)
        schema = self.load_args.get("schema")
        if inspector.has_table(self.table_name, schema):
            return None
        from noria_catalog.suggest import nearest

        known = inspector.get_table_names(schema)
        return MissingDataError(
            f"there is no table {self.table_name!r} in {self.place}",
            nearest=nearest(self.table_name, known),
        )

    @property
    def appends(self) -> bool:
        """Whether a save adds to what is there: ``save_args: {if_exists: append}``."""
        return bool(self.save_args["if_exists"] == "append")

    def stamp(self) -> str | None:
        """Return what stays equal until somebody changes a row, by reading all rows.

        ``None`` where saves only add, or where this user may not read the table.
        """
        if self.appends:
            return None
        library("sqlalchemy", "sql")
        schema = self.save_args.get("schema") or self.load_args.get("schema")
        return stamp_of_table(self.engine, self.table_name, schema)

    def preview(self, rows: int) -> Any:
        """Return the first rows, and ask the database for no more."""
        import pandas as pd

        sqlalchemy = library("sqlalchemy", "sql")
        missing = self.explain_missing()
        if missing is not None:
            raise missing
        with self.engine.connect() as connection:
            table = self._table(self.table_name, self.load_args.get("schema"), connection)
            return pd.read_sql_query(sqlalchemy.select(table).limit(rows), connection)

    def describe(self) -> Mapping[str, Any]:
        """Return what it is, without credentials."""
        schema = self.load_args.get("schema") or self.save_args.get("schema")
        whole = f"{schema}.{self.table_name}" if schema else self.table_name
        return {
            "filepath": f"{self.place}#{whole}",
            "load_args": shown_value(self.load_args),
            "save_args": shown_value(self.save_args),
        }

    def _replace(self, data: Any, connection: Any) -> None:
        schema = self.save_args.get("schema")
        staging = f"noria_{uuid.uuid4().hex[:16]}"
        data.to_sql(staging, connection, **{**self.save_args, "if_exists": "fail"})
        inspector = library("sqlalchemy", "sql").inspect(connection)
        if inspector.has_table(self.table_name, schema):
            self._table(self.table_name, schema, connection).drop(connection)
        quoted = connection.dialect.identifier_preparer
        table = self._table(staging, schema, connection)
        name = quoted.quote(self.table_name)
        connection.exec_driver_sql(f"ALTER TABLE {quoted.format_table(table)} RENAME TO {name}")

    @staticmethod
    def _table(name: str, schema: str | None, connection: Any) -> Any:
        sqlalchemy = library("sqlalchemy", "sql")
        return sqlalchemy.Table(
            name, sqlalchemy.MetaData(), schema=schema, autoload_with=connection
        )

    def __repr__(self) -> str:
        return f"SQLTableDataset({self.table_name!r}, {self.place!r})"


class SQLQueryDataset(_Database):
    """What a query returns, as a pandas table; it is loaded only.

    ``sql`` is the query, or ``filepath`` the file that it stands in.  ``load_args`` go to
    :func:`pandas.read_sql_query` (``params`` for one), ``execution_options`` to the engine.

    >>> import pandas, tempfile
    >>> database = {"con": f"sqlite:///{tempfile.mkdtemp()}/shop.db"}
    >>> SQLTableDataset("orders", credentials=database).save(pandas.DataFrame({"price": [1, 2]}))
    >>> dataset = SQLQueryDataset("select sum(price) as sum from orders", credentials=database)
    >>> int(dataset.load()["sum"][0])
    3
    """

    loads: ClassVar[str | None] = "pandas.DataFrame"

    def __init__(
        self,
        sql: str | None = None,
        *,
        credentials: Mapping[str, Any] | None = None,
        load_args: Mapping[str, Any] | None = None,
        fs_args: Mapping[str, Any] | None = None,
        filepath: str | os.PathLike[str] | None = None,
        execution_options: Mapping[str, Any] | None = None,
    ) -> None:
        if bool(sql) == bool(filepath):
            raise DatasetDefinitionError(
                "a query is given by either `sql` or `filepath`",
                hint="leave one of them out" if sql else "sql: select * from orders",
            )
        super().__init__(credentials)
        self.sql = sql
        path = os.fspath(filepath) if filepath else None
        self.filepath = path if path is None or is_remote(path) else local_path(path)
        self.load_args = dict(load_args or {})
        self.fs_args = fs_args
        self.execution_options = dict(execution_options or {})

    def load(self) -> Any:
        """Return what the query returns now."""
        import pandas as pd

        if (missing := self.missing_file()) is not None:
            raise missing
        engine = self.engine.execution_options(**self.execution_options)
        return pd.read_sql_query(self._query(), engine, **self.load_args)

    def save(self, data: Any) -> None:
        """Raise SaveError: a query is only read."""
        raise self.explain_unsavable()

    def explain_unsavable(self) -> SaveError:
        """Return the error of every save."""
        return SaveError(
            "a query cannot be saved", hint="save a table as pandas.SQLTableDataset instead"
        )

    def preview(self, rows: int) -> Any:
        """Return the first rows, and fetch no more from the database."""
        import pandas as pd

        if (missing := self.missing_file()) is not None:
            raise missing
        streaming = {"stream_results": True, "max_row_buffer": max(1, rows)}
        options = {**self.execution_options, **streaming}
        with self.engine.connect().execution_options(**options) as connection:
            found = connection.exec_driver_sql(self._query(), self.load_args.get("params"))
            with found:
                return pd.DataFrame(found.fetchmany(rows), columns=list(found.keys()))

    def describe(self) -> Mapping[str, Any]:
        """Return what it is, without credentials."""
        given = {"sql": self.sql} if self.sql else {"filepath": redacted(str(self.filepath))}
        return {**given, "database": self.place, "load_args": shown_value(self.load_args)}

    def _query(self) -> str:
        if self.filepath is None:
            return str(self.sql)
        with (
            storage_for(self.filepath, self.fs_args).reading(self.filepath) as path,
            Path(path).open(encoding="utf-8") as file,
        ):
            return file.read()

    def __repr__(self) -> str:
        return f"SQLQueryDataset({self.sql or self.filepath!r}, {self.place!r})"


def _begin_by_hand(sqlalchemy: Any, engine: Any) -> None:
    """Let a transaction of SQLite hold the making of tables too, which its driver does not.

    One that will write says so at once: SQLite refuses, without any waiting, to let one write that
    has begun to read while another wrote.
    """

    def connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None

    def begin(connection: Any) -> None:
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    sqlalchemy.event.listen(engine, "connect", connect)
    sqlalchemy.event.listen(engine, "begin", begin)
