"""The work as a project of Noria: a catalog entry for every file, ten pipelines, parameters."""

from benchmarks.incremental_work import MODULES, PARAMETERS, RAW, Step, steps

PIPELINES = 10
PYPROJECT = """\
[project]
name = "sized"
version = "0.1.0"

[tool.noria]
package = "sized"
"""


def noria_files(count: int, *, in_memory: bool = False) -> dict[str, str]:
    """Return the project's files beside its modules; ``in_memory`` leaves the results' entries."""
    found = steps(count)
    named = [f"raw{number}" for number in range(RAW)]
    named += [] if in_memory else [step.made for step in found]
    catalog = (
        f"{name}:\n  type: text.TextDataset\n  filepath: data/{name}.txt\n" for name in named
    )
    values = (f"p{number}: {Step(0, 0, '', number).weight}" for number in range(PARAMETERS))
    files = {
        "pyproject.toml": PYPROJECT,
        "conf/base/catalog.yml": "".join(catalog),
        "conf/base/parameters.yml": "\n".join([*values, ""]),
        "src/sized/pipelines/__init__.py": "",
    }
    for number in range(PIPELINES):
        own = range(number * MODULES // PIPELINES, (number + 1) * MODULES // PIPELINES)
        folder = f"src/sized/pipelines/pipeline_{number}"
        files[f"{folder}/__init__.py"] = ""
        files[f"{folder}/pipeline.py"] = _pipeline([step for step in found if step.module in own])
    return files


def _pipeline(own: list[Step]) -> str:
    lines = ["from noria import Pipeline, node", ""]
    lines += [
        f"from sized.parts import part_{module}" for module in sorted({s.module for s in own})
    ]
    lines += ["", "", "def create_pipeline(**kwargs):", "    return Pipeline(", "        ["]
    for step in own:
        function = f"part_{step.module}.step_{step.number}"
        inputs = [step.taken, f"params:p{step.parameter}"]
        lines.append(f"            node({function}, {inputs!r}, {step.made!r}),")
    return "\n".join([*lines, "        ]", "    )", ""])
