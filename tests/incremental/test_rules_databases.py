"""Rules for data of databases: which of two entries, two queries, two databases is which."""

import sqlite3
import time
from pathlib import Path

import pytest

from tests.incremental.workbench import CHAIN, CONF, WHERE_PIPELINE, Workbench, entries

PROD = "conf/prod/catalog.yml"
CREDENTIALS = "conf/{}/credentials.yml"
C = 'def c(given):\n    print("<<C>>")\n    return int(given["v"].sum())\n'
TABLE = "pandas.SQLTableDataset\n  table_name: t\n"


@pytest.fixture(autouse=True)
def _sqlalchemy() -> None:
    pytest.importorskip("sqlalchemy")


def database(name: str) -> str:
    return f'{{con: "sqlite:///data/{name}.db"}}'


def fill(bench: Workbench, name: str, *rows: int, column: str = "v") -> None:
    """Make a table of these rows, and nothing else of it."""
    (bench.path / "data").mkdir(exist_ok=True)
    with sqlite3.connect(bench.path / f"data/{name}.db") as connection:
        connection.execute("DROP TABLE IF EXISTS t")
        connection.execute(f"CREATE TABLE t ({column} INTEGER, other INTEGER)")
        connection.executemany("INSERT INTO t VALUES (?, 0)", [(row,) for row in rows])
    connection.close()


def two_readers(bench: Workbench, one: str, other: str) -> None:
    """Let A read one entry and C another; B has nothing to do with it."""
    source = C.replace("<<C>>", "<<{}>>").replace("def c", "def {}")
    bench.write(
        {
            CONF: f"one:\n  type: {one}other:\n  type: {other}" + CHAIN[CONF],
            WHERE_PIPELINE: CHAIN[WHERE_PIPELINE]
            .replace('inputs="raw"', 'inputs="one"')
            .replace('inputs="made_b"', 'inputs="other"'),
            "src/shop/a.py": source.format("a", "A"),
            "src/shop/c.py": source.format("c", "C"),
            CREDENTIALS.format("base"): f"a: {database('a')}\nb: {database('b')}\n",
            "q.sql": "SELECT v FROM t",
        }
    )
    fill(bench, "a", 1)
    fill(bench, "b", 2)


def values(bench: Workbench) -> tuple[int, int]:
    return bench.value("made_a"), bench.value("made_c")


def test_one_query_asked_of_two_databases(fresh: Workbench) -> None:
    query = "pandas.SQLQueryDataset\n  filepath: q.sql\n  credentials: "
    two_readers(fresh, f"{query}a\n", f"{query}b\n")
    assert fresh.did() == "A B C"
    assert values(fresh) == (1, 2)
    assert fresh.did() == ""
    fill(fresh, "b", 2, 3)
    assert fresh.did() == "C"
    assert values(fresh) == (1, 5)
    fill(fresh, "a", 7)
    assert "A" in fresh.did()
    assert values(fresh) == (7, 5)


def test_files_behind_a_node_that_reads_a_table_are_adopted(fresh: Workbench) -> None:
    """The node itself is not: what it reads nobody knows. What it has made lies there."""
    two_readers(fresh, f"{TABLE}  credentials: a\n", f"{TABLE}  credentials: b\n")
    fresh.edit(WHERE_PIPELINE, 'inputs="other"', 'inputs="made_b"')
    fresh.edit("src/shop/c.py", 'int(given["v"].sum())', "given + 100")
    assert fresh.did() == "A B C"
    fresh.command("cache", "clear", "--yes")
    said = fresh.command("cache", "adopt").out
    assert "A: not adopted: one is known when loaded" in said
    assert "2 nodes of 3 adopted" in said
    assert fresh.did() == "A"
    fresh.command("cache", "clear", "--yes")
    fresh.command("cache", "adopt")
    fill(fresh, "a", 7)
    assert fresh.did() == "A B C"
    assert (fresh.value("made_a"), fresh.value("made_c")) == (7, 175)


def test_a_plan_says_that_a_table_is_known_when_it_is_loaded(fresh: Workbench) -> None:
    two_readers(fresh, f"{TABLE}  credentials: a\n", f"{TABLE}  credentials: b\n")
    fresh.did()
    said = " ".join(fresh.command("plan").out.split())
    assert "one is known when loaded" in said
    assert "depends on made_a" in said


