"""What live objects carry along: what they were made of and given, the same in every process."""

import datetime as dt
import importlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from noria.code import CodeReader, Fingerprint

from tests.framework.code_projects import PACKAGE, importable, names, write

LIBRARY = """
import threading

def again(times, on_failure=None):
    def decorate(function):
        def wrapped(*args):
            return [function(*args) or on_failure for _ in range(times)]
        wrapped.lock = threading.Lock()
        return wrapped
    return decorate

class Keyed:
    __slots__ = ("_hash", "name")

    def __init__(self, name):
        self.name = name
        self._hash = hash(("Keyed", name))

    def __hash__(self):
        return self._hash

def hashable(kind):
    space = {}
    text = f"def __hash__(self): return hash(({hash(kind.__name__)}, self.rate))"
    exec(compile(text, f"<made for {kind.__name__}>", "exec"), space)
    space["__hash__"].__module__ = kind.__module__
    space["__hash__"].__qualname__ = f"{kind.__name__}.__hash__"
    kind.__hash__ = space["__hash__"]
    return kind

class Composed:
    __slots__ = ("first", "others", "__weakref__")

    def __init__(self, first, *others):
        self.first, self.others = first, others

    @property
    def __wrapped__(self):
        return self.first

    def __call__(self, x):
        for function in (self.first, *self.others):
            x = function(x)
        return x

    def __reduce__(self):
        return Composed, (self.first, *self.others)

class Proxy:
    def __init__(self, wrapped, wrapper):
        object.__setattr__(self, "_wrapped", wrapped)
        object.__setattr__(self, "_wrapper", wrapper)

    @property
    def __class__(self):
        return type(self._wrapped)

    @property
    def __module__(self):
        return self._wrapped.__module__

    def __getattr__(self, name):
        return getattr(object.__getattribute__(self, "_wrapped"), name)

    @property
    def __wrapped__(self):
        return self._wrapped

    def __call__(self, *args):
        return self._wrapper(self._wrapped, args)

    def __reduce_ex__(self, protocol):
        raise NotImplementedError

class Generator:
    def __init__(self, state):
        self.state = state

SHARED = Generator(id(object()))

class Named:
    def __reduce__(self):
        return "nowhere"
"""
NODES = '''
import enum
import functools
import typing
import weakref
from collections import namedtuple
from dataclasses import dataclass, field, make_dataclass
from decimal import Decimal
from datetime import date, datetime, tzinfo, timedelta
from pathlib import Path, PureWindowsPath
from lib_under_test import SHARED, Composed, Keyed, Named, Proxy, again, hashable

def one(x): return x + 1
def two(x): return x + 2
def scaled(by):
    def decorate(function):
        def wrapper(x): return function(x) * wrapper.by
        wrapper.by = by
        return wrapper
    return decorate
def marked(by):
    p = functools.partial(int)
    p.by = by
    return p
def typed(kind):
    def read(x: kind): return x
    return read
def mark(function, by):
    function.by = by
    return function
def called(name):
    def f(x): return x
    f.__name__ = name
    return f
def told(text):
    def f(x): return x
    f.__doc__ = text
    return f
def documented(text):
    f = told(text)
    return lambda: f.__doc__
def dispatched(by):
    @functools.singledispatch
    def f(x): return x
    @f.register
    def _(x: int): return x * by
    return f
def cached(by):
    @functools.lru_cache
    def f(x):
        """Say."""
        return x * by
    return f
def proxied(by):
    return Proxy(one, lambda wrapped, args: wrapped(*args) * by)
@hashable
class Rated:
    def __init__(self, rate):
        self.rate = rate


@again(2)
def module_level(x): return x
def hidden(function): return Proxy(function, lambda wrapped, args: wrapped(*args))
@hidden
def proxy(x): return x

class Model:
    by = 1
    def run(self, x): return x * self.by
def variant(by): return type("Model", (Model,), {"by": by})
def record(by): return make_dataclass("Record", [("by", int, field(default=by))])
def row(by): return namedtuple("Row", "by", defaults=[by])

class Money(Decimal): pass
class Day(date): pass
class Place(type(Path())): pass
class Sealed:
    def __init__(self, by): self.by = by
    def __getstate__(self): return {}
class Listed(list): pass
def given(made, by):
    made.by = by
    return made
class Zone(tzinfo):
    def __init__(self, hours=0): self.hours = hours
    def __repr__(self): return "Zone"
    def utcoffset(self, moment): return timedelta(hours=self.hours)
class Bare(tzinfo):
    def utcoffset(self, moment): return timedelta()
def hashed(path):
    hash(path)
    return path
class Slotted:
    __slots__ = ("__wrapped__", "by")
    def __init__(self, function, by): self.__wrapped__, self.by = function, by
    def __call__(self, x): return self.__wrapped__(x) * self.by
class Counted(list):
    def __init__(self, function, by):
        super().__init__([by])
        functools.update_wrapper(self, function)
    def __call__(self, x): return self.__wrapped__(x) * self[0]

def levels(low):
    class Level(enum.Enum):
        LOW = low
        HIGH = "high"
    return Level
def holding(by):
    class Holding:
        def __init__(self, other): self.other = other
    Holding.default = Holding(by)
    return Holding
def circle(by):
    def a(x): return b(x - 1) if x else by
    def b(x): return a(x - 1) if x else 0
    return a, b

class Kind(enum.Enum):
    PEAR, PLUM, FIG = "pear", "plum", "fig"
@dataclass(frozen=True)
class Point:
    x: str
class Fitted:
    def __init__(self, words, more):
        self.words, self.more, self.id, self.text = words, more, id(words), f"made {id(more)}!"
T = typing.TypeVar("T")
def generic():
    def f(x: T) -> T: return x
    return f
class Refers:
    def __init__(self, made):
        self.made, self.ref = made, weakref.ref(made)
'''


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    write(tmp_path / "src", {"nodes.py": NODES})
    site = tmp_path / "site-packages"
    site.mkdir()
    (site / "lib_under_test.py").write_text(LIBRARY)
    return tmp_path / "src", site


