"""The benchmarks' own arithmetic, pairing and table, on commands that take no time."""

import os
import platform
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from benchmarks import machine
from benchmarks.measure import Contender, Rounds, Spent, Spread, alternate, environment, process
from benchmarks.report import _series
from benchmarks.table import Row, at_most, markdown, more, seconds, times
from benchmarks.view_frames import FRAME, TASK, frames

ROOT = Path(__file__).parents[2]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


def _run(code: str, log: Path) -> Spent:
    return process([sys.executable, "-c", code], cwd=log.parent, log=log)


def test_a_process_is_measured_by_the_clock_and_by_its_work(log: Path) -> None:
    asleep = _run("import time; time.sleep(0.3)", log)
    busy = _run("import time\nwhile time.process_time() < 0.4: pass", log)
    assert asleep.wall >= 0.3
    assert busy.cpu >= 0.4 > asleep.cpu


def test_the_peak_of_memory_is_the_process_s_own(log: Path) -> None:
    # Measured from a small process: what is forked begins with the memory of who forks it.
    code = (
        "import sys; from pathlib import Path; from benchmarks.measure import process\n"
        "run = lambda code: process([sys.executable, '-c', code], cwd=Path('.'),"
        f" log=Path({str(log)!r})).peak\n"
        "print(run('data = bytearray(400_000_000); del data'), run('pass'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    large, small = map(int, done.stdout.split())
    assert 400_000_000 < large < 800_000_000
    assert small < 400_000_000


def test_what_a_command_prints_is_kept_for_who_needs_it(log: Path) -> None:
    _run("import sys; print('out'); print('err', file=sys.stderr)", log)
    assert sorted(log.read_text("utf-8").split()) == ["err", "out"]


def test_a_command_that_fails_ends_the_run_with_its_own_words(log: Path) -> None:
    with pytest.raises(SystemExit, match=r"exit 3 of(.|\n)*nothing here"):
        _run("print('nothing here'); raise SystemExit(3)", log)


def test_a_child_does_not_inherit_what_changes_its_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("NORIA_RUNNER", "threads")
    assert not {"PYTHONDONTWRITEBYTECODE", "NORIA_RUNNER"} & set(environment())
    assert environment()["PATH"] == os.environ["PATH"]


def test_contenders_take_turns_and_the_warm_up_does_not_count() -> None:
    asked: list[str] = []

    def measure(name: str) -> float:
        asked.append(name)
        return float(len(asked))

    rounds = alternate({name: Contender(partial(measure, name)) for name in "ab"}, 3)
    assert "".join(asked) == "ab" + "ab" + "ba" + "ab"
    assert rounds.figures("a") == [3.0, 6.0, 7.0]


def test_a_slow_contender_joins_only_some_rounds() -> None:
    contenders = {"quick": Contender(lambda: 1.0), "slow": Contender(lambda: 2.0, every=3)}
    rounds = alternate(contenders, 7)
    assert len(rounds.figures("quick")) == 7
    assert len(rounds.figures("slow")) == 3
    assert rounds.ratio("slow", "quick").count == 3


def test_a_ratio_is_that_of_pairs_and_not_of_medians() -> None:
    # The machine was ten times slower in the second round, for both.
    rounds = Rounds([{"a": 2.0, "b": 1.0}, {"a": 21.0, "b": 10.0}, {"a": 2.2, "b": 1.0}])
    assert rounds.ratio("a", "b").median == pytest.approx(2.1)
    assert rounds.difference("a", "b").median == pytest.approx(1.2)
    assert rounds.spread("a").median == 2.2


def test_each_figure_of_a_process_can_be_picked() -> None:
    rounds = Rounds([{"a": Spent(4.0, 2.0, 300), "b": Spent(2.0, 2.0, 100)}])
    picked = {pick: rounds.ratio("a", "b", pick).median for pick in ("wall", "cpu", "peak")}
    assert picked == {"wall": 2.0, "cpu": 1.0, "peak": 3.0}


def test_the_spread_is_the_middle_half() -> None:
    spread = Spread.of([5.0, 1.0, 3.0, 2.0, 4.0])
    assert (spread.least, spread.low, spread.median, spread.high) == (1.0, 2.0, 3.0, 4.0)


@pytest.mark.parametrize(("ratio", "kept"), [(1.9, True), (2.0, True), (2.01, False)])
def test_a_limit_is_kept_up_to_itself(ratio: float, kept: bool) -> None:
    row = at_most("`noria --version`", Spread.of([ratio]), 2.0, unit="x", cells=("", "", ""))
    assert row.kept is kept
    assert row.limit == "2x"


def test_a_limit_over_something_is_a_difference() -> None:
    row = at_most("run", Spread.of([0.25]), 0.5, unit="s", cells=("", "", ""))
    assert (row.compared, row.limit) == ("+0.25 s", "+0.5 s")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (4.94e-6, "4.9 us"),
        (0.0015, "1.5 ms"),
        (0.0184, "18 ms"),
        (0.924, "924 ms"),
        (3.636, "3.64 s"),
    ],
)
def test_a_duration_has_the_digits_that_a_reader_can_use(value: float, told: str) -> None:
    assert seconds(value) == told


