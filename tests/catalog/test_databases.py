"""Tables and queries of real databases: SQLite and PostgreSQL."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
import psycopg
import pytest
import sqlalchemy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from noria_catalog import DatasetDefinitionError, MissingDataError, SaveError
from noria_catalog.formats.sql import SQLQueryDataset, SQLTableDataset

from tests.catalog.entries import catalog_of
from tests.catalog.postgres import PASSWORD, Postgres

ORDERS = pd.DataFrame(
    {"item": ["wheel", "Rad — 轮", None], "price": [1, -2, 3], "share": [0.1] * 3}
)


@pytest.fixture(params=["sqlite", "postgresql"])
def con(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/shop.db"
    address: str = request.getfixturevalue("database")
    return address


def orders(con: str, **save_args: Any) -> SQLTableDataset:
    return SQLTableDataset("orders", credentials={"con": con}, save_args=save_args)


def tables_in(con: str) -> list[str]:
    engine = sqlalchemy.create_engine(con, poolclass=sqlalchemy.pool.NullPool)
    return sorted(sqlalchemy.inspect(engine).get_table_names())


def test_a_table_goes_round_and_a_save_replaces_it(con: str) -> None:
    dataset = orders(con)
    assert not dataset.exists()
    dataset.save(pd.DataFrame({"other": [1]}))
    dataset.save(ORDERS)
    pd.testing.assert_frame_equal(dataset.load(), ORDERS)
    assert dataset.exists()
    assert tables_in(con) == ["orders"]


def test_a_table_of_any_name_goes_round(con: str) -> None:
    dataset = SQLTableDataset('Odd "name" — select', credentials={"con": con})
    dataset.save(ORDERS)
    dataset.save(ORDERS)
    pd.testing.assert_frame_equal(dataset.load(), ORDERS)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
            st.integers(-(2**63), 2**63 - 1),
            st.floats(allow_nan=False, allow_infinity=False),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_any_value_goes_round(con: str, rows: list[tuple[str, int, float]]) -> None:
    table = pd.DataFrame(rows, columns=["text", "whole", "share"])
    dataset = orders(con)
    dataset.save(table)
    pd.testing.assert_frame_equal(dataset.load(), table)


def test_the_same_rows_are_the_same_bytes_in_sqlite(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("one.db", "two.db")]
    for file in files:
        orders(f"sqlite:///{file}").save(ORDERS)
    assert files[0].read_bytes() == files[1].read_bytes()


def test_the_same_rows_are_the_same_bytes_in_postgresql(database: str) -> None:
    copies = []
    for name in ("one", "two"):
        SQLTableDataset(name, credentials={"con": database}).save(ORDERS)
        with psycopg.connect(database.replace("+psycopg", "")) as connection:
            copy = connection.cursor().copy(f"COPY {name} TO STDOUT (FORMAT binary)")
            with copy as parts:
                copies.append(b"".join(parts))
    assert "轮".encode() in copies[0]
    assert copies[0] == copies[1]


def test_what_a_save_does_to_a_table_that_is_there_can_be_said(con: str) -> None:
    orders(con).save(ORDERS)
    orders(con, if_exists="append").save(ORDERS)
    assert len(orders(con).load()) == 6
    orders(con, if_exists="delete_rows").save(ORDERS)
    assert len(orders(con).load()) == 3
    with pytest.raises(ValueError, match="already exists"):
        orders(con, if_exists="fail").save(ORDERS)


@pytest.mark.parametrize("if_exists", ["replace", "append", "delete_rows"])
def test_a_save_that_fails_leaves_the_old_table_and_nothing_else(con: str, if_exists: str) -> None:
    orders(con).save(ORDERS)
    cells: list[Any] = [0.5, 0.5, {"no": "cell"}]
    torn = ORDERS.assign(share=pd.Series(cells, dtype=object))
    with pytest.raises((sqlalchemy.exc.SQLAlchemyError, pd.errors.DatabaseError)) as caught:
        orders(con, if_exists=if_exists).save(torn)
    assert "wheel" not in str(caught.value)
    pd.testing.assert_frame_equal(orders(con).load(), ORDERS)
    assert tables_in(con) == ["orders"]


# The rows come so slowly that the kill meets the middle of the transaction.
SAVES = """
import sys, time
import pandas as pd
from noria_catalog.formats.sql import SQLTableDataset

class Slow(pd.DataFrame):
    def to_sql(self, name, con, **options):
        for part in range(1000):
            options["if_exists"] = "append"
            pd.DataFrame({"item": ["new"] * 500}).to_sql(name, con, **options)
            print(part, flush=True)

