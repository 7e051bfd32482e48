"""What people change in imported modules, beside all sources: as in a notebook."""

import sys
import types
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from noria.code import CodeReader
from noria.code.as_imported import AsImported

from tests.framework.code_projects import PACKAGE, importable, write

NODES = """
import collections, dataclasses, enum, functools, types
from .settings import RATES, Shared

class Much:
    k = 1
    ks = [1]
    table = {"a": {"b": 1}}
    name: str = "x"
    class Inner:
        k = 1
    def of(self, x): return x * self.k * self.ks[0] * self.table["a"]["b"] * len(self.name)
    @staticmethod
    def still(x): return x
    @classmethod
    def made(cls, x): return x
    @property
    def one(self): return 1
class Less(Much):
    pass
@dataclasses.dataclass
class Data:
    k: int = 1
    ks: list = dataclasses.field(default_factory=lambda: [1])
class Slots:
    __slots__ = ("k",)
    def __init__(self): self.k = 1
class Counter:
    def __init__(self): self.seen = 0
    def count(self, x):
        self.seen += 1
        return x
    @functools.cached_property
    def total(self): return 1
class Meta(type):
    k = 1
class WithMeta(metaclass=Meta):
    j = 1
class Colour(enum.Enum):
    RED = 1
    def twice(self): return 2
DATA = Data()
SLOTS = Slots()
COUNTER = Counter()
SPACE = types.SimpleNamespace(k=1)
NESTED = {"a": [Data()]}
OTHERWISE = collections.defaultdict(lambda: 1)
NAMED = collections.OrderedDict(a=1)
SOME = {1}
RAW = bytearray(b"1")
def plain(x, k=1, *, j=1): return x * k * j
def marked(x): return x * getattr(marked, "k", 1)
def growing(x, ks=[1]): return x * ks[0]
BOUND = functools.partial(plain, k=1)
def outer():
    k = 1
    def inner(x): return x * k
    def set_k(value):
        nonlocal k
        k = value
    inner.set_k = set_k
    return inner
CLOSED = outer()
def node(x):
    inside = (Much().of(x), Less().of(x), Much.Inner.k, Much.still(x), Much.made(x), Much().one)
    values = (DATA.k, DATA.ks, Data().k, SLOTS.k, SPACE.k, NESTED["a"], OTHERWISE["a"], NAMED["a"])
    more = (SOME, RAW, plain(x), marked(x), growing(x), BOUND(x), CLOSED(x), WithMeta.k, WithMeta.j)
    return inside, values, more, COUNTER.count(x), Colour.RED.twice(), RATES["low"], Shared.k
def other(x): return x
UNREAD = types.SimpleNamespace(k=1)
"""
SETTINGS = """
RATES = dict(low=1)
class Shared:
    k = 1
"""
PATCHES = (
    "Much.k = 3",
    "Less.k = 3",
    "Much.ks[0] = 3",
    "Much.ks = [3]",
    "Much.table['a']['b'] = 3",
    "Much.name = 'xyz'",
    "del Much.k",
    "Much.extra = 3",
    "Much.Inner.k = 3",
    "Much.of = lambda self, x: 3 * x",
    "Much.still = staticmethod(lambda x: 3 * x)",
    "Much.made = classmethod(lambda cls, x: 3 * x)",
    "Much.one = property(lambda self: 3)",
    "Much.one = 3",
    "Data.k = 3",
    "Data.__init__.__defaults__ = (3, *Data.__init__.__defaults__[1:])",
    "DATA.k = 3",
    "DATA.ks[0] = 3",
    "DATA.extra = 3",
    "SLOTS.k = 3",
    "COUNTER.seen = 3",
    "SPACE.k = 3",
    "NESTED['a'][0].k = 3",
    "OTHERWISE['a'] = 3",
    "NAMED['a'] = 3",
    "SOME.add(3)",
    "RAW[:] = b'3'",
    "plain.__defaults__ = (3,)",
    "plain.__kwdefaults__['j'] = 3",
    "plain.__code__ = (lambda x, k=1, *, j=1: 3 * x).__code__",
    "marked.k = 3",
    "growing.__defaults__[0][0] = 3",
    "BOUND.keywords['k'] = 3",
    "CLOSED.set_k(3)",
    "Meta.k = 3",
    "WithMeta.k = 3",
    "WithMeta.j = 3",
    "Colour.twice = lambda self: 3",
    "RATES['low'] = 3",
    "Shared.k = 3",
)
HARMLESS = ("UNREAD.k = 3", "COUNTER.total", "Colour(1)", "OTHER = 5", "other.k = 3")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[types.ModuleType]:
    write(tmp_path / "src", {"nodes.py": NODES, "settings.py": SETTINGS})
    with importable(tmp_path / "src"):
        yield import_module(f"{PACKAGE}.nodes")


def noted(shop: types.ModuleType) -> AsImported:
    imported = AsImported()
    imported.note([shop, sys.modules[f"{PACKAGE}.settings"]])
    return imported


def said(shop: types.ModuleType, imported: AsImported | None = None) -> str:
    changed_since = None if imported is None else imported.changed
    reader = CodeReader([Path(str(shop.__file__)).parents[1]], changed_since=changed_since)
    return reader.fingerprint(shop.node).digest


@pytest.mark.parametrize("patch", PATCHES)
def test_what_was_changed_since_the_import_counts(shop: types.ModuleType, patch: str) -> None:
    imported = noted(shop)
    before = said(shop, imported)
    exec(patch, vars(shop))  # noqa: S102
    patched = said(shop, imported)
    assert patched != before
    assert said(shop, imported) == patched
    if "3" in patch:
        exec(patch.replace("3", "4"), vars(shop))  # noqa: S102
        assert said(shop, imported) not in {before, patched}


@pytest.mark.parametrize("patch", HARMLESS)
def test_what_is_not_read_or_was_not_changed_does_not_count(
    shop: types.ModuleType, patch: str
) -> None:
    imported = noted(shop)
    before = said(shop, imported)
    exec(patch, vars(shop))  # noqa: S102
    assert said(shop, imported) == before


def test_what_is_as_it_was_imported_is_what_its_source_says(shop: types.ModuleType) -> None:
    imported = noted(shop)
    before = said(shop)
    assert said(shop, imported) == before
    shop.DATA.k = 3
    assert said(shop, imported) != before
    shop.DATA.k = 1
    assert said(shop, imported) == before


def test_what_the_sources_change_themselves_is_no_patch(shop: types.ModuleType) -> None:
    imported = noted(shop)
    before = said(shop, imported)
    with imported.changing():
        shop.COUNTER.count(1)
        shop.OTHERWISE["b"]
    assert said(shop, imported) == before
    shop.DATA.k = 3
    patched = said(shop, imported)
    with imported.changing():
        shop.COUNTER.count(1)
    assert said(shop, imported) == patched
    shop.DATA.k = 1
    assert said(shop, imported) == before


def test_a_module_that_was_imported_anew_is_another(shop: types.ModuleType) -> None:
    imported = noted(shop)
    shop.DATA.k = 3
    name = shop.__name__
    del sys.modules[name]
    again = import_module(name)
    assert imported.changed(name, "DATA") is None
    imported.note([again])
    again.DATA.k = 3
    assert imported.changed(name, "DATA") == [again.Data(k=3)]


def test_large_data_is_told_apart_by_being_another_object(shop: types.ModuleType) -> None:
    shop.RATES.update((f"n{number}", number) for number in range(5000))
    imported = noted(shop)
    before = said(shop, imported)
    vars(shop)["RATES"] = dict(shop.RATES, low=3)
    assert said(shop, imported) != before
