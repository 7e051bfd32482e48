"""What the tests of incremental running share."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.incremental.environments import Environment
from tests.incremental.forks import Forks
from tests.incremental.workbench import CHAIN, Workbench, chain


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


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return Environment(tmp_path / "env")


@pytest.fixture
def inside(tmp_path: Path, environment: Environment) -> Workbench:
    """The chain in an environment of its own, whose B uses a package, which uses another."""
    environment.install("below", "1.0", {"below.py": "def less(x):\n    return x\n"})
    reached = "from below import less\n\n\ndef more(x):\n    return less(x) + 0\n"
    environment.install("reached", "1.0", {"reached/__init__.py": reached}, ["below>=1"])
    environment.install("beside", "1.0", {"beside.py": "def f(x):\n    return x\n"})
    made = Workbench(tmp_path / "shop", python=environment.python)
    made.write(CHAIN)
    made.edit("src/shop/b.py", "from shop", "from reached import more\nfrom shop")
    made.edit("src/shop/b.py", "inner(scale(made_a))", "more(inner(scale(made_a)))")
    assert made.did() == "A B C"
    assert made.did() == ""
    return made
