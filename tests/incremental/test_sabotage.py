"""The tests notice when what decides is broken; `make soak` tries every sabotage."""

import ast
from pathlib import Path

import pytest

from tests.incremental.sabotage import ROOT, is_caught
from tests.incremental.sabotages import SABOTAGES, Sabotage

SAMPLE = ("follow no star import", "leave depends_on out of the key", "trust Python's byte code")


@pytest.mark.parametrize("sabotage", SABOTAGES, ids=lambda sabotage: sabotage.name)
def test_a_sabotage_still_fits_the_code(sabotage: Sabotage) -> None:
    for file, old, new in sabotage.edits():
        text = (ROOT / file).read_text("utf-8")
        assert old in text
        ast.parse(text.replace(old, new, 1))


@pytest.mark.parametrize("name", SAMPLE)
def test_a_sabotage_is_caught(name: str, tmp_path: Path) -> None:
    (sabotage,) = [each for each in SABOTAGES if each.name == name]
    caught, said = is_caught(sabotage, tmp_path)
    assert caught, said


def test_there_are_enough_of_them() -> None:
    deciding = [each for each in SABOTAGES if "/code/" in each.file or "/plan/" in each.file]
    assert len(deciding) >= 25
    assert len({each.name for each in SABOTAGES}) == len(SABOTAGES)
