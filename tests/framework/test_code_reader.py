"""Reading sources: what is kept of them, where they lie, and which libraries they reach."""

import os
import sys
import time
import types
from collections.abc import Iterator
from importlib import import_module
from importlib.machinery import EXTENSION_SUFFIXES, ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from noria.code import CodeReader, Fingerprint

from tests.framework.code_projects import PACKAGE, fingerprint, importable, names, write

FILES = {
    "nodes.py": "import math\nfrom . import helpers\ndef node(x): return helpers.price(x)\n",
    "helpers.py": "def price(x): return x + 1\n",
    "deep/more.py": "def other(x): return x\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write(tmp_path / "src", FILES)
    return tmp_path / "src"


# -- the cache


def test_what_is_kept_says_the_same(root: Path, tmp_path: Path) -> None:
    cold = fingerprint(root, "nodes:node", tmp_path / "cache")
    kept = (tmp_path / "cache" / "code.tables").read_bytes()
    assert fingerprint(root, "nodes:node", tmp_path / "cache") == cold
    assert fingerprint(root, "nodes:node") == cold
    assert (tmp_path / "cache" / "code.tables").read_bytes() == kept


def test_what_is_kept_of_an_edited_file_is_not_used(root: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    before = fingerprint(root, "nodes:node", cache)
    path = root / PACKAGE / "helpers.py"
    times = path.stat()
    path.write_text("def price(x): return x + 2\n")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert fingerprint(root, "nodes:node", cache).digest != before.digest


@pytest.mark.parametrize("place", [5, 20, 60, 200, -1])
def test_what_is_kept_is_not_believed_when_a_byte_differs(
    root: Path, tmp_path: Path, place: int
) -> None:
    cache = tmp_path / "cache"
    cold = fingerprint(root, "nodes:node", cache)
    path = cache / "code.tables"
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    assert fingerprint(root, "nodes:node", cache) == cold
    path.write_bytes(data[:100])
    assert fingerprint(root, "nodes:node", cache) == cold


def test_what_was_kept_in_another_folder_is_not_believed(root: Path, tmp_path: Path) -> None:
    cold = fingerprint(root, "nodes:node", tmp_path / "one")
    (tmp_path / "two").mkdir()
    kept = (tmp_path / "one" / "code.tables").read_bytes()
    (tmp_path / "two" / "code.tables").write_bytes(kept)
    assert fingerprint(root, "nodes:node", tmp_path / "two") == cold
    assert (tmp_path / "two" / "code.tables").read_bytes() != kept


def test_a_cache_that_cannot_be_written_only_costs_time(root: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    assert fingerprint(root, "nodes:node", tmp_path / "cache") == fingerprint(root, "nodes:node")


def test_what_the_compiler_warns_of_is_no_matter_to_who_only_reads(tmp_path: Path) -> None:
    helpers = "def digits(x: 'Literal[\"\\d\"]') -> bool: return x is not 5 and '\\d' != x\n"
    node = "def node(x):\n    from shop.helpers import digits\n    return digits(x)\n"
    write(tmp_path / "src", {"helpers.py": helpers, "nodes.py": node})
    found = fingerprint(tmp_path / "src", "nodes:node")  # warnings are errors here
    assert not found.doubts
    assert {"helpers:digits", "nodes:node"} <= names(found)


# -- files and places


def test_another_checkout_says_the_same(root: Path, tmp_path: Path) -> None:
    write(tmp_path / "elsewhere" / "code", FILES)
    here = fingerprint(root, "nodes:node")
    there = fingerprint(tmp_path / "elsewhere" / "code", "nodes:node")
    assert here.digest == there.digest
    assert [symbol.name for symbol in here.symbols] == [symbol.name for symbol in there.symbols]


def test_the_files_and_folders_that_were_looked_at_are_named(root: Path) -> None:
    reader = CodeReader([root])
    looked = {Path(path).relative_to(root.resolve()).as_posix() for path in reader.files()}
    assert f"{PACKAGE}/helpers.py" in looked
    assert f"{PACKAGE}/deep/more.py" in looked
    assert all(len(digest) == 64 for digest in reader.files().values())
    assert str(root.resolve() / PACKAGE / "deep") in reader.scopes()


def test_symbols_have_their_texts_as_written(tmp_path: Path) -> None:
    # A form feed and a line separator end no line of Python's.
    text = "A = 1  # \f \u2028\n@staticmethod\ndef node(x):\n    # why\n    return x + A\n"
    write(tmp_path / "src", {"nodes.py": text})
    found = fingerprint(tmp_path / "src", "nodes:node")
    reader, later = CodeReader([tmp_path / "src"]), CodeReader([tmp_path / "src"])
    said = [(symbol.file, symbol.line, reader.text(symbol)) for symbol in found.symbols]
    place = f"src/{PACKAGE}/nodes.py"
    first = text.partition("\n")[0] + "\n"
    assert said == [(place, 1, first), (place, 2, text.removeprefix(first))]
    write(tmp_path / "src", {"nodes.py": f"# edited\n{text}"})
    assert later.text(found.symbols[0]) == ""


def test_a_package_without_init_and_a_module_beside_it(tmp_path: Path) -> None:
    root = tmp_path / "src"
    write(root, {"nodes.py": "import alone, spaced.inner as i\ndef node(x): return alone.a(x)\n"})
    (root / "spaced").mkdir()
    (root / "spaced" / "inner.py").write_text("def b(x): return x\n")
    (root / "alone.py").write_text("from spaced import inner\ndef a(x): return inner.b(x)\n")
    before = fingerprint(root, "nodes:node")
    assert {"alone:a", "spaced.inner:b"} < names(before)
    (root / "spaced" / "inner.py").write_text("def b(x): return -x\n")
    assert fingerprint(root, "nodes:node").digest != before.digest


def test_a_compiled_module_among_the_sources_counts_by_its_bytes(tmp_path: Path) -> None:
    root = tmp_path / "src"
    nodes = "def node(x):\n    from . import fast\n    return fast.run(x)\ndef other(x): return x\n"
    write(root, {"nodes.py": nodes})
    fast = root / PACKAGE / f"fast{EXTENSION_SUFFIXES[0]}"
    fast.write_bytes(b"one")
    for passed_over in ("fast.py", "fast.so", "fast.cpython-399-x.so", "fast.pyc"):
        (root / PACKAGE / passed_over).write_bytes(b"")
    before = [fingerprint(root, f"nodes:{name}").digest for name in ("node", "other")]
    fast.write_bytes(b"two")
    after = [fingerprint(root, f"nodes:{name}").digest for name in ("node", "other")]
    assert [one == other for one, other in zip(before, after, strict=True)] == [False, True]


# -- libraries


class Library:
    """Packages in a folder of their own on the search path, installed by hand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def install(self, name: str, text: str, version: str = "1.0", *requires: str) -> None:
        (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self.folder / name / "__init__.py").write_text(text)
        for old in self.folder.glob(f"{name}-*.dist-info"):
            for path in old.iterdir():
                path.unlink()
            old.rmdir()
        about = self.folder / f"{name}-{version}.dist-info"
        about.mkdir()
        lines = [f"Name: {name}", *(f"Requires-Dist: {each}" for each in requires), "", "Text"]
        (about / "METADATA").write_text("\n".join(lines))
        record = f"{name}/__init__.py,sha256={hash(text)},1\n../../bin/x,sha256={self.folder},1\n"
        (about / "RECORD").write_text(record)


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    library = Library(tmp_path / "env" / "site-packages")
    library.install("liba", "def a(): return 1\n", "1.0", "libb>=1 ; python_version > '3'")
    library.install("libb", "def b(): return 1\n", "1.0", "libc ; extra == 'more'")
    library.install("libc", "def c(): return 1\n")
    monkeypatch.syspath_prepend(str(library.folder))
    yield library
    for name in ("liba", "libb", "libc", "libd"):
        sys.modules.pop(name, None)


def of_library(tmp_path: Path, text: str) -> Fingerprint:
    write(tmp_path / "src", {"nodes.py": text})
    return fingerprint(tmp_path / "src", "nodes:node")


USING = "import liba, libc\ndef node(x): return liba.a()\ndef other(x): return libc.c()\n"


def test_a_library_counts_with_what_it_requires(tmp_path: Path, library: Library) -> None:
    before = of_library(tmp_path, USING)
    assert [name for name, _ in before.distributions] == ["liba", "libb"]
    library.install("libc", "def c(): return 2\n", "1.1")
    assert of_library(tmp_path, USING).digest == before.digest
    library.install("libb", "def b(): return 2\n", "1.0")
    same_version = of_library(tmp_path, USING)
    assert same_version.digest != before.digest
    library.install("liba", "def a(): return 1\n", "1.1", "libb")
    assert of_library(tmp_path, USING).digest != same_version.digest


def test_an_extra_that_is_required_counts(tmp_path: Path, library: Library) -> None:
    library.install("liba", "def a(): return 1\n", "1.0", "libb[more]")
    assert [name for name, _ in of_library(tmp_path, USING).distributions] == [
        "liba",
        "libb",
        "libc",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "from liba import a\ndef node(x): return a()\n",
        "from liba import *\ndef node(x): return a()\n",
        "def node(x):\n    import liba\n    return liba.a()\n",
        "try: import liba as l\nexcept ImportError: l = None\ndef node(x): return l.a()\n",
        "import liba\nK = liba.a()\ndef node(x): return K\n",
        "import liba\nclass A(getattr(liba, 'Base', object)): pass\ndef node(x): return A()\n",
        "import liba\ndef node(x: 'liba.Thing'): return x\n",
        "import importlib\ndef node(x): return importlib.import_module('liba').a()\n",
    ],
)
@pytest.mark.usefixtures("library")
def test_every_way_to_reach_a_library(tmp_path: Path, text: str) -> None:
    assert "liba" in dict(of_library(tmp_path, text).distributions)


def test_a_library_that_is_not_there_yet_counts(tmp_path: Path, library: Library) -> None:
    text = (
        "def node(x):\n    try:\n        import libd\n    except ImportError:\n        return 1\n"
    )
    before = of_library(tmp_path, text)
    library.install("libd", "")
    assert of_library(tmp_path, text).digest != before.digest


def test_a_module_of_no_distribution_counts_by_its_bytes(tmp_path: Path, library: Library) -> None:
    (library.folder / "libd.py").write_text("def d(): return 1\n")
    text = "import libd\ndef node(x): return libd.d()\n"
    before = of_library(tmp_path, text)
    (library.folder / "libd.py").write_text("def d(): return 2\n")
    assert of_library(tmp_path, text).digest != before.digest


def test_the_environment_s_place_does_not_count(tmp_path: Path, library: Library) -> None:
    before = of_library(tmp_path, USING)
    record = library.folder / "liba-1.0.dist-info" / "RECORD"
    record.write_text(record.read_text().replace(str(library.folder), "/another/environment"))
    assert of_library(tmp_path, USING).digest == before.digest


class Finder:
    """Finds one package by its place, as the finders of editable installs do."""

    def __init__(self, name: str, place: Path) -> None:
        self.name, self.place = name, place

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        if name != self.name:
            return None
        return spec_from_file_location(
            name, self.place / "__init__.py", submodule_search_locations=[str(self.place)]
        )


@pytest.mark.parametrize("way", ["path", "finder"])
def test_a_package_in_editable_mode_is_followed_like_the_project(
    tmp_path: Path, library: Library, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    home = tmp_path / "workspace" / "lib"
    (home / "libe").mkdir(parents=True)
    (home / "libe" / "__init__.py").write_text("from .inner import e\n")
    inner = home / "libe" / "inner.py"
    inner.write_text("def e(): return 1\ndef other(): return 1\n")
    if way == "path":
        monkeypatch.syspath_prepend(str(home))
    else:
        finder = f"MAPPING: dict[str, str] = {{'libe': {str(home / 'libe')!r}}}\n"
        (library.folder / "__editable___libe_1_0_finder.py").write_text(finder)
        monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Finder("libe", home / "libe")])
    text = "def node(x):\n    import libe\n    return libe.e()\n"
    before = of_library(tmp_path, text)
    assert "libe.inner:e" in names(before)
    inner.write_text("def e(): return 1\ndef other(): return 2\n")
    assert of_library(tmp_path, text).digest == before.digest
    inner.write_text("def e(): return 2\ndef other(): return 2\n")
    assert of_library(tmp_path, text).digest != before.digest


def forget(package: str) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        del sys.modules[name]


def test_a_function_of_a_package_that_nothing_imports_is_followed(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "workspace"
    (home / "libf").mkdir(parents=True)
    (home / "libf" / "__init__.py").write_text("def f(x): return g(x)\ndef g(x): return x\n")
    monkeypatch.syspath_prepend(str(home))
    library = import_module("libf")
    reader = CodeReader([root])
    assert names(reader.fingerprint(library.f)) == {"libf:f", "libf:g"}
    with importable(root):
        node = import_module(f"{PACKAGE}.nodes").node
        assert "helpers:price" in names(reader.fingerprint(node))
    forget("libf")


# -- code that is not small


def test_names_that_are_bound_in_circles_are_read_in_no_time(tmp_path: Path) -> None:
    lines = "\n".join(f"    a{i} = a{(i + 1) % 20}.x or a{(i + 7) % 20}.y" for i in range(20))
    more = "\n".join(
        f"    b{i} = b{(i + 1) % 20}.x\n    b{i} = b{(i + 7) % 20}.y" for i in range(20)
    )
    outside = "\n".join(
        f"c{i} = c{(i + 1) % 9}.x\nc{i} = c{(i + 4) % 9}.y\nd{i} = d{(i + 1) % 9}.x"
        for i in range(9)
    )
    text = f"{outside}\ndef node(x):\n{lines}\n{more}\n    return a1.z + b1.z + c1.z + d1.z\n"
    write(tmp_path / "src", {"nodes.py": text})
    began = time.process_time()
    with importable(tmp_path / "src"):
        reader = CodeReader([tmp_path / "src"])
        reader.fingerprint(run_only_definitions(text[text.index("def node") :])["node"])
    assert time.process_time() - began < 5


def test_star_imports_in_circles_are_followed_in_no_time(tmp_path: Path) -> None:
    modules = [f"m{i}" for i in range(15)]
    files = {
        f"{name}.py": "".join(f"from .{other} import *\n" for other in modules if other != name)
        for name in modules
    }
    files["m0.py"] += "x = 3\n"
    files["nodes.py"] = "from .m14 import *\ndef node(): return x\n"
    write(tmp_path / "src", files)
    began = time.process_time()
    assert "m0:x" in names(fingerprint(tmp_path / "src", "nodes:node"))
    assert time.process_time() - began < 5


def test_a_long_chain_of_calls_is_followed_to_its_end(tmp_path: Path) -> None:
    lines = [f"def f{i}(x): return f{i + 1}(x)" for i in range(3000)]
    lines += ["def f3000(x):", "    TABLE.append(x)", "    return 1", "TABLE = []", "f0(1)"]
    text = "\n".join(lines) + "\ndef node(x): return TABLE\n"
    write(tmp_path / "src", {"nodes.py": text})
    with importable(tmp_path / "src"):
        reader = CodeReader([tmp_path / "src"])
        space = run_only_definitions(text)
        assert len(reader.fingerprint(space["f0"]).symbols) > 3000
        assert "nodes:f3000" in names(reader.fingerprint(space["node"]))


def run_only_definitions(text: str) -> dict[str, Any]:
    """Return the functions of a module without executing what would go too deep."""
    module = types.ModuleType(f"{PACKAGE}.nodes")
    sys.modules[module.__name__] = module
    exec(compile(text.replace("f0(1)\n", "\n"), "nodes.py", "exec"), vars(module))  # noqa: S102
    return vars(module)
