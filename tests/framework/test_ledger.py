"""The ledger: it says what happened, and never costs a run."""

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from noria.cli.printing import print_json
from noria.errors import RunError
from noria.record.events import (
    DatasetLoaded,
    DatasetSaved,
    NodeFinished,
    NodeStarted,
    RunFinished,
    RunStarted,
)
from noria.record.history import latest_run, list_runs, show_run
from noria.record.json_text import json_text
from noria.record.ledger import Recorder, open_ledger, process_started

from tests.project_on_disk import SHOP, ProjectOnDisk, environment

NODES = "src/shop/pipelines/sales/nodes.py"


def _mount(*words: str) -> bool:
    if not shutil.which("mount"):
        return False
    return subprocess.run(["mount", *words], capture_output=True, check=False).returncode == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of half a megabyte."""
    place = tmp_path / "disk"
    place.mkdir()
    if not _mount("-t", "tmpfs", "-o", "size=512k", "none", str(place)):
        pytest.skip("not here: this machine does not let us mount a small disk")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def _fill(folder: Path) -> Path:
    filler = folder / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    return filler


def _started(run: str, *nodes: str) -> RunStarted:
    return RunStarted(run, time.time(), "sales", nodes, "inline")


def _recorder(connection: sqlite3.Connection, details: Any = None) -> Recorder:
    return Recorder(connection, env="local", command="noria run", details=details or {})


def _record_whole(recorder: Recorder, run: str, count: int = 3) -> None:
    nodes = [f"node{number}" for number in range(count)]
    recorder(_started(run, *nodes))
    for node in nodes:
        recorder(NodeStarted(node, 1.0))
        recorder(NodeFinished(node, 2.0, 1.0, None))
    recorder(RunFinished(run, time.time(), "done", None))


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


# What it says.


def test_a_failed_node_and_loaded_data_are_recorded(project: ProjectOnDisk) -> None:
    project.edit(NODES, "return orders.dropna()", "raise ValueError('no orders')")
    project.noria("run", code=1)
    run = json.loads(project.noria("runs", "show", "--json").out)
    clean, total = run["nodes"]
    assert run["status"] == "failed"
    assert (clean["status"], total["status"]) == ("failed", "waiting")
    assert "no orders" in clean["error"]
    assert clean["ended"] >= clean["started"]
    assert clean["seconds"] >= 0
    assert [(entry["dataset"], entry["rows"]) for entry in clean["loaded"]] == [("orders", 3)]
    assert clean["saved"] == total["loaded"] == []


def test_a_process_began_once_and_is_gone_when_it_was_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        began = process_started(child.pid)
        assert began is not None
        assert began == process_started(child.pid)
        assert began >= (process_started(os.getpid()) or began + 1)
        child.kill()
        # Nobody has asked what became of it: its number is still taken.
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert process_started(child.pid) is None
    assert process_started(child.pid) is None


def test_the_process_of_a_later_number_is_not_taken_for_the_run(tmp_path: Path) -> None:
    began = process_started(os.getpid())
    assert began is not None
    with open_ledger(tmp_path) as connection:
        for run, then in (("ours", began), ("another", began - 60)):
            connection.execute(
                "INSERT INTO runs VALUES"
                " (?, 1, NULL, 'running', NULL, '', '', '', '', '{}', ?, ?, 1)",
                (run, os.getpid(), then),
            )
            connection.execute("INSERT INTO plans VALUES (?, '[\"n\"]')", (run,))
            connection.execute(
                "INSERT INTO nodes (run, position, node, status) VALUES (?, 0, 'n', 'running')",
                (run,),
            )
        found = {run["id"]: run["status"] for run in list_runs(connection)}
        assert found == {"ours": "running", "another": "crashed"}
        assert show_run(connection, "another")["nodes"][0]["status"] == "crashed"
        assert show_run(connection, "ours")["nodes"][0]["status"] == "running"


def test_two_runs_cannot_have_one_name(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as connection:
        assert latest_run(connection) is None
        _record_whole(_recorder(connection), "2026-01-01")
        _record_whole(_recorder(connection), "2025-12-31")
        assert latest_run(connection) == "2026-01-01"
        with pytest.raises(RunError, match="has a run 2026-01-01 already"):
            _recorder(connection)(_started("2026-01-01"))
        _record_whole(_recorder(connection), "2026-01-02")


def test_details_of_every_kind_become_valid_json(tmp_path: Path) -> None:
    details = {date(2026, 1, 1): float("nan"), 3: [float("-inf"), date(2026, 2, 1)], None: 10**6000}
    with open_ledger(tmp_path) as connection:
        _record_whole(_recorder(connection, {"parameters": details}), "one")
        kept = show_run(connection, "one")["parameters"]
    assert kept == {
        "2026-01-01": "NaN",
        "3": ["-Infinity", "2026-02-01"],
        "null": hex(10**6000),
    }


def test_printed_json_is_valid(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"rate": float("nan"), "place": "ä\udcff", 1: True})

    def refuse(word: str) -> None:
        raise AssertionError(word)

    told = json.loads(capsys.readouterr().out, parse_constant=refuse)
    assert told == {"rate": "NaN", "place": "ä\udcff", "1": True}
    assert json_text({"ä": 1}) == '{"ä": 1}'


def test_parameters_with_dates_as_keys_do_not_stop_a_run(project: ProjectOnDisk) -> None:
    project.write({"conf/base/parameters.yml": "rate: 1.5\ndays:\n  2026-01-31: .nan\n"})
    project.noria("run")
    run = json.loads(project.noria("runs", "show", "--json").out)
    assert run["parameters"]["days"] == {"2026-01-31": "NaN"}


def test_words_that_are_half_of_a_letter_are_recorded(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as connection:
        recorder = _recorder(connection)
        recorder(_started("one", "n\udcff"))
        recorder(RunFinished("one", 2.0, "failed", "in file \udcff"))
        assert show_run(connection, "one")["error"] == r"in file \udcff"


def test_a_node_that_outlives_several_writes_keeps_all_that_it_loaded(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as connection:
        recorder = _recorder(connection)
        recorder(_started("one", "first", "second"))
        recorder(NodeStarted("first", 1.0))
        recorder(DatasetLoaded("first", "a", 0.5, 3))
        while not show_run(connection, "one")["nodes"][0]["loaded"]:
            time.sleep(0.01)
        assert show_run(connection, "one")["nodes"][0]["status"] == "running"
        recorder(DatasetLoaded("first", "b\udcff", 0.25, None))
        recorder(DatasetSaved("first", "c", 0.125, 4, 99, "/data/ä.csv"))
        recorder(NodeFinished("first", 2.0, 1.0, 7))
        recorder(RunFinished("one", 3.0, "interrupted", None))
        first, second = show_run(connection, "one")["nodes"]
    unknown = {"bytes": None, "place": None}
    assert first == {
        "node": "first",
        "status": "done",
        "started": 1.0,
        "ended": 2.0,
        "seconds": 1.0,
        "memory": 7,
        "error": None,
        "loaded": [
            {"dataset": "a", "seconds": 0.5, "rows": 3, **unknown},
            {"dataset": r"b\udcff", "seconds": 0.25, "rows": None, **unknown},
        ],
        "saved": [
            {"dataset": "c", "seconds": 0.125, "rows": 4, "bytes": 99, "place": "/data/ä.csv"}
        ],
    }
    assert list(first) == list(second)
    assert second["status"] == "waiting"


def test_facts_of_a_node_stand_beside_its_columns(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as connection:
        _record_whole(_recorder(connection), "one", count=1)
        connection.execute('UPDATE nodes SET facts = \'{"reason": "edited"}\'')
        assert show_run(connection, "one")["nodes"][0]["reason"] == "edited"


_SCHEMA_1 = """
CREATE TABLE runs (
    id TEXT PRIMARY KEY, started REAL NOT NULL, ended REAL, status TEXT NOT NULL, error TEXT,
    pipeline TEXT NOT NULL, env TEXT, runner TEXT NOT NULL, command TEXT, details TEXT NOT NULL,
    process INTEGER NOT NULL, process_started REAL, nodes INTEGER NOT NULL
);
CREATE TABLE nodes (
    run TEXT NOT NULL, node TEXT NOT NULL, position INTEGER NOT NULL, status TEXT NOT NULL,
    started REAL, ended REAL, seconds REAL, memory INTEGER, error TEXT,
    PRIMARY KEY (run, node)
) WITHOUT ROWID;
CREATE TABLE data (
    run TEXT NOT NULL, node TEXT NOT NULL, dataset TEXT NOT NULL, direction TEXT NOT NULL,
    seconds REAL NOT NULL, rows INTEGER, bytes INTEGER, place TEXT
);
CREATE INDEX data_by_run ON data (run);
INSERT INTO runs VALUES ('old', 1, 9, 'failed', 'ValueError', '', '', 'inline', '', '{}', 1, 1, 3);
INSERT INTO nodes VALUES ('old', 'a', 1, 'failed', 3, 4, 1, NULL, 'ValueError');
INSERT INTO nodes VALUES ('old', 'b', 0, 'done', 1, 2, 1, 8, NULL);
INSERT INTO nodes VALUES ('old', 'c', 2, 'waiting', NULL, NULL, NULL, NULL, NULL);
INSERT INTO data VALUES ('old', 'b', 'x', 'in', 0.1, 3, NULL, NULL);
INSERT INTO data VALUES ('old', 'b', 'y', 'out', 0.2, 4, 99, '/y.csv');
PRAGMA user_version = 1;
"""


def _is_the_old_run(shown: dict[str, Any]) -> bool:
    b, a, c = shown["nodes"]
    return (
        (shown["nodes"], shown["status"], shown["done"]) == ([b, a, c], "failed", 1)
        and (b["node"], b["status"], b["ended"], b["memory"]) == ("b", "done", 2.0, 8)
        and b["loaded"]
        == [{"dataset": "x", "seconds": 0.1, "rows": 3, "bytes": None, "place": None}]
        and b["saved"]
        == [{"dataset": "y", "seconds": 0.2, "rows": 4, "bytes": 99, "place": "/y.csv"}]
        and (a["node"], a["status"], a["error"]) == ("a", "failed", "ValueError")
        and (c["node"], c["status"], c["loaded"]) == ("c", "waiting", [])
    )


def _write_schema_1(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.executescript(f"PRAGMA journal_mode = WAL; {_SCHEMA_1}")
    connection.close()


def test_the_runs_of_an_earlier_noria_are_kept(tmp_path: Path) -> None:
    _write_schema_1(tmp_path / "ledger.db")
    with open_ledger(tmp_path) as connection:
        assert _is_the_old_run(show_run(connection, "old"))
        _record_whole(_recorder(connection), "new")
    with open_ledger(tmp_path) as connection:
        assert _is_the_old_run(show_run(connection, "old"))
        assert [node["status"] for node in show_run(connection, "new")["nodes"]] == ["done"] * 3


def test_the_runs_of_an_earlier_noria_are_shown_on_a_disk_that_is_read_only(
    read_only: Path,
) -> None:
    ledger = read_only / ".noria/ledger.db"
    ledger.unlink()
    _write_schema_1(ledger)
    assert _mount("-o", "remount,ro", str(read_only.parent))
    shown = json.loads(ProjectOnDisk(read_only).noria("runs", "show", "old", "--json").out)
    assert _is_the_old_run(shown)


# What it survives.


def test_a_disk_that_is_full_for_a_while_loses_nothing(
    small_disk: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with open_ledger(small_disk) as connection:
        recorder = _recorder(connection)
        nodes = [f"node{number}" for number in range(2000)]
        recorder(_started("one", *nodes))
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
        recorder = _recorder(connection)
        recorder(_started("one", "node"))
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
    place = tmp_path / "disk"
    place.mkdir()
    if not _mount("-t", "tmpfs", "-o", "size=4m", "none", str(place)):
        pytest.skip("not here: this machine does not let us mount a disk")
    project = ProjectOnDisk(place / "shop")
    project.write(SHOP)
    project.noria("run")
    with sqlite3.connect(project.path / ".noria/ledger.db") as connection:
        connection.execute(
            "INSERT INTO runs VALUES"
            " ('gone', 1, NULL, 'running', NULL, '', '', '', '', '{}', 1, -1, 0)"
        )
    connection.close()
    yield project.path
    subprocess.run(["umount", str(place)], check=True)


def test_runs_are_shown_on_a_disk_that_is_read_only(read_only: Path) -> None:
    assert _mount("-o", "remount,ro", str(read_only.parent))
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
    assert _mount("-o", "remount,ro", str(read_only.parent))
    assert "in the log" in ProjectOnDisk(read_only).noria("runs", "list").out


def test_a_read_only_ledger_stops_a_run_with_words(read_only: Path) -> None:
    ledger = read_only / ".noria/ledger.db"
    if not (_mount("--bind", str(ledger), str(ledger))):
        pytest.skip("not here: this machine does not let us bind a file")
    try:
        assert _mount("-o", "remount,bind,ro", str(ledger))
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
        _record_whole(_recorder(connection), "one", count=500)
    path = tmp_path / "ledger.db"
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    with (
        open_ledger(tmp_path) as connection,
        pytest.raises(RunError, match=r"cannot be read: .*malformed"),
    ):
        show_run(connection, "last")


# The command line's last net.


def _in_shell(project: ProjectOnDisk, words: str, **variables: str) -> tuple[int, str]:
    done = subprocess.run(
        ["bash", "-c", f'"$0" -m noria {words}; exit ${{PIPESTATUS[0]}}', sys.executable],
        cwd=project.path,
        env=environment() | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


@pytest.mark.skipif(not shutil.which("bash"), reason="not here: bash")
def test_a_reader_that_goes_away_is_no_error_of_ours(project: ProjectOnDisk) -> None:
    project.noria("run")
    assert _in_shell(project, "runs list | true") == (0, "")
    assert _in_shell(project, "runs show --json | true") == (0, "")
    assert _in_shell(project, "runs show 1999 2>&1 | true") == (2, "")
    project.edit(NODES, "return orders.dropna()", "raise ValueError('no orders')")
    assert _in_shell(project, "run | true")[0] == 1  # what failed has failed, read or not


def test_a_fault_of_our_own_is_one_line_and_its_traceback_can_be_seen(
    project: ProjectOnDisk,
) -> None:
    project.noria("run")
    with sqlite3.connect(project.path / ".noria/ledger.db") as connection:
        connection.execute("UPDATE runs SET details = 'no json'")
    connection.close()
    err = project.noria("runs", "list", code=1).err
    assert err.startswith("Error: a fault of Noria's own, not yours: JSONDecodeError: ")
    assert "Traceback" not in err
    assert "NORIA_TRACEBACK=1" in err
    code, err = _in_shell(project, "runs list", NORIA_TRACEBACK="1")
    assert code == 1
    assert "Traceback (most recent call last)" in err
    assert "Error: a fault" in err
