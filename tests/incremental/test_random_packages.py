"""Whatever modules name of each other, an edit that changes a value changes the fingerprint."""

from collections import Counter
from pathlib import Path

import pytest

from tests.incremental.random_packages import KINDS, RandomPackage, check

SEEDS = range(40)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.filterwarnings("ignore")
def test_no_edit_of_a_random_package_is_overlooked(seed: int, tmp_path: Path) -> None:
    found = check(tmp_path / "src", seed)
    assert not found.stale, "\n".join(found.stale)


def test_every_kind_of_statement_occurs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The packages of this file, made and not read: the same seeds, the same statements."""
    occurred: Counter[str] = Counter()
    for seed in SEEDS:
        occurred.update(RandomPackage(tmp_path / "src", seed).occurred)
    with capsys.disabled():
        print("\n" + ", ".join(f"{kind}: {count}" for kind, count in occurred.most_common()))
    assert not KINDS.keys() - occurred.keys()
