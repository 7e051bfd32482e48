"""What people write at an output whose node has failed to save is theirs, and nothing of it is lost."""

import sqlite3
from pathlib import Path

import pytest

from tests.incremental.workbench import CONF, WHERE_PIPELINE, Workbench, entries

B = "src/shop/b.py"
OUT_B = "data/made_b.json"
MADE_B = "made_b:\n  type: json.JSONDataset\n  filepath: data/made_b.json\n"
BY_HAND = "changed by hand"


def let_b_fail(bench: Workbench) -> None:
    """Let what B returns be something that its dataset cannot save."""
    bench.edit(B, "RATE + rate", "RATE + rate if rate != 6 else object()")
    bench.go()
    assert "cannot save 'made_b'" in bench.go("--params", "rate=6", code=1).said.all


@pytest.mark.parametrize("rate", [5, 7], ids=["as before", "another"])
def test_a_file_that_is_written_after_a_failed_save(bench: Workbench, rate: int) -> None:
    let_b_fail(bench)
    bench.write({OUT_B: "77\n"})
    assert BY_HAND in bench.go("--params", f"rate={rate}").said.all
    assert bench.aside() == ["77"]
    assert bench.value("made_b") == 20 + rate


def test_it_is_kept_through_another_failed_save(bench: Workbench) -> None:
    let_b_fail(bench)
    bench.write({OUT_B: "77\n"})
    bench.go("--params", "rate=6", code=1)
    bench.go()
    assert bench.aside() == ["77"]
    assert bench.value("made_b") == 25


def test_it_can_be_the_result(bench: Workbench) -> None:
    let_b_fail(bench)
    bench.write({OUT_B: "77\n"})
    assert bench.did("--keep-edited", "made_b") == "C"
    assert bench.value("made_c") == 177


def test_nothing_is_moved_where_nobody_has_written(bench: Workbench) -> None:
    let_b_fail(bench)
    ran = bench.go()
    assert ran.did == ""
    assert BY_HAND not in ran.said.all
    assert bench.aside() == []


def two_outputs(bench: Workbench) -> None:
    """Let B make `first` as well, which is saved before `made_b`."""
    bench.edit(CONF, MADE_B, entries("first") + MADE_B)
    bench.edit(WHERE_PIPELINE, 'outputs="made_b"', 'outputs=["first", "made_b"]')
    bench.edit(
        B, "return inner(scale(made_a)) * RATE + rate", "return rate, object() if rate == 6 else 1"
    )


@pytest.mark.parametrize("before", [False, True], ids=["first run", "later"])
def test_an_output_that_was_saved_before_another_failed(fresh: Workbench, *, before: bool) -> None:
    two_outputs(fresh)
    if before:
        fresh.go()
    fresh.go("--params", "rate=6", code=1)
    assert fresh.value("first") == 6
    ran = fresh.go("--params", "rate=7")
    assert BY_HAND not in ran.said.all
    assert (fresh.value("first"), fresh.aside()) == (7, [])
    fresh.go("--params", "rate=6", code=1)
    fresh.write({"data/first.json": "77\n"})
    assert BY_HAND in fresh.go("--params", "rate=8").said.all
    assert (fresh.value("first"), fresh.aside()) == (8, ["77"])


@pytest.mark.parametrize("overwrite", [True, False])
def test_a_partition_that_is_written_after_a_failed_save(
    fresh: Workbench, *, overwrite: bool
) -> None:
    fresh.write(
        {
            CONF: entries("raw", "made_a", "made_c")
            + "made_b:\n  type: partitions.PartitionedDataset\n  path: data/files\n"
            "  dataset: text.TextDataset\n  filename_suffix: .txt\n"
            + ("  overwrite: true\n" if overwrite else ""),
            B: 'def b(made_a, rate):\n    print("<<B>>")\n'
            "    return {'one': str(rate), 'two': lambda: str(rate + 1 // (rate - 6))}\n",
            "src/shop/c.py": 'def c(given):\n    print("<<C>>")\n'
            "    return [load() for load in given.values()]\n",
        }
    )
    fresh.go()
    fresh.go("--params", "rate=6", code=1)
    assert fresh.go().said.all.count(BY_HAND) == 0
    assert fresh.aside() == []
    assert fresh.value("made_c") == ["5", "4"]
    fresh.go("--params", "rate=6", code=1)
    fresh.write({"data/files/one.txt": "77"})
    assert BY_HAND in fresh.go().said.all
    assert "77" in fresh.aside()
    assert fresh.value("made_c") == ["5", "4"]


