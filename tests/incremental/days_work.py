"""What people do to a project from day to day: to its data, configuration, outputs and folder."""

import json
import os
import pickle
import shutil
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

from tests.incremental.days_model import FILES, Dataset, Model, State, Value, Words
from tests.incremental.workbench import Workbench


class Work(Model):
    """A project on disk, and random work on it and on its model; the same seed does the same."""

    def __init__(self, folder: Path, seed: int, python: str) -> None:
        super().__init__(seed)
        self.bench = Workbench(folder / "shop", python=Path(python))
        self.root = self.bench.path
        self.past: list[State] = []
        self.written: dict[str, str] = {}
        self.history: list[str] = []
        self.remembered: set[str] = set()
        self.kinds: Counter[str] = Counter()
        self.by_hand: dict[str, bytes] = {}
        self.words = Words()
        self.write()

    def work(self) -> None:
        """Do something."""
        deeds: list[tuple[int, Callable[[], str]]] = [
            (6, self._raw), (3, self._part), (2, self._version), (4, self._parameter),
            (3, self._layer), (2, self._scale), (3, self._constant), (3, self._wire),
            (3, self._move), (3, self._kind), (2, self._indent), (4, self._delete),
            (4, self._by_hand), (2, self._exchange), (2, self._link), (3, self._back),
            (3, self._call), (1, self._lose), (1, self._away), (2, self._touch), (1, self._add_step),
        ]  # fmt: skip
        self.past.append(deepcopy(self.state))
        while True:
            ((_, deed),) = self.random.choices(deeds, [weight for weight, _ in deeds])
            try:
                told = deed()
            except (LookupError, ValueError):
                continue
            self.kinds[deed.__name__.strip("_")] += 1
            self.history.append(f"{deed.__name__.strip('_')}: {told}")
            return

    def _raw(self) -> str:
        name = self.random.choice(("raw0", "raw1"))
        self.state.raw[name] = self.fresh()
        return f"{name} = {self.state.raw[name]}"

    def _part(self) -> str:
        parts = self.state.raw["raw2"]
        assert isinstance(parts, dict)
        what = self.random.choice(("edit", "add", "remove", "rename", "exchange"))
        name = self.random.choice(sorted(parts))
        if what == "edit":
            parts[name] = self.fresh()
        elif what == "add":
            parts[f"day{self.random.randrange(10, 99)}"] = self.fresh()
        elif what == "rename":
            parts[f"day{self.random.randrange(10, 99)}"] = parts.pop(name)
        elif len(parts) < 2:
            raise LookupError
        elif what == "remove":
            del parts[name]
        else:
            other = self.random.choice([each for each in parts if each != name])
            parts[name], parts[other] = parts[other], parts[name]
        return f"{what} {name}"

    def _version(self) -> str:
        if self.state.versions == 28:
            raise LookupError
        self.state.versions += 1
        self.state.raw["raw3"] = self.fresh()
        return f"version {self.state.versions}"

    def _parameter(self) -> str:
        name = self.random.choice(("p0", "p1", "p2", "depth"))
        where = self.state.base["model"] if name == "depth" else self.state.base
        where[name] = self.random.randrange(1, 1000)
        return f"{name} = {where[name]}"

    def _layer(self) -> str:
        env = self.random.choice(("local", "prod"))
        layer = self.state.layers[env]
        name = self.random.choice(("p0", "p1", "model"))
        if name in layer:
            del layer[name]
            return f"{name} leaves {env}"
        new = self.random.randrange(1, 1000)
        layer[name] = {"depth": new} if name == "model" else new
        return f"{name} = {new} in {env}"

    def _scale(self) -> str:
        self.state.scale = self.random.randrange(1, 1000)
        return f"scale = {self.state.scale}"

    def _constant(self) -> str:
        step = self.random.choice(self.state.steps)
        step.constant = int(self.fresh())
        return f"{step.name}: {step.constant}"

    def _wire(self) -> str:
        at = self.random.randrange(len(self.state.steps))
        step = self.state.steps[at]
        before = [*self.state.raw, *(each.output for each in self.state.steps[:at])]
        new = self.random.choice([name for name in before if name not in step.inputs])
        step.inputs[self.random.randrange(len(step.inputs))] = new
        return f"{step.name} reads {step.inputs}"

    def _output(self, *kinds: str) -> Dataset:
        made = [self.state.datasets[step.output] for step in self.state.steps]
        return self.random.choice([each for each in made if not kinds or each.kind in kinds])

    def _move(self) -> str:
        dataset = self._output(*FILES, "parts")
        if self.random.random() < 0.3:
            other = self._output(dataset.kind)
            if other.name == dataset.name or other.versioned or dataset.versioned:
                raise LookupError
            places = (other.folder, other.file)
            other.folder, other.file = dataset.folder, dataset.file
            dataset.folder, dataset.file = places
            return f"{dataset.name} and {other.name} change places"
        dataset.folder = self.random.choice(("data", "data/deep/er", "${globals:out}"))
        dataset.file = self.random.choice((dataset.name, f"{dataset.name}_moved"))
        return f"{dataset.name} to {dataset.folder}/{dataset.file}"

    def _kind(self) -> str:
        dataset = self._output(*FILES, "memory")
        dataset.kind = self.random.choice((*FILES, "memory"))
        dataset.file = dataset.name
        dataset.versioned = dataset.versioned and dataset.kind != "memory"
        return f"{dataset.name} is {dataset.kind}"

    def _indent(self) -> str:
        dataset = self._output("json")
        dataset.indent = self.random.choice((None, 1, 2, 4))
        return f"{dataset.name} indent {dataset.indent}"

    def _places(self) -> list[tuple[Dataset, Path]]:
        found = []
        for step in self.state.steps:
            dataset = self.state.datasets[step.output]
            if dataset.kind != "memory":
                place = dataset.place(self.root, self.state.out[self.words.env])
                paths = sorted(place.rglob("*.*")) if place.is_dir() else [place]
                found += [(dataset, path) for path in paths if path.is_file()]
        return found

    def _delete(self) -> str:
        places = self._places()
        chosen = self.random.sample(places, self.random.randint(1, min(3, len(places))))
        for _, path in chosen:
            path.unlink()
            self.by_hand.pop(str(path.relative_to(self.root)), None)
        return ", ".join(str(path.relative_to(self.root)) for _, path in chosen)

    def _by_hand(self) -> str:
        dataset, path = self.random.choice(self._places())
        mine = self.fresh()
        before = path.stat()
        if dataset.kind == "pickle":
            path.write_bytes(pickle.dumps(mine))
        elif dataset.kind in ("json", "yaml"):
            path.write_text(json.dumps(mine))
        else:
            path.write_text(mine)
        self.by_hand[str(path.relative_to(self.root))] = path.read_bytes()
        if path.stat().st_size == before.st_size:
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        return f"{path.relative_to(self.root)} = {mine}"

    def _exchange(self) -> str:
        (one, first), (other, second) = self.random.sample(self._places(), 2)
        if one.kind != other.kind:
            raise LookupError
        for path in (first, second):
            self.by_hand.pop(str(path.relative_to(self.root)), None)
        aside = first.with_name("aside.tmp")
        first.rename(aside)
        second.rename(first)
        aside.rename(second)
        return f"{first.name} and {second.name}"

    def _link(self) -> str:
        _, path = self.random.choice(self._places())
        if path.is_symlink():
            raise LookupError
        store = self.root / "elsewhere" / self.fresh()
        store.parent.mkdir(exist_ok=True)
        path.rename(store)
        path.symlink_to(store)
        return f"{path.name} is a link"

    def _back(self) -> str:
        at = self.random.randrange(len(self.past))
        versions = self.state.versions
        self.state = deepcopy(self.past[at])
        if versions != self.state.versions:  # nobody takes a version away
            self.state.versions = versions
            self.state.raw["raw3"] = self.past[-1].raw["raw3"]
        return f"to before {at + 1}"

    def _call(self) -> str:
        choose = self.random
        self.words = Words(
            choose.choice(("local", "local", "prod")),
            choose.choice(
                ({}, {}, {"p1": choose.randrange(9)}, {"model.depth": choose.randrange(9)})
            ),
            choose.choice((None, None, 4, 5)),
        )
        self.bench.variables = {} if self.words.shift is None else {"SHIFT": str(self.words.shift)}
        return f"{self.words}"

    def _lose(self) -> str:
        state = self.root / ".noria"
        if not state.exists():
            raise LookupError
        self.remembered.clear()
        if self.random.random() < 0.5:
            self.by_hand.clear()
            shutil.rmtree(state)
            return "all of .noria"
        for path in [*state.glob("ledger*")]:
            path.unlink()
        return "the ledger"

    def _away(self) -> str:
        moved = self.root.with_name(f"shop{self.random.randrange(10_000)}")
        self.root.rename(moved)
        self.bench.path = self.root = moved
        return f"the project to {moved.name}"

    def _touch(self) -> str:
        path = self.root / self.random.choice(sorted(self.written))
        path.touch()
        return path.name

    def _add_step(self) -> str:
        at = len(self.state.steps)
        if at > 9:
            raise LookupError
        self.add(at)
        return f"n{at}"

    def write(self) -> None:
        """Bring the disk to the model; at random in place, by a rename, with its old times."""
        files = {**self.files(), **self.raw_files()}
        for path in self.written.keys() - files.keys():
            (self.root / path).unlink(missing_ok=True)
        for path, text in files.items():
            target = self.root / path
            if self.written.get(path) == text and target.exists():
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            before = target.stat() if target.exists() else None
            if self.random.random() < 0.5:
                beside = target.with_name(f"{target.name}.new")
                beside.write_text(text)
                beside.replace(target)
            else:
                target.write_text(text)
            if before is not None and before.st_size == len(text) and self.random.random() < 0.7:
                os.utime(target, ns=(before.st_atime_ns, before.st_mtime_ns))
        self.written = files

    def held(self, name: str, words: Words) -> Value | None:
        """Return what the disk holds of a dataset, ``None`` when nothing."""
        dataset = self.state.datasets[name]
        if dataset.kind == "memory":
            return None
        place = dataset.place(self.root, self.state.out[words.env])
        if dataset.versioned and name not in self.state.raw:
            found = sorted(place.glob("*/*"))
            if not found:
                return None
            place = found[-1]
        if name in self.state.raw:
            return self.state.raw[name]
        if dataset.kind == "parts":
            return {each.stem: each.read_text() for each in place.glob("*.txt")} or None
        if not place.exists():
            return None
        if dataset.kind == "pickle":
            given: Value = pickle.loads(place.read_bytes())
        elif dataset.kind == "json":
            given = json.loads(place.read_text())
        else:
            given = place.read_text().strip().strip("'\"")
        return given
