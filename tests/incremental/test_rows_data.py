"""What a change of parameters, inputs and outputs executes, in the chain raw -> A -> B -> C."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.incremental.workbench import PARAMETERS, WHERE_PIPELINE, Ran, Workbench

B = "src/shop/b.py"
MADE_B = "data/made_b.json"


def aside(bench: Workbench) -> list[str]:
    """Return the files that were kept aside, by their names."""
    folder = bench.path / ".noria/aside"
    return sorted(str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file())


def test_a_parameter_that_is_read_runs_the_node_and_another_nothing(bench: Workbench) -> None:
    bench.edit_at_once(PARAMETERS, "unread: 1", "unread: 2")
    assert bench.did() == ""
    bench.edit_at_once(PARAMETERS, "rate: 5", "rate: 6")
    assert bench.did() == "B C"
    assert bench.value("made_c") == 126
    bench.write({PARAMETERS: "# a remark\nunread: 3\n'rate':   6\n"})
    assert bench.did() == ""
    assert bench.did("--params", "rate=7") == "B C"
    assert bench.value("made_c") == 127
    assert bench.did("--params", "unread=7") == ""
    assert bench.value("made_c") == 126


def test_a_parameter_of_another_type_is_another(bench: Workbench) -> None:
    bench.write({PARAMETERS: "rate: 5.0\n"})
    assert bench.did() == "B C"
    assert bench.value("made_c") == 125.0
    bench.write({PARAMETERS: "rate: true\n"})
    assert bench.did() == "B C"
    assert bench.value("made_c") == 121
    bench.write({PARAMETERS: "rate: 1\n"})
    assert "B" in bench.did()


def test_anything_below_a_parameter_that_is_read_counts(fresh: Workbench) -> None:
    fresh.write(
        {PARAMETERS: "model:\n  rates:\n    - 5\n    - 6\n  name: oak\nother:\n  rate: 1\n"}
    )
    fresh.edit(WHERE_PIPELINE, "params:rate", "params:model.rates")
    fresh.edit(B, "+ rate", "+ sum(rate)")
    assert fresh.did() == "A B C"
    assert fresh.value("made_c") == 131
    fresh.edit_at_once(PARAMETERS, "oak", "elm")
    assert fresh.did() == ""
    fresh.edit_at_once(PARAMETERS, "rate: 1", "rate: 2")
    assert fresh.did() == ""
    fresh.edit_at_once(PARAMETERS, "- 6", "- 7")
    assert fresh.did() == "B C"
    assert fresh.value("made_c") == 132


def test_a_node_that_reads_all_parameters_depends_on_each(fresh: Workbench) -> None:
    fresh.edit(WHERE_PIPELINE, "params:rate", "parameters")
    fresh.edit(B, "+ rate", "+ rate['rate']")
    assert fresh.did() == "A B C"
    fresh.edit_at_once(PARAMETERS, "unread: 1", "unread: 2")
    assert fresh.did() == "B"
    assert fresh.did("--params", "rate=6") == "B C"


def test_an_input_s_content_counts_and_its_time_does_not(bench: Workbench) -> None:
    os.utime(bench.path / "data/raw.json", (1, 1))
    assert bench.did() == ""
    (bench.path / "data/raw.json").touch()
    assert bench.did() == ""
    bench.write({"data/raw.json": "2\n"})
    assert bench.did() == "A B C"
    assert bench.value("made_c") == 135
    # Other bytes, the same value: A runs, and what it gives is the same.
    bench.write({"data/raw.json": " 2 \n"})
    assert bench.did() == "A"
    bench.edit_at_once("data/raw.json", "2", "3")
    assert bench.did() == "A B C"
    assert bench.value("made_c") == 145


def test_an_input_that_was_replaced_by_an_older_file_counts(bench: Workbench) -> None:
    other = bench.path / "data/other.json"
    other.write_text("4\n")
    os.utime(other, (1, 1))
    other.rename(bench.path / "data/raw.json")
    assert bench.did() == "A B C"
    assert bench.value("made_c") == 155


def test_code_that_gives_the_same_bytes_runs_alone(bench: Workbench) -> None:
    bench.edit("src/shop/a.py", "raw + 1", "1 + raw")
    assert bench.did() == "A"
    bench.edit("src/shop/a.py", "1 + raw", "2 + raw")
    assert bench.did() == "A B C"
    assert bench.value("made_c") == 135


@pytest.mark.parametrize("name", ["made_a", "made_b", "made_c"])
def test_a_deleted_output_is_restored(bench: Workbench, name: str) -> None:
    path = bench.path / f"data/{name}.json"
    before = path.read_bytes()
    path.unlink()
    ran = bench.go()
    assert ran.did == ""
    assert ran.nodes("restored") == name[-1].upper()
    assert "1 restored" in ran.said.all
    assert path.read_bytes() == before
    assert bench.did() == ""


def test_all_outputs_deleted_are_restored(bench: Workbench) -> None:
    for name in "abc":
        (bench.path / f"data/made_{name}.json").unlink()
    assert bench.go().nodes("restored") == "A B C"
    assert [bench.value(f"made_{name}") for name in "abc"] == [2, 25, 125]
    shutil.rmtree(bench.path / "data")
    bench.write({"data/raw.json": "1\n"})
    assert bench.go().nodes("restored") == "A B C"
    assert bench.value("made_c") == 125


def test_an_output_edited_by_hand_is_kept_aside_and_restored(bench: Workbench) -> None:
    bench.write({MADE_B: "77\n"})
    ran = bench.go()
    assert ran.did == ""
    assert bench.value("made_b") == 25
    assert bench.value("made_c") == 125
    (kept,) = aside(bench)
    assert ran.run is not None
    assert kept.startswith(ran.run["id"])
    assert (bench.path / ".noria/aside" / kept).read_text() == "77\n"
    (line,) = [line for line in ran.said.all.splitlines() if "aside" in line]
    assert "made_b" in line
    assert f".noria/aside/{kept}" in line
    assert "--keep-edited made_b" in line
    assert bench.did() == ""
    assert aside(bench) == [kept]


def test_an_edited_output_can_be_kept_until_its_node_changes(bench: Workbench) -> None:
    bench.write({MADE_B: "77\n"})
    assert bench.did("--keep-edited", "made_b") == "C"
    assert (bench.value("made_b"), bench.value("made_c")) == (77, 177)
    assert bench.did() == ""
    assert (bench.value("made_b"), bench.value("made_c")) == (77, 177)
    assert aside(bench) == []
    bench.edit_at_once(PARAMETERS, "rate: 5", "rate: 6")
    assert bench.did() == "B C"
    assert bench.value("made_c") == 126


def test_an_edited_file_is_kept_aside_when_its_node_runs_too(bench: Workbench) -> None:
    bench.write({MADE_B: "77\n"})
    bench.edit_at_once(PARAMETERS, "rate: 5", "rate: 6")
    assert bench.did() == "B C"
    assert bench.value("made_c") == 126
    (kept,) = aside(bench)
    assert (bench.path / ".noria/aside" / kept).read_text() == "77\n"


def test_an_edited_output_of_an_unselected_node_is_an_input(bench: Workbench) -> None:
    bench.write({MADE_B: "77\n"})
    assert bench.did("--nodes", "C") == "C"
    assert (bench.value("made_b"), bench.value("made_c")) == (77, 177)
    assert aside(bench) == []
    # With B selected again its own bytes come back, and C's for them are known.
    assert bench.did() == ""
    assert (bench.value("made_b"), bench.value("made_c")) == (25, 125)


def test_other_bytes_that_are_known_are_replaced_without_a_word(bench: Workbench) -> None:
    old = (bench.path / MADE_B).read_text()
    bench.did("--params", "rate=6")
    bench.write({MADE_B: old})
    ran = bench.go("--params", "rate=6")
    assert ran.did == ""
    assert (bench.value("made_b"), bench.value("made_c")) == (26, 126)
    assert aside(bench) == []
    assert "aside" not in ran.said.all


def test_an_output_swapped_with_another_s_bytes_is_put_right(bench: Workbench) -> None:
    shutil.copy(bench.path / "data/made_c.json", bench.path / MADE_B)
    assert bench.did() == ""
    assert (bench.value("made_b"), bench.value("made_c")) == (25, 125)


def test_an_output_replaced_by_a_folder_is_put_right_or_told(bench: Workbench) -> None:
    path = bench.path / MADE_B
    path.unlink()
    path.mkdir()
    (path / "mine.txt").write_text("mine")
    ran = bench.go(code=None)
    kept = [each for each in bench.path.rglob("mine.txt") if each.read_text() == "mine"]
    assert len(kept) == 1, "a file of the user's is gone"
    if ran.said.err and "Error" in ran.said.err:
        assert "made_b" in ran.said.err
        assert ran.did == ""
    else:
        assert (bench.value("made_b"), bench.value("made_c")) == (25, 125)


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo], ids=["an empty folder", "a pipe"])
def test_an_output_that_is_no_file_any_more_makes_place(
    bench: Workbench, make: Callable[[Path], None]
) -> None:
    path = bench.path / MADE_B
    path.unlink()
    make(path)
    assert "1 restore" in bench.command("plan").out
    ran = bench.go()
    assert (ran.did, ran.nodes("restored")) == ("", "B")
    assert bench.value("made_b") == 25
    assert "made_b.json was changed by hand" in ran.said.all
    (kept,) = bench.path.glob(f".noria/aside/*/{MADE_B}")
    assert not kept.is_file()


def test_an_output_that_became_a_link_keeps_being_one(bench: Workbench) -> None:
    path = bench.path / MADE_B
    elsewhere = bench.path / "elsewhere.json"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    assert bench.did() == ""
    bench.edit_at_once(PARAMETERS, "rate: 5", "rate: 6")
    assert bench.did() == "B C"
    assert path.is_symlink()
    assert json.loads(elsewhere.read_text()) == 26
    elsewhere.unlink()
    assert bench.did() == ""
    assert (bench.value("made_b"), bench.value("made_c")) == (26, 126)


def test_a_link_to_a_file_of_the_user_s_is_never_written_over_unseen(bench: Workbench) -> None:
    mine = bench.path / "mine.json"
    mine.write_text("77\n")
    path = bench.path / MADE_B
    path.unlink()
    path.symlink_to(mine)
    assert bench.did() == ""
    assert bench.value("made_b") == 25
    texts = [each.read_text(errors="replace") for each in bench.path.rglob("*") if each.is_file()]
    assert "77\n" in texts, "what the user wrote is gone"


def test_deleted_and_edited_at_once(bench: Workbench) -> None:
    (bench.path / "data/made_a.json").unlink()
    bench.edit_at_once(B, "RATE = 10", "RATE = 20")
    ran = bench.go()
    assert (ran.did, ran.nodes("restored")) == ("B C", "A")
    assert bench.value("made_c") == 145


def _states(ran: Ran) -> tuple[str, str, str]:
    return ran.nodes("reused"), ran.nodes("restored"), ran.did


def test_the_run_says_what_it_did_in_a_few_words(bench: Workbench) -> None:
    (bench.path / "data/made_a.json").unlink()
    bench.edit_at_once("src/shop/c.py", "+ 100", "+ 200")
    ran = bench.go()
    assert _states(ran) == ("B", "A", "C")
    assert "3 nodes: 1 up to date, 1 restored, 1 run" in ran.said.all


def test_the_ledger_is_what_the_command_shows(whole: Workbench) -> None:
    whole.edit_at_once("src/shop/c.py", "+ 100", "+ 200")
    whole.go()
    shown = json.loads(whole.command("runs", "show", "last", "--json").out)
    nodes = {node["node"]: node for node in shown["nodes"]}
    assert {name: node["status"] for name, node in nodes.items()} == {
        "A": "reused",
        "B": "reused",
        "C": "done",
    }
    assert nodes["C"]["reason"]
    assert nodes["C"]["verdict"] == "run"
    assert nodes["A"]["verdict"] == "reuse"
