"""Datasets by name."""

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import noria_catalog
import pandas as pd
import pytest
from noria_catalog import (
    DataCatalog,
    Dataset,
    DatasetDefinitionError,
    LoadError,
    MemoryDataset,
    MissingDataError,
    SaveError,
    UnknownDatasetError,
)
from noria_catalog.formats.text import TextDataset
from noria_catalog.located import Located, Where

from tests.catalog.entries import catalog_of

ENTRIES = {
    "orders": {"type": "pandas.CSVDataset", "filepath": "data/orders.csv"},
    "note": {"type": "text.TextDataset", "filepath": "data/note.txt"},
}


class Silent:
    """A dataset of somebody's that offers no more than it must."""

    def load(self) -> Any:
        raise RuntimeError("the database is down")

    def save(self, data: Any) -> None:
        raise RuntimeError(f"no room for {len(data)}")


def test_data_goes_round_by_name(tmp_path: Path) -> None:
    catalog = catalog_of(ENTRIES, tmp_path)
    assert not catalog.exists("orders")
    catalog.save("orders", pd.DataFrame({"a": [1]}))
    assert catalog.exists("orders")
    assert catalog.load("orders")["a"].tolist() == [1]
    assert (tmp_path / "data" / "orders.csv").read_text() == "a\n1\n"


def test_it_reads_like_a_dict(tmp_path: Path) -> None:
    catalog = catalog_of(ENTRIES, tmp_path)
    catalog["model"] = {"weights": 1}
    assert list(catalog) == catalog.keys() == ["orders", "note", "model"]
    assert len(catalog) == 3
    assert "note" in catalog
    assert "notes" not in catalog
    assert catalog.get("notes") is None
    assert catalog.get("note") is catalog["note"]
    assert [name for name, _ in catalog.items()] == list(catalog)
    assert isinstance(catalog.values()[2], MemoryDataset)
    assert repr(catalog) == "DataCatalog(3 datasets)"


def test_a_value_becomes_data_in_memory_and_a_dataset_stays_one() -> None:
    silent = Silent()
    catalog = DataCatalog({"a": [1], "b": silent})
    assert catalog.load("a") == [1]
    assert catalog["b"] is silent


@pytest.mark.parametrize("deed", ["load", "exists", "release", "describe", "__getitem__"])
def test_an_unknown_name_names_the_nearest(tmp_path: Path, deed: str) -> None:
    with pytest.raises(UnknownDatasetError, match="no dataset 'ordes' in the catalog") as caught:
        getattr(catalog_of(ENTRIES, tmp_path), deed)("ordes")
    assert caught.value.nearest == "orders"


def test_a_name_near_no_other_says_what_there_is() -> None:
    with pytest.raises(UnknownDatasetError) as caught:
        DataCatalog({"rows": [], "model": 1})["q7"]
    assert caught.value.hint == "there are model, rows"
    with pytest.raises(UnknownDatasetError) as caught:
        DataCatalog({f"d{n}": 1 for n in range(20)}).load("zzzzzz")
    assert caught.value.hint is not None
    assert caught.value.hint.endswith("and 12 more")
    with pytest.raises(UnknownDatasetError) as caught:
        DataCatalog({})["rows"]
    assert caught.value.hint is not None
    assert "is empty" in caught.value.hint


def test_saving_under_an_unknown_name_is_an_error_too() -> None:
    with pytest.raises(UnknownDatasetError):
        DataCatalog().save("a", 1)


def test_a_missing_file_names_dataset_place_and_entry(tmp_path: Path) -> None:
    with pytest.raises(MissingDataError) as caught:
        catalog_of(ENTRIES, tmp_path).load("note")
    error = caught.value
    assert error.name == "note"
    assert error.where == Where("conf/base/catalog.yml", 4, 1)
    assert "cannot load 'note': nothing lies at" in str(error)
    assert "data/note.txt" in str(error)


def test_an_unreadable_file_names_dataset_place_and_the_librarys_words(tmp_path: Path) -> None:
    catalog = catalog_of(ENTRIES, tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "orders.csv").write_text("")
    with pytest.raises(LoadError) as caught:
        catalog.load("orders")
    assert "catalog.yml:1:1: cannot load 'orders' at" in str(caught.value)
    assert "EmptyDataError: No columns to parse from file" in str(caught.value)
    assert type(caught.value.__cause__).__name__ == "EmptyDataError"


def test_a_failing_save_names_dataset_place_and_the_librarys_words(tmp_path: Path) -> None:
    catalog = catalog_of(ENTRIES, tmp_path)
    with pytest.raises(SaveError) as caught:
        catalog.save("orders", [1])
    assert caught.value.name == "orders"
    assert "catalog.yml:1:1: cannot save 'orders' at" in str(caught.value)
    assert "TypeError: expected a pandas table, got list" in str(caught.value)
    assert isinstance(caught.value.__cause__, TypeError)


