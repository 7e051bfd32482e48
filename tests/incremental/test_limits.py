"""Where the system gives no more: the run says so, and the next one does the rest."""

from pathlib import Path

import pytest

from tests.incremental.shims import THREADLESS, build
from tests.incremental.workbench import PARAMETERS, Workbench, chain


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    return chain(tmp_path)


@pytest.mark.parametrize("runner", ["inline", "threads"])
def test_no_thread_can_be_started(bench: Workbench, tmp_path: Path, runner: str) -> None:
    shim = {"LD_PRELOAD": str(build(THREADLESS, tmp_path / "shim"))}
    for at in range(1, 20):
        bench.write({PARAMETERS: f"rate: {at}\n"})
        bench.variables = {**shim, "SHIM_AT": str(at)}
        said = bench.command("run", "--runner", runner, code=None)
        bench.variables = {}
        assert "fault of Noria" not in said.err
        bench.command("run")
        assert bench.value("made_c") == 120 + at
        if not said.err:
            break
        assert said.err.startswith("Error: no thread can be started")
    assert at > 1, "the shim does not see which threads are started"
