"""The guards of the house: what packages show, and what an import costs."""

import json
import subprocess
import sys
from pathlib import Path

import noria

ROOT = Path(__file__).parents[2]
HEAVY = (
    "pandas", "numpy", "pyarrow", "yaml", "fsspec", "dynaconf", "rich", "click", "sqlite3",
    "pluggy", "psutil", "cookiecutter", "graphviz", "importlib.metadata", "inspect",
)  # fmt: skip


def _loaded_by(code: str) -> set[str]:
    code = f"import sys, json\n{code}\nprint(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8"
    )
    return set(json.loads(done.stderr))


def test_importing_noria_loads_nothing_heavy() -> None:
    assert not _loaded_by("import noria").intersection(HEAVY)


def test_importing_the_catalog_loads_no_library_of_any_format() -> None:
    assert not _loaded_by("import noria_catalog").intersection(HEAVY[:10])


def test_help_loads_nothing_heavy() -> None:
    loaded = _loaded_by("from noria.cli.main import main\nmain(['--help'])")
    assert not loaded.intersection(HEAVY)


def test_version_loads_nothing() -> None:
    loaded = _loaded_by("from noria.cli.main import main\nmain(['--version'])")
    assert not loaded.intersection(HEAVY)


def test_every_exported_name_is_there() -> None:
    for name in noria.__all__:
        assert getattr(noria, name) is not None
    assert len(noria.__all__) <= 25


def test_the_stub_exports_the_same_names() -> None:
    stub = (ROOT / "framework/noria/__init__.pyi").read_text("utf-8")
    for name in noria.__all__:
        assert f" as {name}\n" in stub or f"{name}: " in stub


def test_import_prints_nothing_and_sets_up_nothing() -> None:
    code = "import noria, noria_catalog, noria_viz, logging; assert not logging.root.handlers"
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-c", code], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("", "")
