"""Where the system gives no more: the run says so, and the next one does the rest."""

from pathlib import Path

import pytest

from tests.incremental.shims import REFUSING, THREADLESS, build
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


def test_a_store_that_cannot_be_read_once(bench: Workbench, tmp_path: Path) -> None:
    shim = build(REFUSING, tmp_path / "shim")
    told = tmp_path / "told"
    bench.command("run")
    refusing = {"SHIM_BELOW": str(bench.path / ".noria/store/results"), "SHIM_TOLD": str(told)}
    for at in range(1, 200, 4):
        bench.write({PARAMETERS: f"rate: {at}\n"})
        told.unlink(missing_ok=True)
        bench.variables = {"LD_PRELOAD": str(shim), "SHIM_AT": str(at), **refusing}
        bench.command("run")
        bench.variables = {}
        assert bench.did() == "", f"not read: {at}"
        assert bench.value("made_c") == 120 + at
        assert bench.aside() == [], f"not read: {at}"
        if not told.exists():
            break
    assert at > 1, "the shim does not see what is read"
