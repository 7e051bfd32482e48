"""The data catalog, its factories, versions and partitioned datasets, on both sides."""

from pathlib import Path
from typing import Any

import pytest

from tests.conformance.adapter import (
    DATASET_FAILED,
    ENTRY_REFUSED,
    NO_DATASET,
    WHICH,
    DataCatalog,
    MemoryDataset,
    entry_of,
    factories,
    factory_of,
    shows,
    versions,
)

EARLY, LATE = "2026-01-01T00.00.00.000Z", "2026-01-01T00.00.00.001Z"


class Confirmed(MemoryDataset):  # type: ignore[misc]
    """A dataset that can be told that it was worked through."""

    confirmed = 0

    def confirm(self) -> None:
        self.confirmed += 1


def text(folder: Path, name: str, **more: Any) -> dict[str, Any]:
    return {"type": "text.TextDataset", "filepath": f"{folder}/{name}", **more}


def mixed(folder: Path) -> Any:
    entries = {
        "note": text(folder, "note.txt"),
        "table": {"type": "json.JSONDataset", "filepath": f"{folder}/table.json"},
    }
    made = DataCatalog.from_config(entries)
    made["numbers"] = [1, 2]
    return made


@shows("DataCatalog.from_config", "DataCatalog.save", "DataCatalog.load", "DataCatalog.exists",
       "from_config(catalog)", "AbstractVersionedDataset.load", "AbstractVersionedDataset.save",
       "AbstractVersionedDataset.exists", "AbstractVersionedDataset(filepath)")  # fmt: skip
def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    catalog = mixed(tmp_path)
    assert not catalog.exists("note")
    catalog.save("note", "hello")
    assert catalog.exists("note")
    assert catalog.load("note") == "hello"
    assert (tmp_path / "note.txt").read_text() == "hello"
    catalog.save("table", {"a": [1]})
    assert catalog.load("table") == {"a": [1]}


@shows("DataCatalog.keys", "DataCatalog.values", "DataCatalog.items", "DataCatalog.get",
       "DataCatalog(datasets)")  # fmt: skip
def test_a_catalog_reads_like_a_dictionary(tmp_path: Path) -> None:
    catalog = mixed(tmp_path)
    assert sorted(catalog) == sorted(catalog.keys()) == ["note", "numbers", "table"]
    assert len(catalog) == len(catalog.values()) == 3
    assert sorted(name for name, _ in catalog.items()) == sorted(catalog)
    assert catalog["note"] is catalog.get("note")
    assert catalog.get("nothing") is None
    assert "note" in catalog
    assert "nothing" not in catalog
    assert isinstance(catalog["numbers"], MemoryDataset)
    made = DataCatalog({"a": MemoryDataset(1)})
    assert made.load("a") == 1
    made["a"] = MemoryDataset(2)
    assert made.load("a") == 2


@shows("DataCatalog.get(fallback_to_runtime_pattern)", "DataCatalog.default_runtime_patterns",
       "CatalogConfigResolver.match_runtime_pattern")  # fmt: skip
def test_a_place_in_memory_stands_in_for_a_name_that_nobody_declared() -> None:
    catalog = DataCatalog()
    assert isinstance(catalog.get("a", fallback_to_runtime_pattern=True), MemoryDataset)
    catalog.save("a", 1)
    assert catalog.load("a") == 1


@shows("DataCatalog.filter", "DataCatalog.filter(name_regex)", "DataCatalog.filter(type_regex)",
       "DataCatalog.filter(by_type)", "DataCatalog.get_type")  # fmt: skip
def test_names_are_filtered_by_pattern_and_type(tmp_path: Path) -> None:
    catalog = mixed(tmp_path)
    assert catalog.filter("^n.t") == ["note"]
    assert catalog.filter(type_regex="JSONDataset$") == ["table"]
    assert catalog.filter(by_type=MemoryDataset) == ["numbers"]
    kinds = [MemoryDataset, type(catalog["note"])]
    assert sorted(catalog.filter("e", by_type=kinds)) == ["note", "numbers"]
    assert catalog.get_type("note").endswith(".TextDataset")
    assert catalog.get_type("nothing") is None


@shows("DataCatalog.release", "AbstractVersionedDataset.release")
def test_released_memory_is_gone(tmp_path: Path) -> None:
    catalog = mixed(tmp_path)
    catalog.release("numbers")
    catalog.release("note")
    with pytest.raises(DATASET_FAILED):
        catalog.load("numbers")


@shows("DataCatalog.confirm")
def test_a_dataset_that_has_confirm_is_confirmed() -> None:
    catalog = DataCatalog({"a": Confirmed(1), "b": MemoryDataset(2)})
    catalog.confirm("a")
    assert catalog["a"].confirmed == 1
    with pytest.raises(DATASET_FAILED):
        catalog.confirm("b")


@pytest.mark.parametrize("deed", ["load", "release", "confirm"])
@shows("DataCatalog.load", "DataCatalog.release", "DataCatalog.confirm")
def test_an_unknown_name_is_an_error(deed: str) -> None:
    with pytest.raises(NO_DATASET):
        getattr(DataCatalog({"a": MemoryDataset(1)}), deed)("b")


