"""What people do to outputs by hand: nothing of it is lost, and none of it is taken for a result."""

import json
import shutil
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from tests.incremental.workbench import (
    CONF,
    PARAMETERS,
    PYPROJECT,
    WHERE_PIPELINE,
    Workbench,
    chain,
)

B = "src/shop/b.py"
C = "src/shop/c.py"
MADE_B = "made_b:\n  type: json.JSONDataset\n  filepath: data/made_b.json\n"
OUT_B = "data/made_b.json"
OUT_C = "data/made_c.json"


def test_a_link_that_was_saved_through_stays(fresh: Workbench) -> None:
    big = fresh.path.parent / "big"
    big.mkdir()
    (fresh.path / OUT_B).symlink_to(big / "b.json")
    fresh.go()
    (big / "b.json").write_text("77\n")
    ran = fresh.go()
    assert "data/made_b.json was changed by hand" in ran.said.all
    assert ran.did == ""
    assert fresh.aside() == ["77"]
    assert (fresh.path / OUT_B).readlink() == big / "b.json"
    assert (big / "b.json").read_text().strip() == "25"


def test_what_was_written_without_recording_is_not_by_hand(bench: Workbench) -> None:
    bench.edit_at_once(B, "RATE = 10", "RATE = 20")
    assert bench.did("--no-cache") == "A B C"
    ran = bench.go()
    assert ran.did == "A B C"
    assert "by hand" not in ran.said.all
    assert bench.aside() == []
    bench.edit_at_once(B, "RATE = 20", "RATE = 30")
    bench.did("--no-cache")
    bench.write({OUT_C: "77\n"})
    assert "by hand" in bench.go().said.all
    assert bench.aside() == ["77"]


def test_a_run_that_records_nothing_keeps_it_aside_too(bench: Workbench) -> None:
    bench.write({OUT_C: "77\n"})
    ran = bench.go("--no-cache")
    assert "data/made_c.json was changed by hand" in ran.said.all
    assert bench.aside() == ["77"]
    assert bench.value("made_c") == 125


def test_a_first_run_that_records_nothing_keeps_what_lay_there_too(fresh: Workbench) -> None:
    fresh.write({OUT_C: "77\n"})
    ran = fresh.go("--no-cache")
    assert ran.did == "A B C"
    assert "made_c: what lay there before was no run's result" in ran.said.all
    assert fresh.aside() == ["77"]
    assert fresh.value("made_c") == 125
    assert "before" not in fresh.go("--no-cache").said.all
    fresh.write({OUT_C: "78\n"})
    assert fresh.did("--no-cache") == "A B C"
    assert fresh.aside() == ["77", "78"]


def test_what_was_kept_makes_place_for_another_result(bench: Workbench) -> None:
    bench.write({OUT_B: "77\n"})
    assert bench.did("--keep-edited", "made_b") == "C"
    assert bench.value("made_c") == 177
    bench.edit_at_once(B, "RATE = 10", "RATE = 20")
    assert bench.did() == "B C"
    assert bench.aside() == ["77"]
    bench.edit_at_once(B, "RATE = 20", "RATE = 10")
    assert bench.did() == ""
    assert (bench.value("made_b"), bench.value("made_c")) == (25, 125)


def test_a_plan_says_what_would_make_place_and_how_to_keep_it(bench: Workbench) -> None:
    bench.write({OUT_B: "77\n"})
    said = bench.command("plan").out
    assert "! data/made_b.json was changed by hand: a run moves it to .noria/aside" in said
    assert "--keep-edited made_b" in said
    assert len(json.loads(bench.command("plan", "--json").out)["edited"]) == 1
    assert bench.aside() == []
    bench.edit_at_once(B, "RATE = 10", "RATE = 20")
    assert "--keep-edited made_b" in bench.command("plan").out


