"""Random small projects: steps that use spellings, wired at random, and the text of all of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.incremental.spelling import Placed, Spelling, put
from tests.incremental.workbench import PYPROJECT

STYLES = (
    ("from {package}.nodes import work as w{at}", "w{at}", False),
    ("import {package}.nodes as m{at}", "m{at}.work", False),
    ("from ..{last} import nodes as m{at}", "m{at}.work", False),
    ("from {package}.nodes import work as w{at}", "w{at}", True),
    ("import {package}.nodes", "{package}.nodes.work", False),
    ("from {package} import nodes as m{at}", "m{at}.work", True),
)
KINDS = {"json": ("json.JSONDataset", "json"), "pickle": ("pickle.PickleDataset", "pickle")}


@dataclass
class Step:
    """A node: its function calls the `work` of some spellings; ``direct``: it is one of them."""

    name: str
    label: str
    uses: list[tuple[int, int]]  # which spelling, imported in which style
    inputs: list[str]
    parameters: list[str]
    outputs: dict[str, str]  # name -> json, pickle or memory
    number: int
    direct: bool = False
    tags: list[str] = field(default_factory=list)
    pipeline: str = "main"


class RandomProject:
    """The model of a project; `files` is its text."""

    def __init__(self, seed: int, spellings: Sequence[Spelling]) -> None:
        self.random = Random(seed)
        self._number = 100_003 + 13 * (seed % 1000)
        self.placed = [put(each, f"shop.u{at}", self.fresh) for at, each in enumerate(spellings)]
        self.texts = {path: text for each in self.placed for path, text in each.files.items()}
        self.parameters = {f"p{at}": self.fresh() for at in range(3)} | {"unread": self.fresh()}
        self.data = {name: self.fresh() % 1000 for name in ("raw0", "raw1")}
        self.steps: list[Step] = []
        for at in range(self.random.randint(4, 7)):
            self.steps.append(self._new_step(at))
        self._use_all()
        read = {name for step in self.steps for name in step.inputs}
        for step in self.steps:
            for name in step.outputs:
                if name not in read and step.outputs[name] == "memory":
                    step.outputs[name] = "json"

    def fresh(self) -> int:
        """Return a number of six digits that stands nowhere else."""
        self._number += 17
        return self._number

    def _new_step(self, at: int) -> Step:
        choose = self.random
        made = [*self.data, *(name for step in self.steps for name in step.outputs)]
        outputs = [f"d{at}"] if choose.random() < 0.7 else [f"d{at}", f"e{at}"]
        return Step(
            name=f"n{at}",
            label=f"n{at}",
            uses=[],
            inputs=choose.sample(made, choose.randint(1, min(2, len(made)))),
            parameters=choose.sample(["p0", "p1", "p2"], choose.choice((0, 0, 1, 2))),
            outputs={
                name: choose.choices(("json", "memory", "pickle"), (5, 3, 2))[0] for name in outputs
            },
            number=self.fresh(),
            pipeline=choose.choice(("main", "main", "side")),
        )

    def _use_all(self) -> None:
        for at in range(len(self.placed)):
            users = self.random.sample(self.steps, self.random.choice((1, 1, 2)))
            for step in users:
                step.uses.append((at, self.random.randrange(len(STYLES))))
        for step in self.steps:
            if len(step.uses) == 1 and len(step.outputs) == 1 and self.random.random() < 0.5:
                step.direct, step.parameters, step.inputs = True, [], step.inputs[:1]

    def files(self) -> dict[str, str]:
        """Return the whole project by its files."""
        files = {
            "pyproject.toml": PYPROJECT,
            "src/shop/__init__.py": "",
            "src/shop/steps/__init__.py": "",
            "src/shop/pipelines/__init__.py": "",
            "conf/base/parameters.yml": "".join(f"{k}: {v}\n" for k, v in self.parameters.items()),
            "conf/base/catalog.yml": self._catalog(),
            **{f"data/{name}.json": f"{value}\n" for name, value in self.data.items()},
            **self.texts,
        }
        for step in self.steps:
            if not step.direct:
                files.setdefault(f"src/shop/steps/{step.name}.py", self.step_text(step))
        for name in sorted({step.pipeline for step in self.steps}):
            files[f"src/shop/pipelines/{name}/__init__.py"] = ""
            files[f"src/shop/pipelines/{name}/pipeline.py"] = self._pipeline(name)
        return files

    def _catalog(self) -> str:
        lines = [
            f"{name}:\n  type: json.JSONDataset\n  filepath: data/{name}.json\n"
            for name in self.data
        ]
        for name, kind in self.kept().items():
            word, suffix = KINDS[kind]
            lines.append(f"{name}:\n  type: {word}\n  filepath: data/{name}.{suffix}\n")
        return "".join(lines)

    def kept(self) -> dict[str, str]:
        """Return the outputs that lie on the disk, with their kinds."""
        return {
            name: kind
            for step in self.steps
            for name, kind in step.outputs.items()
            if kind != "memory"
        }

    def step_text(self, step: Step) -> str:
        """Return the module of a step."""
        above: list[str] = []
        inside: list[str] = []
        calls: list[str] = []
        arguments = [*step.inputs, *step.parameters]
        for at, style in step.uses:
            line, call, in_function = STYLES[style]
            package = self.placed[at].package
            words = {"package": package, "at": at, "last": package.rpartition(".")[2]}
            (inside if in_function else above).append(line.format(**words))
            calls.append(f"{call.format(**words)}({step.inputs[at % len(step.inputs)]})")
        terms = [f"{name} * {2 * at + 3}" for at, name in enumerate(arguments)]
        whole = "\n        + ".join([*terms, *calls, "NUMBER"])
        given = "first" if len(step.outputs) == 1 else "first, first + 1"
        body = "".join(f"    {line}\n" for line in inside)
        return (
            "".join(f"{line}\n" for line in above)
            + f"\nNUMBER = {step.number}\n\n\ndef step({', '.join(arguments)}):\n"
            + f'    print("<<{step.name}>>")\n{body}    first = (\n        {whole}\n    )\n'
            + f"    return {given}\n"
        )

    def _pipeline(self, name: str) -> str:
        lines = ["from noria import Pipeline, node\n"]
        if name == "main":
            lines += [each.beside for each in self.placed]
        nodes = []
        for step in self.steps:
            if step.pipeline != name:
                continue
            module = self.where(step)[0]
            lines.append(f"from {module} import {self.where(step)[1]} as {step.name}\n")
            outputs = list(step.outputs)
            nodes.append(
                f"            node({step.name}, {self.reads(step)!r}, "
                f"{outputs[0] if len(outputs) == 1 else outputs!r}".replace(
                    f", {outputs[0]}", f", {outputs[0]!r}", len(outputs) == 1
                )
                + f", name={step.label!r}, tags={step.tags!r}),\n"
            )
        return "".join(lines) + (
            f"\n\ndef create_pipeline():\n    return Pipeline(\n        [\n{''.join(nodes)}        ]\n    )\n"
        )

    def where(self, step: Step) -> tuple[str, str]:
        """Return the module and the name of a step's function."""
        if step.direct:
            return f"{self.placed[step.uses[0][0]].package}.nodes", "work"
        return f"shop.steps.{step.name}", "step"

    def reads(self, step: Step) -> list[str]:
        """Return the datasets and parameters that a step reads."""
        return [*step.inputs, *(f"params:{name}" for name in step.parameters)]

    def plan(self) -> list[dict[str, Any]]:
        """Return how to call the functions without Noria."""
        return [
            {
                "module": self.where(step)[0],
                "function": self.where(step)[1],
                "inputs": self.reads(step),
                "outputs": list(step.outputs),
            }
            for step in self.steps
        ]

    def given(self) -> Mapping[str, int]:
        """Return the data and parameters that nobody makes."""
        return {**self.data, **{f"params:{k}": v for k, v in self.parameters.items()}}

    def first(self) -> list[str]:
        """Return the modules that the pipeline imports beside."""
        return [line.split()[1] for each in self.placed for line in each.beside.splitlines()]

    def using(self, at: int) -> list[Step]:
        """Return the steps that use a spelling."""
        return [step for step in self.steps if any(use == at for use, _ in step.uses)]

    def placed_by_path(self, path: str) -> Placed:
        """Return the spelling to which a file belongs."""
        (found,) = [each for each in self.placed if path in each.files]
        return found