@shows("DataCatalog.load")
def test_what_cannot_be_loaded_names_its_dataset(tmp_path: Path) -> None:
    with pytest.raises(DATASET_FAILED, match="note"):
        mixed(tmp_path).load("note")


@pytest.mark.parametrize("entry", [3, {"filepath": "a.txt"}, {"type": "text.TxtDataset"}])
@shows("DataCatalog.from_config")
def test_a_wrong_entry_is_refused(entry: Any) -> None:
    with pytest.raises(ENTRY_REFUSED):
        DataCatalog.from_config({"a": entry})["a"]


@shows("from_config(credentials)", "CatalogConfigResolver(credentials)")
def test_credentials_come_by_name(tmp_path: Path) -> None:
    entry = text(tmp_path, "a.txt", credentials="store")
    catalog = DataCatalog.from_config({"a": entry}, {"store": {"use_listings_cache": False}})
    catalog.save("a", "x")
    assert catalog.load("a") == "x"
    with pytest.raises((KeyError, *_tuple(ENTRY_REFUSED))):
        DataCatalog.from_config({"a": entry}, {})["a"]


def _tuple(kinds: Any) -> tuple[Any, ...]:
    return kinds if isinstance(kinds, tuple) else (kinds,)


@shows("from_config(save_version)", "from_config(load_versions)", "DataCatalog.load(version)",
       "DataCatalog.get(version)", "AbstractVersionedDataset.list_versions",
       "AbstractVersionedDataset(version)")  # fmt: skip
def test_versions_are_kept_listed_and_picked(tmp_path: Path) -> None:
    entries = {"note": text(tmp_path, "note.txt", versioned=True)}
    for version in (EARLY, LATE):
        DataCatalog.from_config(entries, save_version=version).save("note", version)
        assert (tmp_path / "note.txt" / version / "note.txt").read_text() == version
    catalog = DataCatalog.from_config(entries)
    assert catalog.load("note") == LATE
    assert catalog.load("note", version=EARLY) == EARLY
    assert versions(catalog, "note") == [EARLY, LATE]
    pinned = DataCatalog.from_config(entries, load_versions={"note": EARLY})
    assert pinned.load("note") == EARLY


@shows("from_config(load_versions)", "from_config(save_version)")
def test_versions_that_cannot_be_are_refused(tmp_path: Path) -> None:
    entries = {"note": text(tmp_path, "note.txt", versioned=True)}
    with pytest.raises(NO_DATASET):
        DataCatalog.from_config(entries, load_versions={"other": EARLY})
    catalog = DataCatalog.from_config(entries, save_version=EARLY)
    catalog.save("note", "x")
    again = DataCatalog.from_config(entries, load_versions={"note": LATE}, save_version="v")
    assert not again.exists("note")
    with pytest.raises(ENTRY_REFUSED):
        DataCatalog.from_config(entries, load_versions={"note": "../x"}).load("note")


PATTERNS = {
    "{default}": {"type": "MemoryDataset"},
    "{name}_text": {"type": "text.TextDataset", "filepath": "F/{name}.txt"},
    "{space}.{name}_text": {"type": "text.TextDataset", "filepath": "F/{space}/{name}.txt"},
    "raw_{name}_text": {"type": "text.TextDataset", "filepath": "F/raw_{name}.txt"},
}


def with_factories(folder: Path) -> Any:
    entries = {
        name: {key: value.replace("F", str(folder), 1) if key == "filepath" else value
               for key, value in entry.items()}
        for name, entry in PATTERNS.items()
        if WHICH == "noria" or name != "{default}"
    }  # fmt: skip
    if WHICH == "kedro":
        entries["{default}"] = {"type": "kedro.io.MemoryDataset"}
    return DataCatalog.from_config(entries)


@shows("CatalogConfigResolver.match_dataset_pattern", "CatalogConfigResolver.list_patterns",
       "CatalogConfigResolver.match_user_catch_all_pattern", "CatalogConfigResolver.is_pattern",
       "DataCatalog.config_resolver", "CatalogConfigResolver(config)")  # fmt: skip
def test_the_most_particular_factory_wins(tmp_path: Path) -> None:
    catalog = with_factories(tmp_path)
    ranked = ["raw_{name}_text", "{space}.{name}_text", "{name}_text"]
    assert [name for name in factories(catalog) if name != "{default}"] == ranked
    for name, best in {
        "raw_x_text": ranked[0],
        "eu.x_text": ranked[1],
        "x_text": ranked[2],
        "x_csv": "{default}",
    }.items():
        assert factory_of(catalog, name) == best


@shows("CatalogConfigResolver.resolve_pattern", "CatalogConfigResolver.config",
       "DataCatalog.get")  # fmt: skip
