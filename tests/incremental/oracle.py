"""Incremental runs of a random project beside the truth: its functions called from nothing."""

import json
import os
import pickle
import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

from tests.incremental.environments import Environment
from tests.incremental.forks import Forks
from tests.incremental.random_edits import Edit, Editor
from tests.incremental.random_projects import RandomProject
from tests.incremental.spelling import Spelling
from tests.incremental.spellings import SPELLINGS
from tests.incremental.workbench import RAN, WITNESS, Workbench

SPELLINGS_A_PROJECT = 8


class StaleError(AssertionError):
    """A run ended with a result that running from nothing does not give; ``kind`` is the edit's."""

    kind = ""


class Tally:
    """What happened over all projects."""

    def __init__(self) -> None:
        self.edits: Counter[str] = Counter()
        self.occurred: Counter[str] = Counter()
        self.edited: Counter[str] = Counter()
        self.executed = self.needless = self.in_doubt = self.nodes = 0

    def told(self) -> str:
        """Return the figures as text."""
        total = sum(self.edits.values())
        lines = [
            f"{total} edits, {self.nodes} nodes looked at, {self.executed} executions",
            f"needless: {self.needless} ({self.needless / max(1, total):.2f} an edit)",
            f"  of them {self.in_doubt} of nodes whose code is reached by name",
            "edits: " + ", ".join(f"{kind} {count}" for kind, count in self.edits.most_common()),
            "spellings (projects with it, edits of it):",
            *(
                f"  {each.name}: {self.occurred[each.name]}, {self.edited[each.name]}"
                for each in SPELLINGS
            ),
        ]
        return "\n".join(lines)


