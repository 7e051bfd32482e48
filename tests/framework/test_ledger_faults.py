"""The ledger under faults: full, locked, read-only and broken; it never costs a run."""

import contextlib
import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from noria.errors import RunError
from noria.record.events import (
    NodeFinished,
    NodeStarted,
    RunFinished,
)
from noria.record.history import show_run
from noria.record.ledger import open_ledger

from tests.framework.ledgers import (
    is_the_old_run,
    mount,
    record_whole,
    recorder_of,
    started,
    write_schema_1,
)
from tests.project_on_disk import SHOP, ProjectOnDisk

NODES = "src/shop/pipelines/sales/nodes.py"


@contextlib.contextmanager
def _disk(place: Path, size: str) -> Iterator[Path]:
    """Give a real file system of a size of its own."""
    place.mkdir()
    if not mount("-t", "tmpfs", "-o", f"size={size}", "none", str(place)):
        pytest.skip("not here: this machine does not let us mount a disk")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of half a megabyte."""
    with _disk(tmp_path / "disk", "512k") as place:
        yield place


def _fill(folder: Path) -> Path:
    filler = folder / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    return filler


@contextlib.contextmanager
def _locked(path: Path, how: str = "IMMEDIATE") -> Iterator[None]:
    """Hold the ledger from another process."""
    code = (
        "import sqlite3, sys\n"
        "held = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "held.execute(f'BEGIN {sys.argv[2]}')\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(path), how],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    try:
        yield
    finally:
        process.communicate()


def test_a_disk_that_is_full_for_a_while_loses_nothing(
    small_disk: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with open_ledger(small_disk) as connection:
        recorder = recorder_of(connection)
        nodes = [f"node{number}" for number in range(2000)]
        recorder(started("one", *nodes))
        filler = _fill(small_disk)
        for node in nodes:
            recorder(NodeStarted(node, 1.0))
            recorder(NodeFinished(node, 2.0, 1.0, None))
        time.sleep(0.5)  # several flushes fail
        assert recorder._unwritten
        assert recorder._thread is not None
        assert recorder._thread.is_alive()
        filler.unlink()
        recorder(RunFinished("one", 3.0, "done", None))
        recorder.close()
        run = show_run(connection, "one")
        assert run["status"] == "done"
        assert {node["status"] for node in run["nodes"]} == {"done"}
    assert capfd.readouterr().err == ""


def test_a_disk_that_stays_full_leaves_the_outcome_and_warns_once(small_disk: Path) -> None:
    project = ProjectOnDisk(small_disk / "shop")
    project.write(SHOP)
    project.edit(NODES, "import pandas as pd", "import pathlib\nimport pandas as pd")
    totals = "totals:\n  type: json.JSONDataset\n  filepath: {}\n"
    outside = small_disk.parent / "totals.json"
    project.edit("conf/base/catalog.yml", "data/totals.json", str(outside))
    assert totals.format(outside) in (project.path / "conf/base/catalog.yml").read_text()
    project.noria("run")
    outside.unlink()
    project.edit(
        NODES,
        "    return orders",
        "    file = open('filler', 'wb', buffering=0)\n"
        "    try:\n"
        "        while file.write(b'x' * 4096) == 4096: pass\n"
        "    except OSError: pass\n"
        "    return orders",
    )
    said = project.noria("run", timeout=120)
    assert "done in" in said.out
    assert json.loads(outside.read_text()) == {"total": 7.5}
    assert said.err.count("\n") == 1
    assert "the record of this run is incomplete" in said.err
    assert "the disk is full" in said.err


def test_a_full_disk_at_the_start_is_said(small_disk: Path) -> None:
    project = ProjectOnDisk(small_disk / "shop")
    project.write(SHOP)
    (project.path / ".noria").mkdir()
    (project.path / ".noria/.gitignore").write_text("*\n")
    (project.path / ".noria/lock").write_text(" " * 200)
    _fill(small_disk)
    err = project.noria("run", code=2).err
    assert "Traceback" not in err
    assert "No space left" in err or "the disk is full" in err
    with pytest.raises(RunError, match="the disk is full") as caught, open_ledger(small_disk):
        pass
    assert caught.value.hint is None  # nothing about moving the history away


def test_a_ledger_that_another_process_keeps_locked_is_said_in_time(project: ProjectOnDisk) -> None:
    project.noria("run")
    with _locked(project.path / ".noria/ledger.db"):
        began = time.monotonic()
        err = project.noria("run", "--force", code=2).err
        assert time.monotonic() - began < 20  # ten, and what starting takes on a busy machine
    assert "cannot be used: another process keeps it locked" in err
    assert "move it away" not in err
    project.noria("run")


@pytest.mark.parametrize("how", ["IMMEDIATE", "EXCLUSIVE"])
def test_a_new_ledger_that_is_locked_is_waited_for_ten_seconds_at_most(
    tmp_path: Path, how: str
) -> None:
    (tmp_path / "ledger.db").touch()
    with _locked(tmp_path / "ledger.db", how):
        began = time.monotonic()
        with (
            pytest.raises(RunError, match="another process keeps it locked"),
            open_ledger(tmp_path),
        ):
            pass
        assert time.monotonic() - began < 10


def test_a_ledger_locked_to_the_end_warns_in_one_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with open_ledger(tmp_path) as connection:
        recorder = recorder_of(connection)
        recorder(started("one", "node"))
        with _locked(tmp_path / "ledger.db"):
            recorder(NodeStarted("node", 1.0))
            began = time.monotonic()
            recorder(RunFinished("one", 2.0, "interrupted", None))
            recorder.close()
            assert time.monotonic() - began < 3  # Ctrl-C has little time
    err = capfd.readouterr().err
    assert err.count("\n") == 1
    assert "incomplete: the ledger cannot be written: another process keeps it locked" in err


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A ledger of one finished run and one whose process is gone, on a disk that is read-only."""
    with _disk(tmp_path / "disk", "4m") as place:
        project = ProjectOnDisk(place / "shop")
        project.write(SHOP)
        project.noria("run")
        with sqlite3.connect(project.path / ".noria/ledger.db") as connection:
            connection.execute(
                "INSERT INTO runs VALUES"
                " ('1970', 1, NULL, 'running', NULL, '', '', '', '', '{}', 1, -1, 0)"
            )
        connection.close()
        yield project.path


