"""Tables of databases as results: what people correct there is never overwritten unasked."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.incremental.workbench import CONF, WHERE_PIPELINE, Workbench

B = "src/shop/b.py"
C = "src/shop/c.py"
MADE_B = "made_b:\n  type: json.JSONDataset\n  filepath: data/made_b.json\n"
SQLITE = "made_b:\n  type: pandas.SQLTableDataset\n  table_name: b\n  credentials: db\n"
DUCKDB = "made_b:\n  type: duckdb.TableDataset\n  table_name: b\n  database: data/shop.duckdb\n"
Deed = Callable[[Workbench, str], list[tuple[Any, ...]]]


def by_sqlite(bench: Workbench, deed: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(bench.path / "data/shop.db") as connection:
        found = connection.execute(deed).fetchall()
    connection.close()
    return found


def by_duckdb(bench: Workbench, deed: str) -> list[tuple[Any, ...]]:
    import duckdb

    with duckdb.connect(str(bench.path / "data/shop.duckdb")) as connection:
        return connection.execute(deed).fetchall()


def with_table(bench: Workbench, entry: str) -> Workbench:
    """Let B make a table, of which C reads the sum."""
    bench.forks = []
    bench.edit(CONF, MADE_B, entry)
    bench.write({"conf/local/credentials.yml": 'db: {con: "sqlite:///data/shop.db"}\n'})
    bench.edit(B, "from shop.helpers", "import pandas as pd\nfrom shop.helpers")
    bench.edit(
        B,
        "return inner(scale(made_a)) * RATE + rate",
        'return pd.DataFrame({"x": [inner(scale(made_a)) * RATE + rate], "y": ["one"]})',
    )
    bench.edit(C, "made_b + 100", 'int(made_b["x"].sum()) + 100')
    return bench


@pytest.fixture(params=["sqlite", "duckdb"])
def table(request: pytest.FixtureRequest, fresh: Workbench) -> tuple[Workbench, Deed]:
    if request.param == "sqlite":
        pytest.importorskip("sqlalchemy")
        return with_table(fresh, SQLITE), by_sqlite
    pytest.importorskip("duckdb")
    return with_table(fresh, DUCKDB), by_duckdb


def test_a_part_that_does_not_make_it_takes_it_as_it_is(table: tuple[Workbench, Deed]) -> None:
    bench, deed = table
    assert bench.did() == "A B C"
    assert bench.did() == ""
    deed(bench, "UPDATE b SET x = 77")
    assert bench.did("--nodes", "C") == "C"
    assert bench.value("made_c") == 177
    assert bench.did("--nodes", "C") == ""


def test_what_was_corrected_is_not_overwritten(table: tuple[Workbench, Deed]) -> None:
    bench, deed = table
    bench.go()
    deed(bench, "INSERT INTO b SELECT * FROM b")
    rows = deed(bench, "SELECT * FROM b")
    for words in ((), ("--params", "rate=6")):
        said = bench.command("run", *words, code=2).err
        assert "made_b at" in said
        assert "--keep-edited made_b" in said
        assert "--force" in said
    assert deed(bench, "SELECT * FROM b") == rows
    assert bench.did("--force", "--nodes", "B") == "B"
    assert deed(bench, "SELECT x, y FROM b") == [(25, "one")]
    assert bench.did() == "C"  # by its maker's run, not by what the table holds
    assert bench.did() == ""


def test_what_was_corrected_can_be_kept(table: tuple[Workbench, Deed]) -> None:
    bench, deed = table
    bench.go()
    deed(bench, "UPDATE b SET x = 77")
    assert bench.did("--keep-edited", "made_b") == "C"
    assert bench.value("made_c") == 177
    assert bench.did() == ""
    bench.edit_at_once(B, "RATE = 10", "RATE = 20")
    assert "--keep-edited made_b" in bench.command("run", code=2).err
    assert deed(bench, "SELECT x FROM b") == [(77,)]


def test_what_was_corrected_can_be_kept_though_its_node_has_to_wait(
    table: tuple[Workbench, Deed],
) -> None:
    bench, deed = table
    bench.go()
    deed(bench, "UPDATE b SET x = 77")
    bench.edit_at_once("data/raw.json", "1", "2")
    assert "--keep-edited made_b" in bench.command("run", code=2).err
    assert deed(bench, "SELECT x FROM b") == [(77,)]
    assert bench.did("--keep-edited", "made_b") == "C"
    assert deed(bench, "SELECT x FROM b") == [(77,)]
    assert bench.value("made_c") == 177
    assert bench.did() == ""


def test_what_was_corrected_is_made_anew_by_a_node_that_runs_always(
    table: tuple[Workbench, Deed],
) -> None:
    bench, deed = table
    bench.edit(WHERE_PIPELINE, 'name="B"', 'name="B", cache=False')
    bench.go()
    deed(bench, "UPDATE b SET x = 77")
    said = bench.command("run", code=2).err
    assert "to make it anew: --force" in said
    assert "--keep-edited" not in said, "which such a node refuses"
    assert (
        "to make it anew: --force without --no-cache"
        in bench.command("run", "--no-cache", code=2).err
    )
    assert deed(bench, "SELECT x FROM b") == [(77,)]
    assert bench.did("--force") == "A B C"
    assert deed(bench, "SELECT x FROM b") == [(25,)]
    assert bench.value("made_c") == 125


def test_a_table_that_is_put_back_as_it_was_is_the_result(table: tuple[Workbench, Deed]) -> None:
    bench, deed = table
    bench.go()
    deed(bench, "UPDATE b SET x = 77")
    deed(bench, "UPDATE b SET x = 25")
    assert bench.did() == ""


def test_a_table_that_was_dropped_is_made_again(table: tuple[Workbench, Deed]) -> None:
    bench, deed = table
    bench.go()
    deed(bench, "DROP TABLE b")
    assert bench.did() == "B C"
    assert deed(bench, "SELECT x FROM b") == [(25,)]


def test_who_need_not_look_does_not(table: tuple[Workbench, Deed]) -> None:
    bench, deed = table
    bench.edit(CONF, "made_b:\n", "made_b:\n  refresh: never\n")
    bench.go()
    deed(bench, "UPDATE b SET x = 77")
    assert bench.did() == ""


@pytest.mark.parametrize(
    ("entry", "deed", "adding"),
    [(SQLITE, by_sqlite, "{if_exists: append}"), (DUCKDB, by_duckdb, "{mode: append}")],
    ids=["sqlite", "duckdb"],
)
def test_a_table_that_is_added_to_is_added_to_every_time(
    fresh: Workbench, entry: str, deed: Deed, adding: str
) -> None:
    pytest.importorskip("sqlalchemy" if deed is by_sqlite else "duckdb")
    bench = with_table(fresh, f"{entry}  save_args: {adding}\n")
    bench.go()
    deed(bench, "INSERT INTO b VALUES (77, 'by hand')")
    assert "is added to, not replaced" in bench.command("plan", "--why", "B").out
    assert bench.did() == "B C"
    assert sorted(deed(bench, "SELECT x FROM b")) == [(25,), (25,), (77,)]
    assert bench.value("made_c") == 227


def test_a_database_that_cannot_be_asked(fresh: Workbench) -> None:
    pytest.importorskip("sqlalchemy")
    bench = with_table(fresh, SQLITE)
    bench.go()
    Path(bench.path / "data/shop.db").write_bytes(b"no database at all" * 100)
    said = bench.command("run", code=2).err
    assert "'made_b'" in said
    assert "catalog.yml" in said
