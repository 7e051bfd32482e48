"""Projects of any size on disk: the same files for Noria and for Kedro but for one import line."""

import random
from dataclasses import dataclass
from pathlib import Path

FUNCTIONS_A_FILE = 50
NODES = '''\
"""What the functions do takes no time: the view never calls them."""


def compute(*values):
    return len(values)
'''
# Kedro finds a pipeline in the package's face.
FACE = "from .pipeline import create_pipeline as create_pipeline\n"
PYPROJECT = """\
[project]
name = "sized"
version = "0.1.0"

[tool.noria]
package = "sized"

[tool.kedro]
package_name = "sized"
project_name = "sized"
kedro_init_version = "{kedro}"
source_dir = "src"
"""
REGISTRY = {
    "noria": """\
from noria import Pipeline, find_pipelines


def register_pipelines():
    parts = find_pipelines()
    registry = {name: lambda name=name: parts[name] for name in parts}
    registry["__default__"] = lambda: sum(parts.values(), Pipeline([]))
    return registry
""",
    "kedro": """\
from kedro.framework.project import find_pipelines


def register_pipelines():
    pipelines = find_pipelines(raise_errors=True)
    pipelines["__default__"] = sum(pipelines.values())
    return pipelines
""",
}


@dataclass(frozen=True)
class Size:
    """About so many functions and datasets, edges between them, and namespaces around them."""

    elements: int
    edges: int
    groups: int
    depth: int = 1

    @property
    def told(self) -> str:
        return f"{self.elements:,} elements, {self.edges:,} edges"


@dataclass(frozen=True)
class Wired:
    """A function: its name, namespace, inputs and output."""

    name: str
    home: str
    inputs: list[str]
    output: str


def wiring(size: Size) -> list[Wired]:
    """Return the functions, each with one output; exactly ``size.edges`` edges.

    Four of five inputs come from the function's own namespace.
    """
    chance = random.Random(7)
    functions = size.elements // 2
    made = ["raw"]
    near: dict[str, list[str]] = {}
    found, owed = [], 0
    for number in range(functions):
        home = _home(number * size.groups // functions, size)
        own = near.setdefault(home, [])
        owed += (size.edges - functions) * (number + 1) // functions
        owed -= (size.edges - functions) * number // functions
        taken: dict[str, None] = {}
        for _ in range(owed):
            inside = own[-12:] if chance.random() < 0.8 else []
            free = [name for name in inside or made[-250:] if name not in taken]
            if free := free or [name for name in made[-250:] if name not in taken]:
                taken[chance.choice(free)] = None
        owed -= len(taken)  # the first ones have nothing to read: later ones read more
        output = f"{home}.table_{number}"
        found.append(Wired(f"step_{number}", home, list(taken) or ["raw"], output))
        made.append(output)
        own.append(output)
    return found


def _home(group: int, size: Size) -> str:
    area = group * max(1, size.groups // 5) // size.groups
    return f"area_{area}.part_{group}" if size.depth > 1 else f"part_{group}"


def write_project(path: Path, size: Size, framework: str, kedro: str) -> None:
    """Write the project of that size; ``framework`` is "noria" or "kedro"."""
    source = path / "src" / "sized"
    for place in ("conf/base", "conf/local", "data/01_raw"):
        (path / place).mkdir(parents=True)
    for name in ("catalog.yml", "parameters.yml"):
        (path / "conf/base" / name).write_text("{}\n", "utf-8")
    (path / "pyproject.toml").write_text(PYPROJECT.format(kedro=kedro), "utf-8")
    wired = wiring(size)
    for first in range(0, len(wired), FUNCTIONS_A_FILE):
        part = source / "pipelines" / f"pipeline_{first // FUNCTIONS_A_FILE}"
        part.mkdir(parents=True)
        face = FACE if framework == "kedro" else ""
        (part / "__init__.py").write_text(face, "utf-8")
        (part / "nodes.py").write_text(NODES, "utf-8")
        text = _pipeline(wired[first : first + FUNCTIONS_A_FILE], framework)
        (part / "pipeline.py").write_text(text, "utf-8")
    for package in (source, source / "pipelines"):
        (package / "__init__.py").write_text('"""A project to look at."""\n', "utf-8")
    (source / "settings.py").write_text('"""Nothing but the defaults."""\n', "utf-8")
    (source / "pipeline_registry.py").write_text(REGISTRY[framework], "utf-8")


def _pipeline(wired: list[Wired], framework: str) -> str:
    origin = "noria" if framework == "noria" else "kedro.pipeline"
    lines = [f"from {origin} import Pipeline, node", "", "from .nodes import compute", "", ""]
    lines += ["def create_pipeline(**kwargs):", "    return Pipeline(", "        ["]
    for one in wired:
        words = f"{one.inputs!r}, {one.output!r}, name={one.name!r}, namespace={one.home!r}"
        lines.append(f"            node(compute, {words}),")
    return "\n".join([*lines, "        ]", "    )", ""])
