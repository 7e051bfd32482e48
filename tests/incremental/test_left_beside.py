"""Files that a node writes beside its outputs are those of the result that counts here."""

import shutil
from pathlib import Path

import pytest

from tests.incremental.workbench import WHERE_PIPELINE, Workbench, chain, entries, settle

A = "src/shop/a.py"
BESIDE = """\
from pathlib import Path


def a(raw, rate):
    Path("seen.txt").write_text(f"2 at {rate}")
    print("<<A>>")
    return raw + 1
"""


@pytest.fixture
def beside(tmp_path: Path) -> Workbench:
    """The chain, in whose project A leaves a file beside its output; it has run."""
    bench = chain(tmp_path, **{A: BESIDE, "conf/prod/parameters.yml": "rate: 7\n"})
    bench.edit(WHERE_PIPELINE, 'inputs="raw"', 'inputs=["raw", "params:rate"]')
    bench.edit("pyproject.toml", "[tool.noria]", '[tool.noria]\nstore = "../store"')
    bench.go()
    return bench


def test_another_checkout_gets_the_files_that_nodes_write_beside_their_outputs(
    beside: Workbench, tmp_path: Path
) -> None:
    other = Workbench(tmp_path / "other", home=beside.home)
    shutil.copytree(beside.path / "src", other.path / "src")
    shutil.copytree(beside.path / "conf", other.path / "conf")
    other.write({"pyproject.toml": (beside.path / "pyproject.toml").read_text()})
    other.write({"data/raw.json": "1\n"})
    assert "it writes files" in other.command("plan", "--why", "A").out
    assert other.did() == "A"
    assert (other.path / "seen.txt").read_text() == "2 at 5"
    assert other.did() == ""


def test_a_file_beside_an_output_is_not_that_of_another_environment(beside: Workbench) -> None:
    assert "A" in beside.did("--env", "prod")
    assert beside.did() == "A"
    assert (beside.path / "seen.txt").read_text() == "2 at 5"


@pytest.mark.parametrize("how", ["--quiet", "--no-cache"])
def test_a_quick_answer_holds_until_another_run_has_written_the_file(
    beside: Workbench, how: str
) -> None:
    catalog = (beside.path / "conf/base/catalog.yml").read_text()
    beside.write({"conf/prod/catalog.yml": catalog.replace("data/made", "data/prod_made")})
    settle(beside)
    assert "A" in beside.did("--env", "prod", how)
    assert (beside.path / "seen.txt").read_text() == "2 at 7"
    assert beside.did() == "A"
    assert (beside.path / "seen.txt").read_text() == "2 at 5"


@pytest.mark.parametrize(
    "end", ["raise ValueError", "import os; os.kill(os.getpid(), 9)"], ids=["failed", "killed"]
)
def test_a_file_beside_an_output_is_not_that_of_who_did_not_end(
    beside: Workbench, end: str
) -> None:
    beside.edit(A, "2 at", "3 at")
    beside.edit(A, "    return raw + 1", f"    {end}\n    return raw + 1")
    beside.command("run", "-q", code=None)
    beside.did("--nodes", "C")
    beside.write({A: BESIDE})
    assert beside.did() == "A"
    assert (beside.path / "seen.txt").read_text() == "2 at 5"


def test_a_file_beside_a_value_in_memory_is_not_that_of_a_run_without_records(
    beside: Workbench,
) -> None:
    beside.write({"conf/base/catalog.yml": entries("raw", "made_b", "made_c")})
    beside.go()
    beside.edit(A, "2 at", "3 at")
    beside.go("--no-cache")
    beside.edit(A, "3 at", "2 at")
    assert "A" in beside.did()
    assert (beside.path / "seen.txt").read_text() == "2 at 5"


def test_what_writes_files_is_not_done_again_for_another_name_or_when_it_was_adopted(
    beside: Workbench,
) -> None:
    beside.edit(WHERE_PIPELINE, 'name="A"', 'name="first"')
    assert beside.did() == ""
    shutil.rmtree(beside.path / ".noria")
    beside.command("cache", "clear", "--yes")
    beside.command("cache", "adopt")
    assert beside.did() == ""
