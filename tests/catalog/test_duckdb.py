"""Tables and queries of DuckDB."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pytest
from noria_catalog import DatasetDefinitionError, MissingDataError, SaveError
from noria_catalog.formats.duckdb import QueryDataset, TableDataset

from tests.catalog.entries import catalog_of

ORDERS = pd.DataFrame(
    {"item": ["wheel", "Rad — 轮", None], "price": [1, -2, 3], "share": [0.1] * 3}
)


def orders(folder: Path, **options: Any) -> TableDataset:
    return TableDataset("orders", folder / "deep" / "shop.duckdb", **options)


def test_a_table_goes_round_and_a_save_replaces_it(tmp_path: Path) -> None:
    dataset = orders(tmp_path)
    assert not dataset.exists()
    dataset.save(pd.DataFrame({"other": [1]}))
    dataset.save(ORDERS)
    pd.testing.assert_frame_equal(dataset.load(), ORDERS)
    assert len(dataset.preview(2)) == 2


def test_frames_of_each_library_go_in_and_out(tmp_path: Path) -> None:
    rows = pl.DataFrame({"price": [1, 2]})
    for value in (rows, rows.lazy(), rows.to_arrow(), rows.to_pandas()):
        orders(tmp_path).save(value)
        assert orders(tmp_path, frame="polars").load().equals(rows)
        assert orders(tmp_path, frame="arrow").load().column("price").to_pylist() == [1, 2]
        assert list(orders(tmp_path).load()["price"]) == [1, 2]


def test_the_same_rows_are_the_same_bytes(tmp_path: Path) -> None:
    # The file itself has an identity of its own, so the table is copied out of it.
    copies = []
    for name in ("one", "two"):
        dataset = orders(tmp_path / name)
        dataset.save(ORDERS)
        with duckdb.connect(dataset.database) as connection:
            connection.table("orders").write_parquet(f"{tmp_path}/{name}.parquet")
        copies.append((tmp_path / f"{name}.parquet").read_bytes())
    assert copies[0] == copies[1]


def test_rows_are_added_by_name(tmp_path: Path) -> None:
    adds = orders(tmp_path, save_args={"mode": "append"})
    adds.save(pd.DataFrame({"a": [1], "b": [2]}))
    adds.save(pd.DataFrame({"b": [4], "a": [3]}))
    assert adds.load().to_numpy().tolist() == [[1, 2], [3, 4]]


def test_a_save_that_fails_leaves_the_old_table(tmp_path: Path) -> None:
    orders(tmp_path).save(ORDERS)
    with pytest.raises(Exception, match="not suitable"):
        orders(tmp_path).save("no table")
    pd.testing.assert_frame_equal(orders(tmp_path).load(), ORDERS)


SAVES = """
import os, sys, threading, time
import pyarrow as pa
from noria_catalog.formats.duckdb import TableDataset

def batches():
    for part in range(10_000):
        print(part, flush=True)
        time.sleep(0.01)
        yield pa.record_batch({"item": ["new"] * 5000})

rows = pa.RecordBatchReader.from_batches(pa.schema([("item", pa.string())]), batches())
TableDataset("orders", sys.argv[1]).save(rows)
"""


@pytest.mark.skipif(os.name == "nt", reason="not here: SIGKILL")
def test_a_kill_in_the_middle_of_a_save_leaves_the_old_table(tmp_path: Path) -> None:
    dataset = orders(tmp_path)
    dataset.save(ORDERS)
    command = [sys.executable, "-c", SAVES, dataset.database]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        for _ in range(20):
            assert child.stdout.readline()
        child.send_signal(signal.SIGKILL)
        child.wait(30)
    pd.testing.assert_frame_equal(dataset.load(), ORDERS)
    dataset.save(ORDERS.head(1))
    assert len(dataset.load()) == 1


def test_a_query_reads_tables_and_files(tmp_path: Path) -> None:
    catalog = catalog_of(
        {
            "orders": {"type": "duckdb.TableDataset", "table_name": "orders", "database": "s.db"},
            "dear": {
                "type": "duckdb.QueryDataset",
                "sql": "select * from orders where price > $least",
                "database": "s.db",
                "load_args": {"params": {"least": 1}},
            },
            "counted": {"type": "duckdb.QueryDataset", "filepath": "count.sql", "frame": "polars"},
        },
        tmp_path,
    )
    catalog.save("orders", ORDERS)
    assert list(catalog.load("dear")["price"]) == [3]
    ORDERS.to_parquet(tmp_path / "a.parquet")
    (tmp_path / "count.sql").write_text(
        f"select count(*) as n from '{tmp_path}/*.parquet'"  # noqa: S608 - a path of the test
    )
    assert catalog.load("counted")["n"].item() == 3
    with pytest.raises(SaveError, match="a query cannot be saved"):
        catalog.save("dear", ORDERS)


def test_files_that_a_query_names_are_looked_for_at_the_base_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my shop" / "notebooks").mkdir(parents=True)
    ORDERS.to_parquet(tmp_path / "my shop" / "a.parquet")
    query = {"type": "duckdb.QueryDataset", "sql": "select * from 'a.parquet'"}
    several = {"type": "duckdb.QueryDataset", "sql": "select * from '*.parquet'"}
    catalog = catalog_of({"one": query, "all": several}, tmp_path / "my shop")
    monkeypatch.chdir(tmp_path / "my shop" / "notebooks")
    assert len(catalog.load("one")) == len(catalog.load("all")) == len(ORDERS)


def test_what_is_missing_is_told_with_what_is_near(tmp_path: Path) -> None:
    with pytest.raises(MissingDataError, match="nothing lies at"):
        orders(tmp_path).load()
    with pytest.raises(MissingDataError, match="nothing lies at"):
        QueryDataset("select 1", database=tmp_path / "none.db").load()
    orders(tmp_path).save(ORDERS)
    with pytest.raises(MissingDataError, match="there is no table 'ordes'") as caught:
        TableDataset("ordes", orders(tmp_path).database).load()
    assert caught.value.nearest == "orders"


def test_wrong_entries_are_told() -> None:
    with pytest.raises(DatasetDefinitionError, match="no frame 'polar'"):
        TableDataset("a", "b", frame="polar")
    with pytest.raises(DatasetDefinitionError, match="`mode: overwrite` or `append`"):
        TableDataset("a", "b", save_args={"mode": "upsert"})
    with pytest.raises(DatasetDefinitionError, match="either `sql` or `filepath`"):
        QueryDataset()
    with pytest.raises(SaveError, match="None cannot be saved"):
        TableDataset("a", "b").save(None)
