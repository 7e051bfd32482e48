"""Whatever modules name of each other, an edit that changes a value changes the fingerprint."""

import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.incremental.random_packages import KINDS, RandomPackage, check, forget

SEEDS = range(40)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.filterwarnings("ignore")
def test_no_edit_of_a_random_package_is_overlooked(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.syspath_prepend(tmp_path / "src")
    try:
        found = check(tmp_path / "src", seed)
    finally:
        forget()
    assert not found.stale, "\n".join(found.stale)


def test_every_kind_of_statement_occurs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The packages of this file, made and not read: the same seeds, the same statements."""
    occurred: Counter[str] = Counter()
    for seed in SEEDS:
        occurred.update(RandomPackage(tmp_path / "src", seed).occurred)
    with capsys.disabled():
        print("\n" + ", ".join(f"{kind}: {count}" for kind, count in occurred.most_common()))
    assert not KINDS.keys() - occurred.keys()