def test_to_keep_what_nobody_has_changed_is_told_to_be_in_vain(bench: Workbench) -> None:
    bench.write({OUT_B: "77\n"})
    assert "put it back and run with --keep-edited made_b" in bench.go().said.all
    said = bench.go("--keep-edited", "made_b").said.all
    assert "! --keep-edited made_b: nobody has changed it by hand" in said


@pytest.mark.parametrize("change", ["its node", "what comes before", "the node and back"])
def test_what_nobody_has_changed_is_not_kept_for_another_result(
    bench: Workbench, change: str
) -> None:
    """A result of old code would stay for as long as nothing else changes."""
    if change == "what comes before":
        bench.edit_at_once("data/raw.json", "1", "2")
    else:
        bench.edit_at_once(B, "RATE = 10", "RATE = 20")
    if change == "the node and back":
        bench.go()
        bench.edit_at_once(B, "RATE = 20", "RATE = 10")
    ran = bench.go("--keep-edited", "made_b")
    assert "! --keep-edited made_b: nobody has changed it by hand" in ran.said.all
    made = {"its node": (45, 145), "what comes before": (35, 135)}.get(change, (25, 125))
    assert (bench.value("made_b"), bench.value("made_c")) == made
    assert bench.did() == ""


def test_what_was_kept_counts_in_this_project_alone(tmp_path: Path) -> None:
    store = {"pyproject.toml": f'{PYPROJECT}store = "{tmp_path}/store"\n'}
    one, two = (chain(tmp_path / name, **store) for name in ("one", "two"))
    two.home = one.home
    assert one.did() == "A B C"
    assert two.did() == ""
    one.write({OUT_B: "77\n"})
    assert one.did("--keep-edited", "made_b") == "C"
    two.edit_at_once(PARAMETERS, "rate: 5", "rate: 6")
    assert two.did() == "B C"
    two.edit_at_once(PARAMETERS, "rate: 6", "rate: 5")
    assert two.did() == ""
    assert (two.value("made_b"), two.value("made_c")) == (25, 125)
    assert one.did() == ""
    assert one.value("made_b") == 77
    told = one.command("lineage", "made_b").out
    assert "made by B, then changed by hand and kept in run" in told
    (step, *_) = json.loads(one.command("lineage", "made_b", "--json").out)["steps"]
    assert step["edited"] is True


@pytest.mark.parametrize("deed", ["put back", "move the project", "delete"])
def test_what_was_kept_is_never_taken_for_what_a_node_has_made(bench: Workbench, deed: str) -> None:
    """Whatever befalls it after it was kept, it makes place as any other edit does."""
    bench.write({OUT_B: "77\n"})
    assert bench.did("--keep-edited", "made_b") == "C"
    if deed == "delete":
        (bench.path / OUT_B).unlink()
        assert bench.did() == ""
        assert bench.value("made_b") == 77
    elif deed == "move the project":
        bench.path = bench.path.rename(bench.path.with_name("elsewhere"))
        assert bench.did() == ""
    bench.edit_at_once(B, "RATE = 10", "RATE = 20")
    assert bench.did() == "B C"
    assert bench.aside() == ["77"]
    if deed == "put back":
        (kept,) = (bench.path / ".noria/aside").rglob("*.json")
        kept.rename(bench.path / OUT_B)
        assert "was changed by hand" in bench.go().said.all
        assert bench.aside() == ["77"]
    assert bench.value("made_b") == 45


@pytest.mark.parametrize(
    "words",
    [
        ("--keep-edited", "made_c", "--keep-edited", "made_b"),
        ("--keep-edited", "made_b,made_c"),
    ],
    ids=" ".join,
)
def test_several_are_kept_of_which_one_follows_from_another(
    bench: Workbench, words: tuple[str, ...]
) -> None:
    bench.write({OUT_B: "77\n", OUT_C: "78\n"})
    assert bench.did(*words) == ""
    assert bench.did() == ""
    assert (bench.value("made_b"), bench.value("made_c")) == (77, 78)


