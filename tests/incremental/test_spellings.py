"""However code is written: an edit that matters runs the node, one beside it runs nothing."""

import itertools
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.incremental.environments import Environment
from tests.incremental.forks import Forks
from tests.incremental.spelling import MARK, Placed, Spelling, put
from tests.incremental.spellings import NEEDLESS, SPELLINGS
from tests.incremental.workbench import PYPROJECT, Workbench, entries

GROUP = 9
# Who looks for a fault names spellings in this variable, parted by semicolons.
CHOSEN = os.environ.get("SPELLINGS", "").split(";")
TRIED = [each for each in SPELLINGS if each.name in CHOSEN] or SPELLINGS
GROUPS = [TRIED[at : at + GROUP] for at in range(0, len(TRIED), GROUP)]
BESIDE = "\n\n# a remark\n\n\ndef added(x):\n    return x\n\n\nADDED = 1\n"


class Spelled:
    """A project with a node for each of some spellings."""

    def __init__(self, folder: Path, spellings: Sequence[Spelling]) -> None:
        self._fresh = itertools.count(100_003, 17)
        self.placed = {
            f"n{at}": put(spelling, f"shop.u{at}", self.fresh)
            for at, spelling in enumerate(spellings)
        }
        environment = Environment(folder / "env")
        self.bench = Workbench(folder / "shop", python=environment.python)
        self.bench.write(self._files())
        self.paths = [self.bench.path / "src"]
        libraries = folder / "libs"
        for root in sorted(libraries.iterdir()) if libraries.exists() else ():
            environment.install_editable(root.name, root)
            self.paths.append(root)
        self.bench.forks = [
            Forks(environment.python, folder / f"fork{seed}", self.bench.home, seed)
            for seed in (1, 2)
        ]

    def fresh(self) -> int:
        return next(self._fresh)

    def _files(self) -> dict[str, str]:
        files = {
            "pyproject.toml": PYPROJECT,
            "data/raw.json": "3\n",
            "src/shop/__init__.py": "",
            "src/shop/steps/__init__.py": "",
            "src/shop/pipelines/__init__.py": "",
            "src/shop/pipelines/main/__init__.py": "",
        }
        names, imports, nodes = ["raw"], ["from noria import Pipeline, node\n"], []
        for name, placed in self.placed.items():
            files |= placed.files
            files[f"src/shop/steps/{name}.py"] = (
                f"from {placed.package}.nodes import work\n\n\n"
                f'def step(raw):\n    print("<<{name}>>")\n    return work(raw)\n'
            )
            names.append(f"out_{name}")
            imports.append(placed.beside)
            imports.append(f"from shop.steps.{name} import step as {name}\n")
            nodes.append(f'node({name}, inputs="raw", outputs="out_{name}", name="{name}")')
        files["conf/base/catalog.yml"] = entries(*names)
        files["src/shop/pipelines/main/pipeline.py"] = (
            "".join(imports)
            + "\n\ndef create_pipeline():\n    return Pipeline(["
            + ", ".join(nodes)
            + "])\n"
        )
        return files

    def values(self) -> dict[str, Any]:
        """Return what the project's data holds."""
        return {name: self.bench.value(f"out_{name}") for name in self.placed}

    def truth(self) -> dict[str, Any]:
        """Return what the functions give, called without Noria."""
        first = [
            line.split()[1] for each in self.placed.values() for line in each.beside.splitlines()
        ]
        steps = [
            {
                "module": f"{each.package}.nodes",
                "function": "work",
                "inputs": ["raw"],
                "outputs": [name],
            }
            for name, each in self.placed.items()
        ]
        return self.bench.forks[0].plain(self.paths, steps, {"raw": 3}, first)

    def set(self, placed: Placed, mark: str) -> None:
        """Give a number in the source another value, in a file that looks untouched."""
        kind = placed.neutral if mark.startswith("$n") else placed.marks
        path, old = kind[mark]
        kind[mark] = (path, self.fresh())
        self.bench.edit_at_once(path, str(old), str(kind[mark][1]))


@pytest.fixture
def spelled(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Spelled]:
    made = Spelled(tmp_path, request.param)
    yield made
    for fork in made.bench.forks:
        fork.end()


class Verdicts:
    """What was wrong, gathered over the edits of one project."""

    def __init__(self, spelled: Spelled) -> None:
        self.spelled = spelled
        self.wrong: list[str] = []
        self.needless: dict[str, str] = {}

    def run(self, what: str, wanted: set[str]) -> None:
        """Run; nodes of ``wanted`` must execute, those in doubt may, and all data be right."""
        executed = self.spelled.bench.go().executed
        placed = self.spelled.placed
        for name in sorted(wanted - executed):
            self.wrong.append(f"STALE: {placed[name].spelling.name}: did not run after {what}")
        for name in sorted(executed - wanted):
            if not placed[name].spelling.doubt:
                self.needless.setdefault(placed[name].spelling.name, what)
        values = self.spelled.values()
        for name, right in self.spelled.truth().items():
            if values[name] != right:
                told = f"{values[name]}, not {right}"
                self.wrong.append(f"STALE: {placed[name].spelling.name}: {told} after {what}")

    def judge(self) -> None:
        """Fail where something was wrong."""
        assert not self.wrong, "\n".join(self.wrong)
        worse = {name: what for name, what in self.needless.items() if name not in NEEDLESS}
        assert not worse, f"ran without need: {worse}"
        if self.needless:
            pytest.xfail(f"ran without need: {self.needless}")