def test_one_query_with_two_parameters(fresh: Workbench) -> None:
    query = "pandas.SQLQueryDataset\n  filepath: q.sql\n  credentials: a\n  load_args: "
    two_readers(fresh, f"{query}{{params: {{k: 1}}}}\n", f"{query}{{params: {{k: 2}}}}\n")
    fresh.write({"q.sql": "SELECT v FROM t WHERE v <= :k"})
    assert fresh.did() == "A B C"
    fill(fresh, "a", 1, 2)
    assert fresh.did() == "C"
    assert values(fresh) == (1, 3)


def test_one_query_of_two_files(fresh: Workbench) -> None:
    pytest.importorskip("duckdb")
    query = "duckdb.QueryDataset\n  filepath: q.sql\n  load_args: "
    two_readers(
        fresh,
        f"{query}{{params: {{file: data/one.csv}}}}\n",
        f"{query}{{params: {{file: data/other.csv}}}}\n",
    )
    fresh.write(
        {"q.sql": "FROM read_csv($file)", "data/one.csv": "v\n1\n", "data/other.csv": "v\n2\n"}
    )
    assert fresh.did() == "A B C"
    fresh.write({"data/other.csv": "v\n5\n"})
    assert fresh.did() == "C"
    assert values(fresh) == (1, 5)


@pytest.mark.parametrize("names", [("one", "other"), ("one@first", "one@second")])
def test_two_parts_of_one_table_are_told_apart(fresh: Workbench, names: tuple[str, str]) -> None:
    """Each loads other columns of it, and only loading tells whether these have changed."""
    table = f"{TABLE}  credentials: a\n  load_args: "
    two_readers(fresh, f"{table}{{columns: [v]}}\n", f"{table}{{columns: [other]}}\n")
    fresh.edit("src/shop/c.py", '"v"', '"other"')
    for old, new in zip(("one", "other"), names, strict=True):
        fresh.edit(CONF, f"{old}:\n", f"{new}:\n")
        fresh.edit(WHERE_PIPELINE, f'"{old}"', f'"{new}"')
    assert fresh.did() == "A B C"
    assert values(fresh) == (1, 0)
    with sqlite3.connect(fresh.path / "data/a.db") as connection:
        connection.execute("UPDATE t SET other = 5")
    connection.close()
    assert fresh.did() == "C"
    assert values(fresh) == (1, 5)


@pytest.mark.parametrize(
    "entry",
    [f"{TABLE}  credentials: a\n", "duckdb.TableDataset\n  table_name: t\n  database: data/d.db\n"],
    ids=["sqlite", "duckdb"],
)
def test_a_table_under_two_names_is_one(fresh: Workbench, entry: str) -> None:
    """Who reads it under one waits for whoever makes it under the other."""
    if "duckdb" in entry:
        pytest.importorskip("duckdb")
    fresh.write(
        {
            CONF: f"table:\n  type: {entry}same:\n  type: {entry}" + entries("raw", "made_c"),
            CREDENTIALS.format("base"): f"a: {database('a')}\n",
            WHERE_PIPELINE: CHAIN[WHERE_PIPELINE]
            .replace('"made_b", name', '"table", name')
            .replace('inputs="made_b"', 'inputs="same"'),
            "src/shop/b.py": "import pandas\n\n\ndef b(made_a, rate):\n"
            '    print("<<B>>")\n    return pandas.DataFrame({"v": [made_a]})\n',
            "src/shop/c.py": C,
        }
    )
    assert fresh.did() == "A B C"
    assert fresh.value("made_c") == 2
    assert fresh.did() == ""
    fresh.write({"data/raw.json": "5\n"})
    assert fresh.did() == "A B C"
    assert fresh.value("made_c") == 6
    assert fresh.did() == ""


@pytest.mark.parametrize("given", ["sql: SELECT v FROM t", "filepath: q.sql"])
def test_what_one_database_was_found_to_hold_says_nothing_of_another(
    fresh: Workbench, given: str
) -> None:
    """How long it holds counts for each environment, and for the query that was asked."""
    entry = f"pandas.SQLQueryDataset\n  {given}\n  credentials: a\n  refresh: never\n"
    two_readers(fresh, entry, entry)
    fresh.write(
        {
            PROD: entries("made_a", "made_b", "made_c").replace("data/", "data/prod_"),
            CREDENTIALS.format("prod"): f"a: {database('b')}\n",
        }
    )
    assert fresh.did() == "A B C"
    fresh.go("--env", "prod")
    assert (fresh.value("prod_made_a"), fresh.value("prod_made_c")) == (2, 2)
    assert fresh.did() == ""
    assert fresh.did("--env", "prod") == ""
    if "q.sql" in given:
        fresh.write({"q.sql": "SELECT v + 100 AS v FROM t"})
        assert "C" in fresh.did()
        assert values(fresh) == (101, 101)


