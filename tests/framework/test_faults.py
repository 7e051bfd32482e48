"""What happens to a run from outside: kill, full disk, Ctrl-C, a second run."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.project_on_disk import SHOP, ProjectOnDisk

NODES = "src/shop/pipelines/sales/nodes.py"

SLEEPS = '    import pathlib, time\n    pathlib.Path("{mark}").touch()\n    time.sleep(60)\n'
# One call into C that keeps the main thread for minutes: Python's own handler gets no turn.
DEAF = (
    '    import pathlib, hashlib\n    pathlib.Path("{mark}").touch()\n'
    '    hashlib.pbkdf2_hmac("sha256", b"a", b"b", 400_000_000)\n'
)

BIG = """\
import numpy as np
import pandas as pd


def clean(orders: pd.DataFrame) -> pd.DataFrame:
    open("computed", "w").close()
    return pd.DataFrame(np.random.default_rng(0).random(({rows}, 10)))


def total(clean_orders: pd.DataFrame, rate: float) -> dict[str, float]:
    return {{"total": float(len(clean_orders) * rate)}}
"""

SAVED = "clean_orders:\n  type: pandas.CSVDataset\n  filepath: {place}\n"

windows = pytest.mark.skipif(sys.platform == "win32", reason="not here: signals of Unix")


def _wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def _busy(project: ProjectOnDisk, body: str = SLEEPS) -> Path:
    """Make `clean` stay busy; return the file that says that it is."""
    mark = project.path / "started"
    project.edit(NODES, "    return orders", body.format(mark=mark) + "    return orders")
    return mark


def _last_run(project: ProjectOnDisk) -> dict[str, object]:
    run: dict[str, object] = json.loads(project.noria("runs", "show", "--json").out)
    return run


def _hidden(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


@windows
def test_kill_in_the_middle_of_a_large_save_leaves_the_old_file(project: ProjectOnDisk) -> None:
    project.write({"conf/base/catalog_big.yml": SAVED.format(place="data/big.csv")})
    project.write({"data/big.csv": "the old file\n"})
    project.write({NODES: BIG.format(rows=1_700_000)})  # about 320 MB of CSV
    process = project.start("run")

    def half_written() -> bool:
        return any(
            path.stat().st_size > 20_000_000
            for path in (project.path / "data").iterdir()
            if path.name.startswith(".")
        )

    _wait_for(half_written)
    process.kill()
    process.communicate()
    assert (project.path / "data/big.csv").read_text() == "the old file\n"
    assert _last_run(project)["status"] == "crashed"

    project.write({NODES: BIG.format(rows=1000)})
    project.noria("run")
    assert (project.path / "data/big.csv").read_text().count("\n") == 1001
    assert _hidden(project.path / "data") == []


def _mounted(place: Path, *options: str) -> bool:
    if not shutil.which("mount"):
        return False
    words = ["mount", "-t", "tmpfs", "-o", ",".join(options), "none", str(place)]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 3 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    if not _mounted(place, "size=3m"):
        pytest.skip("not here: this machine does not let us mount a small disk")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def _fill(disk: Path) -> None:
    with contextlib.suppress(OSError), (disk / "filler").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


def test_a_full_disk_leaves_the_old_file_and_says_so(
    project: ProjectOnDisk, small_disk: Path
) -> None:
    place = small_disk / "big.csv"
    place.write_text("the old file\n")
    project.write({"conf/base/catalog_big.yml": SAVED.format(place=place)})
    project.write({NODES: BIG.format(rows=100_000)})
    said = project.noria("run", code=1)
    assert "the disk is full" in said.err
    assert "still holds what it held before" in said.err
    assert "Traceback" not in said.all
    assert place.read_text() == "the old file\n"
    assert _hidden(small_disk) == []
    project.write({NODES: BIG.format(rows=1000)})
    project.noria("run")
    assert place.read_text().count("\n") == 1001


@pytest.mark.parametrize("words", [[], ["--nodes", "total"]])
@pytest.mark.parametrize("how", ["full", "read-only"])
def test_a_result_that_cannot_be_restored_fails_its_node_as_a_save_does(
    project: ProjectOnDisk, small_disk: Path, words: list[str], how: str
) -> None:
    page = "conf/base/catalog_clean.yml"
    project.write({page: SAVED.format(place="data/clean.csv")})
    project.noria("run")
    project.write({page: SAVED.format(place=small_disk / "clean.csv")})
    project.edit(NODES, "float(", "1 + float(")
    if how == "full":
        _fill(small_disk)
    else:
        assert _mounted(small_disk, "remount", "ro")
    said = project.noria("run", *words, code=1)
    assert f"Error: node 'clean' ({NODES}:4) failed while restoring 'clean_orders'" in said.err
    assert f"{page}:1:1: cannot restore 'clean_orders': " in said.err
    assert ("the disk is full" if how == "full" else "it is read-only") in said.err
    assert f"noria run{' '.join(['', *words])}\n" in said.err
    assert _hidden(small_disk) == []
    run = json.loads(project.noria("runs", "show", "--json").out)
    assert run["status"] == "failed"
    if not words:
        assert (run["nodes"][0]["status"], run["nodes"][1]["status"]) == ("failed", "not run")
        assert "cannot restore 'clean_orders'" in run["nodes"][0]["error"]


@pytest.mark.parametrize("edit", [False, True])
def test_a_file_that_cannot_be_set_aside_stays_and_fails_its_node(
    project: ProjectOnDisk, edit: bool
) -> None:
    project.noria("run")
    project.write({"data/totals.json": "99", ".noria/aside": "in the way"})
    if edit:
        project.edit(NODES, "float(", "1 + float(")
    said = project.noria("run", code=1).err
    doing = "saving 'totals' (dict of 1)" if edit else "setting aside what was changed"
    assert f"Error: node 'total' ({NODES}:8) failed while {doing}" in said
    assert "conf/base/catalog.yml:5:1: cannot set aside 'totals' at " in said
    assert (project.path / "data/totals.json").read_text() == "99"


@windows
def test_an_interrupted_node_is_told_as_in_the_ledger(project: ProjectOnDisk) -> None:
    mark = _busy(project)
    process = project.start("run", "--json")
    _wait_for(mark.exists)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=10)
    told = {node["name"]: node["status"] for node in json.loads(out)["nodes"]}
    assert told == {"clean": "interrupted", "total": "not run"}


@windows
@pytest.mark.parametrize("flags", [(), ("--runner", "threads")])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_stops_the_run_cleanly(
    project: ProjectOnDisk, flags: tuple[str, ...], number: signal.Signals
) -> None:
    mark = _busy(project)
    process = project.start("run", *flags)
    _wait_for(mark.exists)
    began = time.monotonic()
    process.send_signal(number)
    out, err = process.communicate(timeout=10)
    assert time.monotonic() - began < 5
    assert process.returncode == 130, err
    assert "interrupted" in out + err
    assert "Traceback" not in out + err
    run = _last_run(project)
    assert run["status"] == "interrupted"
    assert "2 nodes: 1 interrupted, 1 not run" in out
    assert not (project.path / "data/totals.json").exists()
    # The project is free again.
    project.edit(NODES, "time.sleep(60)", "time.sleep(0)")
    project.noria("run")


@windows
@pytest.mark.parametrize("flags", [(), ("--runner", "threads")])
def test_an_interrupt_is_heard_while_a_node_sits_in_c(
    project: ProjectOnDisk, flags: tuple[str, ...]
) -> None:
    mark = _busy(project, DEAF)
    process = project.start("run", *flags)
    _wait_for(mark.exists)
    time.sleep(0.2)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert time.monotonic() - began < 7
    assert process.returncode == 130, err
    assert _last_run(project)["status"] == "interrupted"


@windows
def test_a_second_interrupt_ends_at_once(project: ProjectOnDisk) -> None:
    mark = _busy(project)
    process = project.start("run", "--runner", "threads")
    _wait_for(mark.exists)
    process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=10)
    assert time.monotonic() - began < 1.5
    assert process.returncode == 130
    assert _last_run(project)["status"] == "interrupted"


def test_a_second_run_stops_and_names_the_first(project: ProjectOnDisk) -> None:
    mark = _busy(project)
    first = project.start("run", "--pipeline", "sales")
    try:
        _wait_for(mark.exists)
        said = project.noria("run", code=3)
        assert "noria run --pipeline sales" in said.err
        assert f"process {first.pid}" in said.err
        assert "--wait" in said.err
        listed = project.noria("runs", "list")  # looking is always possible
        assert "running" in listed.out
    finally:
        first.kill()
        first.communicate()


def test_wait_waits_for_the_other_run(project: ProjectOnDisk) -> None:
    mark = _busy(project)
    first = project.start("run")
    _wait_for(mark.exists)
    second = project.start("run", "--wait")
    try:
        assert second.stderr is not None
        assert "waiting for" in second.stderr.readline()
        project.edit(NODES, "time.sleep(60)", "time.sleep(0)")
        assert second.poll() is None
        first.kill()
        first.communicate()
        second.communicate(timeout=30)
        assert second.returncode == 0
    finally:
        second.kill()
        second.communicate()
    statuses = [run["status"] for run in json.loads(project.noria("runs", "list", "--json").out)]
    assert statuses == ["done", "crashed"]


@windows
def test_a_killed_run_lets_go_of_the_project(project: ProjectOnDisk) -> None:
    mark = _busy(project)
    process = project.start("run")
    _wait_for(mark.exists)
    process.kill()
    process.communicate()
    project.edit(NODES, "time.sleep(60)", "time.sleep(0)")
    project.noria("run")


@windows
def test_output_into_a_closed_pipe_is_no_error(project: ProjectOnDisk) -> None:
    project.noria("run")
    reading, writing = os.pipe()
    os.close(reading)
    with contextlib.closing(os.fdopen(writing, "w")) as pipe:
        process = subprocess.run(
            [sys.executable, "-m", "noria", "runs", "list"],
            cwd=project.path,
            stdout=pipe,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert process.stderr == ""


@pytest.mark.parametrize("was_run", [False, True])
def test_a_project_on_a_disk_that_cannot_be_written(small_disk: Path, was_run: bool) -> None:
    project = ProjectOnDisk(small_disk / "shop")
    project.write(SHOP)
    if was_run:
        project.noria("run")
    assert _mounted(small_disk, "remount", "ro")
    said = project.noria("run", "--force", code=2)
    assert "Traceback" not in said.err
    assert "cannot be written: Read-only file system" in said.err
    assert ".noria" in said.err
    project.noria("pipelines", "list")
    project.noria("runs", "list")


@pytest.mark.parametrize("words", [("gc", "--limit", "1kB"), ("clear", "--yes")])
def test_a_full_disk_can_be_looked_at_and_room_be_made_on_it(
    small_disk: Path, words: tuple[str, ...]
) -> None:
    project = ProjectOnDisk(small_disk / "shop")
    project.write(SHOP)
    project.noria("run")
    totals = (project.path / "data/totals.json").read_bytes()
    project.noria("run", "--params", "rate=3.0")
    _fill(small_disk)
    assert "1 restore" in project.noria("plan").out
    assert project.noria("runs", "list").out.count("done") == 2
    assert "rate  1.5 -> 3.0" in project.noria("runs", "diff").out
    said = project.noria("cache", *words)
    assert "removed 3 results" in said.out
    assert said.err == ""
    assert "results    0" in project.noria("cache", "status").out
    (small_disk / "filler").unlink()
    project.noria("run")
    assert (project.path / "data/totals.json").read_bytes() == totals
    assert "2 results" in project.noria("cache", "verify").out


def test_a_store_that_is_read_only_is_said_once(project: ProjectOnDisk, small_disk: Path) -> None:
    project.edit("pyproject.toml", "[tool.noria]", f'[tool.noria]\nstore = "{small_disk}/store"')
    project.noria("run")
    assert _mounted(small_disk, "remount", "ro")
    said = project.noria("run", "--params", "rate=3.0")
    assert said.all.count("cannot be written") == 1
    assert "Read-only file system" in said.all