def test_what_was_kept_ends_with_a_forced_run(bench: Workbench) -> None:
    bench.write({OUT_B: "77\n"})
    bench.did("--keep-edited", "made_b")
    assert bench.did("--force") == "A B C"
    assert bench.aside() == ["77"]
    (bench.path / OUT_B).unlink()
    assert bench.did() == ""
    assert bench.value("made_b") == 25


SLOW = 'print("<<C>>")\n    import time\n\n    time.sleep(1.5)'


def test_an_edit_while_the_node_runs(bench: Workbench) -> None:
    bench.edit(C, 'print("<<C>>")', SLOW)
    timer = threading.Timer(0.8, bench.write, [{OUT_C: "77\n"}])
    timer.start()
    assert bench.did() == "C"
    timer.join()
    assert bench.aside() == ["77"]
    assert bench.value("made_c") == 125


def test_an_edit_after_the_node_failed(bench: Workbench) -> None:
    good = (bench.path / C).read_text()
    bench.edit(C, "return made_b", "raise ValueError\n    return made_b")
    assert bench.did(code=1) == "C"
    bench.write({OUT_C: "77\n", C: good.replace("+ 100", "+ 200")})
    assert bench.did() == "C"
    assert bench.aside() == ["77"]
    assert bench.value("made_c") == 225


def test_a_partition_that_is_written_anew(fresh: Workbench) -> None:
    """A folder to which saves only add: what they add to is copied, and stays where it is."""
    fresh.edit(
        CONF,
        MADE_B,
        "made_b:\n  type: partitions.PartitionedDataset\n  path: data/parts\n"
        "  filename_suffix: .json\n  dataset: json.JSONDataset\n",
    )
    fresh.edit(B, "return inner(scale(made_a)) * RATE + rate", "return {'p1': 1, 'p2': rate}")
    fresh.edit(C, "made_b + 100", "sum(part() for part in made_b.values()) + 100")
    assert fresh.did() == "A B C"
    fresh.write({"data/parts/p2.json": "77\n", "data/parts/mine.json": "3\n"})
    ran = fresh.go()
    assert ran.did == "B C"
    assert "data/parts/p2.json was changed by hand" in ran.said.all
    assert fresh.aside() == ["3", "77"]
    assert fresh.value("made_c") == 109
    assert "by hand" not in fresh.go().said.all
    fresh.edit_at_once(PARAMETERS, "rate: 5", "rate: 6")
    assert "by hand" not in fresh.go().said.all


def test_a_version_that_was_added_by_hand_moves_no_other(bench: Workbench) -> None:
    bench.edit(CONF, MADE_B, f"{MADE_B}  versioned: true\n")
    (bench.path / OUT_B).unlink()
    bench.go()
    bench.edit_at_once(PARAMETERS, "rate: 5", "rate: 6")
    bench.go()
    before = sorted(each.name for each in (bench.path / OUT_B).iterdir())
    assert len(before) == 2
    mine = "2099-01-01T00.00.00.000Z"
    bench.write({f"{OUT_B}/{mine}/made_b.json": "77\n"})
    assert bench.did() == ""
    after = sorted(each.name for each in (bench.path / OUT_B).iterdir())
    assert set(after) > {*before, mine}
    assert bench.value("made_c") == 126
    assert json.loads((bench.path / OUT_B / after[-1] / "made_b.json").read_text()) == 26
    assert bench.aside() == []


def test_a_version_that_is_not_there_is_an_error(bench: Workbench) -> None:
    bench.edit(CONF, MADE_B, f"{MADE_B}  versioned: true\n")
    (bench.path / OUT_B).unlink()
    bench.go()
    said = bench.command(
        "run", "--nodes", "C", "--load-versions", "made_b:1999-01-01T00.00.00.000Z", code=2
    )
    assert "no version '1999-01-01T00.00.00.000Z'" in said.err
    assert f"{CONF}:" in said.err


MINE = """\
import json
from pathlib import Path


class Mine:
    def __init__(self, filepath):
        self._filepath = Path(filepath)

    def load(self):
        return json.loads(self._filepath.read_text())

    def save(self, data):
        self._filepath.write_text(json.dumps(data))
"""


