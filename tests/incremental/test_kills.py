"""Killed at any instant: the next run ends with the bytes of an undisturbed one."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.incremental.forks import Forks
from tests.incremental.shims import KILLER, build
from tests.incremental.workbench import (
    CHAIN,
    CONF,
    PARAMETERS,
    WHERE_PIPELINE,
    Workbench,
    chain,
)

KILLS = int(os.environ.get("SOAK_KILLS", "20"))
EVERY = int(os.environ.get("SOAK_EVERY", "0"))
# B gives some hundred kilobytes, so that an instant can fall into its save.
LARGE = "return [inner(scale(made_a)) * RATE + rate + each for each in range(40_000)]"


def large_chain(folder: Path) -> Workbench:
    made = chain(folder)
    made.edit("src/shop/b.py", "return inner(scale(made_a)) * RATE + rate", LARGE)
    made.edit("src/shop/c.py", "made_b + 100", "sum(made_b) + 100")
    return made


def bytes_of(bench: Workbench) -> dict[str, bytes]:
    """Return all that lies in the data folder, hidden files too."""
    return {path.name: path.read_bytes() for path in sorted((bench.path / "data").iterdir())}


def wanted(folder: Path, rate: int) -> dict[str, bytes]:
    """Return what an undisturbed run of a project of its own leaves."""
    made = large_chain(folder)
    made.write({PARAMETERS: f"rate: {rate}\n"})
    made.command("run")
    return bytes_of(made)


def right(bench: Workbench, rate: int) -> None:
    """Compare with what the functions give."""
    made_b = [20 + rate + each for each in range(40_000)]
    assert bench.value("made_b") == made_b
    assert bench.value("made_c") == sum(made_b) + 100
    hidden = [name for name in bytes_of(bench) if name.startswith(".")]
    assert hidden == []


def test_a_kill_at_a_random_instant_costs_only_what_was_not_done(tmp_path: Path) -> None:
    bench = large_chain(tmp_path)
    choose = Random(KILLS)
    began = time.monotonic()
    bench.command("run")
    usual = time.monotonic() - began
    killed = 0
    for rate in range(6, 6 + KILLS):
        bench.write({PARAMETERS: f"rate: {rate}\n"})
        process = subprocess.Popen(
            [bench.python, "-m", "noria", "run"],
            cwd=bench.path,
            env=bench.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(choose.uniform(0.3, 1.1) * usual)
        killed += process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.wait()
        bench.command("run")
        right(bench, rate)
        assert bench.did() == ""
    assert killed, "no kill came before the end of its run"
    assert bytes_of(bench) == wanted(tmp_path / "undisturbed", 5 + KILLS)


@pytest.fixture
def mortal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workbench]:
    """The chain, run by forks that a shim can kill."""
    shim = build(KILLER, tmp_path / "shim")
    bench = chain(tmp_path)
    monkeypatch.setenv("LD_PRELOAD", str(shim))
    bench.forks = [Forks(bench.python, tmp_path / "forks", bench.home, 1)]
    monkeypatch.delenv("LD_PRELOAD")
    yield bench
    bench.forks[0].end()


@pytest.mark.parametrize("after", [False, True], ids=["before the call", "after the call"])
def test_a_kill_at_any_write_sync_or_rename_costs_only_what_was_not_done(
    mortal: Workbench, tmp_path: Path, *, after: bool
) -> None:
    (forks,) = mortal.forks
    mortal.command("run")
    told = tmp_path / "count"
    variables = {"SHIM_COUNT": str(told), **({"SHIM_AFTER": "1"} if after else {})}
    mortal.write({PARAMETERS: "rate: 6\n"})
    mortal.variables = {"SHIM_AT": "-1", **variables}
    mortal.command("run")
    mortal.variables = {}
    calls = int(told.read_text())
    assert calls > 10, "the shim does not see what is written"
    # Every call in the soak; here some of them, spread over the whole run.
    step = 1 if EVERY else max(1, calls // 24)
    at, rate = 1 + after * (step // 2), 7
    while True:
        mortal.write({PARAMETERS: f"rate: {rate}\n"})
        shim = {**mortal.environment(), "SHIM_AT": str(at), **variables}
        code, _ = forks.noria(mortal.path, "run", variables=shim)
        if code == 0:
            break
        assert code == -signal.SIGKILL
        mortal.command("run")
        assert mortal.value("made_b") == 20 + rate, f"killed at call {at}"
        assert mortal.value("made_c") == 120 + rate, f"killed at call {at}"
        hidden = [path.name for path in (mortal.path / "data").iterdir() if path.name[0] == "."]
        assert hidden == [], f"killed at call {at}"
        at, rate = at + step, rate + 1
    assert at > calls // 2
    assert mortal.did() == ""


@pytest.mark.parametrize("at", [0.25, 0.5, 0.75, 0.9])
def test_a_first_run_that_was_killed_goes_on(mortal: Workbench, tmp_path: Path, at: float) -> None:
    """Never run before: the store and the ledger themselves are half made."""
    (forks,) = mortal.forks
    other = chain(tmp_path / "counted", **{CONF: CHAIN[CONF]})
    told = tmp_path / "count"
    shim = {**other.environment(), "SHIM_AT": "-1", "SHIM_COUNT": str(told)}
    forks.noria(other.path, "run", variables=shim)
    shim = {**mortal.environment(), "SHIM_AT": str(int(int(told.read_text()) * at))}
    code, _ = forks.noria(mortal.path, "run", variables=shim)
    assert code == -signal.SIGKILL
    mortal.command("run")
    assert mortal.value("made_c") == 125
    assert mortal.did() == ""


def test_a_kill_costs_no_node_that_took_long_and_ended_beside_another(tmp_path: Path) -> None:
    slow = 'def {0}(given):\n    import time\n\n    time.sleep({1})\n    print("<<{2}>>")\n'
    end = "    Path('ready').touch()\n    time.sleep(60)\n"
    bench = chain(
        tmp_path,
        **{
            "src/shop/a.py": slow.format("a", 0.5, "A") + "    return given\n",
            "src/shop/b.py": slow.format("b", 0.5, "B") + "    return given\n",
            "src/shop/c.py": "def c(one, two):\n    return one + two\n",
        },
    )
    bench.edit(WHERE_PIPELINE, '["made_a", "params:rate"]', '"raw"')
    bench.edit(WHERE_PIPELINE, 'inputs="made_b"', 'inputs=["made_a", "made_b"]')
    c = "def c(one, two):\n"
    bench.edit("src/shop/c.py", c, f"import time\nfrom pathlib import Path\n\n\n{c}{end}")
    process = bench.start("run", "--runner", "threads")
    wait_for(bench.path / "ready")
    time.sleep(0.5)  # what is recorded is written after a tenth of a second
    process.kill()
    process.communicate()
    bench.edit("src/shop/c.py", "time.sleep(60)", "print('<<C>>')")
    assert bench.did() == "C"


def wait_for(path: Path) -> None:
    """Wait until a file is there."""
    until = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < until, f"{path} did not come"
        time.sleep(0.02)
