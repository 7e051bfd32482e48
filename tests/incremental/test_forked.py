"""Functions that fork: what is the run's stays the parent's, wherever the child ends."""

import os
import subprocess

import pytest

from tests.incremental.workbench import PARAMETERS, Workbench

B = "src/shop/b.py"
BODY = "return inner(scale(made_a)) * RATE + rate"
ENDS = {
    "returns": "return 0",
    "exits": "raise SystemExit",
    "exits with a code": "raise SystemExit(3)",
    "exits with words": "raise SystemExit('the child says no')",
}
CODES = {"exits with a code": 3, "exits with words": 1}
FORKS = """\
import os
    child = os.fork()
    if not child:
        {end}
    _, status = os.waitpid(child, 0)
    print(f"<<B>> the child ended with {{os.waitstatus_to_exitcode(status)}}")
    """

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="not here: no fork")


@pytest.mark.parametrize("runner", ["inline", "threads"])
@pytest.mark.parametrize("end", ENDS)
def test_a_child_ends_where_its_function_does(fresh: Workbench, end: str, runner: str) -> None:
    fresh.edit(B, BODY, FORKS.format(end=ENDS[end]) + BODY)
    ran = fresh.go("--runner", runner)
    assert ran.did == "A B C"
    assert f"the child ended with {CODES.get(end, 0)}" in ran.said.out
    assert ("the child says no" in ran.said.err) == ("says" in ENDS[end])
    assert fresh.value("made_c") == 125
    assert set(ran.statuses.values()) == {"done"}
    assert fresh.command("runs", "list").out.count(" done ") == 1
    assert fresh.did() == ""


def test_the_error_of_a_child_is_shown_as_a_script_shows_it(fresh: Workbench) -> None:
    fresh.edit(B, BODY, FORKS.format(end="raise ValueError('the child fails')") + BODY)
    done = subprocess.run(
        [fresh.python, "-m", "noria", "run"],
        cwd=fresh.path,
        env=fresh.environment(),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert "the child ended with 1" in done.stdout
    assert done.stderr.splitlines()[-1] == "ValueError: the child fails"
    assert fresh.value("made_c") == 125


def test_a_child_of_a_generator_ends_where_the_function_does(fresh: Workbench) -> None:
    fresh.write({"src/shop/b.py": GENERATOR, "conf/base/catalog.yml": CHUNKED})
    fresh.edit("src/shop/c.py", "made_b + 100", "len(made_b) + 100")
    assert fresh.did() == "A B C"
    assert (fresh.path / "data/made_b.txt").read_text() == "one\ntwo\n"
    assert fresh.did() == ""
    fresh.edit_at_once(PARAMETERS, "rate: 5", "rate: 6")
    assert fresh.did() == "B"


@pytest.mark.parametrize("runner", ["inline", "threads"])
def test_a_pool_that_ends_its_processes_ends_no_run(fresh: Workbench, runner: str) -> None:
    fresh.write({"src/shop/b.py": POOLED})
    ran = fresh.go("--runner", runner)
    assert ran.did == "A B C"
    assert set(ran.statuses.values()) == {"done"}
    assert ran.said.err == ""
    assert fresh.value("made_c") == 125


def test_a_process_imports_a_module_as_it_stands_in_its_file(fresh: Workbench) -> None:
    """Python trusts what it has compiled by the time and the size of the source."""
    pooled = POOLED.replace('"fork"', '"spawn"').replace("return 2 * x", LAZY)
    fresh.write({"src/shop/b.py": pooled, "src/shop/lazy.py": "def twice(x):\n    return 2 * x\n"})
    assert fresh.did() == "A B C"
    assert fresh.value("made_c") == 125
    lazy = fresh.path / "src/shop/lazy.py"
    before = lazy.stat()
    fresh.edit("src/shop/lazy.py", "2 * x", "3 * x")
    os.utime(lazy, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert fresh.did() == "B C"
    assert fresh.value("made_c") == 3 * 2 * 5 + 5 + 100


LAZY = """\
from shop.lazy import twice

    return twice(x)"""
POOLED = """\
from multiprocessing import get_context


def double(x):
    return 2 * x


def b(made_a, rate):
    print("<<B>>")
    with get_context("fork").Pool(2) as pool:
        return sum(pool.map(double, [made_a] * 5)) + rate
"""
GENERATOR = """\
import os


def b(made_a, rate):
    print("<<B>>")
    yield "one\\n"
    child = os.fork()
    if not child:
        raise SystemExit
    os.waitpid(child, 0)
    yield "two\\n"
"""
CHUNKED = """\
raw:
  type: json.JSONDataset
  filepath: data/raw.json
made_a:
  type: json.JSONDataset
  filepath: data/made_a.json
made_b:
  type: text.TextDataset
  filepath: data/made_b.txt
made_c:
  type: json.JSONDataset
  filepath: data/made_c.json
"""
