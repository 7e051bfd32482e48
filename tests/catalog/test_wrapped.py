"""Datasets around others: kept in memory, made of functions, or anybody's object."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from noria_catalog import DataCatalog, DatasetDefinitionError, LoadError, SaveError
from noria_catalog.cached import CachedDataset
from noria_catalog.dataset import kinds_of
from noria_catalog.foreign import LambdaDataset
from noria_catalog.formats.text import TextDataset
from noria_catalog.partitioned import PartitionedDataset

from tests.catalog.entries import catalog_of, listed

CACHED = {
    "type": "CachedDataset",
    "dataset": {"type": "json.JSONDataset", "filepath": "a.json"},
}


def test_a_cached_dataset_is_read_once_and_given_as_a_copy(tmp_path: Path) -> None:
    catalog = catalog_of({"a": CACHED}, tmp_path)
    (tmp_path / "a.json").write_text("[1]")
    catalog.load("a").append(2)
    (tmp_path / "a.json").write_text("[3]")
    assert catalog.load("a") == [1]
    catalog.release("a")
    assert catalog.load("a") == [3]


def test_what_is_loaded_is_kept_and_what_is_saved_lies_in_the_file(tmp_path: Path) -> None:
    catalog = catalog_of({"a": CACHED}, tmp_path)
    assert not catalog.exists("a")
    catalog.save("a", [1])
    assert (tmp_path / "a.json").read_text() == "[\n  1\n]\n"
    (tmp_path / "a.json").write_text("[2]")  # who reads finds what the file holds
    assert catalog.load("a") == [2]
    (tmp_path / "a.json").unlink()
    assert catalog.load("a") == [2]
    with pytest.raises(SaveError, match="None cannot be saved"):
        catalog.save("a", None)


def test_versions_of_a_cached_dataset_are_said_beside_it(tmp_path: Path) -> None:
    catalog_of({"a": {**CACHED, "versioned": True}}, tmp_path).save("a", [1])
    catalog_of({"a": {**CACHED, "versioned": True}}, tmp_path).save("a", [2])
    versions = listed(tmp_path / "a.json")
    assert len(versions) == 2
    picked = {"load_versions": {"a": versions[0]}}
    assert catalog_of({"a": {**CACHED, "versioned": True}}, tmp_path, **picked).load("a") == [1]
    inner = {**CACHED, "dataset": {**CACHED["dataset"], "versioned": True}}  # type: ignore[dict-item]
    with pytest.raises(DatasetDefinitionError, match="`versioned` stands beside `dataset`"):
        catalog_of({"a": inner}, tmp_path).check(["a"])


def test_a_cached_dataset_is_digested_and_put_back_as_what_it_wraps(tmp_path: Path) -> None:
    note = TextDataset(tmp_path / "note.txt")
    cached = CachedDataset(note)
    cached.save("one")
    assert cached.digest() == note.digest()
    assert cached.size() == 3
    assert cached.restorable
    with cached.restoring([""]) as paths:
        Path(paths[""]).write_text("two")
    assert cached.load() == "two"
    with cached.stored_files() as files:
        assert [name for name, _ in files] == [""]
    assert not CachedDataset(LambdaDataset(lambda: 1, None)).restorable


def test_functions_are_a_dataset() -> None:
    kept: list[Any] = []
    dataset = LambdaDataset(
        load=lambda: kept[-1], save=kept.append, exists=lambda: bool(kept), release=kept.clear
    )
    catalog = DataCatalog({"a": dataset})
    assert not catalog.exists("a")
    catalog.save("a", 1)
    assert catalog.load("a") == 1
    catalog.release("a")
    assert not catalog.exists("a")
    with pytest.raises(LoadError, match="cannot load 'a': this dataset is saved only"):
        DataCatalog({"a": LambdaDataset(None, kept.append)}).load("a")
    with pytest.raises(SaveError, match="cannot save 'a': this dataset is loaded only"):
        DataCatalog({"a": LambdaDataset(lambda: 1, None)}).save("a", 1)
    with pytest.raises(SaveError, match="None cannot be saved"):
        DataCatalog({"a": dataset}).save("a", None)


def test_any_object_with_load_and_save_is_a_dataset() -> None:
    class Feed:
        rows: Callable[[], int]

        def load(self) -> list[int]:
            return [1]

        def save(self, data: Any) -> None:
            raise OSError("the feed is read only")

    catalog = DataCatalog({"feed": Feed()})
    assert catalog.load("feed") == [1]
    with pytest.raises(SaveError, match="cannot save 'feed': OSError: the feed is read only"):
        catalog.save("feed", [2])


class Parts:
    """Partitions as Kedro's are: the class of their files stands in ``_dataset_type``."""

    def __init__(self, kind: object) -> None:
        self._dataset_type = kind


def test_the_classes_within_a_dataset_are_told(tmp_path: Path) -> None:
    note = TextDataset(tmp_path / "note.txt")
    cached = CachedDataset(note)
    assert kinds_of(note) == (TextDataset,)
    assert kinds_of(CachedDataset(cached)) == (CachedDataset, CachedDataset, TextDataset)
    days = PartitionedDataset(tmp_path, "text.TextDataset")
    assert kinds_of(days) == (PartitionedDataset, TextDataset)
    assert kinds_of(Parts(TextDataset)) == (Parts, TextDataset)
    assert kinds_of(Parts("text")) == (Parts,)
