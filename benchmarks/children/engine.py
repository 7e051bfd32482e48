"""Run trivial in-memory nodes as a library and print the microseconds a node as JSON.

python engine.py noria|kedro chain|fan NODES inline|threads REPEATS
"""

import json
import logging
import sys
import time
from collections.abc import Callable
from typing import Any


def step(value: int) -> int:
    return value


def names(shape: str, count: int) -> list[tuple[str, str]]:
    """Return the input and output of every node."""
    if shape == "chain":
        return [(f"d{number}", f"d{number + 1}") for number in range(count)]
    return [("d0", f"d{number + 1}") for number in range(count)]


def with_noria(wires: list[tuple[str, str]], runner: str) -> Callable[[], Any]:
    from noria import DataCatalog, Pipeline, node, run

    pipeline = Pipeline([node(step, one, other, name=f"n_{other}") for one, other in wires])
    return lambda: run(pipeline, DataCatalog({"d0": 1}), runner=runner, workers=2)


def with_kedro(wires: list[tuple[str, str]], runner: str) -> Callable[[], Any]:
    from kedro.io import DataCatalog, MemoryDataset
    from kedro.pipeline import Pipeline, node
    from kedro.runner import SequentialRunner, ThreadRunner

    logging.disable(logging.WARNING)  # a line for every node would be most of what it costs
    pipeline = Pipeline([node(step, one, other, name=f"n_{other}") for one, other in wires])
    make = SequentialRunner if runner == "inline" else lambda: ThreadRunner(max_workers=2)
    return lambda: make().run(pipeline, DataCatalog({"d0": MemoryDataset(1)}))


def main() -> None:
    library, shape, count, runner, repeats = sys.argv[1:]
    wires = names(shape, int(count))
    run = (with_noria if library == "noria" else with_kedro)(wires, runner)
    taken = []
    for _ in range(int(repeats)):
        began = time.perf_counter()
        made = run()
        taken.append(time.perf_counter() - began)
        assert len(made) == (1 if shape == "chain" else int(count))
    print(json.dumps([seconds / int(count) for seconds in taken]))


if __name__ == "__main__":
    main()
