"""Run trivial nodes in a project, as `noria run` does, and print the seconds a node as JSON.

python recorded.py make FOLDER chain|fan NODES
python recorded.py run FOLDER REPEATS

``make`` writes the project.  The seconds are those between the events that begin and end the run,
all that is in between written to the ledger and synced; nothing is remembered.
"""

import json
import sys
import time
from pathlib import Path

PROJECT = '[project]\nname = "many"\nversion = "0.1"\n\n[tool.noria]\npackage = "many"\n'
REGISTRY = """\
from noria import Pipeline, node


def step(value: int) -> int:
    return value


def register_pipelines():
    nodes = [node(step, {wire}, f"d{{at + 1}}", name=f"n{{at}}") for at in range({count})]
    return {{"__default__": Pipeline(nodes)}}
"""
WIRES = {"chain": 'f"d{at}" if at else "params:start"', "fan": '"params:start"'}


def make(folder: Path, shape: str, count: int) -> None:
    source = folder / "src" / "many"
    source.mkdir(parents=True)
    (folder / "conf" / "base").mkdir(parents=True)
    (folder / "pyproject.toml").write_text(PROJECT, "utf-8")
    (folder / "conf/base/parameters.yml").write_text("start: 1\n", "utf-8")
    (source / "__init__.py").write_text("", "utf-8")
    registry = REGISTRY.format(wire=WIRES[shape], count=count)
    (source / "pipeline_registry.py").write_text(registry, "utf-8")


def run(folder: Path, repeats: int) -> list[float]:
    from noria import open_project
    from noria.record.events import Event, RunStarted

    # The end is that of the call: the ledger is whole and synced by then.
    began: list[float] = []
    count = 0

    def listen(event: Event) -> None:
        nonlocal count
        if isinstance(event, RunStarted):
            began.append(time.perf_counter())
            count = len(event.nodes)

    taken = []
    session = open_project(folder)
    for _ in range(repeats):
        session.run(listeners=[listen], cache=False)
        taken.append((time.perf_counter() - began[-1]) / count)
    return taken


def main() -> None:
    what, folder = sys.argv[1], Path(sys.argv[2])
    if what == "make":
        make(folder, sys.argv[3], int(sys.argv[4]))
    else:
        print(json.dumps(run(folder, int(sys.argv[3]))))


if __name__ == "__main__":
    main()