def test_a_dataset_that_says_nothing_of_its_content(fresh: Workbench) -> None:
    """Whether its file is there, and as a run has left it, is seen all the same."""
    fresh.write({"src/shop/mine.py": MINE})
    fresh.edit(CONF, MADE_B, MADE_B.replace("json.JSONDataset", "shop.mine.Mine"))
    assert fresh.did() == "A B C"
    assert fresh.did() == ""
    (fresh.path / OUT_B).unlink()
    assert fresh.did() == "B C"
    assert fresh.value("made_b") == 25
    fresh.write({OUT_B: "77"})
    ran = fresh.go()
    assert ran.did == "B C"
    assert fresh.aside() == ["77"]
    assert fresh.value("made_c") == 125
    fresh.write({OUT_B: "77"})
    assert fresh.did("--nodes", "C") == "C"
    assert fresh.value("made_c") == 177


def test_a_value_in_memory_that_the_catalog_declares(fresh: Workbench) -> None:
    fresh.edit(CONF, MADE_B, "made_b:\n  type: MemoryDataset\n")
    assert fresh.did() == "A B C"
    fresh.edit_at_once(C, "+ 100", "+ 200")
    assert fresh.did() == "C"
    assert fresh.value("made_c") == 225
    assert fresh.did("--force", "--nodes", "C") == "C"


def test_an_input_of_a_part_whose_maker_is_out_of_date_is_not_put_back(bench: Workbench) -> None:
    bench.edit_at_once("data/raw.json", "1", "2")
    (bench.path / OUT_B).unlink()
    said = bench.command("run", "--nodes", "C", code=2)
    assert "made_b" in said.err
    assert "'B'" in said.err
    assert bench.did("--to-nodes", "C") == "A B C"


def test_a_store_that_cannot_be_written(bench: Workbench) -> None:
    (database,) = (bench.path / ".noria/store").glob("*.db")
    held = sqlite3.connect(database, isolation_level=None)
    held.execute("BEGIN EXCLUSIVE")
    for words in (("clear", "--yes"), ("gc", "--limit", "0B")):
        assert "nothing was removed: " in bench.command("cache", *words, code=1).err
    held.close()
    assert bench.did() == ""


def test_a_remark_during_a_run_is_no_reason_to_forget(bench: Workbench) -> None:
    bench.edit_at_once(PARAMETERS, "rate: 5", "rate: 6")
    bench.edit(B, 'print("<<B>>")', 'print("<<B>>")\n    import time\n\n    time.sleep(1.5)')

    def remark() -> None:
        bench.edit("src/shop/deep.py", "def deep", "# a remark\ndef deep")
        bench.edit(C, "def c", "def other():\n    return 1\n\n\ndef c")

    timer = threading.Timer(0.8, remark)
    timer.start()
    ran = bench.go()
    timer.join()
    assert ran.did == "B C"
    assert "not remembered" not in ran.said.all
    assert bench.did() == ""


def test_an_edit_during_a_run_is_told_with_its_path(bench: Workbench) -> None:
    bench.edit(B, 'print("<<B>>")', 'print("<<B>>")\n    import time\n\n    time.sleep(1.5)')
    timer = threading.Timer(0.8, bench.edit, ["src/shop/deep.py", "x + 0", "x + 1"])
    timer.start()
    ran = bench.go()
    timer.join()
    assert ran.did in {"B C", "B"}
    assert "src/shop/deep.py was edited during the run; not remembered: B" in ran.said.all
    time.sleep(0.1)
    assert "B" in bench.did()
    assert bench.value("made_c") == 135


def test_what_is_to_be_kept_is_kept_though_its_node_has_changed(bench: Workbench) -> None:
    bench.write({OUT_B: "77\n"})
    bench.edit_at_once(B, "RATE = 10", "RATE = 20")
    assert bench.did("--keep-edited", "made_b") == "C"
    assert (bench.value("made_b"), bench.value("made_c")) == (77, 177)
    assert bench.did() == ""
    assert "recorded" not in bench.command("plan", "--why", "B").out
    bench.edit_at_once(B, "RATE = 20", "RATE = 10")
    assert bench.did() == ""
    assert bench.value("made_b") == 25
    assert bench.aside() == ["77"]