class Shop:
    """The project, imported."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.space = vars(importlib.import_module(f"{PACKAGE}.nodes"))

    def made(self, expression: str) -> Any:
        return eval(expression, self.space)  # noqa: S307  # the test's own

    def said(self, expression: str) -> Fingerprint:
        return CodeReader([self.root]).fingerprint(self.made(expression))


@pytest.fixture
def shop(folders: tuple[Path, Path]) -> Iterator[Shop]:
    root, site = folders
    for name in [name for name in sys.modules if name.startswith(PACKAGE)]:
        del sys.modules[name]
    with importable(site), importable(root):
        yield Shop(root)


PAIRS = {
    "data in the closure of a library's function": ("again(2)(one)", "again(3)(one)"),
    "a function beside the decorated one": ("again(2, one)(one)", "again(2, two)(one)"),
    "a register of functions made on the way": ("dispatched(2)", "dispatched(3)"),
    "a cached function": ("cached(2)", "cached(3)"),
    "an object of a library that stands for a function": (
        "Composed(one, one)", "Composed(one, two)",
    ),
    "one that hides what it is": ("proxied(2)", "proxied(3)"),
    "slots beside the dressed function": ("Slotted(one, 2)", "Slotted(one, 3)"),
    "a dressed list": ("Counted(one, 2)", "Counted(one, 3)"),
    "an attribute of a function": ("scaled(2)(one)", "scaled(3)(one)"),
    "an attribute of a partial": ("marked(2)", "marked(3)"),
    "an annotation": ("typed(int)", "typed(float)"),
    "a name": ("called('a')", "called('b')"),
    "a docstring that is read": ("documented('a')", "documented('b')"),
    "a class of the name of another": ("variant(2)", "variant(3)"),
    "a method of such a class": ("variant(2)().run", "variant(3)().run"),
    "a data class made by a call": ("record(2)", "record(3)"),
    "a named tuple made by a call": ("row(2)", "row(3)"),
    "an attribute of a decimal": ("given(Money('1'), 2)", "given(Money('1'), 3)"),
    "an attribute of a date": ("given(Day(2024, 1, 1), 2)", "given(Day(2024, 1, 1), 3)"),
    "an attribute of a path": ("given(Place('a'), 2)", "given(Place('a'), 3)"),
    "an attribute of a list": ("given(Listed(), 2)", "given(Listed(), 3)"),
    "what is left out of a pickle": ("Sealed(2)", "Sealed(3)"),
    "the state of a time zone": (
        "datetime(2024, 1, 1, tzinfo=Zone(1))", "datetime(2024, 1, 1, tzinfo=Zone(2))",
    ),
    "an enumeration made in a function": ("levels('a')", "levels('b')"),
    "a class that holds an object of its own": ("holding(2)", "holding(3)"),
    "functions that hold each other": ("circle(2)", "circle(3)"),
    "a set of members": ("{Kind.PEAR, Kind.FIG}", "{Kind.PEAR, Kind.PLUM}"),
    "what keeps its hash": ("Keyed('a')", "Keyed('b')"),
    "what a library has made hashable": ("Rated(2)", "Rated(3)"),
    "a set of objects": ("{Point('a'), Point('b')}", "{Point('a'), Point('c')}"),
}  # fmt: skip
# What has no digest runs always; nothing else does.
DOUBTED = {"one that hides what it is"}
SAME = [
    "one", "module_level", "functools.partial(module_level)", "functools.partial(proxy)", "SHARED",
    "hashed(Path('a'))", "hashed(given(Place('a'), 1))", "hashed(PureWindowsPath('a'))",
    "Model", "generic()", "Fitted(['a'], None)", "Fitted(None, Point('a'))",
    "Refers(Point('a'))", "datetime(2024, 1, 1, tzinfo=Bare())", "{Kind.PEAR, Kind.PLUM, Kind.FIG}",
    "{Point('a'), Point('b'), Point('c'), frozenset({Point('d'), Point('e')})}", "T",
]  # fmt: skip


@pytest.mark.parametrize("name", PAIRS)
def test_what_an_object_was_given_counts(shop: Shop, name: str) -> None:
    first, second = (shop.said(f"functools.partial(max, {each})") for each in PAIRS[name])
    assert first.digest != second.digest
    assert bool(first.doubts) == (name in DOUBTED)


SCRIPT = """
import json, sys
from pathlib import Path
from tests.framework.test_code_values import Shop
junk = [object() for _ in range(int(sys.argv[2]))]  # other places in memory
shop = Shop(Path(sys.argv[1]))
for expression in json.loads(sys.argv[3]):
    shop.made(expression)
    found = shop.said(f"functools.partial(max, {expression})")
    print(found.digest, len(found.doubts), expression)
