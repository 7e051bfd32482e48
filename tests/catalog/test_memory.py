"""Data in memory, and how values are copied."""

from decimal import Decimal
from threading import Lock
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from noria_catalog import (
    DatasetDefinitionError,
    MemoryDataset,
    MissingDataError,
    SaveError,
    copy_value,
)


class Odd:
    """An object that raises another error than AttributeError when it lacks an attribute."""

    def __getattr__(self, name: str) -> None:
        raise ValueError(name)


class DataFrame:
    """A table of a library that only stands for data, as Spark's and ibis's do."""


@pytest.mark.parametrize(
    "value", [{"a": [1]}, [[1]], {1, 2}, "text", 1.5, np.arange(3), pd.DataFrame({"a": [1, 2]})]
)
def test_a_copy_is_equal(value: Any) -> None:
    assert repr(copy_value(value)) == repr(value)


def test_changing_a_copied_table_leaves_the_first() -> None:
    first = pd.DataFrame({"a": [1, 2]}, index=pd.Index([0, 1], name="row"))
    first.attrs["source"] = ["a"]
    second = copy_value(first)
    second.loc[0, "a"] = 9
    second["b"] = 1
    second.index.name = "other"
    second.attrs["source"].append("b")
    assert first.to_dict("list") == {"a": [1, 2]}
    assert first.index.name == "row"
    assert first.attrs == {"source": ["a"]}


def test_changing_the_first_table_leaves_the_copy() -> None:
    first = pd.DataFrame({"a": [1, 2]})
    second = copy_value(first)
    first.loc[0, "a"] = 9
    assert second.to_dict("list") == {"a": [1, 2]}


@pytest.mark.skipif(pd.__version__ < "3", reason="not here: pandas 3, which copies on write")
def test_a_copied_table_shares_its_memory_until_it_is_written() -> None:
    first = pd.DataFrame({"a": np.arange(1000)})
    second = copy_value(first)
    assert np.shares_memory(first["a"].to_numpy(), second["a"].to_numpy())


def test_changing_a_copied_array_leaves_the_first() -> None:
    first = np.zeros(2)
    copy_value(first)[0] = 1
    assert first.tolist() == [0, 0]


def test_changing_a_copied_table_of_polars_leaves_the_first() -> None:
    first = pl.DataFrame({"a": [1, 2]})
    second = copy_value(first)
    second[0, "a"] = 9
    second.insert_column(0, pl.Series("b", [3, 4]))
    assert first.to_dict(as_series=False) == {"a": [1, 2]}


def _array(*values: Any) -> "np.ndarray[Any, Any]":
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made


@pytest.mark.parametrize(
    ("make", "cell"),
    [
        (lambda cell: pd.DataFrame({"a": [1, 2], "b": _array("text", cell)}), lambda t: t["b"][1]),
        (lambda cell: pd.DataFrame({"a": [cell, {}]}, index=[7, 7]), lambda t: t["a"].iloc[0]),
        (lambda cell: pd.Series([cell, None], name="s"), lambda column: column[0]),
        (lambda cell: {"of": pd.Series([cell])}, lambda tables: tables["of"][0]),
        (lambda cell: _array(1, cell), lambda array: array[1]),
        (lambda cell: np.array([(1, cell)], "i4, O"), lambda array: array[0][1]),
    ],
)
@pytest.mark.parametrize("mode", [None, "deepcopy"])
def test_changing_what_is_in_a_cell_leaves_the_first(make: Any, cell: Any, mode: str) -> None:
    first = make([1])
    second = copy_value(first, mode)
    assert repr(second) == repr(first)
    assert type(second) is type(first)
    assert getattr(second, "name", None) == getattr(first, "name", None)
    assert str(getattr(second, "dtypes", "")) == str(getattr(first, "dtypes", ""))
    cell(second).append(2)
    assert cell(first) == [1]


@pytest.mark.parametrize("value", ["text", pd.Timestamp(0), np.float32(1), Decimal(1), pd.NA])
def test_cells_that_cannot_be_changed_are_not_copied_one_by_one(value: Any) -> None:
    assert copy_value(_array(value))[0] is value
    assert copy_value(pd.DataFrame({"a": _array(value)}, dtype=object))["a"][0] is value


def test_cells_that_cannot_be_copied_are_handed_on() -> None:
    for odd in (Lock(), Odd()):
        first = pd.DataFrame({"a": [odd, [1]]}, dtype=object)
        assert copy_value(first)["a"].to_numpy()[0] is odd


def test_tables_that_cannot_be_copied_are_handed_on() -> None:
    value = DataFrame()
    assert copy_value(value) is value


def test_a_mode_can_be_chosen() -> None:
    value: list[list[int]] = [[]]
    assert copy_value(value, "assign") is value
    assert copy_value(value, "copy")[0] is value[0]
    assert copy_value((value,), "copy")[0] is value
    assert copy_value(value, "deepcopy")[0] is not value[0]


def test_an_unknown_mode_names_the_nearest() -> None:
    with pytest.raises(DatasetDefinitionError) as caught:
        MemoryDataset(copy_mode="deep_copy")
    assert caught.value.nearest == "deepcopy"


def test_what_is_loaded_and_what_was_saved_can_be_changed_freely() -> None:
    mine = [1]
    dataset = MemoryDataset()
    dataset.save(mine)
    mine.append(2)
    dataset.load().append(3)
    assert dataset.load() == [1]


def test_loading_before_saving_says_so() -> None:
    dataset = MemoryDataset()
    assert not dataset.exists()
    with pytest.raises(MissingDataError, match="nothing was saved in memory yet"):
        dataset.load()


def test_none_is_no_data() -> None:
    with pytest.raises(SaveError, match="None cannot be saved"):
        MemoryDataset().save(None)


def test_released_data_is_gone() -> None:
    dataset = MemoryDataset(1)
    dataset.release()
    assert not dataset.exists()


def test_what_cannot_be_copied_says_what_to_do() -> None:
    with pytest.raises(SaveError, match="a generator cannot be copied") as caught:
        MemoryDataset().save(number for number in [1])
    assert caught.value.hint is not None
    assert "copy_mode: assign" in caught.value.hint


def test_data_is_never_shown() -> None:
    assert "t0psecret" not in repr(MemoryDataset("t0psecret"))
