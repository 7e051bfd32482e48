"""Room on Python's stack: what a node's function costs does not depend on how deep we call it."""

import time
from collections.abc import Callable

import pytest
from noria import DataCatalog, Pipeline, node, run
from noria.room import with_room

CALLS = 4_000


def _leaf(a: int, b: int, c: int, d: int) -> int:
    return a + b + c + d


def _seconds(_: object = None) -> float:
    began = time.thread_time()
    for _ in range(CALLS):
        _leaf(1, 2, 3, 4)
    return time.thread_time() - began


def _at_depth(depth: int, call: Callable[[], float]) -> float:
    return _at_depth(depth - 1, call) if depth else call()


def _slowest(call: Callable[[], float]) -> tuple[float, int]:
    """Return the most that it took at any of many depths, each taken at its best."""
    return max((min(_at_depth(depth, call) for _ in range(3)), depth) for depth in range(150))


def _through_a_run() -> float:
    pipeline = Pipeline([node(_seconds, "nothing", "seconds", name="loop")])
    return float(run(pipeline, DataCatalog({"nothing": 0}))["seconds"])


def test_a_loop_is_as_quick_below_us_at_any_depth_as_at_the_best() -> None:
    slowest, _ = _slowest(_seconds)
    usual = min(_seconds() for _ in range(20))
    if slowest < 10 * usual:
        pytest.skip("not here: this Python's stack has no depth at which calls are slow")
    assert _slowest(lambda: with_room(_seconds))[0] < slowest / 5
    assert _slowest(_through_a_run)[0] < slowest / 5


def test_what_is_called_with_room_may_raise_and_go_deep() -> None:
    with pytest.raises(ZeroDivisionError):
        with_room(divmod, 1, 0)
    assert with_room(_at_depth, 500, lambda: 1.5) == 1.5
