"""The worked example: edits run little that need not, and few of its nodes are in doubt."""

import sys
from pathlib import Path

import pytest

from benchmarks.needless import count, in_doubt
from benchmarks.needless_edits import EDITS
from tests.incremental.workbench import Workbench

SOME = ("a remark", "a docstring", "a colour", "the helper's helper", "a node's name", "the seed")


@pytest.fixture
def flights(tmp_path: Path) -> Workbench:
    home = tmp_path / "home"
    words = ("new-project", "flights", "--starter", "flights", "--no-input")
    Workbench(tmp_path, home=home).command(*words)
    return Workbench(tmp_path / "flights", home=home)


def test_edits_of_the_worked_example_run_little_that_need_not(flights: Workbench) -> None:
    edits = [edit for edit in EDITS if edit.what in SOME]

    def noria(*words: str) -> str:
        return flights.command(*words, timeout=300).out

    counts = count(flights.path, noria, edits)
    needless = {edit.what: names for edit, (names, _) in zip(edits, counts, strict=True) if names}
    assert sum(map(len, needless.values())) <= len(edits), needless
    for edit, (_, ran) in zip(edits, counts, strict=True):
        assert set(edit.nodes) <= ran, edit.what


def test_few_nodes_of_the_worked_example_are_in_doubt(flights: Workbench) -> None:
    doubted, nodes = in_doubt(sys.executable, flights.path)
    assert len(doubted) <= nodes / 10, doubted


def test_the_edits_fit_the_worked_example(flights: Workbench) -> None:
    texts = {edit.file: (flights.path / edit.file).read_text("utf-8") for edit in EDITS}
    for edit in EDITS:
        assert edit.old in texts[edit.file], edit.what
        texts[edit.file] = texts[edit.file].replace(edit.old, edit.new, 1)
