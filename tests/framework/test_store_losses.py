"""What a pickle would lose is not stored, and what it only drops on the way is."""

import collections
import dataclasses
import datetime as dt
import decimal
import enum
import fractions
import functools
import ipaddress
import logging
import pathlib
import random
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from matplotlib.figure import Figure
from noria.errors import NotStorable
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from tests.framework.stored_values import BIG, same_array, through


class Money(decimal.Decimal):
    unit: str


class Slotted(decimal.Decimal):
    __slots__ = ("unit",)


class Half(fractions.Fraction):
    pass


class Day(dt.date):
    pass


class Moment(dt.datetime):
    pass


class Place(pathlib.PurePosixPath):
    pass


class Counted(collections.Counter[str]):
    pass


class Grouped(collections.defaultdict[str, int]):
    pass


class Dice(random.Random):
    pass


class Address(ipaddress.IPv4Address):
    pass


class Listed(list[int]):
    pass


class Named(dict[str, int]):
    pass


class Chosen(set[int]):
    pass


class Worded(str):  # noqa: SLOT000  # it shall have room
    pass


class Measured(np.ndarray):
    unit: str | None

    def __array_finalize__(self, made: Any) -> None:
        self.unit = getattr(made, "unit", None)


class Carrying(Measured):
    """The way that NumPy's documentation shows to keep an attribute."""

    def __reduce__(self) -> Any:
        reduced: Any = super().__reduce__()
        make, made_of, state = reduced
        return make, made_of, (*state, self.unit)

    def __setstate__(self, state: Any) -> None:
        super().__setstate__(state[:-1])
        self.unit = state[-1]


class Masked(np.ma.MaskedArray[Any, Any]):
    pass


class Model:
    """Leaves its connection out."""

    def __init__(self) -> None:
        self.size = 1
        self.client = "live"

    def __getstate__(self) -> dict[str, Any]:
        return {"size": self.size}


class Connected(Model):
    """Leaves it out and makes it again."""

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, client="again")


class Forgetful(Model):
    """Leaves it out and thinks that it makes all again."""

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)


class Telling(Model):
    read = 0

    def __setstate__(self, state: dict[str, Any]) -> None:
        Telling.read += 1
        vars(self).update(state, client="again")


class Large(Forgetful):
    def __getstate__(self) -> dict[str, Any]:
        return {"size": bytes(5_000_000)}


class Lazy(Model):
    """Leaves it out and makes it when it is asked for."""

    def __getattr__(self, name: str) -> Any:
        if name == "client":
            return "again"
        raise AttributeError(name)


class SlottedModel:
    __slots__ = ("client", "size")

    def __init__(self) -> None:
        self.size, self.client = 1, "live"

    def __getstate__(self) -> Any:
        return None, {"size": self.size}


class Locked:
    """As the documentation of pickle shows it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "lock"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self.lock = threading.Lock()


class Cached:
    def __init__(self) -> None:
        self.size = 1

    @functools.cached_property
    def double(self) -> int:
        return self.size * 2

    def __getstate__(self) -> dict[str, Any]:
        return {"size": self.size}


class Rebuilt:
    """Is made again by its constructor."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.double = size * 2

    def __reduce__(self) -> Any:
        return type(self), (self.size,)


class Wider(Rebuilt):
    """Has more than what it inherits from knows of."""


class Colour(enum.Enum):
    RED = 1


@dataclasses.dataclass(frozen=True, slots=True)
class Fixed:
    size: int


class Frame(pd.DataFrame):
    _metadata = ["unit"]  # noqa: RUF012  # pandas' word for what is carried along

    @property
    def _constructor(self) -> type["Frame"]:
        return Frame


def marked(value: Any) -> Any:
    """Set an attribute that the value's own way to pickle does not know of, or may not."""
    value.unit = "EUR"
    return value


def caught() -> BaseException:
    try:
        int("no number")
    except ValueError as error:
        return error
    raise AssertionError


def warm(value: Cached) -> Cached:
    assert value.double == 2
    return value


def fixed(array: Any) -> Any:
    array.flags.writeable = False
    return array


LOSSY = {
    "a number": marked(Money("1")),
    "slot": marked(Slotted("1")),
    "fraction": marked(Half(1, 2)),
    "date": marked(Day(2026, 1, 1)),
    "moment": marked(Moment(2026, 1, 1)),  # of no zone, as most are
    "path": marked(Place("a")),
    "counter": marked(Counted("aab")),
    "groups": marked(Grouped(int, a=1)),
    "dice": marked(Dice(1)),
    "address": marked(Address("127.0.0.1")),
    "array": marked(np.arange(3).view(Measured)),
    "masked": marked(np.ma.array([1, 2], mask=[False, True]).view(Masked)),
    "index": marked(pd.Index([1])),
    "model": Model(),
    "slots": SlottedModel(),
    "forgetful": Forgetful(),
    "inherited": marked(Wider(1)),
    "order of bytes": np.asmatrix(np.eye(2).astype(">f8")),
    "read-only": fixed(np.rec.array([(1,)], dtype=[("a", int)])),
    "error": caught(),
}


@pytest.mark.parametrize("value", LOSSY.values(), ids=LOSSY.keys())
def test_a_value_that_comes_back_without_a_part_is_not_stored(value: Any) -> None:
    for held in (value, {"a": [value]}):
        with pytest.raises(NotStorable, match=r"does not pickle whole: .* would not come back"):
            through(held)


