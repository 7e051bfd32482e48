"""The work set up for one tool, and the ways in which it is run."""

import os
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.environments import Environment
from benchmarks.incremental_noria import noria_files
from benchmarks.incremental_peers import Peer, by_hand
from benchmarks.incremental_work import STOPWATCH, Written, edit, plain, steps, write_work
from benchmarks.measure import Spent
from benchmarks.wheels import write_wheel

NORIA_STATE = (".noria",)


@dataclass
class Side:
    """A project with the work of ``count`` steps, and the command that runs it."""

    bench: Bench
    where: Environment
    folder: Path
    count: int
    command: Sequence[str]
    written: Written = plain
    state: Sequence[str] = NORIA_STATE
    more: Mapping[str, str] | None = None
    turns: int = 0

    def call(self, *words: str) -> Spent:
        """Run a command of the environment in the project."""
        path = f"{self.where.python.parent}{os.pathsep}{os.environ['PATH']}"
        variables = {"PATH": path, "PYTHONPATH": "src", "WORK_LOG": str(self._log)}
        command = (self.where.command(words[0]), *words[1:])
        return self.bench.run(
            *command, cwd=self.folder, variables={**variables, **(self.more or {})}
        )

    def run(self) -> Spent:
        return self.call(*self.command)

    def cold(self, *words: str) -> Spent:
        """Run where nothing was ever run, with more words."""
        for place in self.state:
            for path in self.folder.glob(place):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        for path in self.folder.glob("data/d*.txt"):
            path.unlink()
        return self.call(*self.command, *words)

    def edited(self) -> float:
        """Edit one function and run; return the seconds until it started."""
        self.turns += 1
        step = steps(self.count)[self.count // 2]
        edit(self.folder, self.count, step, self.written, self.turns)
        self._log.unlink(missing_ok=True)
        if hasattr(os, "sync"):
            os.sync()
        began = time.time()
        self.run()
        # Who runs a whole module again has others start before it, but this one tells.
        return float(self._log.read_text("utf-8").split()[0]) - began

    @property
    def _log(self) -> Path:
        return self.folder / "started.log"


def noria_side(bench: Bench, count: int, *, in_memory: bool = False) -> Side:
    """Write the work for Noria."""
    folder = bench.work / "incremental" / f"noria-{count}{'-in-memory' if in_memory else ''}"
    write_work(folder, count, plain, noria_files(count, in_memory=in_memory))
    return Side(bench, bench.noria, folder, count, ("noria", "run"))


def script_side(bench: Bench, count: int) -> Side:
    """Write the work as a plain script."""
    folder = bench.work / "incremental" / f"script-{count}"
    write_work(folder, count, plain, {"run.py": by_hand(count)})
    return Side(bench, bench.noria, folder, count, ("python", "run.py"))


def peer_side(bench: Bench, where: Environment, peer: Peer, count: int) -> Side:
    """Write the work for a peer, and do what it wants before its first run."""
    folder = bench.work / "incremental" / f"{peer.name}-{count}"
    write_work(folder, count, peer.written, peer.files(count))
    side = Side(bench, where, folder, count, peer.command, peer.written, peer.state, peer.variables)
    for words in peer.before:
        side.call(*words)
    return side


def install_stopwatch(bench: Bench, where: Environment) -> None:
    """Install the library by which an edited function tells when it starts."""
    wheel = write_wheel(bench.work / "incremental" / "wheels", "stopwatch", "1.0", STOPWATCH)
    words = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--force-reinstall"]
    bench.run(where.python, *words, wheel)