"""


def test_objects_are_the_same_in_another_process(folders: tuple[Path, Path]) -> None:
    root, site = folders
    spelled = [each[0] for name, each in PAIRS.items() if name not in DOUBTED] + SAME
    said = []
    for seed in ("1", "2"):
        place = os.pathsep.join([str(root), str(site), *filter(None, sys.path)])
        done = subprocess.run(  # the test's own
            [sys.executable, "-c", SCRIPT, str(root), seed * 5, json.dumps(spelled)],
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": place},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        said.append(done.stdout.splitlines())
    assert said[0] == said[1]
    assert [line for line in said[0] if line.split()[1] != "0"] == []


def test_functions_that_a_library_holds_are_reached(shop: Shop) -> None:
    assert {"nodes:one", "nodes:two"} <= names(shop.said("Composed(one, two)"))
    assert {"nodes:one", "nodes:two"} <= names(shop.said("again(2, two)(one)"))
    assert "lib_under_test" in dict(shop.said("again(2)(one)").distributions)


def test_a_docstring_that_nobody_reads_does_not_count(shop: Shop) -> None:
    assert shop.said("told('a')").digest == shop.said("told('b')").digest
    assert shop.said("cached(2)").digest == shop.said("cached(2)").digest


def test_what_a_name_does_not_find_is_doubted(shop: Shop) -> None:
    first, second = (shop.said("functools.partial(one, Named())") for _ in range(2))
    assert first.digest != second.digest
    assert "Named" in first.doubts[0].what


def test_a_universal_function_made_of_another_is_doubted(shop: Shop) -> None:
    shop.space["numpy"] = importlib.import_module("numpy")
    first = shop.said("functools.partial(one, numpy.frompyfunc(one, 1, 1))")
    assert "ufunc" in first.doubts[0].what
    found = shop.said("functools.partial(one, numpy.log)")
    assert not found.doubts
    assert "numpy" in dict(found.distributions)


def test_an_attribute_that_a_function_of_a_module_is_given_counts(shop: Shop) -> None:
    plain, first, second = (
        {shop.said(f"{each}").digest, shop.said(f"functools.partial({each})").digest}
        for each in ("one", "mark(one, 2)", "mark(one, 3)")
    )
    assert len(plain | first | second) == 6


def test_an_array_is_spelled_with_its_attributes_and_order(shop: Shop) -> None:
    import numpy as np

    class Weights(np.ndarray):
        unit = "kg"

    def said(unit: str) -> str:
        made = np.ones((2, 3)).view(Weights)
        made.unit = unit
        return CodeReader([shop.root]).fingerprint(lambda: made).digest

    assert said("kg") == said("kg") != said("lb")
    shop.space["numpy"] = np
    ordered = [shop.said(f"(numpy.ones((2, 3), order={each!r}),).count").digest for each in "CF"]
    assert ordered[0] != ordered[1]


def test_a_model_made_in_a_function_has_a_digest(shop: Shop) -> None:
    from pydantic import BaseModel, Field

    def schema(most: int) -> type[BaseModel]:
        class Row(BaseModel):
            x: int = Field(le=most)

        return Row

    def said(most: int) -> Fingerprint:
        made = schema(most)
        return CodeReader([shop.root]).fingerprint(lambda: made)

    assert said(1).digest == said(1).digest != said(2).digest
    assert not said(1).doubts


def test_functions_in_a_circle_are_the_same_whoever_is_asked_first(shop: Shop) -> None:
    first, second = shop.made("circle(2)")
    alone = CodeReader([shop.root]).fingerprint(second).digest
    reader = CodeReader([shop.root])
    reader.fingerprint(first)
    assert reader.fingerprint(second).digest == alone


def test_a_lock_holds_nothing(shop: Shop) -> None:
    shop.space["lock"] = threading.Lock()
    assert not shop.said("functools.partial(one, lock)").doubts


def test_values_that_stand_deep_are_doubted_not_followed(shop: Shop) -> None:
    made = shop.made("one")
    for _ in range(500):
        made = shop.space["again"](2)(made)
    shop.space["deep"] = made
    assert shop.said("functools.partial(max, deep)").doubts
    deep: list[Any] = []
    for _ in range(5000):
        deep = [deep]
    shop.space["deep"] = deep
    assert shop.said("functools.partial(max, deep)").doubts


def test_sets_that_share_what_they_hold_come_to_an_end(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("noria.code.values._MOST_FORGOTTEN", 1000)
    made: frozenset[Any] = frozenset()
    for _ in range(60):
        made = frozenset({made, (made,)})
    shop.space["shared"] = made
    assert shop.said("functools.partial(max, shared)").doubts


def test_a_time_without_a_zone_of_its_own_is_as_it_was(shop: Shop) -> None:
    shop.space["dt"] = dt
    zones = ("None", "dt.timezone.utc", "dt.timezone(dt.timedelta(0), 'a')")
    said = {
        shop.said(f"functools.partial(max, dt.datetime(2024, 1, 1, tzinfo={each}))")
        for each in zones
    }
    assert len(said) == 3