def test_what_is_to_be_kept_is_kept_though_its_node_has_to_wait(bench: Workbench) -> None:
    bench.write({OUT_B: "77\n"})
    bench.edit_at_once("data/raw.json", "1", "2")
    assert bench.did("--keep-edited", "made_b") == "A C"
    assert bench.value("made_c") == 177
    assert bench.did() == ""
    assert bench.aside() == []


def test_a_first_run_keeps_what_lay_there_before(fresh: Workbench) -> None:
    fresh.write({OUT_B: "77\n"})
    assert fresh.did("--keep-edited", "made_b") == "A C"
    assert fresh.value("made_c") == 177


def test_what_cannot_be_kept(bench: Workbench) -> None:
    (bench.path / OUT_B).unlink()
    said = bench.command("run", "--keep-edited", "made_b", code=2).err
    assert "--keep-edited made_b: nothing lies there" in said
    said = bench.command("run", "--keep-edited", "made_bb", code=2).err
    assert "did you mean 'made_b'?" in said
    said = bench.command("run", "--force", "--keep-edited", "made_b", code=2).err
    assert "--keep-edited has no place beside it" in said
    bench.go()
    bench.edit("src/shop/pipelines/main/pipeline.py", 'name="B"', 'name="B", cache=False')
    said = bench.command("run", "--keep-edited", "made_b", code=2).err
    assert "node 'B' runs every time (cache=False)" in said


def test_what_lay_there_before_the_first_run_is_kept(fresh: Workbench) -> None:
    fresh.write({OUT_B: "77\n", OUT_C: "78\n"})
    ran = fresh.go()
    assert ran.did == "A B C"
    said = " ".join(ran.said.all.split())
    assert "made_b, made_c: what lay there before was no run's result, and is now in" in said
    assert fresh.aside() == ["77", "78"]
    assert (fresh.value("made_b"), fresh.value("made_c")) == (25, 125)
    assert fresh.did() == ""


def test_what_lay_there_before_is_no_loss_where_it_is_made_again(bench: Workbench) -> None:
    before = {name: bench.value(name) for name in ("made_a", "made_b", "made_c")}
    shutil.rmtree(bench.path / ".noria")
    bench.write({OUT_C: "78\n"})
    ran = bench.go()
    assert ran.did == "A B C"
    assert "made_c: what lay there before" in " ".join(ran.said.all.split())
    assert bench.aside() == ["78"]
    assert {name: bench.value(name) for name in before} == before
    (folder,) = (bench.path / ".noria/aside").iterdir()
    assert [path.name for path in folder.rglob("*")] == ["data", "made_c.json"]


def test_what_lies_behind_a_link_before_the_first_run_is_kept(fresh: Workbench) -> None:
    big = fresh.path.parent / "big"
    big.mkdir()
    (big / "b.json").write_text("77\n")
    (fresh.path / OUT_B).symlink_to(big / "b.json")
    assert fresh.did() == "A B C"
    assert (fresh.path / OUT_B).readlink() == big / "b.json"
    assert (big / "b.json").read_text().strip() == "25"
    assert fresh.aside() == ["77"]


def test_what_lay_there_before_stays_where_its_node_fails(fresh: Workbench) -> None:
    fresh.write({OUT_B: "77\n"})
    fresh.edit(B, "return inner", "raise ValueError\n    return inner")
    fresh.command("run", code=1)
    assert (fresh.path / OUT_B).read_text().strip() == "77"


CHUNKS = """\
def b(made_a, rate):
    print("<<B>>")
    yield {'one': rate}
    yield {'two': 2}
"""
PARTS = (
    "made_b:\n  type: partitions.PartitionedDataset\n  path: data/parts\n"
    "  filename_suffix: .json\n  dataset: json.JSONDataset\n"
)