WHOLE = {
    "number": Money("1"), "slots": Slotted("1"), "fraction": Half(1, 2), "date": Day(2026, 1, 1),
    "path": Place("a/b"), "counter": Counted("aab"), "groups": Grouped(int, a=1),
    "address": Address("127.0.0.1"), "network": ipaddress.ip_network("10.0.0.0/8"),
    "list": marked(Listed([1])), "dict": marked(Named(a=1)), "set": marked(Chosen([1])),
    "text": marked(Worded("a")), "model": Connected(), "lazy": Lazy(), "lock": Locked(),
    "cached": warm(Cached()), "rebuilt": Rebuilt(2), "wider": Wider(2), "enum": Colour.RED,
    "fixed": Fixed(1), "error": marked(ValueError("never raised")),
    "array": np.arange(3).view(Measured), "carrying": marked(np.arange(3).view(Carrying)),
    "masked": np.ma.array([1, 2], mask=[False, True]).view(Masked),
    "matrix": np.asmatrix(np.eye(2)),
    "logger": logging.getLogger("noria.of.a.test"), "frame": marked(Frame({"a": [1]})),
    "labels": pd.MultiIndex.from_product([[1, 2], ["a"]]),
    "groupby": pd.DataFrame({"a": [1]}).groupby("a"), "table": pl.DataFrame({"a": [1]}),
    "lazy table": pl.LazyFrame({"a": [1]}),
}  # fmt: skip


@pytest.mark.parametrize("value", WHOLE.values(), ids=WHOLE.keys())
def test_a_value_that_comes_back_whole_is_stored(value: Any) -> None:
    _, back, _ = through(value)
    assert type(back) is type(value)
    assert getattr(back, "unit", None) == getattr(value, "unit", None)
    asked = set(getattr(value, "__dict__", ())) - {"_cache"}  # that of an index
    if not type(value).__module__.startswith(("polars", "ipaddress")):
        assert all(hasattr(back, name) for name in asked)


def test_a_class_is_told_by_one_of_its_values() -> None:
    Telling.read = 0
    through([Telling() for _ in range(50)])
    assert Telling.read == 1 + 50  # once to see it, and all when they are decoded


def test_a_large_value_is_not_read_again_to_see_what_comes_back() -> None:
    assert type(through(Large())[1]) is Large


@pytest.mark.parametrize("size", [6, BIG])
def test_an_array_that_cannot_be_written_stays_so_inside_of_others(size: int) -> None:
    numbers = fixed(np.arange(size * 2.0))
    moments = fixed(np.arange(size).view("M8[s]"))
    things = fixed(np.array([[1], None], dtype=object))
    arrays = [
        numbers, numbers[::2], numbers.reshape(2, size), numbers.reshape(2, size).T[::2],
        np.broadcast_to(numbers, (2, size * 2)), moments, moments[::3], numbers[:0],
        fixed(np.array(1)),
    ]  # fmt: skip
    for back, array in zip(through({"a": arrays})[1]["a"], arrays, strict=True):
        assert type(back) is np.ndarray
        assert same_array(array, back)
    assert not through([things])[1][0].flags.writeable


@pytest.mark.parametrize("kind", [">M8[s]", ">m8[D]", ">i4", ">f8", ">U3", "M8[ns]"])
def test_an_array_keeps_its_order_of_bytes_inside_of_others(kind: str) -> None:
    numbers = np.arange(12).astype(np.dtype(kind).newbyteorder("=")).astype(kind)
    arrays = [numbers, numbers[::2], numbers.reshape(3, 4).T, fixed(numbers[::3]), numbers[:0]]
    for back, array in zip(through(arrays)[1], arrays, strict=True):
        assert same_array(array, back)


@pytest.mark.parametrize("hard", [True, False])
@pytest.mark.parametrize("mask", [np.ma.nomask, True, [False, True]], ids=["none", "all", "some"])
def test_a_mask_comes_back_as_it_was(mask: Any, hard: bool) -> None:
    array = np.ma.array([1.5, 2], mask=mask, hard_mask=hard, fill_value=7)
    for held, back in ((array, through(array)[1]), (array, through([array])[1][0])):
        assert type(back) is np.ma.MaskedArray
        assert back.hardmask is hard
        assert (back.mask is np.ma.nomask) == (held.mask is np.ma.nomask)
        assert back.fill_value == 7
        assert str(back) == str(held)
        back[:] = 9
        changed = held.copy()
        changed[:] = 9
        assert str(back) == str(changed)


def test_a_file_in_memory_is_no_value_of_its_own(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.arange(3))
    with pytest.raises(NotStorable, match="'filename'"):
        through(np.load(tmp_path / "a.npy", mmap_mode="r"))


def estimators() -> list[Any]:
    numbers = np.random.default_rng(0).random((40, 3))
    frame = pd.DataFrame(numbers, columns=list("abc"))
    labels = numbers[:, 0] > 0.5
    mixed = make_column_transformer((OneHotEncoder(), ["a"]), (StandardScaler(), ["b"]))
    return [
        RandomForestClassifier(3).fit(frame, labels),
        HistGradientBoostingRegressor(max_iter=3).fit(numbers, numbers[:, 1]),
        make_pipeline(StandardScaler(), LogisticRegression()).fit(frame, labels),
        GridSearchCV(LogisticRegression(), {"C": [1, 2]}).fit(numbers, labels),
        mixed.fit(frame),
        TfidfVectorizer().fit(["a bc", "bc de"]),
    ]


def test_estimators_are_stored() -> None:
    for estimator in estimators():
        _, back, _ = through({"model": estimator})
        assert vars(back["model"]).keys() == vars(estimator).keys()


def test_a_figure_is_stored() -> None:
    figure = Figure()
    figure.add_subplot().plot([1, 2])
    _, back, _ = through(figure)
    assert len(back.axes[0].lines) == 1
