"""What tells whether somebody has changed a table of a database: a sum over its rows."""

from collections.abc import Iterable, Sequence
from typing import Any

# Row by row the database makes a number of a text; these settings say how values are written.
_FIXED = (
    "SET LOCAL TimeZone = 'UTC'",
    "SET LOCAL DateStyle = 'ISO, YMD'",
    "SET LOCAL IntervalStyle = 'iso_8601'",
    "SET LOCAL bytea_output = 'hex'",
    "SET LOCAL extra_float_digits = 1",
)
_SUM = "SELECT count(*), coalesce(sum(hashtextextended(noria_row::text, 0)::numeric), 0) FROM {} "
_BITS = 128


def stamp_of_table(engine: Any, name: str, schema: str | None) -> str | None:
    """Return a stamp of a table by an engine of SQLAlchemy, whatever order its rows stand in.

    PostgreSQL sums up by itself; of other databases the rows are brought here, bit by bit.
    ``None`` where this user may write the table but not read it.
    """
    from sqlalchemy.exc import ProgrammingError

    with engine.connect() as connection:
        quoted = connection.dialect.identifier_preparer
        table = quoted.quote(name)
        if schema is not None:
            table = f"{quoted.quote(schema)}.{table}"
        every = f"SELECT * FROM {table}"  # noqa: S608  # each part is quoted
        try:
            columns = list(connection.exec_driver_sql(f"{every} WHERE 1 = 0").keys())
        except ProgrammingError:
            return None
        if connection.dialect.name == "postgresql":
            for setting in _FIXED:
                connection.exec_driver_sql(setting)
            found = connection.exec_driver_sql(_SUM.format(f"{table} AS noria_row")).one()
            return digest_of_sums(columns, list(map(int, found)))
        rows = connection.execution_options(stream_results=True).exec_driver_sql(every)
        return stamp_of_rows(columns, rows)


def stamp_of_rows(columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """Return a stamp of rows in whatever order, under the names of their columns.

    >>> stamp_of_rows(["a"], [(1,), (2,)]) == stamp_of_rows(["a"], [(2,), (1,)])
    True
    >>> stamp_of_rows(["a"], [(1,), (2,)]) == stamp_of_rows(["a"], [(1,), (2,), (2,)])
    False
    """
    from blake3 import blake3

    count = total = 0
    for row in rows:
        count += 1
        text = repr([bytes(value) if isinstance(value, memoryview) else value for value in row])
        number = blake3(text.encode("utf-8", "surrogatepass")).digest(_BITS // 8)
        total = (total + int.from_bytes(number, "big")) % 2**_BITS
    return digest_of_sums(list(columns), [count, total])


def digest_of_sums(columns: Sequence[Any], sums: Sequence[int]) -> str:
    """Return one digest of a table's columns and of what its rows add up to."""
    from blake3 import blake3

    return blake3(repr((list(columns), list(sums))).encode("utf-8", "surrogatepass")).hexdigest()
