"""Publishing a local file whole or not at all."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from noria_catalog.errors import SaveError
from noria_catalog.formats.pandas import CSVDataset
from noria_catalog.leftovers import is_temporary, temporary_name
from noria_catalog.publish import publish

from tests.catalog.entries import listed


def writes(text: str) -> Callable[[str], object]:
    return lambda path: Path(path).write_text(text)


def hidden(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if is_temporary(path.name)]


def of_a_dead_process(name: str) -> str:
    script = f"from noria_catalog.leftovers import temporary_name; print(temporary_name({name!r}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    return done.stdout.decode().strip()


def test_the_file_holds_what_was_written_and_nothing_else_lies_beside(tmp_path: Path) -> None:
    target = tmp_path / "new" / "folders" / "a.txt"
    published = publish(str(target), writes("hello"))
    assert target.read_text() == "hello"
    assert published.size == 5
    assert published.sync_seconds > 0
    assert listed(target.parent) == ["a.txt"]


def test_the_temporary_file_lies_beside_and_keeps_all_suffixes(tmp_path: Path) -> None:
    seen: list[Path] = []

    def write(path: str) -> None:
        seen.append(Path(path))
        Path(path).write_text("x")

    publish(str(tmp_path / "a.csv.gz"), write)
    assert seen[0].parent == tmp_path
    assert seen[0].name.startswith(".")
    assert seen[0].suffixes[-2:] == [".csv", ".gz"]
    assert f"-{os.getpid()}-" in seen[0].name


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt(), SystemExit(1)])
def test_an_exception_leaves_the_old_file_and_no_temporary(
    tmp_path: Path, error: BaseException
) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")

    def write(path: str) -> None:
        Path(path).write_text("half")
        raise error

    with pytest.raises(type(error)):
        publish(str(target), write)
    assert target.read_text() == "old"
    assert listed(tmp_path) == ["a.txt"]


@pytest.mark.skipif(os.name == "nt", reason="not here: Windows has no modes")
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o664, 0o755])
def test_the_mode_of_an_existing_file_is_kept(tmp_path: Path, mode: int) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")
    target.chmod(mode)
    publish(str(target), writes("new"))
    assert stat.S_IMODE(target.stat().st_mode) == mode
    assert target.read_text() == "new"


@pytest.mark.skipif(os.name == "nt", reason="not here: Windows has no modes")
def test_a_private_file_is_private_while_it_is_written(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")
    target.chmod(0o600)
    modes: list[int] = []

    def write(path: str) -> None:
        Path(path).write_text("secret")
        modes.append(stat.S_IMODE(Path(path).stat().st_mode))

    publish(str(target), write)
    assert modes == [0o600]


@pytest.mark.skipif(os.name == "nt", reason="not here: Windows has no umask")
def test_a_new_file_gets_the_default_mode(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("")
    publish(str(tmp_path / "a.txt"), writes("x"))
    assert (tmp_path / "a.txt").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_link_stays_and_what_it_points_to_is_replaced(tmp_path: Path) -> None:
    real = tmp_path / "store" / "real.txt"
    real.parent.mkdir()
    real.write_text("old")
    link = tmp_path / "link.txt"
    link.symlink_to(real)
    publish(str(link), writes("new"))
    assert link.is_symlink()
    assert real.read_text() == "new"
    assert not real.is_symlink()


def test_the_suffix_is_that_of_the_link_and_not_of_what_it_points_to(tmp_path: Path) -> None:
    """Libraries choose a format and packing by it, and who loads goes by the link."""
    link = tmp_path / "a.csv.gz"
    link.symlink_to(tmp_path / "0f3a")
    table = CSVDataset(str(link), save_args={"index": False})
    for rows in ([1], [2, 3]):
        table.save(pd.DataFrame({"v": rows}))
        assert (tmp_path / "0f3a").read_bytes()[:2] == b"\x1f\x8b"
        assert list(table.load()["v"]) == rows
    assert listed(tmp_path) == ["0f3a", "a.csv.gz"]


def test_a_link_to_nothing_gets_its_target(tmp_path: Path) -> None:
    (tmp_path / "link.txt").symlink_to(tmp_path / "real.txt")
    publish(str(tmp_path / "link.txt"), writes("new"))
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"


def test_a_folder_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(SaveError, match=r"a\.csv: it is a folder"):
        publish(str(tmp_path / "a.csv"), writes("x"))


def test_a_file_in_the_way_of_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(SaveError, match=r"cannot write .*data/a\.csv"):
        publish(f"{tmp_path}/data/a.csv", writes("x"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="not here: named pipes")
def test_a_device_or_pipe_is_never_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SaveError, match="a device, a pipe or a socket"):
        publish(str(tmp_path / "pipe"), writes("x"))
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


def test_a_writer_that_writes_nothing_is_found(tmp_path: Path) -> None:
    with pytest.raises(SaveError, match="nothing was written"):
        publish(str(tmp_path / "a.csv"), lambda _: None)


def test_a_writer_that_makes_a_folder_is_found_and_swept(tmp_path: Path) -> None:
    with pytest.raises(SaveError, match="no plain file"):
        publish(str(tmp_path / "a.csv"), os.mkdir)
    assert listed(tmp_path) == []


def test_an_existing_file_is_kept_where_it_must_not_be_replaced(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    publish(str(target), writes("first"), replace=False)
    with pytest.raises(SaveError, match="exists already"):
        publish(str(target), writes("second"), replace=False)
    assert target.read_text() == "first"


def test_who_comes_second_while_writing_does_not_win(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"

    def write(path: str) -> None:
        target.write_text("the other's")
        Path(path).write_text("ours")

    with pytest.raises(SaveError, match="exists already"):
        publish(str(target), write, replace=False)
    assert target.read_text() == "the other's"
    assert listed(tmp_path) == ["a.txt"]


def test_leftovers_of_the_dead_for_this_target_are_swept(tmp_path: Path) -> None:
    ours = of_a_dead_process("a.txt")
    other_target = of_a_dead_process("b.txt")
    other_host = ours.replace(ours.split("-")[1], "00000000")
    living = temporary_name("a.txt").replace(f"-{os.getpid()}-", f"-{os.getppid()}-")
    for name in (ours, other_target, other_host, living):
        (tmp_path / name).write_text("torn")
    publish(str(tmp_path / "a.txt"), writes("x"))
    assert sorted(hidden(tmp_path)) == sorted([other_target, other_host, living])


def test_a_name_at_the_limit_of_the_file_system_can_be_published(tmp_path: Path) -> None:
    name = "n" * 248 + ".csv.gz"
    dead = of_a_dead_process(name)
    (tmp_path / dead).write_text("torn")
    publish(str(tmp_path / name), writes("x"))
    assert listed(tmp_path) == [name]
    assert dead.endswith(".csv.gz")