def test_the_errors_of_anybodys_dataset_are_named_too() -> None:
    catalog = DataCatalog({"db": Silent()})
    with pytest.raises(LoadError, match="cannot load 'db': RuntimeError: the database is down"):
        catalog.load("db")
    with pytest.raises(SaveError, match="cannot save 'db': RuntimeError: no room for 2"):
        catalog.save("db", [1, 2])
    assert not catalog.exists("db")
    catalog.release("db")
    assert catalog.describe("db") == {"type": "Silent"}


def test_why_data_is_missing_can_be_asked(tmp_path: Path) -> None:
    partitions = {"type": "partitions.PartitionedDataset", "path": "days"}
    catalog = catalog_of(
        {**ENTRIES, "days": {**partitions, "dataset": "text.TextDataset"}}, tmp_path
    )
    catalog["memory"] = MemoryDataset()
    catalog["db"] = Silent()
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "notes.txt").write_text("x")
    error = catalog.explain_missing("note")
    assert isinstance(error, MissingDataError)
    assert error.message.startswith("nothing lies at ")
    assert str(error.hint).endswith("data/notes.txt")
    assert error.where == Where("conf/base/catalog.yml", 4, 1)
    assert catalog.explain_missing("days").message.startswith("there is no folder")
    assert catalog.explain_missing("memory").message == "nothing was saved in memory yet"
    assert catalog.explain_missing("db").name == "db"


def test_an_interrupt_is_not_dressed_up() -> None:
    class Slow(Silent):
        def load(self) -> Any:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        DataCatalog({"db": Slow()}).load("db")


def test_check_finds_mistakes_and_loads_nothing(tmp_path: Path) -> None:
    entries = {**ENTRIES, "bad": {"type": "pandas.CSVDataset"}}
    catalog = catalog_of(entries, tmp_path)
    catalog.check(["orders", "note"])
    with pytest.raises(DatasetDefinitionError, match="'bad'"):
        catalog.check(["orders", "bad"])


def test_where_is_the_place_of_the_name(tmp_path: Path) -> None:
    catalog = catalog_of(ENTRIES, tmp_path)
    assert catalog.where("note") == Where("conf/base/catalog.yml", 4, 1)
    catalog["note"] = 1
    assert catalog.where("note") is None
    assert catalog.where("none") is None


def test_describe_needs_no_class_and_gives_the_whole_place(tmp_path: Path) -> None:
    entry = {"type": "no.Such", "filepath": "a.x", "load_args": {"b": 1}, "fs_args": {"t": "s"}}
    described = catalog_of({"a": entry}, tmp_path).describe("a")
    assert described == {"type": "no.Such", "filepath": f"{tmp_path}/a.x", "load_args": {"b": 1}}


def test_released_memory_is_let_go() -> None:
    catalog = DataCatalog({"a": 1})
    catalog.release("a")
    with pytest.raises(MissingDataError, match="cannot load 'a': nothing was saved in memory yet"):
        catalog.load("a")


def test_an_empty_catalog_file_is_an_empty_catalog(tmp_path: Path) -> None:
    assert len(DataCatalog.from_config(Located(None), base_path=tmp_path)) == 0
    with pytest.raises(DatasetDefinitionError, match="a catalog is a mapping"):
        DataCatalog.from_config(Located([]), base_path=tmp_path)


def test_threads_make_a_dataset_once(tmp_path: Path) -> None:
    catalog = catalog_of(ENTRIES, tmp_path)
    made: list[Any] = []
    threads = [threading.Thread(target=lambda: made.append(catalog["orders"])) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(dataset) for dataset in made}) == 1