class Oracle:
    """One random project on disk, with the runs that are compared."""

    def __init__(
        self, folder: Path, seed: int, spellings: Sequence[Spelling], tally: Tally
    ) -> None:
        self.seed = seed
        self.tally = tally
        self.project = RandomProject(seed, spellings)
        self.editor = Editor(self.project)
        self.history: list[str] = []
        self.environment = Environment(folder / "env")
        self.bench = Workbench(folder / "shop", python=self.environment.python)
        self.written: dict[str, str] = {}
        self.values: dict[str, Any] = {}
        self.paths = [self.bench.path / "src"]
        self._write()
        libraries = folder / "libs"
        for root in sorted(libraries.iterdir()) if libraries.exists() else ():
            self.environment.install_editable(root.name, root)
            self.paths.append(root)
        self.forks = [
            Forks(self.environment.python, folder / f"fork{at}", self.bench.home, seed + at)
            for at in range(2)
        ]
        self.bench.forks = list(self.forks)
        tally.occurred.update(each.name for each in spellings)

    def end(self) -> None:
        for fork in self.forks:
            fork.end()

    def _write(self) -> None:
        """Bring the disk to the model; a file of the same length keeps its times."""
        files = self.project.files()
        for path in self.written.keys() - files.keys():
            (self.bench.path / path).unlink()
        for path, text in files.items():
            if self.written.get(path) == text:
                continue
            target = self.bench.path / path
            before = target.stat() if target.exists() else None
            self.bench.write({path: ""}) if before is None else None
            target.write_bytes(text.encode())
            if before is not None and before.st_size == len(text.encode()):
                os.utime(target, ns=(before.st_atime_ns, before.st_mtime_ns))
        self.written = files

    def begin(self) -> None:
        """Run the whole project for the first time."""
        self.values = self._truth()
        self._run(())
        self._compare("the first run")

    def step(self) -> None:
        """Make one edit, run, and compare; raises StaleError."""
        edit = self.editor.edit()
        try:
            self._try(edit)
        except StaleError as error:
            error.kind = edit.kind
            raise

    def _try(self, edit: Edit) -> None:
        self.history.append(f"{edit.kind}: {edit.what}")
        self._write()
        for name, text in (edit.outputs or {}).items():
            target = self._place(name)
            if text is None:
                target.unlink(missing_ok=True)
            else:
                target.write_text(text)
        before, self.values = self.values, self._truth()
        executed: set[str] = set()
        if edit.before:
            self.history.append(f"  run {' '.join(edit.before)}")
            # A part may rightly be refused: an input that nobody can restore.
            executed |= self._run(edit.before, codes=(0, 2))
        executed |= self._run(edit.words)
        self._compare(self.history[-1])
        self._count(edit, executed, before)

    def _count(self, edit: Edit, executed: set[str], before: dict[str, Any]) -> None:
        tally = self.tally
        tally.edits[edit.kind] += 1
        tally.edited[edit.spelling] += 1
        tally.nodes += len(self.project.steps)
        tally.executed += len(executed)
        if edit.form or edit.kind.startswith("back"):
            return
        for step in self.project.steps:
            names = [*self.project.reads(step), *step.outputs]
            known = {**before, **self._given_before}
            now = {**self.values, **self.project.given()}
            if step.name in executed and all(known.get(n) == now.get(n) for n in names):
                tally.needless += 1
                doubt = any(self.project.placed[at].spelling.doubt for at, _ in step.uses)
                tally.in_doubt += doubt
                self.history.append(f"  needless: {step.name}")

    def _truth(self) -> dict[str, Any]:
        self._given_before = getattr(self, "_given", {})
        self._given = dict(self.project.given())
        first = self.project.first()
        return self.forks[0].plain(self.paths, self.project.plan(), self.project.given(), first)

    def _run(self, words: Sequence[str], codes: Sequence[int] = (0,)) -> set[str]:
        before = self.bench.last_run()
        said = self.bench.command("run", *words, code=codes[0] if len(codes) == 1 else None)
        last = self.bench.last_run()
        spoken = set(WITNESS.findall(said.all))
        if last is None or (before is not None and before["id"] == last["id"]):
            if spoken:
                raise StaleError(f"{spoken} ran and no run was recorded\n{self.told()}")
            return set()
        labels = {step.label: step for step in self.project.steps}
        ran = {labels[node["node"]].name for node in last["nodes"] if node["status"] in RAN}
        direct = {step.name for step in self.project.steps if step.direct}
        if ran - direct != spoken:
            raise StaleError(f"the ledger says {ran}, {spoken} ran\n{self.told()}")
        return ran

    def _place(self, name: str) -> Path:
        return self.bench.path / "data" / f"{name}.{self.project.kept()[name]}"

    def _compare(self, what: str) -> None:
        for name, kind in self.project.kept().items():
            place = self._place(name)
            if not place.exists():
                found: Any = "nothing"
            elif kind == "json":
                found = json.loads(place.read_text())
            else:
                found = pickle.loads(place.read_bytes())
            if found != self.values[name]:
                told = f"STALE after {what}: {name} is {found}, not {self.values[name]}"
                raise StaleError(f"{told}\n{self.told()}")

    def told(self) -> str:
        """Return how to come here again."""
        # Not below pytest's folder, which is emptied after a few more sessions.
        kept = Path(tempfile.gettempdir()) / f"noria-stale-{self.seed}"
        shutil.copytree(self.bench.path, kept, dirs_exist_ok=True, symlinks=True)
        spellings = [each.spelling.name for each in self.project.placed]
        return (
            f"seed {self.seed}, spellings {spellings}\nthe project is kept in {kept}\n"
            + "\n".join(f"{at + 1}. {each}" for at, each in enumerate(self.history))
        )


def deal(seed: int, count: int) -> list[list[Spelling]]:
    """Return the spellings of some projects: every one of them comes, and comes as often."""
    deck: list[Spelling] = []
    choose = Random(seed)
    hands = []
    for _ in range(count):
        if len(deck) < SPELLINGS_A_PROJECT:
            rest = [each for each in SPELLINGS if each not in deck]
            deck += choose.sample(rest, len(rest))
        hands.append(deck[:SPELLINGS_A_PROJECT])
        del deck[:SPELLINGS_A_PROJECT]
    return hands


def run_one(folder: Path, number: int, seed: int, edits: int, tally: Tally) -> None:
    """Make a project and edit it; raises StaleError with all that is needed to see it again."""
    oracle = Oracle(folder, seed + number, deal(seed, number + 1)[number], tally)
    try:
        oracle.begin()
        for _ in range(edits):
            oracle.step()
    finally:
        oracle.end()
    shutil.rmtree(folder)
