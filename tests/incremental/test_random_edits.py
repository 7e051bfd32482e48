"""Random projects and random edits: every run ends with what running from nothing gives."""

from pathlib import Path

import pytest

from tests.incremental.oracle import SPELLINGS_A_PROJECT, StaleError, Tally, deal, run_one
from tests.incremental.random_edits import Editor
from tests.incremental.random_projects import RandomProject
from tests.incremental.spellings import SPELLINGS

SEED = 20_261_125
PROJECTS = -(-len(SPELLINGS) // SPELLINGS_A_PROJECT)  # as many as it takes to use each
EDITS = 20
HANDS = deal(SEED, PROJECTS)


@pytest.mark.parametrize("number", range(PROJECTS))
def test_no_edit_of_a_random_project_leaves_a_stale_result(
    number: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tally = Tally()
    try:
        run_one(tmp_path / "p", number, SEED, EDITS, tally)
    except StaleError as error:
        pytest.fail(str(error), pytrace=False)
    with capsys.disabled():
        total = sum(tally.edits.values())
        print(f"\nproject {number}: {tally.needless / total:.2f} needless executions an edit")
    assert tally.needless - tally.in_doubt <= total


def test_every_spelling_occurs_and_is_edited(capsys: pytest.CaptureFixture[str]) -> None:
    """The projects of this file, made and edited without a run: the same seeds, the same edits."""
    tally = Tally()
    for number, hand in enumerate(HANDS):
        project = RandomProject(SEED + number, hand)
        editor = Editor(project)
        tally.occurred.update(each.name for each in hand)
        for _ in range(EDITS):
            edit = editor.edit()
            tally.edits[edit.kind] += 1
            tally.edited[edit.spelling] += 1
    with capsys.disabled():
        print("\n" + tally.told())
    missing = [each.name for each in SPELLINGS if not tally.occurred[each.name]]
    assert not missing
