"""Random days of work on a project: data, configuration, places, environments, parts, kills.

`random_projects.py` varies the code; here the code is plain and all around it changes.  A model
knows what each dataset must hold.
"""

import json
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.incremental.days_model import Step, Value, Words
from tests.incremental.days_work import Work
from tests.incremental.forks import Forks
from tests.incremental.workbench import RAN, WITNESS


class WrongError(AssertionError):
    """A run ended with something that the model does not have."""


class Days(Work):
    """Random work, and runs that are compared with the model."""

    def __init__(self, folder: Path, seed: int, python: str) -> None:
        super().__init__(folder, seed, python)
        self.fork = Forks(python, folder / "fork", self.bench.home, seed)
        self.bench.forks = [self.fork]
        self.executed = self.runs = 0
        self.needless: list[str] = []

    def end(self) -> None:
        """End the process whose children run the commands."""
        self.fork.end()

    def day(self) -> None:
        """Do some work, run parts or other things, then run all and compare."""
        for _ in range(self.random.choice((1, 1, 1, 2, 3))):
            self.work()
        self.write()
        for _ in range(self.random.choice((0, 0, 1, 1, 2))):
            self._beside()
        self.whole()

    def _beside(self) -> None:
        choose = self.random
        step = choose.choice(self.state.steps)
        chosen = choose.choice(
            (
                "part",
                "part",
                "part",
                "env",
                "no-cache",
                "force",
                "kill",
                "gc",
                "clear",
                "plan",
                "look",
            )
        )
        self.kinds[f"run {chosen}"] += 1
        if chosen == "part":
            self.part(step)
        elif chosen == "env":
            other = Words("prod" if self.words.env == "local" else "local", {}, self.words.shift)
            self.whole(other)
        elif chosen == "no-cache":
            self.whole(flags=["--no-cache"])
        elif chosen == "force":
            self.whole(flags=["--force"])
        elif chosen == "kill":
            self._kill()
        elif chosen == "clear":
            self.history.append("cache clear")
            self.bench.command("cache", "clear", "--yes", code=None)
            self.remembered.clear()
        elif chosen == "gc":
            self.history.append("cache gc")
            self.bench.command("cache", "gc")
            self.bench.command("cache", "verify")
        elif chosen == "plan":
            self.history.append("plan, check")
            self.bench.command("plan", *self.words.told())
            # A pipeline that another makes a value in memory for cannot run alone.
            self.bench.command(
                "check", *(["--env", "prod"] * (self.words.env == "prod")), code=None
            )
        else:
            self.history.append("runs list, lineage")
            self.bench.command("runs", "list", code=None)
            self.bench.command("lineage", step.output, code=None)

    def _kill(self) -> None:
        seconds = self.random.uniform(0.1, 0.6)
        self.history.append(f"run {' '.join(self.words.told())}, killed after {seconds:.2f} s")
        process = self.bench.start("run", *self.words.told())
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        process.communicate()

    def part(self, step: Step) -> None:
        """Run a part; what is selected must follow from what lies there."""
        choose = self.random
        flag, value = choose.choice(
            (
                ("--nodes", step.name), ("--to-nodes", step.name), ("--from-nodes", step.name),
                ("--tags", "odd"), ("--pipeline", step.pipeline), ("--to-outputs", step.output),
                ("--from-inputs", step.inputs[0]),
            )
        )  # fmt: skip
        words = [flag, value, *self.words.told()]
        selected = self._selected(flag, value)
        code, said, ran = self._run(words, (0, 2))
        if code == 2:
            return
        if not {each.name for each in self.state.steps if each.name in ran} <= selected:
            self._wrong(f"{ran} ran, {selected} were selected\n{said}")
        values: dict[str, Value] = dict(self.state.raw)
        for each in self.state.steps:
            held = self.held(each.output, self.words)
            in_memory = self.state.datasets[each.output].kind == "memory"
            made = None
            if all(name in values for name in each.inputs):
                made = self.made(each, values, self.words)
            if each.name in selected and not in_memory:
                if made is None or held != made:
                    self._wrong(f"after a part {each.output} is {held}, not {made}\n{said}")
                self._remember(each, values, self.words)
            # What is missing may come from the store, when somebody needs it.
            given = made if in_memory or held is None else held
            if given is not None:
                values[each.output] = given

    def _selected(self, flag: str, value: str) -> set[str]:
        steps = self.state.steps
        makers = {step.output: step for step in steps}

        def upward(step: Step) -> set[str]:
            above = (upward(makers[name]) for name in step.inputs if name in makers)
            return {step.name}.union(*above)

        def downward(names: set[str]) -> set[str]:
            found: set[str] = set()
            reached = set(names)
            for step in steps:
                if reached & set(step.inputs):
                    found.add(step.name)
                    reached.add(step.output)
            return found

        by_name = {step.name: step for step in steps}
        if flag == "--nodes":
            return {value}
        if flag == "--to-nodes":
            return upward(by_name[value])
        if flag == "--to-outputs":
            return upward(makers[value])
        if flag == "--from-nodes":
            return {value} | downward({by_name[value].output})
        if flag == "--from-inputs":
            return downward({value})
        if flag == "--tags":
            return {step.name for step in steps if value in step.tags}
        return {step.name for step in steps if step.pipeline == value}

    def whole(self, words: Words | None = None, flags: Sequence[str] = ()) -> None:
        """Run everything and compare; then, sometimes, once more, when nothing may run."""
        words = words or self.words
        truth = self.truth(words)
        named = [*words.told(), *flags]
        if not flags and self.random.random() < 0.2:
            named += ["--runner", "threads", "--workers", "2"]
        planned = None
        if not flags and self.random.random() < 0.3:
            told = self.bench.command("plan", *words.told(), "--json").out
            planned = {node["name"]: node["verdict"] for node in json.loads(told)["nodes"]}
        _, said, ran = self._run(named, (0,))
        for step in self.state.steps:
            dataset = self.state.datasets[step.output]
            if dataset.kind == "memory":
                continue
            held = self.held(step.output, words)
            if held != truth[step.output]:
                self._wrong(f"STALE: {step.output} is {held}, not {truth[step.output]}\n{said}")
        if planned:
            for name, verdict in planned.items():
                if (verdict == "run") > (name in ran) or (
                    verdict in ("reuse", "restore") and name in ran
                ):
                    self._wrong(f"the plan said {verdict} of {name}, {sorted(ran)} ran\n{said}")
        if "--no-cache" in flags:  # what lies there now is nobody's result
            self.remembered.clear()
            return
        for step in self.state.steps:
            self._remember(step, truth, words, said if step.name in ran and not flags else None)
        if self.random.random() < 0.4:
            _, said, ran = self._run(words.told(), (0,))
            if ran:
                self._needless(f"{sorted(ran)} ran though nothing had changed\n{said}")

    def _remember(
        self, step: Step, values: Mapping[str, Value], words: Words, said: str | None = None
    ) -> None:
        dataset = self.state.datasets[step.output]
        key = json.dumps(
            [
                step.text(),
                [[name, values[name]] for name in step.inputs],
                [self.state.datasets[name].declared("") for name in step.inputs],
                [self.parameter(name, words) for name in step.parameters],
                dataset.kind, dataset.name, dataset.indent, dataset.versioned,
            ]
        )  # fmt: skip
        if key in self.remembered and said is not None:
            self._needless(f"{step.name} ran again\n{said}")
        self.remembered.add(key)

    def _lost(self) -> list[str]:
        """Return what was written by hand and is to be found neither in its place nor aside."""
        aside = [path for path in (self.root / ".noria/aside").rglob("*") if path.is_file()]
        kept = {path.read_bytes() for path in aside}
        lost = []
        for path, content in self.by_hand.items():
            place = self.root / path
            if content not in kept and not (place.exists() and place.read_bytes() == content):
                lost.append(path)
        return lost

    def _run(self, words: Sequence[str], codes: Sequence[int]) -> tuple[int, str, set[str]]:
        self.history.append(f"  run {' '.join(words)} {self.bench.variables or ''}")
        before = self.bench.last_run()
        variables = self.bench.environment()
        code, given = self.fork.noria(self.root, "run", *words, variables=variables)
        said = given.all
        self.runs += 1
        if code not in codes or "Traceback" in said:
            self._wrong(f"exit {code}\n{said}")
        if lost := self._lost():
            self._wrong(f"LOST: {lost}\n{said}")
        spoken = set(WITNESS.findall(said))
        self.executed += len(spoken)
        last = self.bench.last_run()
        if last is None or (before is not None and before["id"] == last["id"]):
            if spoken:
                self._wrong(f"{spoken} ran and no run was recorded")
            return code, said, set()
        ran = {node["node"] for node in last["nodes"] if node["status"] in RAN}
        if ran != spoken:
            self._wrong(f"the ledger says {ran}, {spoken} ran\n{said}")
        return code, said, ran

    def _needless(self, told: str) -> None:
        lines = [line for line in told.splitlines() if "✓" in line or " ran" in line]
        self.needless.append("\n".join([f"seed {self.seed}", *lines, *self.history[-12:]]))

    def _wrong(self, told: str) -> None:
        story = "\n".join(f"{at + 1}. {each}" for at, each in enumerate(self.history))
        raise WrongError(f"seed {self.seed}: {told}\n{story}\nin {self.root}")


def live(folder: Path, seed: int, python: str, days: int) -> Days:
    """Make a project, work on it for some days, and return what happened; raises WrongError."""
    lived = Days(folder, seed, python)
    try:
        lived.whole()
        for _ in range(days):
            lived.day()
    finally:
        lived.end()
    return lived
