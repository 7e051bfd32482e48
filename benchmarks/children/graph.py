"""Make or cut pipelines and print the seconds that it took, each time, as JSON.

python graph.py noria|kedro build|sum|filter|namespace SIZE REPEATS

``sum`` adds SIZE pipelines of five nodes; all else is about a chain of SIZE nodes.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

OF_FIVE = 5


def step(value: int) -> int:
    return value


def preparing(library: str, what: str, size: int) -> Callable[[], Any]:
    """Return a function of which each call does the work anew."""
    if library == "noria":
        from noria import Pipeline, node
    else:
        from kedro.pipeline import Pipeline, node

    def chain(name: str, count: int) -> list[Any]:
        wires = range(count)
        return [node(step, f"{name}{at}", f"{name}{at + 1}", name=f"{name}_{at}") for at in wires]

    if what == "build":
        return lambda: Pipeline(chain("d", size))
    if what == "sum":
        parts = [Pipeline(chain(f"p{number}_", OF_FIVE)) for number in range(size)]
        return lambda: sum(parts[1:], parts[0])
    whole = Pipeline(chain("d", size))
    if what == "namespace":
        return lambda: Pipeline(whole.nodes, namespace="space")
    first, last = f"d_{size // 10}", f"d_{size - size // 10}"
    return lambda: whole.filter(from_nodes=[first], to_nodes=[last])


def main() -> None:
    library, what, size, repeats = sys.argv[1:]
    work = preparing(library, what, int(size))
    taken = []
    for _ in range(int(repeats)):
        began = time.perf_counter()
        made = work()
        count = len(made.nodes)  # what is put off until somebody asks counts too
        taken.append(time.perf_counter() - began)
        assert count > int(size) // 2
        del made  # letting go of ten thousand nodes takes its time, and is not the work
    print(json.dumps(taken))


if __name__ == "__main__":
    main()