SQLTableDataset("orders", credentials={"con": sys.argv[1]}).save(Slow())
"""


@pytest.mark.skipif(os.name == "nt", reason="not here: SIGKILL")
def test_a_kill_in_the_middle_of_a_save_leaves_the_old_table(con: str) -> None:
    orders(con).save(ORDERS)
    command = [sys.executable, "-c", SAVES, con]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        for _ in range(3):
            assert child.stdout.readline()
        assert tables_in(con) == ["orders"]
        child.send_signal(signal.SIGKILL)
        child.wait(30)
    assert child.returncode == -signal.SIGKILL
    pd.testing.assert_frame_equal(orders(con).load(), ORDERS)
    deadline = time.monotonic() + 20
    orders(con).save(ORDERS.head(1))
    while tables_in(con) != ["orders"]:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert len(orders(con).load()) == 1


def test_readers_find_the_old_rows_until_the_new_ones_are_there(database: str) -> None:
    dataset = orders(database)
    dataset.save(ORDERS)
    seen: list[int] = []

    class Slow(pd.DataFrame):
        def to_sql(self, *arguments: Any, **options: Any) -> Any:  # type: ignore[misc]
            seen.append(len(orders(database).load()))
            result = pd.DataFrame(self).to_sql(*arguments, **options)
            seen.append(len(orders(database).load()))
            return result

    dataset.save(Slow({"item": ["new"]}))
    assert seen == [3, 3]
    assert len(dataset.load()) == 1


@pytest.mark.parametrize("if_exists", ["replace", "append", "delete_rows"])
def test_tables_of_one_database_are_saved_side_by_side(con: str, if_exists: str) -> None:
    def save_and_load(number: int) -> list[int]:
        save_args = {"if_exists": if_exists}
        dataset = SQLTableDataset(f"t{number}", credentials={"con": con}, save_args=save_args)
        for each in range(5):
            dataset.save(pd.DataFrame({"a": [number, each]}))
        return list(dataset.load()["a"].tail(2))

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(save_and_load, range(8))) == [[number, 4] for number in range(8)]


def test_a_query_is_loaded_with_its_parameters(con: str, tmp_path: Path) -> None:
    orders(con).save(ORDERS)
    mark = "%(least)s" if con.startswith("postgresql") else ":least"
    query = f"select item, price from orders where price >= {mark} order by price"  # noqa: S608
    arguments: dict[str, Any] = {
        "credentials": {"con": con},
        "load_args": {"params": {"least": 1}},
    }
    found = SQLQueryDataset(query, **arguments)
    assert list(found.load()["price"]) == [1, 3]
    (tmp_path / "q.sql").write_text(query)
    assert list(SQLQueryDataset(filepath=tmp_path / "q.sql", **arguments).load()["price"]) == [1, 3]
    assert len(found.preview(1)) == 1
    with pytest.raises(SaveError, match="a query cannot be saved"):
        found.save(ORDERS)


def test_a_preview_fetches_no_more_than_asked(con: str) -> None:
    orders(con).save(ORDERS)
    assert len(orders(con).preview(2)) == 2


def test_what_is_missing_is_told_with_what_is_near(con: str) -> None:
    orders(con).save(ORDERS)
    with pytest.raises(MissingDataError, match="there is no table 'ordes'") as caught:
        SQLTableDataset("ordes", credentials={"con": con}).load()
    assert caught.value.nearest == "orders"


def test_to_look_for_a_file_of_sqlite_does_not_make_it(tmp_path: Path) -> None:
    database = {"con": f"sqlite:///{tmp_path}/shpo.db"}
    table = SQLTableDataset("orders", credentials=database)
    query = SQLQueryDataset("select 1", credentials=database)
    assert not table.exists()
    asks: list[Callable[[], Any]] = [
        table.load, lambda: table.preview(1), query.load, lambda: query.preview(1),
    ]  # fmt: skip
    for ask in asks:
        with pytest.raises(MissingDataError, match=r"there is no file .*shpo\.db"):
            ask()
    assert list(tmp_path.iterdir()) == []


def test_none_and_what_is_no_table_are_refused(con: str) -> None:
    with pytest.raises(SaveError, match="None cannot be saved"):
        orders(con).save(None)
    with pytest.raises(TypeError, match="expected a pandas table, got dict"):
        orders(con).save({"item": [1]})


def test_a_database_in_memory_lasts_as_long_as_its_dataset() -> None:
    dataset = orders("sqlite://")
    dataset.save(ORDERS)
    pd.testing.assert_frame_equal(dataset.load(), ORDERS)
    dataset.release()


def test_through_the_catalog_the_password_is_never_shown(
    postgres: Postgres, database: str, tmp_path: Path
) -> None:
    entry = {"type": "pandas.SQLTableDataset", "table_name": "orders", "credentials": "shop"}

    def told(address: str, deed: Callable[[Any], Any]) -> str:
        catalog = catalog_of({"o": entry}, tmp_path, credentials={"shop": {"con": address}})
        try:
            deed(catalog)
        except Exception as error:  # noqa: BLE001 - what is said is what is looked at
            dataset: Any = catalog["o"]
            return f"{error} {dataset!r} {dataset.describe()} {catalog.describe('o')}"
        return ""

    assert told(database, lambda catalog: catalog.save("o", ORDERS)) == ""
    assert told(database, lambda catalog: catalog.load("o")) == ""
    for wrong in (
        database.replace("127.0.0.1", "127.0.0.2"),
        database.replace("noria:", "nobody:"),
        database.replace("postgresql+psycopg", "postgresql+nodriver"),
        f"postgresql+psycopg://noria:{PASSWORD}@127.0.0.1:{postgres.port}/none",
    ):
        said = told(wrong, lambda catalog: catalog.load("o"))
        assert "cannot load 'o'" in said
        assert PASSWORD not in said


def test_an_entry_without_an_address_is_told() -> None:
    with pytest.raises(DatasetDefinitionError, match="needs `credentials` with `con`"):
        SQLTableDataset("orders")
    with pytest.raises(DatasetDefinitionError, match="either `sql` or `filepath`"):
        SQLQueryDataset(credentials={"con": "sqlite://"})
    with pytest.raises(DatasetDefinitionError, match="`table_name` is empty"):
        SQLTableDataset("", credentials={"con": "sqlite://"})


CHANGES = [
    "UPDATE orders SET price = 4 WHERE price = 3",
    "UPDATE orders SET item = '' WHERE item IS NULL",
    "INSERT INTO orders SELECT * FROM orders",
    "DELETE FROM orders WHERE price = 1",
    "ALTER TABLE orders ADD COLUMN more INTEGER",
    "ALTER TABLE orders RENAME COLUMN price TO paid",
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_stamp_tells_that_somebody_changed_a_table(con: str, change: str) -> None:
    dataset = orders(con)
    dataset.save(ORDERS)
    stamp = dataset.stamp()
    assert stamp
    assert dataset.stamp() == stamp
    engine = sqlalchemy.create_engine(con, poolclass=sqlalchemy.pool.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(change)
    assert orders(con).stamp() != stamp


def test_a_stamp_does_not_tell_of_the_order_of_rows(con: str) -> None:
    dataset = orders(con)
    dataset.save(ORDERS)
    stamp = dataset.stamp()
    dataset.save(ORDERS[::-1])
    assert dataset.stamp() == stamp
    dataset.save(ORDERS[:0])
    assert dataset.stamp() not in (stamp, None)


def test_what_is_added_to_has_no_stamp(con: str) -> None:
    dataset = orders(con, if_exists="append")
    dataset.save(ORDERS)
    assert dataset.appends
    assert dataset.stamp() is None


def test_a_stamp_is_the_same_in_every_time_zone(database: str) -> None:
    moments = pd.DataFrame({"at": pd.to_datetime(["2026-01-01T12:00Z"]), "share": [0.1]})
    dataset = orders(database)
    dataset.save(moments)
    stamp = dataset.stamp()
    there = {"con": database, "connect_args": {"options": "-c timezone=Asia/Tokyo"}}
    assert SQLTableDataset("orders", credentials=there).stamp() == stamp


def test_who_may_not_read_gets_no_stamp(database: str) -> None:
    orders(database).save(ORDERS)
    engine = sqlalchemy.create_engine(database, poolclass=sqlalchemy.pool.NullPool)
    with engine.begin() as connection:
        for deed in ("DROP ROLE IF EXISTS writer", "CREATE ROLE writer"):
            connection.exec_driver_sql(deed)
    there = {"con": database, "connect_args": {"options": "-c role=writer"}}
    assert SQLTableDataset("orders", credentials=there).stamp() is None


def test_a_relative_file_of_sqlite_starts_at_the_base_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shop?" / "notebooks").mkdir(parents=True)
    catalog = catalog_of(
        {
            "orders": {"type": "pandas.SQLTableDataset", "table_name": "t", "credentials": "db"},
            "dear": {
                "type": "pandas.SQLQueryDataset",
                "sql": "select * from t where price > 1",
                "credentials": "db",
            },
        },
        tmp_path / "shop?",
        credentials={"db": {"con": "sqlite:///shop.db"}},
    )
    monkeypatch.chdir(tmp_path / "shop?" / "notebooks")
    catalog.save("orders", ORDERS)
    assert (tmp_path / "shop?" / "shop.db").is_file()
    assert list(catalog.load("dear")["price"]) == [3]
    assert not list(Path.cwd().iterdir())
