"""What is kept of an earlier reading says the same as reading all anew."""

import importlib
import marshal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from noria.code import CodeReader, Fingerprint
from noria.code.kept_file import keep, recall

from tests.framework.code_projects import (
    PACKAGE,
    Spelling,
    fingerprint,
    importable,
    read_spellings,
    write,
)

SPELLINGS = read_spellings(Path(__file__).with_name("code_spellings.txt"))
Both = Callable[[], Fingerprint]


@pytest.mark.filterwarnings("ignore:registration of accessor")
@pytest.mark.parametrize("spelling", SPELLINGS, ids=lambda spelling: spelling.name)
def test_a_kept_fingerprint_is_that_which_is_found_anew(spelling: Spelling, tmp_path: Path) -> None:
    root, cache = tmp_path / "src", tmp_path / "cache"
    write(root, spelling.files)
    before = fingerprint(root, spelling.node, cache)
    for edit in spelling.edits:
        text = spelling.files[edit.file]
        write(root, {edit.file: text.replace(edit.old, edit.new)})
        assert fingerprint(root, spelling.node, cache) == fingerprint(root, spelling.node), edit
        write(root, {edit.file: text})
        assert fingerprint(root, spelling.node, cache) == before, edit


@pytest.fixture
def both(tmp_path: Path) -> Both:
    """Return the node's fingerprint, and see that with what is kept it is the same."""

    def read() -> Fingerprint:
        root = tmp_path / "src"
        found = fingerprint(root, "nodes:node", tmp_path / "cache")
        assert found == fingerprint(root, "nodes:node")
        return found

    return read


def test_only_what_reaches_an_edit_is_found_anew(tmp_path: Path) -> None:
    root, cache = tmp_path / "src", tmp_path / "cache"
    node = "def node(x): return x\n"
    write(root, {"one.py": node, "two.py": node, "three.py": f"from .two import node as f\n{node}"})
    for name in ("one", "two", "three"):
        fingerprint(root, f"{name}:node", cache)
    _mark(cache)
    write(root, {"two.py": f"{node}# said at the end\n"})
    assert fingerprint(root, "one:node", cache).digest == "marked"
    assert fingerprint(root, "three:node", cache).digest == "marked"
    write(root, {"two.py": "def node(x): return x + 1\n"})
    assert fingerprint(root, "one:node", cache).digest == "marked"
    assert fingerprint(root, "two:node", cache).digest != "marked"
    assert fingerprint(root, "three:node", cache).digest != "marked"


def _mark(cache: Path) -> None:
    """Write into the digest of all that is kept that it was kept."""
    held = recall(cache, "code.fingerprints")
    for module, (data, reaches) in held["found"].items():
        entries: dict[str, Any] = marshal.loads(data)  # noqa: S302
        entries = {called: ("marked", *entry[1:]) for called, entry in entries.items()}
        held["found"][module] = (marshal.dumps(entries), reaches)
    assert keep(cache, "code.fingerprints", held)


def test_what_was_not_asked_for_after_an_edit_is_found_anew_later(tmp_path: Path) -> None:
    root, cache = tmp_path / "src", tmp_path / "cache"
    using = "from .helpers import price\ndef node(x): return price(x)\n"
    write(root, {"helpers.py": "def price(x): return 1\n", "nodes.py": using, "later.py": using})
    for name in ("nodes", "later"):
        fingerprint(root, f"{name}:node", cache)
    write(root, {"helpers.py": "def price(x): return 2\n"})
    fingerprint(root, "nodes:node", cache)
    assert fingerprint(root, "later:node", cache) == fingerprint(root, "later:node")


def test_what_is_asked_for_after_saving_is_found_anew(tmp_path: Path) -> None:
    root, cache = tmp_path / "src", tmp_path / "cache"
    write(root, {"nodes.py": "def node(x): return 1\ndef late(x): return 1\n"})
    for name in ("node", "late"):
        fingerprint(root, f"nodes:{name}", cache)
    write(root, {"nodes.py": "def node(x): return 2\ndef late(x): return 2\n"})
    with importable(root):
        nodes = importlib.import_module(f"{PACKAGE}.nodes")
        reader = CodeReader([root], cache=cache)
        reader.fingerprint(nodes.node)
        reader.save_cache()
        assert reader.fingerprint(nodes.late) == _read(root, nodes.late, None)
        reader.save_cache()
    for name in ("node", "late"):
        anew = fingerprint(root, f"nodes:{name}")
        assert fingerprint(root, f"nodes:{name}", cache) == anew