@pytest.mark.parametrize("spelled", GROUPS, indirect=True, ids=range(len(GROUPS)))
def test_what_matters_runs_the_node_and_what_does_not_runs_nothing(spelled: Spelled) -> None:
    edit_everything(spelled)


def edit_everything(spelled: Spelled) -> None:
    """Make every edit of the spellings that a project has, and look at each run."""
    verdicts = Verdicts(spelled)
    bench, all_placed = spelled.bench, spelled.placed
    verdicts.run("nothing yet", set(all_placed))
    verdicts.run("no edit", set())
    for placed in all_placed.values():
        for mark in list(placed.neutral):
            spelled.set(placed, mark)
    verdicts.run("an edit of other functions and constants beside it", set())
    for placed in all_placed.values():
        for path in placed.files:
            if not path.endswith("__init__.py"):
                bench.write({path: (bench.path / path).read_text() + BESIDE})
    verdicts.run("something was added beside it", set())
    most = max(len(placed.marks) for placed in all_placed.values())
    for at, odd in itertools.product(range(most), (0, 1)):
        edited = set()
        for number, (name, placed) in enumerate(all_placed.items()):
            if number % 2 == odd and at < len(placed.marks):
                spelled.set(placed, sorted(placed.marks)[at])
                edited.add(name)
        if edited:
            verdicts.run(f"an edit of number {at + 1}", edited)
    verdicts.judge()


@pytest.mark.parametrize("spelled", GROUPS, indirect=True, ids=range(len(GROUPS)))
def test_another_way_of_wiring_code_runs_the_node(spelled: Spelled) -> None:
    swap_everything(spelled)


def swap_everything(spelled: Spelled) -> None:
    """Make the edits beyond numbers, each forth and back."""
    swaps = {name: placed.swaps() for name, placed in spelled.placed.items()}
    if not any(swaps.values()):
        return
    verdicts = Verdicts(spelled)
    spelled.bench.go()
    for at in range(max(map(len, swaps.values()))):
        now = {name: each[at] for name, each in swaps.items() if at < len(each)}
        before = {path: _text(spelled.bench.path / path) for path, _, _ in now.values()}
        for path, old, new in now.values():
            whole = before[path]
            spelled.bench.write({path: whole.replace(old, new, 1) if whole and old else new})
        verdicts.run(f"swap {at + 1}", set(now))
        for path, text in before.items():
            if text is None:
                (spelled.bench.path / path).unlink()
            else:
                spelled.bench.write({path: text})
        verdicts.run(f"swap {at + 1} and back", set())
    verdicts.judge()


def test_every_number_of_the_spellings_matters_or_does_not(tmp_path: Path) -> None:
    """The table itself is right: without Noria, and with every number tried."""
    forks = Forks(sys.executable, tmp_path / "forks", tmp_path / "home", 1)
    fresh = itertools.count(100_003, 17)
    for at, spelling in enumerate(SPELLINGS):
        assert MARK.search("".join(spelling.files.values())), spelling.name
        placed = put(spelling, f"shop.u{at}", lambda: next(fresh))
        bench = Workbench(tmp_path / str(at) / "shop")
        bench.write({"src/shop/__init__.py": "", **placed.files})
        paths = [bench.path / "src", *(tmp_path / str(at)).glob("libs/*")]
        first = [line.split()[1] for line in placed.beside.splitlines()]
        steps = [
            {"module": f"shop.u{at}.nodes", "function": "work", "inputs": ["x"], "outputs": ["y"]}
        ]
        before = forks.plain(paths, steps, {"x": 3}, first)
        for mark, (path, number) in {**placed.marks, **placed.neutral}.items():
            bench.edit(path, str(number), str(number + 1))
            changed = forks.plain(paths, steps, {"x": 3}, first) != before
            assert changed is (mark in placed.marks), f"{spelling.name}: {mark}"
            bench.edit(path, str(number + 1), str(number))
        for path, old, new in placed.swaps():
            whole = _text(bench.path / path)
            assert not old or old in (whole or ""), spelling.name
            bench.write({path: whole.replace(old, new, 1) if whole and old else new})
            assert forks.plain(paths, steps, {"x": 3}, first) != before, spelling.name
            if whole is None:
                (bench.path / path).unlink()
            else:
                bench.write({path: whole})
    forks.end()


def _text(path: Path) -> str | None:
    return path.read_text("utf-8") if path.exists() else None
