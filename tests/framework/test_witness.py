"""What a function reads beside its inputs is seen by what Python tells of it."""

import importlib.metadata
import os
import pkgutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from noria import node
from noria.runner.witness import Witness

NODE = node(lambda raw: raw, "raw", "made", name="N")


def seen(
    root: Path,
    deed: Callable[[], object],
    *known: Path,
    wanted: bool = True,
    tells: bool = False,
    sources: Path | None = None,
) -> str:
    """Return what is seen of a deed."""
    witness = Witness(
        root,
        lambda _: map(str, known),
        lambda _: wanted,
        lambda _: tells,
        lambda: [] if sources is None else [os.path.realpath(sources)],
    )
    with witness.watching(NODE):
        deed()
    return witness.seen(NODE)


def connect(host: str) -> None:
    with socket.socket() as one, suppress(OSError):
        one.settimeout(0.01)
        one.connect((host, 9))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "data" / "parts").mkdir(parents=True)
    (folder / "data" / "a.txt").write_text("a")
    (folder / "data" / "parts" / "b.txt").write_text("b")
    (folder / ".noria").mkdir()
    (folder / ".noria" / "state").write_text("s")
    return folder


def test_a_file_is_named_as_the_project_calls_it(root: Path) -> None:
    assert seen(root, (root / "data/a.txt").read_text) == "the file: data/a.txt"


def test_a_file_elsewhere_is_named_by_its_path(root: Path) -> None:
    other = root.parent / "other.txt"
    other.write_text("o")
    os.utime(other, (1, 1))
    told = seen(root, lambda: other.read_text() and (root / "data/a.txt").read_text())
    assert told in (f"the file: {other}", "the file: data/a.txt")


def test_folders_and_databases_are_seen(root: Path) -> None:
    assert seen(root, lambda: os.listdir(root / "data")) == "the file: data"  # noqa: PTH208
    assert seen(root, lambda: list(os.scandir(root / "data"))) == "the file: data"
    sqlite3.connect(root / "data/some.db").close()
    assert seen(root, sqlite3.connect(root / "data/some.db").close) == ""
    assert "some.db" in seen(root, lambda: sqlite3.connect(root / "data/some.db").close())
    assert seen(root, lambda: sqlite3.connect(":memory:").close()) == ""


def test_a_path_from_the_folder_of_work_is_whole(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root / "data")
    assert seen(root, lambda: Path("a.txt").read_text()) == "the file: data/a.txt"
    assert seen(root, os.listdir) == "the file: data"


def test_what_the_node_reads_and_makes_is_known(root: Path) -> None:
    read = (root / "data/parts/b.txt").read_text
    assert seen(root, read, root / "data/parts") == ""
    assert seen(root, read, root / "data/part") != ""
    assert seen(root, (root / ".noria/state").read_text) == ""


def test_what_was_made_before_it_was_read_is_no_reading(root: Path) -> None:
    def write_and_read() -> None:
        (root / "new").mkdir()
        (root / "c.txt").write_text("c")
        (root / "new/d.txt").write_text("d")
        (root / "c.txt").read_text()
        (root / "new/d.txt").read_text()
        list((root / "new").iterdir())

    assert seen(root, write_and_read) == ""


def test_what_was_read_before_it_was_made_again_is_a_reading(root: Path) -> None:
    def count() -> None:
        before = (root / "data/a.txt").read_text()
        (root / "data/a.txt").write_text(before + "a")

    assert seen(root, count) == "the file: data/a.txt"


def test_to_make_what_is_there_makes_nothing(root: Path) -> None:
    def read() -> None:
        (root / "data").mkdir(exist_ok=True)
        with (root / "data/a.txt").open("a+") as file:
            file.seek(0)
            file.read()

    assert seen(root, read) == "the file: data/a.txt"


def test_a_folder_of_the_home_that_only_begins_like_a_system_s_counts(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = root.parent / "home"
    for name in ("LibraryOfBooks", ".cache"):
        (home / name).mkdir(parents=True)
        (home / name / "a.txt").write_text("a")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.setattr(tempfile, "tempdir", str(root.parent / "temporary"))
    assert seen(root, (home / ".cache/a.txt").read_text) == ""
    assert "LibraryOfBooks" in seen(root, (home / "LibraryOfBooks/a.txt").read_text)


def test_what_is_added_to_counts_as_read(root: Path) -> None:
    assert seen(root, lambda: (root / "data/a.txt").open("r+").close()) == "the file: data/a.txt"


def test_what_is_not_there_was_not_read(root: Path) -> None:
    def attempt() -> None:
        with suppress(OSError):
            (root / "none.txt").read_text()

    assert seen(root, attempt) == ""


def test_a_connection_is_named_unless_the_node_is_known_to_tell(root: Path) -> None:
    assert seen(root, lambda: connect("192.0.2.1")) == "the network: 192.0.2.1:9"
    assert seen(root, lambda: connect("192.0.2.1"), tells=True) == ""
    assert seen(root, lambda: connect("127.0.0.1")) == ""


def test_an_import_is_no_reading(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "late_module.py").write_text("import glob\n")
    monkeypatch.syspath_prepend(root)
    assert seen(root, lambda: __import__("late_module")) == ""


def test_to_ask_what_is_installed_is_no_reading(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "some-1.0.egg-info").write_text("")
    monkeypatch.syspath_prepend(root)
    monkeypatch.chdir(root)

    def ask() -> None:
        with suppress(importlib.metadata.PackageNotFoundError):
            importlib.metadata.version("nobodys-own")
        assert any(importlib.metadata.distributions())
        os.listdir()  # noqa: PTH208

    assert seen(root, ask) == ""


def test_to_look_for_the_project_s_modules_is_no_reading(root: Path) -> None:
    def look() -> None:
        list(pkgutil.iter_modules([str(package)]))

    package = root / "data" / "parts"
    assert seen(root, look, sources=package) == ""
    assert seen(root, look) == "the file: data/parts"
    # Who lists the folder by other means may look for anything.
    by_hand = seen(root, lambda: os.listdir(package), sources=package)  # noqa: PTH208
    assert by_hand == "the file: data/parts"


def test_other_threads_are_not_watched(root: Path) -> None:
    def read() -> None:
        thread = threading.Thread(target=(root / "data/a.txt").read_text)
        thread.start()
        thread.join()

    assert seen(root, read) == ""


def test_one_inside_of_another_ends_with_itself(root: Path) -> None:
    def nested() -> None:
        assert seen(root, lambda: None) == ""
        (root / "data/a.txt").read_text()

    assert seen(root, nested) == "the file: data/a.txt"


def test_what_is_opened_when_python_ends_is_no_error(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import os\n"
        "from noria.runner import witness\n"
        "witness._set_hook()\n"
        "class Last:\n"
        "    def __del__(self, open=open, path=__file__, listdir=os.listdir):\n"
        "        open(path).close()\n"
        "        listdir('/')\n"
        "os.kept = Last()\n"
        "witness.kept = Last()\n"
        "kept = Last()\n"
        "kept.kept = kept\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_who_is_not_to_be_watched_is_not(root: Path) -> None:
    assert seen(root, (root / "data/a.txt").read_text, wanted=False) == ""
