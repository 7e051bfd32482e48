"""Running, on both sides."""

import threading
from typing import Any

import pytest

from tests.conformance.adapter import INPUT_MISSING, Pipeline, node, run, shows, task


def chain() -> Any:
    return Pipeline(
        [
            node(lambda x, n: x * n, ["x", "params:n"], "y", name="scale"),
            node(lambda y: (y, -y), "y", ["plus", "minus"], name="split"),
        ]
    )


@pytest.mark.parametrize("threads", [0, 2])
@shows("SequentialRunner.run", "ThreadRunner.run", "AbstractRunner.run", "run(pipeline)",
       "run(catalog)", "ThreadRunner(max_workers)")  # fmt: skip
def test_a_run_gives_the_free_outputs(threads: int) -> None:
    assert run(chain(), {"x": 2, "params:n": 3}, threads=threads) == {"plus": 6, "minus": -6}


@pytest.mark.parametrize("threads", [0, 2])
@shows("SequentialRunner.run", "ThreadRunner.run")
def test_an_input_that_nobody_has_is_refused_before_anything_runs(threads: int) -> None:
    ran: list[int] = []

    def note(x: int) -> int:
        ran.append(x)
        return x

    first = node(note, "x", "y")
    with pytest.raises(INPUT_MISSING):
        run(Pipeline([first, node(max, ["y", "nothing"], "z")]), {"x": 1}, threads=threads)
    assert ran == []


@pytest.mark.parametrize("threads", [0, 2])
@shows("SequentialRunner.run", "ThreadRunner.run")
def test_the_users_error_ends_the_run_and_can_be_reached(threads: int) -> None:
    ran: list[int] = []

    def fail(x: int) -> int:
        raise LookupError(x)

    made = Pipeline([node(fail, "x", "y"), node(ran.append, "y", None)])
    with pytest.raises(Exception) as raised:  # noqa: PT011  # what differs is who wraps it
        run(made, {"x": 1}, threads=threads)
    assert isinstance(raised.value.__cause__ or raised.value, LookupError)
    assert ran == []


@shows("SequentialRunner.run")
def test_a_reader_may_change_its_copy() -> None:
    def grow(rows: list[int]) -> int:
        rows.append(0)
        return len(rows)

    made = Pipeline([node(grow, "rows", "a", name="a"), node(grow, "rows", "b", name="b")])
    assert run(made, {"rows": [1]}) == {"a": 2, "b": 2}


@shows("ThreadRunner.run")
def test_threads_run_nodes_side_by_side() -> None:
    meeting = threading.Barrier(2, timeout=10)

    def meet(x: int) -> int:
        return meeting.wait() * 0 + x

    made = Pipeline([node(meet, "x", "a", name="a"), node(meet, "x", "b", name="b")])
    assert run(made, {"x": 5}, threads=2) == {"a": 5, "b": 5}


@shows("Task.execute", "Task(node)", "Task(catalog)")
def test_one_node_is_loaded_run_and_saved() -> None:
    assert task(node(max, ["a", "b"], "most"), {"a": 1, "b": 2}) == {"most": 2}


@shows("Node.run", "SequentialRunner.run")
def test_an_empty_pipeline_runs() -> None:
    assert run(Pipeline([]), {}) == {}