def of_a_table(bench: Workbench, entry: str) -> None:
    """Let B make a table and C read it."""
    bench.write(
        {
            CONF: f"made_b:\n  type: {entry}" + entries("raw", "made_a", "made_c"),
            CREDENTIALS.format("base"): f"a: {database('a')}\n",
            "src/shop/b.py": "import pandas\n\nV = 1\n\n\ndef b(made_a, rate):\n"
            '    print("<<B>>")\n    return pandas.DataFrame({"v": [V]})\n',
            "src/shop/c.py": C,
        }
    )


DUCK = "duckdb.TableDataset\n  table_name: t\n  database: data/a.duckdb\n"


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_each_environment_has_its_own_database(fresh: Workbench, kind: str) -> None:
    """What one run has put into one of them is no correction of what lies in the other."""
    pytest.importorskip(kind.replace("sqlite", "sqlalchemy"))
    of_a_table(fresh, f"{TABLE}  credentials: a\n" if kind == "sqlite" else DUCK)
    prod = entries("made_a", "made_c").replace("data/", "data/prod_")
    if kind == "duckdb":
        prod += f"made_b:\n  type: {DUCK}".replace("data/a.", "data/prod.")
    fresh.write({PROD: prod, CREDENTIALS.format("prod"): f"a: {database('prod')}\n"})
    prod_words = ("--env", "prod")
    fresh.go()
    fresh.go(*prod_words)
    fresh.edit("src/shop/b.py", "V = 1", "V = 2")
    assert fresh.did() == "B C"
    assert "B" in fresh.did(*prod_words)
    assert (fresh.value("made_c"), fresh.value("prod_made_c")) == (2, 2)
    assert fresh.did() == ""
    assert fresh.did(*prod_words) == ""


def test_a_database_that_is_moved_and_moved_back(fresh: Workbench) -> None:
    pytest.importorskip("duckdb")
    of_a_table(fresh, DUCK)
    fresh.go()
    fresh.edit(CONF, "a.duckdb", "b.duckdb")
    fresh.go()
    fresh.edit("src/shop/b.py", "V = 1", "V = 2")
    assert fresh.did() == "B C"
    fresh.edit(CONF, "b.duckdb", "a.duckdb")
    assert "B" in fresh.did()
    assert fresh.value("made_c") == 2
    assert Path(fresh.path / "data/a.duckdb").exists()
    assert fresh.did() == ""


@pytest.mark.parametrize("adds", [True, False])
def test_nodes_that_add_rows_to_one_table_are_none_too_many(
    fresh: Workbench, *, adds: bool
) -> None:
    entry = f"{TABLE}  credentials: a\n" + ("  save_args: {if_exists: append}\n" if adds else "")
    source = (
        'import pandas\n\n\ndef {}(*given):\n    print("<<{}>>")\n'
        "    return pandas.DataFrame({{'v': [1]}})\n"
    )
    fresh.write(
        {
            CONF: f"made_b:\n  type: {entry}made_c:\n  type: {entry}" + entries("raw", "made_a"),
            CREDENTIALS.format("base"): f"a: {database('a')}\n",
            WHERE_PIPELINE: CHAIN[WHERE_PIPELINE].replace('inputs="made_b"', 'inputs="made_a"'),
            "src/shop/b.py": source.format("b", "B"),
            "src/shop/c.py": source.format("c", "C"),
        }
    )
    if not adds:
        assert "2 nodes save at" in fresh.command("run", code=2).err
        assert "2 nodes save at" in fresh.command("check", code=2).out
        return
    assert fresh.did() == "A B C"
    assert fresh.did() == "B C"
    with sqlite3.connect(fresh.path / "data/a.db") as connection:
        assert connection.execute("SELECT count(*) FROM t").fetchone() == (4,)
    connection.close()
    fresh.command("check")


def test_what_holds_of_some_columns_says_nothing_of_others(fresh: Workbench) -> None:
    """Each of two entries of a table holds for a while by itself."""
    two_readers(
        fresh,
        f"{TABLE}  credentials: a\n  refresh: 1s\n  load_args: {{columns: [v]}}\n",
        f"{TABLE}  credentials: a\n  refresh: 1s\n  load_args: {{columns: [other]}}\n",
    )
    fresh.edit("src/shop/c.py", '["v"]', '["other"]')
    assert fresh.did() == "A B C"
    time.sleep(1.1)
    with sqlite3.connect(fresh.path / "data/a.db") as connection:
        connection.execute("UPDATE t SET other = 7")
    connection.close()
    assert fresh.did() == "C"
    assert values(fresh) == (1, 7)