def test_a_table_that_is_corrected_after_a_failed_save(fresh: Workbench) -> None:
    pytest.importorskip("sqlalchemy")
    fresh.write(
        {
            CONF: entries("raw", "made_a", "made_c")
            + "made_b:\n  type: pandas.SQLTableDataset\n  table_name: b\n  credentials: db\n",
            "conf/local/credentials.yml": 'db: {con: "sqlite:///data/shop.db"}\n',
            B: "import pandas\n\n\ndef b(made_a, rate):\n"
            '    print("<<B>>")\n    value = rate if rate != 6 else object()\n'
            '    return pandas.DataFrame({"v": [value]})\n',
            "src/shop/c.py": 'def c(given):\n    print("<<C>>")\n    return int(given["v"].sum())\n',
        }
    )
    fresh.go()
    fresh.go("--params", "rate=6", code=1)
    assert fresh.did() == ""
    fresh.go("--params", "rate=6", code=1)
    with sqlite3.connect(Path(fresh.path / "data/shop.db")) as connection:
        connection.execute("UPDATE b SET v = 77")
    connection.close()
    assert "holds what no run has recorded" in fresh.command("run", code=2).err
    assert "B" in fresh.did("--force")
    assert fresh.value("made_c") == 5


def test_a_database_that_is_gone_does_not_hide_why_the_node_failed(fresh: Workbench) -> None:
    pytest.importorskip("sqlalchemy")
    fresh.write(
        {
            CONF: entries("raw", "made_a")
            + "made_b:\n  type: pandas.SQLTableDataset\n  table_name: b\n  credentials: db\n"
            + "made_c:\n  type: pandas.SQLTableDataset\n  table_name: c\n  credentials: db\n",
            "conf/local/credentials.yml": 'db: {con: "sqlite:///data/shop.db"}\n',
            B: "import pandas\n\n\ndef b(made_a, rate):\n"
            '    print("<<B>>")\n    return pandas.DataFrame({"v": [rate]})\n',
            "src/shop/c.py": "from pathlib import Path\n\n\ndef c(given):\n"
            '    print("<<C>>")\n    Path("data/shop.db").write_text("no database" * 100)\n'
            "    return given\n",
        }
    )
    said = fresh.go(code=1).said.all
    assert "cannot save 'made_c'" in said or "cannot look for 'made_c'" in said
    assert "node 'C'" in said


UNSEEN = """\
import json
from pathlib import Path


class Unseen:
    def __init__(self, filepath):
        self.filepath = filepath
        self.lost = False

    def load(self):
        return json.loads(Path(self.filepath).read_text("utf-8"))

    def save(self, data):
        Path(self.filepath).write_text(json.dumps(data), "utf-8")
        self.lost = data % 2 == 1

    def exists(self):
        return Path(self.filepath).exists()

    def digest(self):
        if self.lost:
            raise OSError("the connection is lost")
        return Path(self.filepath).read_text("utf-8")
"""


def test_what_cannot_be_looked_at_when_it_was_saved_is_not_remembered(fresh: Workbench) -> None:
    fresh.write({"src/shop/unseen.py": UNSEEN})
    fresh.edit(CONF, MADE_B, MADE_B.replace("json.JSONDataset", "shop.unseen.Unseen"))
    ran = fresh.go()
    assert (ran.did, fresh.value("made_b"), fresh.value("made_c")) == ("A B C", 25, 125)
    assert "the connection is lost; its result is not remembered" in ran.said.all
    ran = fresh.go("--params", "rate=6")
    assert (ran.did, fresh.value("made_b"), fresh.value("made_c")) == ("B C", 26, 126)
    assert (BY_HAND in ran.said.all, fresh.aside()) == (False, [])
    assert fresh.did("--params", "rate=6") == ""
