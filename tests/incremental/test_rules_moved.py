"""A project's folder that is moved or copied: what is known of its outputs goes along."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.incremental.test_rules_custom import CLASS, ENTRY
from tests.incremental.test_tables import DUCKDB, SQLITE, by_duckdb, by_sqlite, with_table
from tests.incremental.workbench import CONF, WHERE_PIPELINE, Workbench

B = "src/shop/b.py"
C = "src/shop/c.py"
PARTS = (
    "made_b:\n  type: partitions.PartitionedDataset\n  path: data/parts\n"
    "  filename_suffix: .json\n  dataset: json.JSONDataset\n"
)
Travel = Callable[[Workbench], Workbench]


def moved(bench: Workbench) -> Workbench:
    there = bench.path.with_name(f"{bench.path.name} moved")
    bench.path.rename(there)
    return Workbench(there, home=bench.home)


def copied(bench: Workbench) -> Workbench:
    there = bench.path.with_name(f"{bench.path.name} copied")
    shutil.copytree(bench.path, there)
    return Workbench(there, home=bench.home)


@pytest.fixture(params=[moved, copied])
def travel(request: pytest.FixtureRequest) -> Travel:
    chosen: Travel = request.param
    return chosen


@pytest.mark.parametrize("entry", [SQLITE, DUCKDB], ids=["sqlite", "duckdb"])
def test_a_table_that_is_corrected_is_not_overwritten(
    fresh: Workbench, travel: Travel, entry: str
) -> None:
    pytest.importorskip("sqlalchemy" if entry == SQLITE else "duckdb")
    assert with_table(fresh, entry).did() == "A B C"
    there = travel(fresh)
    assert there.did() == ""
    deed = by_sqlite if entry == SQLITE else by_duckdb
    deed(there, "UPDATE b SET x = 77")
    there = travel(there)
    assert "made_b at" in there.command("run", code=2).err
    assert deed(there, "SELECT x FROM b") == [(77,)]


def test_what_a_class_of_one_s_own_has_saved(fresh: Workbench, travel: Travel) -> None:
    fresh.write({"src/shop/notes.py": CLASS.format(word="path")})
    fresh.edit(CONF, ENTRY, "made_b:\n  type: shop.notes.Note\n  path: data/made_b.json\n")
    assert fresh.did() == "A B C"
    there = travel(fresh)
    assert there.did() == ""
    there.write({"data/made_b.json": "7"})
    there = travel(there)
    assert there.did() == "B C"
    assert there.aside() == ["7"]
    assert there.value("made_c") == 125


def test_a_partition_that_is_written_anew(fresh: Workbench, travel: Travel) -> None:
    fresh.edit(CONF, ENTRY, PARTS)
    fresh.edit(B, "return inner(scale(made_a)) * RATE + rate", "return {'p1': 1, 'p2': rate}")
    fresh.edit(C, "made_b + 100", "sum(part() for part in made_b.values()) + 100")
    assert fresh.did() == "A B C"
    fresh.write({"data/parts/p2.json": "77\n"})
    there = travel(fresh)
    assert there.did() == "B"
    assert there.aside() == ["77"]
    assert there.value("made_c") == 106


def test_an_input_that_its_maker_makes_no_longer_is_told(bench: Workbench, travel: Travel) -> None:
    bench.edit(WHERE_PIPELINE, 'outputs="made_a", name="A"', 'outputs="clean_a", name="A"')
    said = travel(bench).go().said.all
    assert "made_a: used as it lies, no node makes it any more" in " ".join(said.split())


def test_a_state_that_comes_without_its_data(fresh: Workbench, tmp_path: Path) -> None:
    """As a cache of continuous integration brings it to a new checkout, which has a table too."""
    pytest.importorskip("duckdb")
    assert with_table(fresh, DUCKDB).did() == "A B C"
    table = "data/shop.duckdb"
    shutil.copy(fresh.path / table, tmp_path / "earlier.duckdb")
    fresh.edit("conf/base/parameters.yml", "rate: 5", "rate: 6")
    assert fresh.did() == "B C"
    there = copied(fresh)
    (there.path / table).unlink()
    assert there.did() == "B C"
    assert by_duckdb(there, "SELECT x FROM b") == [(26,)]
    again = copied(there)
    shutil.copy(tmp_path / "earlier.duckdb", again.path / table)
    again.command("run", code=2)
    assert by_duckdb(again, "SELECT x FROM b") == [(25,)]