def test_importing_the_package_imports_nothing_heavy() -> None:
    heavy = "pandas numpy pyarrow yaml fsspec dynaconf rich click sqlite3 psutil tempfile"
    script = (
        "import sys, noria_catalog\n"
        f"sys.exit(', '.join(name for name in {heavy.split()} if name in sys.modules) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_face_of_the_package_is_what_it_says() -> None:
    assert noria_catalog.__all__ == sorted(noria_catalog.__all__)
    assert all(hasattr(noria_catalog, name) for name in noria_catalog.__all__)


def test_names_are_filtered_by_pattern_and_class(tmp_path: Path) -> None:
    catalog = catalog_of(ENTRIES, tmp_path)
    catalog["orders_now"] = 1
    assert catalog.filter("^orders") == ["orders", "orders_now"]
    assert catalog.filter(type_regex=r"\.text\.") == ["note"]
    assert catalog.filter(by_type=MemoryDataset) == ["orders_now"]
    assert catalog.filter("n", by_type=[TextDataset, MemoryDataset]) == ["note", "orders_now"]


def test_the_class_is_told_and_nothing_is_made(tmp_path: Path) -> None:
    catalog = catalog_of({"note": ENTRIES["note"] | {"wrong": 1}}, tmp_path)
    assert catalog.get_type("note") == "noria_catalog.formats.text.TextDataset"
    assert catalog.get_type("nothing") is None


def test_a_place_in_memory_can_stand_in_for_an_unknown_name() -> None:
    catalog = DataCatalog()
    assert isinstance(catalog.get("a", fallback_to_runtime_pattern=True), MemoryDataset)
    assert "a" in catalog


def test_every_save_that_went_well_is_told(tmp_path: Path) -> None:
    saved: list[tuple[str, type]] = []

    def note(name: str, dataset: Dataset) -> None:
        saved.append((name, type(dataset)))

    catalog = DataCatalog.from_config(ENTRIES, base_path=tmp_path, on_saved=note)
    catalog.save("note", "hello")
    with catalog.saving("note") as add:
        assert len(saved) == 1
        add("again")
    with pytest.raises(SaveError):
        catalog.save("note", None)
    with pytest.raises(ZeroDivisionError), catalog.saving("note") as add:
        add(str(1 / 0))
    assert saved == [("note", TextDataset)] * 2


def test_a_plain_mapping_makes_a_catalog(tmp_path: Path) -> None:
    catalog = DataCatalog.from_config(ENTRIES, base_path=str(tmp_path))
    catalog.save("note", "hello")
    assert (tmp_path / "data/note.txt").read_text() == "hello"


def test_the_beginning_of_data_is_shown(tmp_path: Path) -> None:
    catalog = catalog_of(ENTRIES, tmp_path)
    catalog.save("orders", pd.DataFrame({"a": range(100)}))
    catalog.save("note", "1\n2\n3\n")
    catalog["deep"] = {"a": 1, "b": 2}
    assert catalog.preview("orders", rows=3)["a"].tolist() == [0, 1, 2]
    assert catalog.preview("note", rows=2) == "1\n2\n"
    assert catalog.preview("deep", rows=1) == {"a": 1}


def test_a_pickle_and_a_large_file_are_not_opened_for_a_look(tmp_path: Path) -> None:
    entries = {
        "model": {"type": "pickle.PickleDataset", "filepath": "model.pickle"},
        "large": {"type": "json.JSONDataset", "filepath": "large.json"},
    }
    (tmp_path / "model.pickle").write_bytes(b"cos\nsystem\n(S'false'\ntR.")
    with (tmp_path / "large.json").open("wb") as file:
        file.truncate(2**30)
    catalog = catalog_of(entries, tmp_path)
    with pytest.raises(LoadError, match="never opened for a preview"):
        catalog.preview("model")
    with pytest.raises(LoadError, match="too many to be loaded for a preview"):
        catalog.preview("large")


def test_one_place_is_one_whoever_asks_and_by_whatever_entry() -> None:
    """The address of a store and of a database counts, a password and a user do not."""
    lake = {"client_kwargs": {"endpoint_url": "http://lake:9000"}}
    credentials = {
        "reader": {"key": "r", **lake},
        "writer": {"key": "w", **lake},
        "other": {"client_kwargs": {"endpoint_url": "http://other:9000"}},
        "ann": {"con": "postgresql+psycopg://ann:secret@host/shop"},
        "bob": {"con": "postgresql+psycopg://bob:hidden@host/shop"},
        "test": {"con": "postgresql+psycopg://ann:secret@host/test"},
        "here": {"con": "postgresql+psycopg:///shop?host=/run/a&user=ann&password=secret"},
        "mine": {"con": "postgresql+psycopg:///shop?host=/run/a&user=bob&password=hidden"},
        "there": {"con": "postgresql+psycopg:///shop?host=/run/b&user=ann&password=secret"},
        "odbc": {"con": "mssql+pyodbc:///?odbc_connect=Server%3Da%3BPwd%3D%7B%3Bhost%3Dsecret%7D"},
        "odbcs": {"con": "mssql+pyodbc:///?odbc_connect=Server%3Db%3BPwd%3Dsecret"},
        "mark": {"con": "postgresql+psycopg://ann:a?host=secret@host/shop"},
    }
    entries: dict[str, dict[str, Any]] = {
        f"csv_{name}": {"type": "text.TextDataset", "filepath": "s3://b/a.txt", "credentials": name}
        for name in ("reader", "writer", "other")
    } | {
        f"{kind}_{name}": {"type": f"pandas.SQL{kind}Dataset", **what, "credentials": name}
        for name in credentials.keys() - {"reader", "writer", "other"}
        for kind, what in (("Table", {"table_name": "t"}), ("Query", {"filepath": "q.sql"}))
    }
    catalog = DataCatalog.from_config(entries, credentials=credentials)
    assert catalog.identity("csv_reader") == catalog.identity("csv_writer")
    assert catalog.identity("csv_reader") != catalog.identity("csv_other")
    assert catalog.identity("Table_ann") == catalog.identity("Table_bob")
    assert catalog.identity("Table_ann") == "postgresql+psycopg://host/shop#t"
    assert catalog.identity("Table_ann") != catalog.identity("Table_test")
    assert catalog.identity("Table_here") == catalog.identity("Table_mine")
    assert catalog.identity("Table_here") != catalog.identity("Table_there")
    assert catalog.identity("Table_odbc") != catalog.identity("Table_odbcs")
    told = str([catalog.identity(name) for name in catalog if name.startswith("Table")])
    assert "secret" not in told
    assert "hidden" not in told
    assert catalog.identity("Query_ann") is None
    cached = {"type": "CachedDataset", "dataset": entries["Table_ann"]}
    around = DataCatalog.from_config({"a": cached}, credentials=credentials)
    assert around.identity("a") == catalog.identity("Table_ann")