def test_a_factory_makes_a_dataset_when_it_is_asked_for(tmp_path: Path) -> None:
    catalog = with_factories(tmp_path)
    assert "a_text" in catalog
    assert list(catalog) == []
    assert entry_of(catalog, "a_text")["filepath"] == f"{tmp_path}/a.txt"
    catalog.save("eu.a_text", "hello")
    assert (tmp_path / "eu" / "a.txt").read_text() == "hello"
    assert list(catalog) == ["eu.a_text"]


@shows("CatalogConfigResolver.list_patterns")
def test_a_factory_is_checked_when_the_catalog_is_made() -> None:
    entry = {"type": "text.TextDataset", "filepath": "{other}.txt"}
    with pytest.raises(ENTRY_REFUSED):
        DataCatalog.from_config({"{name}_text": entry})
    both = {"{a}": {"type": "text.TextDataset"}, "{b}": {"type": "text.TextDataset"}}
    with pytest.raises(ENTRY_REFUSED):
        DataCatalog.from_config(both)


@pytest.mark.parametrize("kind", ["PartitionedDataset", "IncrementalDataset"])
@shows("PartitionedDataset(credentials)", "PartitionedDataset(fs_args)",
       "PartitionedDataset(metadata)", "IncrementalDataset(credentials)",
       "IncrementalDataset(fs_args)", "IncrementalDataset(metadata)")  # fmt: skip
def test_partitions_take_what_the_store_needs(kind: str, tmp_path: Path) -> None:
    entry = {
        "type": f"partitions.{kind}",
        "path": f"memory://{tmp_path.name}/days",
        "dataset": "pickle.PickleDataset",
        "credentials": "store",
        "fs_args": {"skip_instance_cache": True},
        "metadata": {"owner": "me"},
    }
    credentials = {"store": {"use_listings_cache": False}}
    catalog = DataCatalog.from_config({"days": entry}, credentials)
    catalog.save("days", {"a": [1]})
    catalog.release("days")
    assert list(catalog.load("days")) == ["a"]


def partitions(folder: Path, kind: str = "PartitionedDataset", **more: Any) -> Any:
    entry = {
        "type": f"partitions.{kind}",
        "path": str(folder / "days"),
        "dataset": "text.TextDataset",
        "filename_suffix": ".txt",
        **more,
    }
    return DataCatalog.from_config({"days": entry})


@shows("PartitionedDataset.load", "PartitionedDataset.save", "PartitionedDataset.exists",
       "PartitionedDataset(path)", "PartitionedDataset(dataset)",
       "PartitionedDataset(filename_suffix)", "PartitionedDataset(save_lazily)",
       "PartitionedDataset.release")  # fmt: skip
def test_partitions_are_saved_by_name_and_loaded_lazily(tmp_path: Path) -> None:
    catalog = partitions(tmp_path)
    assert not catalog.exists("days")
    catalog.save("days", {"b": "cold", "sub/a": lambda: "snow"})
    assert catalog.exists("days")
    assert (tmp_path / "days" / "sub" / "a.txt").read_text() == "snow"
    (tmp_path / "days" / "other.csv").write_text("x")
    catalog.release("days")
    loaded = catalog.load("days")
    assert {name: load() for name, load in loaded.items()} == {"b": "cold", "sub/a": "snow"}
    assert list(loaded) == sorted(loaded)


@pytest.mark.parametrize("overwrite", [False, True])
@shows("PartitionedDataset(overwrite)")
def test_overwriting_removes_what_is_not_saved(overwrite: bool, tmp_path: Path) -> None:
    catalog = partitions(tmp_path, overwrite=overwrite)
    catalog.save("days", {"a": "1"})
    catalog.save("days", {"b": "2"})
    catalog.release("days")
    assert list(catalog.load("days")) == (["b"] if overwrite else ["a", "b"])


@shows("IncrementalDataset.load", "IncrementalDataset.save", "IncrementalDataset.confirm",
       "IncrementalDataset.exists", "IncrementalDataset.release", "IncrementalDataset(path)",
       "IncrementalDataset(dataset)", "IncrementalDataset(filename_suffix)",
       "IncrementalDataset.DEFAULT_CHECKPOINT_FILENAME")  # fmt: skip
def test_only_what_comes_after_the_checkpoint_is_loaded(tmp_path: Path) -> None:
    catalog = partitions(tmp_path, "IncrementalDataset")
    catalog.save("days", {"1": "a", "2": "b"})
    assert catalog.load("days") == {"1": "a", "2": "b"}
    assert catalog.load("days") == {"1": "a", "2": "b"}
    catalog.confirm("days")
    assert (tmp_path / "days" / "CHECKPOINT").read_text() == "2"
    catalog.save("days", {"3": "c"})
    catalog.release("days")
    assert catalog.load("days") == {"3": "c"}
    assert catalog.exists("days")


@shows("IncrementalDataset(checkpoint)")
def test_a_checkpoint_can_be_forced(tmp_path: Path) -> None:
    catalog = partitions(tmp_path, "IncrementalDataset", checkpoint="1")
    catalog.save("days", {"1": "a", "2": "b"})
    assert catalog.load("days") == {"2": "b"}
