"""The model of a project whose data, configuration and places change: what each dataset must hold."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tests.incremental.workbench import PYPROJECT

CAP = 1_000_007
READING = f"""\
def number(given):
    if isinstance(given, dict):
        parts = {{name: each() if callable(each) else each for name, each in given.items()}}
        return sum((at + 2) * number(parts[name]) + len(name) for at, name in enumerate(sorted(parts)))
    return int(given) % {CAP}
"""
KINDS = {
    "json": ("json.JSONDataset", "json"),
    "yaml": ("yaml.YAMLDataset", "yml"),
    "text": ("text.TextDataset", "txt"),
    "pickle": ("pickle.PickleDataset", "pickle"),
}
FILES = tuple(KINDS)
Value = str | dict[str, str]


def number(value: Value) -> int:
    """Return what the project's `number` gives for a value."""
    if isinstance(value, dict):
        return sum((at + 2) * number(value[n]) + len(n) for at, n in enumerate(sorted(value)))
    return int(value) % CAP


@dataclass
class Dataset:
    """One dataset; ``kind``: a file's, ``memory``, ``parts`` (a folder), ``factory``.

    ``folder`` is where it lies, by environment when it says ``${globals:out}``.
    """

    name: str
    kind: str
    folder: str = "data"
    file: str = ""
    indent: int | None = None
    versioned: bool = False
    overwrite: bool = False

    def declared(self, folder: str | None = None) -> str:
        """Return its entry in the catalog, empty when it has none."""
        folder = folder or self.folder
        if self.kind in ("memory", "factory"):
            return ""
        if self.kind == "parts":
            return (
                f"{self.name}:\n  type: partitions.PartitionedDataset\n  path: {folder}/{self.file}\n"
                "  dataset: text.TextDataset\n  filename_suffix: .txt\n"
                + "  overwrite: true\n"
                * self.overwrite
            )
        word, suffix = KINDS[self.kind]
        text = f"{self.name}:\n  type: {word}\n  filepath: {folder}/{self.file}.{suffix}\n"
        if self.indent is not None and self.kind == "json":
            text += f"  save_args:\n    indent: {self.indent}\n"
        return text + ("  versioned: true\n" if self.versioned else "")

    def place(self, root: Path, out: str) -> Path:
        """Return its file or folder in an environment whose `${globals:out}` is ``out``."""
        if self.kind == "factory":
            return root / f"data/made/{self.name}.txt"
        folder = root / self.folder.replace("${globals:out}", out)
        return folder / (
            self.file if self.kind == "parts" else f"{self.file}.{KINDS[self.kind][1]}"
        )


@dataclass
class Step:
    """A node: a number, inputs, parameters and what it makes; ``parts`` are a folder's names."""

    name: str
    inputs: list[str]
    parameters: list[str]
    output: str
    constant: int
    parts: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    pipeline: str = "main"

    def value(self, inputs: Sequence[Value], parameters: Sequence[int]) -> Value:
        """Return what its function gives."""
        terms = [*map(number, inputs), *parameters]
        total = sum((2 * at + 3) * term for at, term in enumerate(terms)) + self.constant
        if not self.parts:
            return str(total % CAP)
        return {name: str((total + at) % CAP) for at, name in enumerate(self.parts)}

    def text(self) -> str:
        """Return its module."""
        arguments = [f"x{at}" for at in range(len(self.inputs) + len(self.parameters))]
        terms = [
            f"{2 * at + 3} * {'number' if at < len(self.inputs) else 'int'}({name})"
            for at, name in enumerate(arguments)
        ]
        made = f"str(total % {CAP})"
        if self.parts:
            pairs = (f"{n!r}: str((total + {at}) % {CAP})" for at, n in enumerate(self.parts))
            made = f"{{{', '.join(pairs)}}}"
        return (
            f"from shop.reading import number\n\n\ndef step({', '.join(arguments)}):\n"
            f'    print("<<{self.name}>>")\n    total = {" + ".join([*terms, str(self.constant)])}\n'
            f"    return {made}\n"
        )


@dataclass
class State:
    """All that a day may change and that can be put back."""

    steps: list[Step] = field(default_factory=list)
    datasets: dict[str, Dataset] = field(default_factory=dict)
    raw: dict[str, Value] = field(default_factory=dict)
    base: dict[str, Any] = field(default_factory=dict)
    layers: dict[str, dict[str, Any]] = field(default_factory=dict)
    scale: int = 3
    out: dict[str, str] = field(default_factory=dict)
    versions: int = 1


@dataclass
class Words:
    """How a run is called: its environment, overrides and the variable SHIFT."""

    env: str = "local"
    overrides: dict[str, int] = field(default_factory=dict)
    shift: int | None = None

    def told(self) -> list[str]:
        """Return the words of the command line."""
        given = [] if self.env == "local" else ["--env", self.env]
        if self.overrides:
            given += ["--params", ",".join(f"{k}={v}" for k, v in self.overrides.items())]
        return given


