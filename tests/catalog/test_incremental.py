"""Partitions that were not worked through yet."""

from pathlib import Path
from typing import Any

import pytest
from noria_catalog import DatasetDefinitionError, MissingDataError, SaveError
from noria_catalog.incremental import IncrementalDataset

from tests.catalog.entries import catalog_of, listed
from tests.catalog.s3_server import S3Server


def days(folder: Path | str, **options: Any) -> IncrementalDataset:
    return IncrementalDataset(folder, "text.TextDataset", filename_suffix=".txt", **options)


def fill(folder: Path, *names: str) -> None:
    for name in names:
        (folder / f"{name}.txt").parent.mkdir(exist_ok=True, parents=True)
        (folder / f"{name}.txt").write_text(name)


def test_only_what_comes_after_the_confirmed_is_loaded(tmp_path: Path) -> None:
    fill(tmp_path, "1", "2")
    assert days(tmp_path).load() == {"1": "1", "2": "2"}
    assert days(tmp_path).load() == {"1": "1", "2": "2"}
    dataset = days(tmp_path)
    dataset.load()
    dataset.confirm()
    assert (tmp_path / "CHECKPOINT").read_text() == "2"
    assert days(tmp_path).load() == {}
    fill(tmp_path, "3")
    assert days(tmp_path).load() == {"3": "3"}


def test_what_came_between_a_load_and_its_confirmation_is_loaded_next(tmp_path: Path) -> None:
    fill(tmp_path, "1")
    dataset = days(tmp_path)
    dataset.load()
    fill(tmp_path, "2")
    dataset.confirm()
    assert days(tmp_path).load() == {"2": "2"}


def test_a_load_that_fails_confirms_nothing_new(tmp_path: Path) -> None:
    fill(tmp_path, "1")
    dataset = days(tmp_path)
    dataset.load()
    dataset.confirm()
    dataset.confirm()
    assert (tmp_path / "CHECKPOINT").read_text() == "1"
    assert dataset.exists()


def test_the_checkpoint_is_no_partition_wherever_it_is_called_one(tmp_path: Path) -> None:
    fill(tmp_path, "a")
    checkpoint = {"filepath": "done.txt"}
    dataset = days(tmp_path, checkpoint=checkpoint)
    dataset.load()
    dataset.confirm()
    assert listed(tmp_path) == ["a.txt", "done.txt"]
    fill(tmp_path, "z")
    assert days(tmp_path, checkpoint=checkpoint).load() == {"z": "z"}
    whole = IncrementalDataset(tmp_path / "all", "text.TextDataset")
    whole.save({"b": "1"})
    whole.confirm()
    assert whole.load() == {}


def test_where_to_begin_and_how_to_compare_can_be_said(tmp_path: Path) -> None:
    fill(tmp_path, "1", "2", "3")
    assert list(days(tmp_path, checkpoint="2").load()) == ["3"]
    assert list(days(tmp_path, checkpoint={"force_checkpoint": "1"}).load()) == ["2", "3"]
    again = {"force_checkpoint": "2", "comparison_func": "operator.ge"}
    assert list(days(tmp_path, checkpoint=again).load()) == ["2", "3"]
    odd = {"force_checkpoint": "", "comparison_func": lambda name, _: int(name) % 2 == 1}
    assert list(days(tmp_path, checkpoint=odd).load()) == ["1", "3"]
    with pytest.raises(DatasetDefinitionError, match=r"no comparison 'os\.system'"):
        days(tmp_path, checkpoint={"comparison_func": "os.system"})


@pytest.mark.parametrize("path", ["../CHECKPOINT", "/etc/CHECKPOINT", "a/../../b"])
def test_a_checkpoint_outside_of_the_folder_is_refused(tmp_path: Path, path: str) -> None:
    dataset = days(tmp_path, checkpoint={"filepath": path})
    with pytest.raises(DatasetDefinitionError, match="lies outside of"):
        dataset.confirm()


def test_through_the_catalog_with_another_dataset_for_the_checkpoint(tmp_path: Path) -> None:
    entry = {
        "type": "partitions.IncrementalDataset",
        "path": "days",
        "dataset": "text.TextDataset",
        "filename_suffix": ".txt",
        "checkpoint": {"type": "pickle.PickleDataset", "filepath": "CHECKPOINT.pkl"},
    }
    fill(tmp_path / "days", "1")
    catalog = catalog_of({"days": entry}, tmp_path)
    assert catalog.load("days") == {"1": "1"}
    catalog.confirm("days")
    assert listed(tmp_path / "days") == ["1.txt", "CHECKPOINT.pkl"]
    assert catalog_of({"days": entry}, tmp_path).load("days") == {}
    versioned = {**entry, "checkpoint": {"versioned": True}}
    with pytest.raises(DatasetDefinitionError, match="keeps no versions"):
        catalog_of({"days": versioned}, tmp_path).load("days")


def test_on_a_store_the_checkpoint_lies_beside_the_partitions(
    s3_server: S3Server, bucket: str
) -> None:
    dataset = days(f"{bucket}/days", credentials=s3_server.credentials())
    dataset.save({"1": "one", "deep/2": "two"})
    assert dataset.load() == {"1": "one", "deep/2": "two"}
    dataset.confirm()
    assert dataset.load() == {}
    name = bucket.removeprefix("s3://")
    assert f"{name}/days/CHECKPOINT" in s3_server.files().find(f"{name}/days")


def test_it_is_neither_digested_nor_put_back(tmp_path: Path) -> None:
    fill(tmp_path, "1")
    assert days(tmp_path).digest() is None
    assert not days(tmp_path).restorable
    with pytest.raises(SaveError, match="only added"), days(tmp_path).restoring(["1"]):
        pass
    with pytest.raises(MissingDataError, match="there is no folder"):
        days(tmp_path / "none").load()
