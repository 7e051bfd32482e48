"""The ledger: it says what happened, and never costs a run."""

import json
import os
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from noria.cli.printing import print_json
from noria.errors import RunError
from noria.record.events import (
    DatasetLoaded,
    DatasetSaved,
    NodeFinished,
    NodeJudged,
    NodeMade,
    NodeReused,
    NodeStarted,
    Noted,
    RunFinished,
    RunStarted,
)
from noria.record.history import (
    by_last_use,
    latest_run,
    list_runs,
    makings_of,
    names_of_runs,
    show_run,
    unsettled_nodes,
)
from noria.record.json_text import json_text
from noria.record.ledger import open_ledger, process_started

from tests.framework.ledgers import (
    is_the_old_run,
    record_whole,
    recorder_of,
    started,
    write_schema_1,
)
from tests.project_on_disk import ProjectOnDisk

NODES = "src/shop/pipelines/sales/nodes.py"


def test_a_failed_node_and_loaded_data_are_recorded(project: ProjectOnDisk) -> None:
    project.edit(NODES, "return orders.dropna()", "raise ValueError('no orders')")
    project.noria("run", code=1)
    run = json.loads(project.noria("runs", "show", "--json").out)
    clean, total = run["nodes"]
    assert run["status"] == "failed"
    assert (clean["status"], total["status"]) == ("failed", "not run")
    assert "no orders" in clean["error"]
    assert clean["ended"] >= clean["started"]
    assert clean["seconds"] >= 0
    assert [(entry["dataset"], entry["rows"]) for entry in clean["loaded"]] == [("orders", 3)]
    assert clean["saved"] == total["loaded"] == []


def test_a_run_is_shown_with_what_was_noted_and_why_its_nodes_ran(project: ProjectOnDisk) -> None:
    project.noria("run")
    said = project.noria("runs", "show").out
    assert "why" not in said
    assert "!" not in said
    project.write({"data/totals.json": "99"})
    project.edit(NODES, "float(", "1 + float(")
    project.noria("run")
    said = project.noria("runs", "show").out
    (run,) = (folder.name for folder in (project.path / ".noria/aside").iterdir())
    assert (
        f"\n\n  ! data/totals.json was changed by hand: it is now .noria/aside/{run}/data" in said
    )
    lines = {line.split()[0]: line for line in said.splitlines() if line.startswith("  ")}
    assert lines["node"].endswith("  why")
    assert lines["clean"].split() == ["clean", "up", "to", "date", "-"]
    assert lines["total"].endswith("  its code changed")


def test_a_result_that_was_out_of_date_is_shown_to_have_been_used(project: ProjectOnDisk) -> None:
    page = "conf/base/catalog_clean.yml"
    project.write({page: "clean_orders: {type: pandas.CSVDataset, filepath: data/clean.csv}\n"})
    project.noria("run")
    project.edit("data/orders.csv", "pear,2.0", "pear,5.0")
    project.noria("run", "--nodes", "total")
    said = project.noria("runs", "show").out
    assert "  ! clean_orders: out of date, used as it is (node 'clean' is not selected)" in said


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