class Model:
    """A random project: its files, and what a run from nothing makes of them."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.seed = seed
        self.state = State()
        self._make()

    def _make(self) -> None:
        choose, state = self.random, self.state
        state.base = {f"p{at}": choose.randrange(1, 1000) for at in range(3)}
        state.base["model"] = {"depth": choose.randrange(1, 1000), "rate": "${globals:scale}"}
        state.base["shift"] = "${env:SHIFT,4}"
        state.layers = {"local": {}, "prod": {"p0": choose.randrange(1, 1000)}}
        state.out = {"local": "data/out", "prod": choose.choice(("data/out", "data/prod"))}
        for name, kind in (("raw0", "json"), ("raw1", "text"), ("raw2", "parts"), ("raw3", "json")):
            state.datasets[name] = Dataset(name, kind, "data/raw", name)
            state.raw[name] = self.fresh()
        state.raw["raw2"] = {f"day{at}": self.fresh() for at in range(3)}
        state.datasets["raw3"].versioned = True
        for at in range(choose.randint(5, 8)):
            self.add(at)

    def add(self, at: int) -> None:
        choose, state = self.random, self.state
        name = f"out{at}"
        kind = choose.choice((*FILES, "json", "memory", "memory", "parts", "factory"))
        folder = choose.choice(("data", "${globals:out}"))
        made = Dataset(name, kind, folder, name)
        made.versioned = kind in FILES and choose.random() < 0.15
        made.overwrite = kind == "parts"
        inputs = choose.sample(list(state.datasets), choose.randint(1, 2))
        names = ["p0", "p1", "p2", "model.depth", "model.rate", "shift"]
        state.steps.append(
            Step(
                f"n{at}",
                inputs,
                choose.sample(names, choose.choice((0, 1, 2))),
                name,
                choose.randrange(100_000, 999_999),
                ["a", "b", "c"] if kind == "parts" else [],
                ["odd"] if at % 2 else [],
                choose.choice(("main", "main", "side")),
            )
        )
        state.datasets[name] = made

    def fresh(self) -> str:
        return str(self.random.randrange(100_000, 999_999))

    def parameter(self, name: str, words: Words) -> int:
        """Return a parameter's value in a run."""
        given: Any = {}
        for layer in (self.state.base, self.state.layers.get(words.env, {})):
            for key, value in layer.items():
                given[key] = {**given.get(key, {}), **value} if isinstance(value, dict) else value
        first, _, rest = name.partition(".")
        value = words.overrides.get(name, given[first][rest] if rest else given[first])
        if value == "${globals:scale}":
            return self.state.scale
        return (4 if words.shift is None else words.shift) if isinstance(value, str) else value

    def truth(self, words: Words) -> dict[str, Value]:
        """Return what every dataset holds after a whole run."""
        values = dict(self.state.raw)
        for step in self.state.steps:
            values[step.output] = self.made(step, values, words)
        return values

    def made(self, step: Step, values: Mapping[str, Value], words: Words) -> Value:
        given = [self.parameter(name, words) for name in step.parameters]
        return step.value([values[name] for name in step.inputs], given)

    def files(self) -> dict[str, str]:
        """Return sources and configuration by their paths."""
        state = self.state
        files = {
            "pyproject.toml": PYPROJECT,
            "src/shop/__init__.py": "",
            "src/shop/reading.py": READING,
            "src/shop/steps/__init__.py": "",
            "src/shop/pipelines/__init__.py": "",
            "conf/base/parameters.yml": json.dumps(state.base) + "\n",
            "conf/base/globals.yml": f"scale: {state.scale}\nout: {state.out['local']}\n",
            "conf/base/catalog.yml": "".join(each.declared() for each in state.datasets.values())
            + '"{any}":\n  type: text.TextDataset\n  filepath: data/made/{any}.txt\n'
            * any(each.kind == "factory" for each in state.datasets.values()),
            "conf/prod/globals.yml": f"out: {state.out['prod']}\n",
        }
        if any(each.kind == "factory" for each in state.datasets.values()):
            factory = "".join(
                f"{each.name}:\n  type: MemoryDataset\n"
                for each in state.datasets.values()
                if each.kind == "memory"
            )
            files["conf/base/catalog_memory.yml"] = factory
        for env, layer in state.layers.items():
            if layer:
                files[f"conf/{env}/parameters.yml"] = json.dumps(layer) + "\n"
        for step in state.steps:
            files[f"src/shop/steps/{step.name}.py"] = step.text()
        for name in sorted({step.pipeline for step in state.steps}):
            mine = [step for step in state.steps if step.pipeline == name]
            nodes = "".join(
                f"            node({s.name}.step, "
                f"{[*s.inputs, *('params:' + p for p in s.parameters)]!r}, {s.output!r}, "
                f"name={s.name!r}, tags={s.tags!r}),\n"
                for s in mine
            )
            files[f"src/shop/pipelines/{name}/__init__.py"] = ""
            files[f"src/shop/pipelines/{name}/pipeline.py"] = (
                "from noria import Pipeline, node\n\n"
                f"from shop.steps import {', '.join(s.name for s in mine)}\n\n\n"
                f"def create_pipeline():\n    return Pipeline(\n        [\n{nodes}        ]\n    )\n"
            )
        return files

    def raw_files(self) -> dict[str, str]:
        """Return the raw data by its paths."""
        made = {}
        for name, value in self.state.raw.items():
            if isinstance(value, dict):
                made.update({f"data/raw/{name}/{part}.txt": each for part, each in value.items()})
            elif self.state.datasets[name].versioned:
                version = f"2026-01-{self.state.versions:02}T00.00.00.000Z"
                made[f"data/raw/{name}.json/{version}/{name}.json"] = json.dumps(value)
            else:
                kind = self.state.datasets[name].kind
                made[f"data/raw/{name}.{KINDS[kind][1]}"] = (
                    json.dumps(value) if kind == "json" else value
                )
        return made
