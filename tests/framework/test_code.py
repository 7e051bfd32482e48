"""What a function's behaviour depends on: every edit that matters changes it, no other does."""

import sys
from pathlib import Path

import pytest

from tests.framework.code_projects import Spelling, fingerprint, read_spellings, write

SPELLINGS = [
    spelling
    for name, since in {"": (3, 11), "_312": (3, 12), "_313": (3, 13)}.items()
    if sys.version_info >= since
    for spelling in read_spellings(Path(__file__).with_name(f"code_spellings{name}.txt"))
]


@pytest.mark.filterwarnings("ignore:registration of accessor")
@pytest.mark.parametrize("spelling", SPELLINGS, ids=lambda spelling: spelling.name)
def test_an_edit_changes_what_reaches_it_and_nothing_else(
    spelling: Spelling, tmp_path: Path
) -> None:
    root = tmp_path / "src"
    write(root, spelling.files)
    before = fingerprint(root, spelling.node)
    for edit in spelling.edits:
        text = spelling.files[edit.file]
        assert text.count(edit.old) == 1, edit
        write(root, {edit.file: text.replace(edit.old, edit.new)})
        after = fingerprint(root, spelling.node)
        assert (after.digest != before.digest) == edit.matters, edit
        write(root, {edit.file: text})
    assert fingerprint(root, spelling.node).digest == before.digest