def test_runs_are_shown_on_a_disk_that_is_read_only(read_only: Path) -> None:
    assert mount("-o", "remount,ro", str(read_only.parent))
    project = ProjectOnDisk(read_only)
    listed = json.loads(project.noria("runs", "list", "--json").out)
    assert [run["status"] for run in listed] == ["done", "crashed"]
    assert "totals" in project.noria("runs", "show").out


def test_a_read_only_ledger_with_its_log_beside_it_is_shown_whole(read_only: Path) -> None:
    # A reader keeps the log from being folded in, as a kill would.
    ledger = read_only / ".noria/ledger.db"
    code = (
        "import os, sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "c.execute(\"UPDATE runs SET command = 'in the log' WHERE status = 'done'\")\n"
        "os._exit(0)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(ledger)], check=True)
    assert ledger.with_name("ledger.db-wal").stat().st_size
    assert mount("-o", "remount,ro", str(read_only.parent))
    assert "in the log" in ProjectOnDisk(read_only).noria("runs", "list").out


def test_a_read_only_ledger_stops_a_run_with_words(read_only: Path) -> None:
    ledger = read_only / ".noria/ledger.db"
    if not (mount("--bind", str(ledger), str(ledger))):
        pytest.skip("not here: this machine does not let us bind a file")
    try:
        assert mount("-o", "remount,bind,ro", str(ledger))
        err = ProjectOnDisk(read_only).noria("run", "--force", code=2).err
    finally:
        subprocess.run(["umount", str(ledger)], check=True)
    assert "cannot be used: it is read-only" in err
    assert "move it away" not in err


def test_only_a_broken_ledger_is_to_be_moved_away(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_bytes(b"no database" * 100)
    with pytest.raises(RunError, match="cannot be read") as caught, open_ledger(tmp_path):
        pass
    assert caught.value.hint is not None
    (tmp_path / "ledger.db").unlink()
    (tmp_path / "ledger.db").mkdir()
    with pytest.raises(RunError, match=r"cannot be used: Is a directory") as caught:
        open_ledger(tmp_path).__enter__()
    assert caught.value.hint is None


def test_a_ledger_broken_further_in_is_said_when_it_is_read(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as connection:
        record_whole(recorder_of(connection), "one", count=500)
    path = tmp_path / "ledger.db"
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    with (
        open_ledger(tmp_path) as connection,
        pytest.raises(RunError, match=r"cannot be read: .*malformed"),
    ):
        show_run(connection, "last")


def test_the_runs_of_an_earlier_noria_are_shown_on_a_disk_that_is_read_only(
    read_only: Path,
) -> None:
    ledger = read_only / ".noria/ledger.db"
    ledger.unlink()
    write_schema_1(ledger)
    assert mount("-o", "remount,ro", str(read_only.parent))
    shown = json.loads(ProjectOnDisk(read_only).noria("runs", "show", "old", "--json").out)
    assert is_the_old_run(shown)