def test_a_file_that_lies_where_partitions_belong_is_not_said_to_be_aside(fresh: Workbench) -> None:
    fresh.edit(CONF, MADE_B, f"{PARTS}  overwrite: true\n")
    fresh.edit(B, "return inner", "return {'one': rate} or inner")
    fresh.write({"data/parts": "77\n"})
    said = fresh.command("run", code=1)
    assert "data/parts: it is a file, and should be a folder" in said.all
    assert "what lay there before" not in said.all
    assert (fresh.path / "data/parts").read_text() == "77\n"


@pytest.mark.parametrize("flags", [(), ("--no-cache",)])
def test_a_partition_that_chunks_are_written_over(fresh: Workbench, flags: tuple[str, ...]) -> None:
    """Each partition stands as soon as it is made, so it is looked for before the first."""
    fresh.edit(CONF, MADE_B, PARTS)
    fresh.edit(C, "made_b + 100", "made_b['one']() + 100")
    fresh.write({B: CHUNKS})
    assert fresh.did() == "A B C"
    fresh.write({"data/parts/one.json": "77\n"})
    ran = fresh.go(*flags)
    assert "data/parts/one.json was changed by hand" in ran.said.all
    assert "two.json" not in ran.said.all
    assert fresh.aside() == ["77"]
    assert (fresh.value("parts/one"), fresh.value("made_c")) == (5, 105)


def test_chunks_that_a_class_writes_in_place(fresh: Workbench) -> None:
    lines = "from contextlib import contextmanager\n\nfrom shop.table import Table\n\n\n"
    lines += "class Lines(Table):\n    @contextmanager\n    def saving(self):\n"
    lines += "        with self._place.open('w') as file:\n            yield file.write\n"
    table = "import json\nfrom pathlib import Path\n\n\nclass Table:\n"
    table += "    def __init__(self, filepath):\n        self._place = Path(filepath)\n\n"
    table += "    def load(self):\n        return json.loads(self._place.read_text())\n\n"
    table += "    def save(self, data):\n        raise OSError\n"
    fresh.write({"src/shop/kinds.py": lines, "src/shop/table.py": table})
    fresh.edit(CONF, MADE_B, MADE_B.replace("json.JSONDataset", "shop.kinds.Lines"))
    fresh.write({B: 'def b(made_a, rate):\n    print("<<B>>")\n    yield "2"\n    yield "5"\n'})
    assert fresh.did() == "A B C"
    fresh.write({OUT_B: "77\n"})
    assert fresh.did() == "B C"
    assert fresh.aside() == ["77"]
    assert (fresh.value("made_b"), fresh.value("made_c")) == (25, 125)


@pytest.mark.parametrize("flags", [(), ("--no-cache",)])
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_chunks_where_something_of_another_kind_lies(
    fresh: Workbench, kind: str, flags: tuple[str, ...]
) -> None:
    """A folder in place of a file, a file in place of partitions: it has to go before the first."""
    file = kind == "file"
    fresh.edit(CONF, MADE_B, MADE_B if file else f"{PARTS}  overwrite: true\n")
    fresh.edit(C, "made_b + 100", "len(made_b) + 100")
    fresh.write({B: CHUNKS})
    assert fresh.did() == "A B C"
    place = fresh.path / (OUT_B if file else "data/parts")
    if file:
        place.unlink()
        fresh.write({f"{OUT_B}/mine.txt": "77\n"})
    else:
        shutil.rmtree(place)
        place.write_text("77\n")
    fresh.edit_at_once(B, "'two': 2", "'two': 3")
    assert "B" in fresh.did(*flags)
    assert fresh.aside() == ["77"]
    assert place.is_file() == file


