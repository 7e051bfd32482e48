"""Functions that are not what a source says: patched, made, edited, in a notebook."""

import ast
import builtins
import functools
import linecache
import sys
import types
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import noria_catalog
import pytest
from noria.code import CodeReader, Fingerprint
from noria.code.imports import imported_by

from tests.framework.code_projects import PACKAGE, importable, names, write

NODES = """
from . import helpers
from .helpers import other
RATE = 2
TABLE = {"a": 1}
CACHE = {}
def tabled(x): return TABLE["a"]
def imported(x): return other(x)
def cached(x):
    CACHE[x] = x
    return CACHE[x]
def node(x): return helpers.price(x) * RATE
def make(k):
    def made(x): return x * k
    return made
"""
HELPERS = """
def price(x): return x + 1
def other(x): return x + 2
class A:
    def run(self): return 1
"""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[types.ModuleType]:
    write(tmp_path / "src", {"nodes.py": NODES, "helpers.py": HELPERS})
    with importable(tmp_path / "src"):
        yield import_module(f"{PACKAGE}.nodes")


def said(shop: types.ModuleType, thing: Any) -> Fingerprint:
    assert shop.__file__ is not None
    return CodeReader([Path(shop.__file__).parents[1]]).fingerprint(thing)


def test_a_patched_helper_counts(shop: types.ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    before = said(shop, shop.node).digest
    monkeypatch.setattr(shop.helpers, "price", lambda x: x - 1)
    patched = said(shop, shop.node).digest
    monkeypatch.setattr(shop.helpers, "price", lambda x: x - 2)
    again = said(shop, shop.node).digest
    assert len({before, patched, again}) == 3
    monkeypatch.undo()
    assert said(shop, shop.node).digest == before


def test_a_patched_constant_counts(shop: types.ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    before = said(shop, shop.node).digest
    monkeypatch.setattr(shop, "RATE", 3)
    assert said(shop, shop.node).digest != before


def test_patched_data_counts_where_no_source_changes_it(
    shop: types.ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = said(shop, shop.tabled).digest
    monkeypatch.setitem(shop.TABLE, "a", 2)
    assert said(shop, shop.tabled).digest != before
    before = said(shop, shop.cached).digest
    shop.cached(1)
    assert said(shop, shop.cached).digest == before


def test_a_patched_name_of_an_import_counts(
    shop: types.ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = said(shop, shop.imported).digest
    monkeypatch.setattr(shop, "other", shop.helpers.price)
    assert said(shop, shop.imported).digest != before


def test_a_helper_of_the_project_put_in_place_of_another_counts(
    shop: types.ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = said(shop, shop.node)
    monkeypatch.setattr(shop.helpers, "price", shop.helpers.other)
    after = said(shop, shop.node)
    assert after.digest != before.digest
    assert "helpers:other" in names(after) - names(before)


def test_a_patched_method_counts(shop: types.ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    before = said(shop, shop.helpers.A).digest
    monkeypatch.setattr(shop.helpers.A, "run", lambda _: 2)
    assert said(shop, shop.helpers.A).digest != before


def test_what_is_executed_counts_when_the_source_was_edited_since(shop: types.ModuleType) -> None:
    path = Path(str(shop.helpers.__file__))
    before = said(shop, shop.node).digest
    path.write_text(HELPERS.replace("x + 1", "x + 5"))
    edited = said(shop, shop.node).digest
    path.write_text(HELPERS.replace("x + 1", "x + "))
    broken = said(shop, shop.node)
    assert len({before, edited, broken.digest}) == 3
    assert any("cannot be read" in doubt.what for doubt in broken.doubts)


def test_a_source_that_is_not_text_is_doubted_and_counts(shop: types.ModuleType) -> None:
    path = Path(str(shop.helpers.__file__))
    path.write_bytes(b"price = '\xff'\n")
    first = said(shop, shop.node)
    path.write_bytes(b"price = '\xfe'\n")
    assert said(shop, shop.node).digest != first.digest
    assert first.doubts


def run(text: str, name: str = "__main__", **more: Any) -> dict[str, Any]:
    space: dict[str, Any] = {"__name__": name, "__builtins__": builtins, **more}
    exec(compile(text, f"<made {len(linecache.cache)}>", "exec"), space)  # noqa: S102
    return space


@pytest.mark.parametrize("name", ["__main__", "made_in_memory", ""])
@pytest.mark.parametrize(
    ("old", "new", "matters"),
    [
        ("x + 1", "x + 2", True),
        ("RATE = 2", "RATE = 3", True),
        ("[1, 2]", "[1, 3]", True),
        ("OTHER = 1", "OTHER = 2", False),
        ("return 'b'", "return 'c'", False),
        ("def run(self): return 1", "def run(self): return 2", True),
        ("'Say.'", "'Say more.'", False),
        ("\ndef node", "\n\n# more\ndef node", False),
    ],
)
def test_functions_without_a_source(
    shop: types.ModuleType, name: str, old: str, new: str, matters: bool
) -> None:
    text = """
RATE = 2
OTHER = 1
TABLE = [1, 2]
class A:
    def run(self): return 1
def price(x): return x + 1
def other(): return 'b'
def node(x):
    'Say.'
    return price(x) * RATE + len(TABLE) + A().run()
"""
    before = said(shop, run(text, name)["node"]).digest
    assert said(shop, run(text, name)["node"]).digest == before
    assert text.count(old) == 1
    after = said(shop, run(text.replace(old, new), name)["node"]).digest
    assert (after != before) == matters


def test_effects_of_a_function_without_a_source_are_named(shop: types.ModuleType) -> None:
    text = """
import datetime
from time import time
import pandas as pd
def clock(): return datetime.datetime.now(), time()
def file(x): return open(x), pd.read_csv(x)
def lazy(x):
    import os
    return os.environ['A']
"""
    space = run(text)
    kinds = [
        {e.kind for e in said(shop, space[name]).effects} for name in ("clock", "file", "lazy")
    ]
    assert kinds == [{"clock"}, {"file"}, {"environment"}]


def test_a_function_of_memory_reaches_the_sources(shop: types.ModuleType) -> None:
    space = run("def node(x): return helpers.price(x)", helpers=shop.helpers)
    assert names(said(shop, space["node"])) == {"helpers:price"}
    space = run("def node(x): return price(x)", price=shop.helpers.price)
    assert names(said(shop, space["node"])) == {"helpers:price"}


def test_what_cannot_be_digested_is_doubted_and_never_the_same(shop: types.ModuleType) -> None:
    made = shop.make(each for each in [1])
    first, second = said(shop, made), said(shop, made)
    assert first.digest != second.digest
    assert "generator" in first.doubts[0].what


def nested() -> tuple[Callable[[int], int], ...]:
    return tuple(functools.partial(pow, each) for each in (1, 2, 1))


def test_values_are_told_apart(shop: types.ModuleType) -> None:
    first, second, third = (said(shop, each).digest for each in nested())
    assert first == third != second


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (1, True), (1, 1.0), (0.0, -0.0), ("a", b"a"), ((1,), [1]), ({1}, frozenset({1})),
        ({"a": 1}, {"a": 2}), ({"a": 1, "b": 2}, {"b": 2, "a": 1}), (None, "None"),
        (Path("a"), "a"), (ast.Add, ast.Sub), (len, max), (range(3), range(4)),
        ([1, [2]], [[1], 2]), ([[]], [[], []]),
    ],
)  # fmt: skip
def test_unlike_values_have_unlike_digests(shop: types.ModuleType, first: Any, second: Any) -> None:
    assert said(shop, shop.make(first)).digest != said(shop, shop.make(second)).digest
    assert said(shop, shop.make(first)).digest == said(shop, shop.make(first)).digest
    assert not said(shop, shop.make(first)).doubts


def test_values_that_hold_themselves_have_a_digest(shop: types.ModuleType) -> None:
    one: list[Any] = [1]
    one.append(one)
    other: list[Any] = [1]
    other.append([1, other])
    assert said(shop, shop.make(one)).digest != said(shop, shop.make(other)).digest


def test_an_own_function_of_a_third_party_is_named_by_its_distribution(
    shop: types.ModuleType,
) -> None:
    import pandas as pd

    found = said(shop, pd.read_csv)
    assert {"pandas", "numpy"} <= dict(found.distributions).keys()
    assert [effect.kind for effect in found.effects] == ["file"]
    assert said(shop, pd.DataFrame).distributions == found.distributions
    assert not said(shop, len).distributions


def test_a_dataset_of_the_catalog_reaches_what_its_format_needs(shop: types.ModuleType) -> None:
    from noria_catalog.formats.pandas import ParquetDataset

    found = said(shop, ParquetDataset)
    assert "pandas" in dict(found.distributions)
    assert not found.symbols
    assert "noria" not in dict(found.distributions)


def test_modules_imported_by_others_do_not_matter(shop: types.ModuleType) -> None:
    before = said(shop, shop.node).digest
    Path(str(shop.__file__)).with_name("more.py").write_text("from . import helpers\nA = [1]\n")
    import_module(f"{PACKAGE}.more")
    assert said(shop, shop.node).digest == before
    sys.modules[f"{PACKAGE}.more"].A.append(2)
    assert said(shop, shop.node).digest == before


def _imported(source: bytes) -> set[str]:
    found: set[str] = set()
    for each in ast.walk(ast.parse(source)):
        if isinstance(each, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in each.names)
        elif isinstance(each, ast.ImportFrom) and not each.level and each.module:
            found.add(each.module.partition(".")[0])
    return found


IMPORTS = """\
import a, b.c as d ,e; import f
if a: from g.h import (
    i, j)
try: import k  # why
except ImportError: from l import*
def late():
    import m, \\
        n
from \\
    größe import o
import p \\
    as q
"""


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_all_that_a_format_imports_is_found(tmp_path: Path, end: str) -> None:
    source = IMPORTS.replace("\n", end).encode()
    (tmp_path / "format.py").write_bytes(source)
    assert set(imported_by(str(tmp_path / "format.py"))) == _imported(source)
    assert len(_imported(source)) == 11


def test_all_that_real_modules_import_is_found() -> None:
    folders = [Path(ast.__file__).parent, Path(noria_catalog.__file__).parent / "formats"]
    for path in [path for folder in folders for path in folder.glob("*.py")]:
        assert _imported(path.read_bytes()) <= set(imported_by(str(path))), path
