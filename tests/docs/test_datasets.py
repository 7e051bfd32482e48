"""The table of all datasets: each type stands in it, and its example works."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from noria_catalog import LoadError, SaveError
from noria_catalog.dataset import Dataset
from noria_catalog.kinds import BUILTIN

from tests.catalog.cases import CASES, plain, table
from tests.catalog.entries import catalog_of

PAGE = Path(__file__).parents[2] / "docs" / "datasets.md"
ROW = re.compile(r"^\| `([\w.]+)` \|.*\| `(\{.*\})` \| (?:`(\w+)`)? *\|$", re.MULTILINE)
ROWS = ROW.findall(PAGE.read_text("utf-8"))
OTHER_VALUES = {
    "pandas.SQLTableDataset": table,
    "duckdb.TableDataset": table,
    "partitions.PartitionedDataset": lambda: {"monday": table()},
    "partitions.IncrementalDataset": lambda: {"monday": "3"},
    "CachedDataset": plain,
    "MemoryDataset": plain,
}


def value_of(word: str) -> Any:
    made = OTHER_VALUES.get(word) or next(case.make for case in CASES if case.word == word)
    return made()


def test_every_type_stands_in_the_table() -> None:
    assert sorted(word for word, *_ in ROWS) == sorted(BUILTIN)


def test_an_extra_that_is_named_exists() -> None:
    told = (PAGE.parents[1] / "pyproject.toml").read_text("utf-8")
    for _, _, extra in ROWS:
        assert not extra or f"\n{extra} = [" in told


@pytest.mark.parametrize(("word", "example"), [row[:2] for row in ROWS], ids=[r[0] for r in ROWS])
def test_the_example_of_a_type_works(tmp_path: Path, word: str, example: str) -> None:
    entry = yaml.safe_load(example)
    assert entry["type"] == word
    credentials = {"shop": {"con": f"sqlite:///{tmp_path}/shop.db"}}
    if word == "pandas.SQLQueryDataset":
        before = {"type": "pandas.SQLTableDataset", "table_name": "orders", "credentials": "shop"}
        catalog_of({"o": before}, tmp_path, credentials=credentials).save("o", table())
    catalog = catalog_of({"example": entry}, tmp_path, credentials=credentials)
    assert isinstance(catalog["example"], Dataset)
    if "QueryDataset" in word:
        assert len(catalog.load("example")) == 1
        with pytest.raises(SaveError):
            catalog.save("example", table())
        return
    catalog.save("example", value_of(word))
    assert catalog.exists("example")
    if word in {"matplotlib.MatplotlibDataset", "plotly.HTMLDataset"}:
        with pytest.raises(LoadError):
            catalog.load("example")
    else:
        assert catalog.load("example") is not None
