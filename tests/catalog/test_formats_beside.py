"""Datasets that are no single file go round too: partitions, tables, data in memory."""

import itertools
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from noria_catalog.kinds import BUILTIN

from tests.catalog.cases import equal, file_kinds, same_table
from tests.catalog.entries import catalog_of
from tests.catalog.s3_server import S3Server
from tests.catalog.test_formats_values import (
    ANY_TEXT,
    FINITE,
    KINDS,
    LEAVES,
    WHOLE,
    nested,
    pandas_tables,
    same_nested,
)

# Queries are loaded only; what they return is tested with the databases that they ask.
QUERIES = {"duckdb.QueryDataset", "pandas.SQLQueryDataset"}
# No file holds them as they were made: what they show is compared in test_formats_saved.py.
SAVED_ONLY = {"matplotlib.MatplotlibDataset", "plotly.HTMLDataset"}

NAMES = st.text("abé- ", min_size=1, max_size=4).map("x{}x".format)
TEXTS = st.dictionaries(NAMES, ANY_TEXT, min_size=1, max_size=3)
CELLS = ANY_TEXT.map(lambda text: "x" + text.replace("\0", ""))
ROWS = pandas_tables(("whole", WHOLE), ("share", FINITE), ("text", CELLS), rows=1)


def called(found: dict[str, Callable[[], Any]]) -> dict[str, Any]:
    return {name: load() for name, load in found.items()}


def same_texts(first: dict[str, str], second: dict[str, str]) -> bool:
    return dict(sorted(first.items())) == second


@dataclass(frozen=True)
class Beside:
    """A type word, its entry in a folder, and what it holds; ``loaded`` gives the value itself."""

    word: str
    entry: dict[str, Any]
    value: Any
    values: st.SearchStrategy[Any]
    same: Callable[[Any, Any], bool]
    loaded: Callable[[Any], Any] = lambda found: found
    in_stores: bool = False

    def dataset(self, folder: str | Path, **credentials: Any) -> Any:
        """Return the dataset as a catalog makes it, in a folder or below a URL."""
        entry = _placed(self.entry, str(folder), bool(credentials))
        return catalog_of({"it": {"type": self.word, **entry}}, Path.cwd(), **credentials)["it"]


def _placed(entry: dict[str, Any], folder: str, secret: bool) -> dict[str, Any]:
    placed = {
        key: _placed(value, folder, secret)
        if isinstance(value, dict)
        else value.replace("FOLDER", folder)
        for key, value in entry.items()
    }
    return (
        {**placed, "credentials": "store"} if secret and {"path", "filepath"} & {*entry} else placed
    )


PARTS = {"path": "FOLDER/parts", "dataset": "text.TextDataset", "filename_suffix": ".txt"}
TEXT = {"b": "second\r\n", "a": "Zürich — 東京"}
TABLE = pd.DataFrame({"whole": [1, -2], "share": [0.1, 1e300], "text": ["a", "x 'y\" —"]})
CASES = [
    Beside("partitions.PartitionedDataset", PARTS, TEXT, TEXTS, same_texts, called, in_stores=True),
    Beside("partitions.IncrementalDataset", PARTS, TEXT, TEXTS, same_texts, in_stores=True),
    Beside(
        "CachedDataset",
        {"dataset": {"type": "json.JSONDataset", "filepath": "FOLDER/kept.json"}},
        {"b": [1, None], "a": "ü"},
        nested(LEAVES).filter(lambda value: value is not None),
        same_nested,
        in_stores=True,
    ),
    Beside("MemoryDataset", {}, {"a": [1]}, nested(LEAVES).filter(bool), equal),
    Beside(
        "duckdb.TableDataset",
        {"database": "FOLDER/shop.duckdb", "table_name": "orders"},
        TABLE,
        ROWS,
        same_table,
    ),
]
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.word)


def test_every_type_goes_round_somewhere() -> None:
    tables = {"pandas.SQLTableDataset"}  # in SQLite and PostgreSQL: test_databases.py
    beside = {case.word for case in CASES} | tables | QUERIES
    assert beside | set(file_kinds()) == set(BUILTIN)
    drawn = {
        f"{kind.__module__}:{kind.__qualname__}" for kind, *_ in KINDS if isinstance(kind, type)
    }
    drawn.add(BUILTIN["pandas.JSONDataset"])  # made with arguments
    left = {word for word in file_kinds() if BUILTIN[word] not in drawn}
    assert left == SAVED_ONLY


@every_case
def test_a_value_goes_round_on_a_disk(tmp_path: Path, case: Beside) -> None:
    dataset = case.dataset(tmp_path)
    dataset.save(case.value)
    assert case.same(case.value, case.loaded(dataset.load()))
    if case.word != "MemoryDataset":
        assert case.same(case.value, case.loaded(case.dataset(tmp_path).load()))


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.in_stores], ids=lambda case: case.word
)
def test_a_value_goes_round_on_a_store(s3_server: S3Server, bucket: str, case: Beside) -> None:
    secrets = {"credentials": {"store": s3_server.credentials()}}
    case.dataset(f"{bucket}/deep", **secrets).save(case.value)
    assert case.same(case.value, case.loaded(case.dataset(f"{bucket}/deep", **secrets).load()))


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.in_stores], ids=lambda case: case.word
)
def test_the_same_value_gives_the_same_files(tmp_path: Path, case: Beside) -> None:
    value = case.value
    turned = dict(reversed(value.items())) if case.word.startswith("partitions") else value
    for folder, each in ((tmp_path / "one", value), (tmp_path / "two", turned)):
        case.dataset(folder).save(each)
    first, second = (_files(tmp_path / name) for name in ("one", "two"))
    assert first
    assert first == second


def _files(folder: Path) -> dict[str, bytes]:
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


@every_case
def test_any_value_goes_round(case: Beside) -> None:
    numbers = itertools.count()
    with tempfile.TemporaryDirectory() as folder:

        @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        @given(case.values)
        def goes_round(value: Any) -> None:
            dataset = case.dataset(Path(folder, str(next(numbers))))
            dataset.save(value)
            assert case.same(value, case.loaded(dataset.load()))

        goes_round()
