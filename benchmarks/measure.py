"""One process measured whole, contenders taken in turns, and the arithmetic on what comes out."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# What would make one side start differently from what its users see.
_LEFT_OUT = ("PYTHON", "NORIA_", "KEDRO_", "VIRTUAL_ENV")
_ADDED = {"DO_NOT_TRACK": "1", "KEDRO_DISABLE_TELEMETRY": "1", "PYTHONUTF8": "1"}


@dataclass(frozen=True)
class Spent:
    """What one process took: seconds by the clock and of all processors, most resident bytes."""

    wall: float
    cpu: float
    peak: int


@dataclass(frozen=True)
class Spread:
    """The median of some figures, the middle half of them, and the least."""

    median: float
    low: float
    high: float
    least: float
    count: int

    @classmethod
    def of(cls, figures: Sequence[float]) -> "Spread":
        ordered = sorted(figures)
        middle = statistics.median(ordered)
        if len(ordered) == 1:
            return cls(middle, middle, middle, middle, 1)
        low, _, high = statistics.quantiles(ordered, n=4, method="inclusive")
        return cls(middle, low, high, ordered[0], len(ordered))


@dataclass(frozen=True)
class Contender:
    """Something to measure in every round, or in every ``every``-th when it is slow."""

    measure: Callable[[], float | Spent]
    every: int = 1


Round = Mapping[str, float | Spent]


class Rounds:
    """What was measured: a list of rounds, each with what every contender took in it."""

    def __init__(self, rounds: Sequence[Round]) -> None:
        self.rounds = list(rounds)

    def figures(self, name: str, pick: str = "wall") -> list[float]:
        return [_figure(turn[name], pick) for turn in self.rounds if name in turn]

    def spread(self, name: str, pick: str = "wall") -> Spread:
        return Spread.of(self.figures(name, pick))

    def ratio(self, ours: str, beside: str, pick: str = "wall") -> Spread:
        """Return ours by theirs, each pair from one round."""
        return Spread.of([mine / theirs for mine, theirs in self._pairs(ours, beside, pick)])

    def difference(self, ours: str, beside: str, pick: str = "wall") -> Spread:
        """Return ours less theirs, each pair from one round."""
        return Spread.of([mine - theirs for mine, theirs in self._pairs(ours, beside, pick)])

    def _pairs(self, ours: str, beside: str, pick: str) -> list[tuple[float, float]]:
        return [
            (_figure(turn[ours], pick), _figure(turn[beside], pick))
            for turn in self.rounds
            if ours in turn and beside in turn
        ]


def alternate(contenders: Mapping[str, Contender], rounds: int, *, warm_ups: int = 1) -> Rounds:
    """Measure A B C, C B A, ...: what disturbs the machine for a while disturbs all of them.

    Every other round goes backwards, so that nobody always comes after the same other one: who
    saves after somebody whose file was synced finds another disk than who saves after one that
    left all of it to be written. The warm-ups fill the caches of byte code and of the disk, and
    are thrown away.
    """
    for _ in range(warm_ups):
        for contender in contenders.values():
            contender.measure()
    forwards = list(contenders.items())
    measured = []
    for number in range(rounds):
        turn = forwards if number % 2 == 0 else forwards[::-1]
        taken = {
            name: contender.measure() for name, contender in turn if number % contender.every == 0
        }
        measured.append({name: taken[name] for name in contenders if name in taken})
    return Rounds(measured)


def process(
    command: Sequence[str | Path],
    *,
    cwd: Path,
    log: Path,
    variables: Mapping[str, str] | None = None,
) -> Spent:
    """Run a command to its end and return what it took; SystemExit shows why it failed.

    ``variables`` are added to its environment.

    What it prints goes to the file ``log``: reading a pipe would cost the side that prints more.
    The peak is never below this process's own memory, which the system counts to a new child.
    """
    # What an earlier process left to be written must not be written now.
    if hasattr(os, "sync"):
        os.sync()
    with log.open("wb") as out:
        began = time.perf_counter()
        child = subprocess.Popen(
            [str(word) for word in command],
            cwd=cwd,
            env=environment() | dict(variables or {}),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        said = log.read_text("utf-8", errors="replace")
        sys.exit(f"exit {child.returncode} of {' '.join(map(str, command))}\n{said[-4000:]}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Spent(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit)


def environment() -> dict[str, str]:
    """Return the environment of every child: byte code is cached, nothing is sent anywhere."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(_LEFT_OUT)}
    return kept | _ADDED


def _figure(measured: float | Spent, pick: str) -> float:
    return float(getattr(measured, pick)) if isinstance(measured, Spent) else measured