@pytest.mark.parametrize("flag", ["--force", "--no-cache"])
def test_what_is_written_while_a_node_runs(bench: Workbench, flag: str) -> None:
    bench.edit(B, 'print("<<B>>")', 'print("<<B>>")\n    import time\n\n    time.sleep(1.5)')
    bench.go()
    timer = threading.Timer(1, bench.write, [{OUT_B: "77\n"}])
    timer.start()
    bench.go(flag)
    timer.join()
    assert bench.aside() == ["77"]
    assert bench.value("made_b") == 25


@pytest.mark.parametrize("flags", [(), ("--no-cache",)])
def test_raw_data_that_a_slip_makes_an_output(bench: Workbench, flags: tuple[str, ...]) -> None:
    bench.edit(
        WHERE_PIPELINE,
        'node(a, inputs="raw", outputs="made_a"',
        'node(a, inputs="made_a", outputs="raw"',
    )
    bench.edit(WHERE_PIPELINE, 'inputs=["made_a"', 'inputs=["raw"')
    ran = bench.go(*flags)
    assert "raw: what lay there before was no run's result" in " ".join(ran.said.all.split())
    assert bench.aside() == ["1"]
    assert bench.value("raw") == 3
    assert bench.go(*(flags or ["--force"])).did == "A B C"
    assert bench.aside() == ["1"]


def test_raw_data_at_which_an_entry_points_by_a_slip(bench: Workbench) -> None:
    bench.edit(CONF, "filepath: data/made_a.json", "filepath: data/raw.json")
    assert "A" in bench.did()
    assert bench.aside() == ["1"]


def test_what_a_run_that_remembers_nothing_did_not_reach_is_still_by_hand(bench: Workbench) -> None:
    bench.write({OUT_C: "77\n"})
    bench.edit(B, "return inner", "raise ValueError\n    return inner")
    bench.command("run", "--no-cache", code=1)
    bench.edit(B, "raise ValueError\n    return inner", "return inner")
    ran = bench.go()
    assert "data/made_c.json was changed by hand" in ran.said.all
    assert bench.aside() == ["77"]


@pytest.mark.parametrize("before", [True, False], ids=["before the kill", "after the kill"])
def test_what_was_written_before_or_after_a_kill(bench: Workbench, *, before: bool) -> None:
    """Nobody knows how far a killed run has come: in doubt it is kept."""
    sleeps = 'print("<<B>>")\n    import time\n\n    time.sleep(rate - 5)'
    bench.edit(B, 'print("<<B>>")', sleeps)
    bench.go()
    if before:
        bench.write({OUT_C: "77\n"})
    bench.edit_at_once(PARAMETERS, "rate: 5", "rate: 9")
    process = bench.start("run")
    while "<<B>>" not in (process.stdout.readline() if process.stdout else "<<B>>"):
        pass
    process.kill()
    process.communicate()
    if not before:
        bench.write({OUT_C: "77\n"})
    bench.edit_at_once(PARAMETERS, "rate: 9", "rate: 6")
    assert bench.did() == "B C"
    assert bench.aside() == ["77"]
    assert bench.value("made_c") == 126


@pytest.mark.parametrize("words", [(), ("--no-cache",)])
def test_what_a_run_has_made_whose_store_could_not_be_used(
    bench: Workbench, words: tuple[str, ...]
) -> None:
    """The ledger knows who has made it; what somebody has made of it then is kept aside."""
    store = bench.path / ".noria/store"
    store.rename(store.with_name("kept"))
    store.mkdir()
    (store / "leases").write_text("a file in the way")
    bench.edit_at_once(PARAMETERS, "rate: 5", "rate: 6")
    ran = bench.go()
    assert ran.did == "A B C"
    assert "cannot be written" in ran.said.all
    shutil.rmtree(store)
    store.with_name("kept").rename(store)
    bench.write({"data/made_c.json": "77\n"})
    planned = bench.command("plan").all
    assert "made_c.json was changed by hand" in planned
    assert "made_b.json was changed by hand" not in planned
    assert bench.did(*words) == ("A B C" if words else "B C")
    assert bench.aside() == ["77"]
    assert bench.value("made_c") == 126
