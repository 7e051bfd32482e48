"""What the tests of incremental running share."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.incremental.forks import Forks
from tests.incremental.workbench import Workbench, chain


@pytest.fixture(scope="session")
def zygotes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Forks]]:
    """Two processes that have imported Noria; sets of strings have another order in each."""
    here = tmp_path_factory.mktemp("zygotes")
    made = [Forks(sys.executable, here / str(seed), here / "home", seed) for seed in (1, 2)]
    yield made
    for fork in made:
        fork.end()


@pytest.fixture
def fresh(tmp_path: Path, zygotes: list[Forks]) -> Iterator[Workbench]:
    """The chain raw -> A -> B -> C, never run; its commands are forks."""
    made = chain(tmp_path)
    made.forks = list(zygotes)
    yield made
    made.end()


@pytest.fixture
def bench(fresh: Workbench) -> Workbench:
    """The chain after its first run: made_c is (1 + 1) * 10 + 5 + 100."""
    assert fresh.did() == "A B C"
    assert fresh.value("made_c") == 125
    return fresh


@pytest.fixture
def whole(bench: Workbench) -> Workbench:
    """The same, and every command is a process that starts from nothing."""
    bench.forks = []
    return bench
