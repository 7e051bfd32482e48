"""Values go round: any of a kind that the format can hold, drawn at random."""

import math
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from noria_catalog import FileDataset
from noria_catalog.formats.json import JSONDataset
from noria_catalog.formats.numpy import ArrayDataset
from noria_catalog.formats.pandas import (
    CSVDataset,
    ExcelDataset,
    FeatherDataset,
    ParquetDataset,
)
from noria_catalog.formats.pandas import JSONDataset as PandasJSONDataset
from noria_catalog.formats.pickle import PickleDataset
from noria_catalog.formats.pillow import ImageDataset
from noria_catalog.formats.plotly import JSONDataset as PlotlyDataset
from noria_catalog.formats.polars import CSVDataset as PolarsCSVDataset
from noria_catalog.formats.polars import EagerPolarsDataset, LazyPolarsDataset
from noria_catalog.formats.skops import SkopsDataset
from noria_catalog.formats.text import TextDataset
from noria_catalog.formats.yaml import YAMLDataset

from tests.catalog.cases import equal, same_arrays, same_frame, same_image, same_table

WHOLE = st.integers(-(2**53), 2**53)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
# Text formats have no types: what looks like a number or like nothing comes back as that.
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")).map("x".__add__)
# XML has no control characters, and Excel takes \r\n for one line break.
CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Co", "Cn"])).map("x".__add__)
# Excel has one kind of number, and writes sixteen digits of it.
HALVES = st.integers(-(10**9), 10**9).map(lambda whole: whole + 0.5)
LEAVES = st.none() | st.booleans() | st.integers() | FINITE | ANY_TEXT


def nested(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(
        leaves,
        lambda below: (
            st.lists(below, max_size=3) | st.dictionaries(st.text("abc.é"), below, max_size=3)
        ),
        max_leaves=8,
    )


def tables(*kinds: tuple[str, st.SearchStrategy[Any]], rows: int = 0) -> st.SearchStrategy[Any]:
    row = st.tuples(*(values for _, values in kinds))
    names = [name for name, _ in kinds]
    return st.lists(row, min_size=rows, max_size=6).map(
        lambda found: {name: [one[place] for one in found] for place, name in enumerate(names)}
    )


NUMBERS = (("whole", WHOLE), ("share", FINITE), ("yes", st.booleans()))
TYPES = {"whole": "int64", "share": "float64", "yes": "bool", "text": "str", "all": "float64"}
SCHEMA = {"whole": pl.Int64, "share": pl.Float64, "yes": pl.Boolean, "text": pl.String}


def pandas_tables(*kinds: tuple[str, st.SearchStrategy[Any]], rows: int = 0) -> Any:
    def typed(columns: dict[str, list[Any]]) -> pd.DataFrame:
        return pd.DataFrame(
            {name: pd.Series(of, dtype=TYPES[name]) for name, of in columns.items()}
        )

    return tables(*kinds, rows=rows).map(typed)


def polars_tables(*kinds: tuple[str, st.SearchStrategy[Any]], rows: int = 0) -> Any:
    return tables(*kinds, rows=rows).map(
        lambda columns: pl.DataFrame(columns, schema={name: SCHEMA[name] for name in columns})
    )


def same_nested(first: Any, second: Any) -> bool:
    if isinstance(first, np.ndarray):
        return isinstance(second, np.ndarray) and same_arrays(first, second)
    if isinstance(first, dict):
        return list(first) == list(second) and all(same_nested(first[n], second[n]) for n in first)
    if isinstance(first, list | tuple):
        return len(first) == len(second) and all(map(same_nested, first, second))
    if isinstance(first, float) and math.isnan(first):
        return math.isnan(second)
    return equal(first, second)


def images() -> Any:
    from PIL import Image

    return arrays.arrays("uint8", st.tuples(st.integers(1, 5), st.integers(1, 5), st.just(3))).map(
        Image.fromarray
    )


def charts() -> Any:
    import plotly.graph_objects as go

    return st.lists(FINITE, max_size=4).map(lambda points: go.Figure(go.Scatter(y=points)))


FULL = (*NUMBERS, ("all", st.floats()), ("text", ANY_TEXT))
NUMERIC = arrays.arrays(
    st.sampled_from(["int8", "int64", "float32", "float64", "bool", "complex128", "<U3"]),
    arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
)
LINES = {"orient": "records", "lines": True}
KINDS: list[tuple[Callable[[str], FileDataset], str, Any, Callable[[Any, Any], bool]]] = [
    (ParquetDataset, "a.parquet", pandas_tables(*FULL), same_table),
    (FeatherDataset, "a.feather", pandas_tables(*FULL), same_table),
    (CSVDataset, "a.csv", pandas_tables(*NUMBERS, ("text", WORDS), rows=1), same_table),
    (CSVDataset, "a.csv.gz", pandas_tables(*NUMBERS, ("text", WORDS), rows=1), same_table),
    (
        lambda path: PandasJSONDataset(path, load_args=LINES, save_args=LINES),
        "a.jsonl",
        pandas_tables(("whole", WHOLE), ("yes", st.booleans()), ("text", WORDS), rows=1),
        same_table,
    ),
    (
        ExcelDataset,
        "a.xlsx",
        pandas_tables(
            ("whole", st.integers(-(10**15), 10**15)), ("share", HALVES), ("text", CELLS), rows=1
        ),
        same_table,
    ),
    (PolarsCSVDataset, "a.csv", polars_tables(*NUMBERS, ("text", WORDS), rows=1), same_frame),
    (EagerPolarsDataset, "a.parquet", polars_tables(*NUMBERS, ("text", ANY_TEXT)), same_frame),
    (LazyPolarsDataset, "a.arrow", polars_tables(*NUMBERS, ("text", ANY_TEXT)), same_frame),
    (JSONDataset, "a.json", nested(LEAVES | st.floats()), same_nested),
    (YAMLDataset, "a.yml", nested(LEAVES), same_nested),
    (TextDataset, "a.txt", ANY_TEXT, equal),
    (PickleDataset, "a.pickle", nested(LEAVES | NUMERIC | st.binary()), same_nested),
    (SkopsDataset, "a.skops", nested(LEAVES), same_nested),
    (ArrayDataset, "a.npy", NUMERIC, same_arrays),
    (
        ArrayDataset,
        "a.npz",
        st.dictionaries(st.text("abé/. ", min_size=1) | st.just("file"), NUMERIC, max_size=3),
        same_nested,
    ),
    (ImageDataset, "a.png", images(), same_image),
    (PlotlyDataset, "a.json", charts(), lambda first, second: bool(first == second)),
]


@pytest.mark.parametrize(
    ("kind", "name", "values", "same"),
    KINDS,
    ids=[f"{getattr(kind, '__module__', '')}-{name}" for kind, name, *_ in KINDS],
)
def test_any_value_goes_round(
    kind: Callable[[str], FileDataset],
    name: str,
    values: st.SearchStrategy[Any],
    same: Callable[[Any, Any], bool],
) -> None:
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(values)
    def goes_round(value: Any) -> None:
        if value is None:
            return
        with tempfile.TemporaryDirectory() as folder:
            dataset = kind(str(Path(folder, name)))
            dataset.save(value)
            assert same(value, dataset.load())

    goes_round()
