"""Threads as workers: they share the nodes and the data, and do not stand in each other's way."""

import subprocess
import sys
import threading
from pathlib import Path

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


SET = {
    "decimal": ("decimal.getcontext().prec = 50", "str(decimal.Decimal(1) / 7)"),
    "numpy": ("numpy.set_printoptions(precision=3)", "str(numpy.array([1 / 7]))"),
    "numpy, errors": ("numpy.seterr(divide='raise')", "numpy.geterr()['divide']"),
    "sklearn": ("sklearn.set_config(transform_output='pandas')", "sklearn.get_config()"),
}


@pytest.mark.parametrize("library", SET)
def test_what_a_module_has_set_at_import_holds_in_every_thread(library: str) -> None:
    """Python and libraries keep it for the thread that imports the module."""
    name = library.partition(",")[0]
    pytest.importorskip(name, reason=f"not here: {name}")
    setting, asked = SET[library]
    lines = [
        "from noria import Pipeline, node, run",
        f"import {name}",
        setting,
        "def ask():",
        f"    return {asked}",
        "nodes = [node(ask, None, str(n), name=str(n)) for n in range(3)]",
        "print(run(Pipeline(nodes), runner='threads', workers=3) == run(Pipeline(nodes)))",
    ]
    code = "\n".join(lines)
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "True\n"


def test_a_library_that_another_thread_is_importing_fails_no_node(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Copying a value asks which tables' libraries are there; one may be there in part."""
    started, go_on = threading.Event(), threading.Event()
    monkeypatch.setattr(threading, "told", (started, go_on), raising=False)
    lines = [
        "import threading",
        "started, go_on = threading.told",
        "started.set()",
        "go_on.wait(9)",
    ]
    (tmp_path / "ibis.py").write_text("\n".join([*lines, "class Table: ..."]))
    monkeypatch.syspath_prepend(tmp_path)

    def import_it() -> int:
        import ibis  # type: ignore[import-not-found]

        return len(ibis.__name__)

    def make() -> list[object]:
        started.wait(9)
        return [object]

    def read(values: list[object]) -> int:
        go_on.set()
        return len(values)

    nodes = [node(import_it, None, "imported"), node(make, None, "made")]
    nodes += [node(read, "made", name, name=name) for name in ("one", "two")]
    try:
        result = run(Pipeline(nodes), runner="threads", workers=2)
    finally:
        go_on.set()
        sys.modules.pop("ibis", None)
    assert result == {"imported": 4, "one": 1, "two": 1}
