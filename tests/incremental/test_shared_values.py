"""Values in memory: what one reader does to its own is nothing to the others, reused or not."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from noria.runner.apart import set_apart

from tests.incremental.workbench import WHERE_PIPELINE, Workbench, entries

PIPELINE = """\
from noria import Pipeline, node

from shop.work import a, b, c


def create_pipeline():
    return Pipeline(
        [
            node(a, inputs="raw", outputs={made}, name="A"),
            node(b, inputs="{first}", outputs="made_b", name="B"),
            node(c, inputs="{second}", outputs="made_c", name="C"),
        ]
    )
"""
WORK = """\
import numpy as np
import pandas as pd


def a(raw):
    print("<<A>>")
    rows = {rows}
    return {returned}


def b(rows):
    print("<<B>>")
    {change}
    return {total}


def c(rows):
    print("<<C>>")
    return {total} + 100
"""
# What A makes, what B does to it, what both return of it.
VALUES = {
    "list": ("[raw]", "rows.append(7)", "sum(rows)"),
    "array": ("np.array([raw, 0.0])", "rows[1] = 7", "float(rows.sum())"),
    "cells": ('pd.DataFrame({"t": [[raw], []]})', 'rows["t"][1].append(7)', 'sum(rows["t"].sum())'),
    "objects": ("np.array([[raw], None], dtype=object)", "rows[0].append(7)", "sum(rows[0])"),
}
NAMES = {
    "one name": ('"rows"', "rows", "rows", "rows"),
    "two names": ('["rows", "same"]', "rows", "same", "rows, rows"),
    "inside": ('["rows", "more"]', "rows", "more", 'rows, {"of": rows}'),
}


@pytest.mark.parametrize("runner", ["inline", "threads"])
@pytest.mark.parametrize("names", NAMES)
@pytest.mark.parametrize("value", VALUES)
def test_no_reader_is_given_what_another_one_has_changed(
    fresh: Workbench, value: str, names: str, runner: str
) -> None:
    rows, change, total = VALUES[value]
    made, first, second, returned = NAMES[names]
    work = WORK.format(rows=rows, change=change, total=total, returned=returned)
    if names == "inside":
        work = work.replace("def c(rows):\n", 'def c(more):\n    rows = more["of"]\n')
    fresh.write(
        {
            "conf/base/catalog.yml": entries("raw", "made_b", "made_c"),
            WHERE_PIPELINE: PIPELINE.format(made=made, first=first, second=second),
            "src/shop/work.py": work,
        }
    )
    assert fresh.did("--runner", runner) == "A B C"
    assert (fresh.value("made_b"), fresh.value("made_c")) == (8, 101)
    fresh.edit_at_once("src/shop/work.py", "+ 100", "+ 200")
    assert fresh.did("--runner", runner) == "C"
    assert fresh.value("made_c") == 201


# Sums of numbers that lie in another order differ in the last digits.
LAYOUTS = {
    "turned": "np.zeros((3, 4)).T",
    "axes moved": "np.zeros((2, 3, 4)).transpose(2, 0, 1)",
    "a part": "np.zeros((4, 6))[:, 1:3]",
    "read-only": "np.broadcast_to(np.zeros(3), (2, 3))",
    "held, read-only": "{'x': np.broadcast_to(np.zeros(3), (3,))}",
    "pieces": "pl.concat([pl.DataFrame({'a': [1.0] * 999})] * 3, rechunk=False)",
}
LAID = """\
import numpy as np
import polars as pl


def laid(rows):
    if isinstance(rows, pl.DataFrame):
        return rows.n_chunks("all")
    rows = rows["x"] if isinstance(rows, dict) else rows
    return [*rows.strides, rows.flags.writeable]


def a(raw):
    print("<<A>>")
    return {value}


def b(rows):
    print("<<B>>")
    return laid(rows)


def c(rows):
    print("<<C>>")
    return laid(rows)
"""


@pytest.mark.parametrize("runner", ["inline", "threads"])
@pytest.mark.parametrize("value", LAYOUTS)
def test_numbers_lie_alike_in_memory_for_all_readers(
    fresh: Workbench, value: str, runner: str
) -> None:
    fresh.write(
        {
            "conf/base/catalog.yml": entries("raw", "made_b", "made_c"),
            WHERE_PIPELINE: PIPELINE.format(made='"rows"', first="rows", second="rows"),
            "src/shop/work.py": LAID.format(value=LAYOUTS[value]),
        }
    )
    assert fresh.did("--runner", runner) == "A B C"
    found = fresh.value("made_b")
    assert fresh.value("made_c") == found
    fresh.edit("src/shop/work.py", 'print("<<C>>")', 'print("<<C>>", flush=True)')
    assert fresh.did("--runner", runner) == "C"
    assert fresh.value("made_c") == found


def _apart(first: Any, second: Any) -> bool:
    outputs = {"first": first, "second": second}
    set_apart(outputs, list(outputs))
    assert outputs["first"] is first
    return outputs["second"] is not second


def test_only_what_shares_memory_is_copied() -> None:
    array = np.arange(10)
    table = pd.DataFrame({"a": [1, 2]})
    assert not _apart(array[:5], array[5:])
    assert _apart(array[:6], array[5:])
    assert _apart(array, [{"deep": (array.reshape(2, 5),)}])
    assert _apart(table, table)
    assert not _apart(table, table.copy())
    assert not _apart("text", "text")
    assert not _apart([np.dtype("i4"), _apart, Workbench], {"same": (Workbench, np.dtype("i4"))})


class Unhashable(type):
    """Classes that are equal to all, and cannot be hashed."""

    def __eq__(cls, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]


class Odd(metaclass=Unhashable):
    """An object of which little can be asked."""

    def __getattr__(self, name: str) -> None:
        raise ValueError(name)


def test_odd_objects_are_left_as_they_are() -> None:
    odd = Odd()
    assert not _apart(odd, odd)
    assert not _apart([odd], {"in": odd})
    table = pd.DataFrame({"a": [odd, [1]]})
    assert _apart(table, table.copy())


def test_what_cannot_be_copied_stays() -> None:
    made = iter([1])
    assert not _apart([made], {"generator": (each for each in made), "same": made})