def test_a_ratio_shows_its_middle_half() -> None:
    assert times(Spread.of([1.0, 2.0, 3.0, 4.0, 5.0])) == "3.00x (2.00 to 4.00)"
    assert times(Spread.of([51.23])) == "51.2x"
    assert more(Spread.of([-0.5])) == "-0.50 s"


def test_rows_become_a_table_of_markdown() -> None:
    rows = [Row("a | b", "1 s", "2 s", "0.5x", "1x", True), Row("c", "", "", "", "1x", False)]
    lines = markdown(("what",) * 7, [row.cells for row in rows]).splitlines()
    assert len(lines) == 4
    assert lines[2] == r"| a \| b | 1 s | 2 s | 0.5x | 1x | yes |  |"
    assert "**no**" in lines[3]
    assert {line.replace(r"\|", "").count("|") for line in lines} == {8}


def test_the_machine_is_described_without_its_name() -> None:
    assert platform.python_version() in machine.described()
    assert platform.node() not in machine.described()


def test_every_series_is_told_with_its_least_and_its_runs() -> None:
    rounds = Rounds([{"a": Spent(0.5, 0.4, 1), "b": 2e-6}, {"a": Spent(0.7, 0.6, 1)}])
    told = _series([rounds]).splitlines()[2:]
    assert told == [
        "| a | 2 | 500 ms | 600 ms | 550 ms to 650 ms | 500 ms |",
        "| b | 1 | 2.0 us | 2.0 us | 2.0 us to 2.0 us |  |",
    ]


MAIN = {"pid": 1, "tid": 1, "ph": "X"}
NAMED = {**MAIN, "ph": "M", "name": "thread_name", "args": {"name": "CrRendererMain"}}


def _event(name: str, at: int, took: int = 0, **more: int) -> dict[str, object]:
    return {**MAIN, "name": name, "ts": at, "dur": took, **more}


def test_a_frame_costs_the_processor_time_of_all_tasks_up_to_the_next() -> None:
    trace = [
        NAMED,
        _event(TASK, 100, 90, tdur=50),
        _event(FRAME, 110),
        _event(TASK, 120, 20, tdur=15),  # inside of the first, which counts it
        _event(TASK, 200, 90, tdur=7),
        _event(TASK, 300, 90, tdur=30),
        _event(FRAME, 310),
        {**_event(TASK, 300, 90, tdur=900), "tid": 2},  # of another thread
    ]
    assert frames(trace) == pytest.approx([57e-6, 30e-6])


def test_a_task_that_the_trace_caught_half_counts_by_the_clock() -> None:
    whole = [_event(TASK, 200 + at, 1, tdur=0) for at in range(40)]
    assert frames([NAMED, _event(FRAME, 110), _event(TASK, 100, 90), *whole]) == [90e-6]


def test_a_trace_without_the_time_of_threads_is_refused() -> None:
    with pytest.raises(SystemExit, match="no time of threads"):
        frames([NAMED, _event(FRAME, 110), _event(TASK, 100, 90)])
    with pytest.raises(SystemExit, match="no frames"):
        frames([NAMED, _event(TASK, 100, 90, tdur=1)])
