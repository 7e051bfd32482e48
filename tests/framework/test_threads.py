"""Threads as workers: they share the nodes and the data, and do not stand in each other's way."""

import sys

import pytest
from noria import DataCatalog, Pipeline, node, run

READERS = 3_000


def _same(value: int) -> int:
    return value


@pytest.mark.skipif(sys.platform == "win32", reason="no count of changes of threads there")
def test_short_nodes_do_not_cost_a_change_of_threads_each() -> None:
    import resource

    wide = Pipeline([node(_same, "a", f"b{n}", name=f"n{n}") for n in range(READERS)])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw
    for _ in range(4):
        run(wide, DataCatalog({"a": 1}), runner="threads", workers=2)
    changes = resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw - before
    assert changes < 4 * READERS / 10


def _make() -> list[list[int]]:
    return [[] for _ in range(20)]


def _add(values: list[list[int]]) -> int:
    for each in reversed(values):
        each.append(1)
    return max(map(len, values))


def test_no_reader_sees_what_another_one_changes() -> None:
    nodes = [node(_make, None, f"values{n}") for n in range(200)]
    nodes += [
        node(_add, f"values{n}", f"most{n}_{reader}", name=f"n{n}_{reader}")
        for n in range(200)
        for reader in range(4)
    ]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        result = run(Pipeline(nodes), runner="threads", workers=4)
    finally:
        sys.setswitchinterval(interval)
    assert len(result) == 800
    assert set(result.values()) == {1}
