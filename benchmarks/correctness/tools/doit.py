"""The chain for doit: three tasks that start scripts."""

from benchmarks.correctness.chain import REACHED_BY_B
from benchmarks.correctness.tool import SCRIPT, Tool, always

DODO = """\
def _task(step, taken, more=()):
    return {{
        "actions": [f"python -m shop.{{step}}"],
        "file_dep": [f"src/shop/{{step}}.py", f"data/{{taken}}.json", *more],
        "targets": [f"data/{{step}}.json"],
    }}


def task_a():
    return _task("a", "raw")


def task_b():
    return _task("b", "a", {more})


def task_c():
    return _task("c", "b")
"""

DOIT = Tool(
    name="doit",
    shown="doit",
    distribution="doit",
    wanted=("doit",),
    command=("doit",),
    frame=always(SCRIPT),
    files=lambda best: {"dodo.py": DODO.format(more=list(REACHED_BY_B) if best else [])},
    default="a task a step, `file_dep` its script and its input",
    effort="`file_dep` names every helper and the file of pinned libraries too",
)
