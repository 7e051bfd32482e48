"""Importing code as it stands in its files, with what Python has compiled of it before."""

import os
import py_compile
import subprocess
import sys
from importlib.util import cache_from_source
from pathlib import Path

import pytest

SOURCE = "def who():\n    return 'first'\n"
ASKS = """\
import sys
from noria.project.importing import watch_imports
watch_imports()
sys.path.insert(0, "{folder}")
import told
print(told.who(), told.who.__code__.co_filename)
"""
WITH_A_LOADER = """\
import importlib.util, sys
from importlib.machinery import SourceFileLoader
from noria.project.importing import watch_imports
watch_imports()

class Shouting(SourceFileLoader):
    def get_data(self, path):
        return super().get_data(path).replace(b"first", b"FIRST")

spec = importlib.util.spec_from_loader("told", Shouting("told", "{folder}/told.py"))
told = importlib.util.module_from_spec(spec)
spec.loader.exec_module(told)
print(told.who(), told.who.__code__.co_filename)
"""


def asked(folder: Path, asks: str = ASKS) -> list[str]:
    """Return what the module says in a process of its own, and which file it says it is."""
    program = asks.format(folder=folder)
    made = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=folder
    )
    return made.stdout.split()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a module that was written long ago and compiled now."""
    (tmp_path / "told.py").write_text(SOURCE)
    compile_long_after(tmp_path)
    return tmp_path


def compile_long_after(
    folder: Path,
    how: py_compile.PycInvalidationMode = py_compile.PycInvalidationMode.TIMESTAMP,
) -> None:
    """Compile the module, as if a minute after it was written."""
    made = py_compile.compile(str(folder / "told.py"), doraise=True, invalidation_mode=how)
    assert made is not None
    ahead = (folder / "told.py").stat().st_ctime + 60
    os.utime(made, (ahead, ahead))


def test_what_was_compiled_after_the_last_edit_is_taken(folder: Path) -> None:
    compiled = Path(cache_from_source(str(folder / "told.py")))
    held = compiled.read_bytes()
    ahead = compiled.stat().st_mtime
    compiled.write_bytes(held.replace(b"first", b"taken"))
    os.utime(compiled, (ahead, ahead))
    assert asked(folder) == ["taken", str(folder / "told.py")]


def test_what_may_be_older_is_compiled_anew(folder: Path) -> None:
    source = folder / "told.py"
    before = source.stat()
    source.write_text(SOURCE.replace("first", "other"))
    os.utime(source, ns=(before.st_atime_ns, before.st_mtime_ns))
    compiled = Path(cache_from_source(str(source)))
    os.utime(compiled, (source.stat().st_ctime - 1,) * 2)
    assert asked(folder) == ["other", str(source)]


def test_a_folder_that_moved_says_its_new_name(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    moved = tmp_path_factory.mktemp("elsewhere") / "moved"
    folder.rename(moved)
    assert asked(moved) == ["first", str(moved / "told.py")]


def test_a_loader_of_one_s_own_makes_its_own_code(folder: Path) -> None:
    assert asked(folder, WITH_A_LOADER) == ["FIRST", str(folder / "told.py")]


def test_what_was_compiled_of_another_size_or_by_content_is_left_to_python(folder: Path) -> None:
    source = folder / "told.py"
    source.write_text(SOURCE.replace("first", "longer"))
    compiled = Path(cache_from_source(str(source)))
    ahead = source.stat().st_ctime + 60
    os.utime(compiled, (ahead, ahead))
    assert asked(folder) == ["longer", str(source)]
    compile_long_after(folder, py_compile.PycInvalidationMode.CHECKED_HASH)
    assert asked(folder) == ["longer", str(source)]


def test_a_compiled_file_without_its_end_is_no_code(folder: Path) -> None:
    compiled = Path(cache_from_source(str(folder / "told.py")))
    ahead = compiled.stat().st_mtime
    compiled.write_bytes(compiled.read_bytes()[:12])
    os.utime(compiled, (ahead, ahead))
    assert asked(folder) == ["first", str(folder / "told.py")]