def test_a_module_that_appears_may_be_what_a_name_means(tmp_path: Path, both: Both) -> None:
    write(
        tmp_path / "src", {"nodes.py": "def node(x):\n    from shop import late\n    late.f(x)\n"}
    )
    before = both()
    write(tmp_path / "src", {"late.py": "def f(x): return x\n"})
    assert both() != before


def _install(folder: Path, name: str, version: str, requires: str = "") -> None:
    info = folder / f"{name}.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.py").write_text("")
    (info / "RECORD").write_text(f"{name}.py,sha256={version},0\n")
    required = f"Requires-Dist: {requires}\n" if requires else ""
    (info / "METADATA").write_text(f"Name: {name}\n{required}\n")


def test_what_is_installed_counts(
    tmp_path: Path, both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = tmp_path / "site-packages"
    installed.mkdir()
    monkeypatch.syspath_prepend(installed)
    write(tmp_path / "src", {"nodes.py": "def node(x):\n    import fancy\n    return fancy.f(x)\n"})
    absent = both()
    _install(installed, "fancy", "1")
    first = both()
    _install(installed, "fancy", "2")
    assert len({absent.digest, first.digest, both().digest}) == 3


LONG = """
import fancy
def node(x):
    import loose
    return fancy.f(x), loose.f(x)
"""


def test_what_was_installed_long_ago_counts(
    tmp_path: Path, both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What tells of it is not read again then, but for modules that are nobody's."""
    installed = tmp_path / "site-packages"
    _install(installed, "fancy", "1")
    (installed / "loose.py").write_text("A = 1\n")
    monkeypatch.syspath_prepend(installed)
    write(tmp_path / "src", {"nodes.py": LONG, "other.py": "def f(): return 1\n"})
    time.sleep(2.1)
    first = both()
    write(tmp_path / "src", {"other.py": "def f(): return 2\n"})
    assert both() == first
    (installed / "loose.py").write_text("A = 2\n")
    second = both()
    assert second != first
    _install(installed, "fancy", "2")
    third = both()
    assert third != second
    time.sleep(2.1)
    assert both() == third
    write(tmp_path / "src", {"other.py": "import fancy\nfancy.SETTING = 1\n"})
    assert both() != third


def test_a_library_may_come_to_require_one_whose_state_is_changed(
    tmp_path: Path, both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = tmp_path / "site-packages"
    monkeypatch.syspath_prepend(installed)
    _install(installed, "fancy", "1")
    _install(installed, "plain", "1")
    files = {
        "nodes.py": "import fancy\ndef node(x): return fancy.f(x)\n",
        "other.py": "import plain\nplain.SETTING = 1\n",
    }
    write(tmp_path / "src", files)
    before = both()
    _install(installed, "plain", "1", requires="fancy")
    assert both() != before


def test_what_imported_modules_hold_counts(tmp_path: Path) -> None:
    root, cache = tmp_path / "src", tmp_path / "cache"
    helpers = "def price(x): return 1\ndef other(x): return 2\n"
    files = {
        "helpers.py": helpers,
        "nodes.py": "from . import helpers\ndef node(x): return helpers.price(x)\n",
    }
    write(root, files)
    with importable(root):
        nodes = importlib.import_module(f"{PACKAGE}.nodes")
        found = [_read(root, nodes.node, cache)]
        # Of no module: that of these tests would be read as a part of the project.
        made = [eval(f"lambda x: x + {number}", {}) for number in (3, 4)]  # noqa: S307
        for what in (nodes.helpers.other, *made):
            nodes.helpers.price = what
            found.append(_read(root, nodes.node, cache))
            assert found[-1] == _read(root, nodes.node, None)
    assert len({one.digest for one in found}) == len(found)


def _read(root: Path, function: Callable[..., Any], cache: Path | None) -> Fingerprint:
    reader = CodeReader([root], cache=cache)
    found = reader.fingerprint(function)
    reader.save_cache()
    return found
