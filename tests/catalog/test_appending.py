"""Saves that add to what is there: whole or not at all as well."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from noria_catalog import SaveError
from noria_catalog.formats.pandas import CSVDataset, ExcelDataset
from noria_catalog.formats.text import TextDataset
from noria_catalog.versions import Version

from tests.catalog.entries import listed

ROWS = pd.DataFrame({"a": [1]})
ADDS: dict[str, Any] = {"save_args": {"mode": "a"}}


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
def test_rows_are_added_below_one_header(tmp_path: Path, name: str) -> None:
    dataset = CSVDataset(tmp_path / name, **ADDS)
    dataset.save(ROWS)
    dataset.save(ROWS)
    with dataset.saving() as add:
        add(ROWS)
        add(ROWS)
    assert list(dataset.load()["a"]) == [1, 1, 1, 1]


def test_text_is_added(tmp_path: Path) -> None:
    for word in ("one\n", "two\n"):
        TextDataset(tmp_path / "log.txt", **ADDS).save(word)
    assert (tmp_path / "log.txt").read_text() == "one\ntwo\n"


def test_text_is_added_on_a_store() -> None:
    for word in ("one\n", "two\n"):
        TextDataset("memory://appended/log.txt", **ADDS).save(word)
    assert TextDataset("memory://appended/log.txt").load() == "one\ntwo\n"


def test_sheets_are_added(tmp_path: Path) -> None:
    dataset = ExcelDataset(
        tmp_path / "a.xlsx", load_args={"sheet_name": None}, save_args={"writer": {"mode": "a"}}
    )
    dataset.save({"first": ROWS})
    dataset.save({"second": ROWS})
    assert list(dataset.load()) == ["first", "second"]
    assert not dataset.restorable


def test_a_sheet_that_takes_the_place_of_another_may_be_the_first(tmp_path: Path) -> None:
    writer = {"mode": "a", "if_sheet_exists": "replace"}
    dataset = ExcelDataset(
        tmp_path / "a.xlsx", load_args={"sheet_name": None}, save_args={"writer": writer}
    )
    for _ in range(2):
        dataset.save({"first": ROWS})
    assert list(dataset.load()) == ["first"]


def test_a_save_that_fails_has_added_nothing(tmp_path: Path) -> None:
    dataset = CSVDataset(tmp_path / "a.csv", **ADDS)
    dataset.save(ROWS)

    def half() -> None:
        with dataset.saving() as add:
            add(ROWS)
            raise ValueError("torn")

    with pytest.raises(ValueError, match="torn"):
        half()
    assert list(dataset.load()["a"]) == [1]
    assert listed(tmp_path) == ["a.csv"]
    assert not dataset.restorable
    with pytest.raises(SaveError, match="saves only add to"), dataset.restoring([""]):
        pass


def test_what_cannot_be_added_to_is_told(tmp_path: Path) -> None:
    with pytest.raises(SaveError, match="nothing can be added to a version"):
        CSVDataset(tmp_path / "v.csv", version=Version(), **ADDS).save(ROWS)
    with pytest.raises(SaveError, match="nothing can be added to a zip archive"):
        CSVDataset(tmp_path / "a.csv.zip", **ADDS).save(ROWS)