def test_the_latest_run_is_the_one_named_last_though_the_clock_went_back(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as connection:
        for name, at in (("2026-01-01", 900.0), ("2026-01-01.1", 500.0), ("2026-01-01.2", 100.0)):
            recorder = recorder_of(connection)
            recorder(RunStarted(name, at, "sales", ("node0",), "inline"))
            recorder(RunFinished(name, at + 1, "done", None))
        names = [run["id"] for run in list_runs(connection)]
        assert names == ["2026-01-01.2", "2026-01-01.1", "2026-01-01"]
        assert show_run(connection, "last")["id"] == latest_run(connection) == "2026-01-01.2"


def test_what_a_crashed_run_left_is_unsettled_though_the_clock_went_back(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as connection:
        record_whole(recorder_of(connection), "2026-01-01")
        recorder = recorder_of(connection)
        recorder(RunStarted("2026-01-01.1", 1.0, "sales", ("node0",), "inline"))
        recorder.close()
        connection.execute("UPDATE runs SET process_started = -1 WHERE status = 'running'")
        connection.execute(
            "INSERT INTO nodes (run, position, node, status)"
            " VALUES ('2026-01-01.1', 0, 'node0', 'running')"
        )
        assert unsettled_nodes(connection) == {"node0"}


def test_two_runs_cannot_have_one_name(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as connection:
        assert latest_run(connection) is None
        record_whole(recorder_of(connection), "2026-01-01")
        record_whole(recorder_of(connection), "2025-12-31")
        assert latest_run(connection) == "2026-01-01"
        with pytest.raises(RunError, match="has a run 2026-01-01 already"):
            recorder_of(connection)(started("2026-01-01"))
        record_whole(recorder_of(connection), "2026-01-02")


def test_details_of_every_kind_become_valid_json(tmp_path: Path) -> None:
    details = {date(2026, 1, 1): float("nan"), 3: [float("-inf"), date(2026, 2, 1)], None: 10**6000}
    with open_ledger(tmp_path) as connection:
        record_whole(recorder_of(connection, {"parameters": details}), "one")
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
        recorder = recorder_of(connection)
        recorder(started("one", "n\udcff"))
        recorder(RunFinished("one", 2.0, "failed", "in file \udcff"))
        assert show_run(connection, "one")["error"] == r"in file \udcff"


def test_a_node_that_outlives_several_writes_keeps_all_that_it_loaded(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as connection:
        recorder = recorder_of(connection)
        recorder(started("one", "first", "second"))
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
    assert second["status"] == "not run"


def test_what_was_noted_is_written_before_the_run_ends(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as connection:
        recorder = recorder_of(connection, {"parameters": {"rate": 2}})
        recorder(started("one", "first"))
        assert show_run(connection, "one")["notes"] == []
        recorder(Noted("", "data/a.csv was changed by hand"))
        while not (run := show_run(connection, "one"))["notes"]:
            time.sleep(0.01)
        assert run["status"] == "running"
        recorder(Noted("first", "first: its result is not remembered"))
        recorder(RunFinished("one", 3.0, "done", None))
        run = show_run(connection, "one")
    assert run["notes"] == ["data/a.csv was changed by hand", "first: its result is not remembered"]
    assert run["parameters"] == {"rate": 2}


def test_what_a_node_has_made_is_added_to_its_row_also_after_that_was_written(
    tmp_path: Path,
) -> None:
    with open_ledger(tmp_path) as connection:
        recorder = recorder_of(connection)
        recorder(started("one", "first", "second"))
        recorder(NodeJudged("first", "run", "its code changed", "key", {}))
        recorder(NodeStarted("first", 1.0))
        recorder(NodeFinished("first", 2.0, 1.0, None))
        while show_run(connection, "one")["nodes"][0]["status"] != "done":
            time.sleep(0.01)
        recorder(NodeMade("first", {"a": "digest-a", "b": "digest-b"}))
        recorder(NodeJudged("second", "reuse", "up to date", "other", {}))
        recorder(NodeReused("second", 3.0))
        recorder(NodeMade("second", {"c": "digest-a"}))
        recorder(RunFinished("one", 4.0, "done", None))
        first, second = show_run(connection, "one")["nodes"]
        (making,) = makings_of(connection, "digest-a")
        assert makings_of(connection, "digest") == []
    assert (first["status"], first["seconds"], first["reason"]) == ("done", 1.0, "its code changed")
    assert first["made"] == {"a": "digest-a", "b": "digest-b"}
    assert (second["status"], second["made"]) == ("reused", {"c": "digest-a"})
    assert (making["run"], making["node"]) == ("one", "first")  # the other has made nothing


def test_facts_of_a_node_stand_beside_its_columns(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as connection:
        record_whole(recorder_of(connection), "one", count=1)
        connection.execute('UPDATE nodes SET facts = \'{"reason": "edited"}\'')
        assert show_run(connection, "one")["nodes"][0]["reason"] == "edited"


def test_the_runs_of_an_earlier_noria_are_kept(tmp_path: Path) -> None:
    write_schema_1(tmp_path / "ledger.db")
    with open_ledger(tmp_path) as connection:
        assert is_the_old_run(show_run(connection, "old"))
        record_whole(recorder_of(connection), "new")
    with open_ledger(tmp_path) as connection:
        assert is_the_old_run(show_run(connection, "old"))
        assert [node["status"] for node in show_run(connection, "new")["nodes"]] == ["done"] * 3


def test_one_run_is_shown_in_a_time_that_does_not_grow_with_all_others(tmp_path: Path) -> None:
    def steps(names: list[str]) -> int:
        with open_ledger(tmp_path) as connection:
            for name in names:
                connection.execute(
                    "INSERT INTO runs VALUES"
                    " (?, 1, 2, 'done', NULL, '', '', '', '', '{}', 1, 1, 99)",
                    (name,),
                )
                connection.executemany(
                    "INSERT INTO nodes VALUES"
                    " (?, ?, ?, 'done', 1, 2, 1, 1, NULL, NULL, NULL, NULL)",
                    [(name, at, f"n{at}") for at in range(99)],
                )
            told = []
            connection.set_progress_handler(lambda: told.append(1), 100)
            assert show_run(connection, names[0])["done"] == 99
            assert names_of_runs(connection)[0] == max(names)
            return len(told)

    few = steps([f"a{at:03}" for at in range(10)])
    assert steps([f"b{at:03}" for at in range(200)]) < 3 * few


def test_results_come_in_the_order_of_their_last_use(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as connection:
        for run, key in (("1", "old"), ("2", "new"), ("3", "old"), ("4", "other")):
            connection.execute(
                "INSERT INTO nodes VALUES (?, 0, ?, 'done', 1, 2, 1, 1, NULL, NULL, NULL, ?)",
                (run, "b" if key == "other" else "a", json.dumps({"key": key})),
            )
        keys = {"new": "a", "old": "a", "never": "a"}
        assert list(by_last_use(connection, keys)) == ["old", "new"]
