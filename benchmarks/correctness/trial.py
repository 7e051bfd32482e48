"""One tool in one way of use: everything made once, then each change from that state."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.correctness.chain import (
    ALTERED,
    LIBRARIES,
    MARK,
    PLAIN,
    SHARED,
    STEPS,
    Frame,
    step_text,
)
from benchmarks.correctness.changes import Change
from benchmarks.correctness.outcome import Seen
from benchmarks.correctness.tool import Tool
from benchmarks.environments import Environment
from benchmarks.measure import environment
from benchmarks.wheels import write_wheel

# Sources and data are as old as this, so that no edit falls into the second of what it edits.
AGE = 3600
PATIENCE = 300


class StoppedError(Exception):
    """The tool stopped; the message is the last line of what it said."""


def truth(folder: Path, change: Change | None) -> Any:
    """Return what the chain gives, run from nothing without any tool, after the change."""
    plain = Plain(folder)
    if change is not None and not change.harms:
        change.apply(plain)
    return plain.result()


class Plain:
    """The same sources with no tool around them; a library is a module beside them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        steps = {f"src/shop/{step}.py": step_text(step, Frame()) for step in STEPS}
        _write(folder, {**SHARED, **steps, "plain.py": PLAIN})
        for name in LIBRARIES:
            self.install(name, "1.0")

    def result(self) -> Any:
        self.run()
        return json.loads((self._folder / "truth.json").read_text("utf-8"))

    def run(self) -> None:
        variables = environment() | {"PYTHONPATH": "src", "CHAIN_LOG": os.devnull}
        subprocess.run(
            [sys.executable, "-B", "plain.py"], cwd=self._folder, env=variables, check=True
        )

    def edit(self, place: str, old: str, new: str) -> None:
        replace(self._folder / (f"src/shop/{place}.py" if place in STEPS else place), old, new)

    def install(self, name: str, version: str) -> None:
        _write(self._folder, {f"src/{name}.py": LIBRARIES[name][version]})

    def touch(self, place: str) -> None:
        """Nothing comes of it."""

    def delete_result(self) -> None:
        """There is none."""

    def alter_result(self) -> None:
        """There is none."""


class Trial:
    """A project of one tool, made once by its own command."""

    def __init__(self, tool: Tool, where: Environment, work: Path, *, best: bool) -> None:
        self._tool = tool
        self._where = where
        self._work = work
        self._project = work / "project"
        self._aside = work / "made-once"
        self._log = work / "executed"
        self._wheels = work / "wheels"
        shutil.rmtree(work, ignore_errors=True)
        self._project.mkdir(parents=True)
        _write(self._project, sources(tool, best=best))
        for path in filter(Path.is_file, self._project.rglob("*")):
            then = path.stat().st_mtime - AGE
            os.utime(path, (then, then))
        for name in LIBRARIES:
            self.install(name, "1.0")

    def make(self, true: Any) -> None:
        """Run everything for the first time; StoppedError when that does not make the truth."""
        for words in self._tool.prepare:
            self._call(words)
        self.run()
        if self.executed() != "ABC":
            raise StoppedError(f"the first run executed {self.executed() or 'nothing'}")
        if self._answer() != true:
            raise StoppedError("the first run did not make what the functions make")
        shutil.copytree(self._project, self._aside, symlinks=True)

    def see(self, change: Change, true: Any) -> Seen:
        """Apply the change to the project as it was made, run, and return what happened."""
        self._as_made()
        harmed = self._results()
        before = {path: path.read_bytes() for path in harmed}
        change.apply(self)
        self._log.unlink(missing_ok=True)
        try:
            self.run()
        except StoppedError as stopped:
            return Seen(self.executed(), true=False, failed=str(stopped))
        finally:
            if change.name == "dependency upgraded":
                self.install("tariff", "1.0")
        is_back = all(path.is_file() and path.read_bytes() == before[path] for path in harmed)
        executed = self.executed()
        return Seen(executed, self._answer() == true, is_back or "B" in executed)

    def run(self) -> None:
        self._call(self._tool.command)

    def executed(self) -> str:
        said = self._log.read_text("utf-8").split() if self._log.is_file() else []
        return "".join(sorted(set(said)))

    def edit(self, place: str, old: str, new: str) -> None:
        where = self._tool.place.format(step=place) if place in STEPS else place
        replace(self._project / where, old, new)

    def touch(self, place: str) -> None:
        (self._project / place).touch()

    def delete_result(self) -> None:
        for path in self._results():
            path.unlink()

    def alter_result(self) -> None:
        for path in self._results():
            altered = path.read_bytes().replace(MARK, ALTERED)
            path.chmod(0o644)
            path.write_bytes(altered)

    def install(self, name: str, version: str) -> None:
        wheel = write_wheel(self._wheels, name, version, LIBRARIES[name][version])
        words = ["python", "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
        self._call([*words, "--force-reinstall", str(wheel)])

    def leave(self) -> None:
        """Take the libraries of the chain out of the environment again."""
        self._call(["python", "-m", "pip", "uninstall", "--quiet", "--yes", *LIBRARIES])

    def _as_made(self) -> None:
        shutil.rmtree(self._project)
        shutil.copytree(self._aside, self._project, symlinks=True)

    def _results(self) -> list[Path]:
        """Return the files that hold B's result."""
        found = [
            path
            for path in sorted(self._project.glob(self._tool.kept))
            if path.is_file() and MARK in path.read_bytes() and b"total" not in path.read_bytes()
        ]
        if not found:
            raise StoppedError("no file holds the result of B")
        return found

    def _answer(self) -> Any:
        place = self._project / "data/c.json"
        return json.loads(place.read_text("utf-8")) if place.is_file() else None

    def _call(self, words: Sequence[str]) -> None:
        variables = environment() | {
            "CHAIN_LOG": str(self._log),
            "HOME": str(self._work / "home"),
            "PATH": f"{self._where.python.parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": "src",
        }
        for key, value in (self._tool.variables or {}).items():
            variables[key] = value.format(project=self._project)
        program = self._where.command(words[0])
        done = subprocess.run(
            [str(program), *words[1:]],
            cwd=self._project,
            env=variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=PATIENCE,
            check=False,
        )
        (self._work / "said").write_text(done.stdout + done.stderr, "utf-8")
        if done.returncode:
            lines = (done.stderr.strip() or done.stdout.strip()).splitlines() or ["nothing said"]
            raise StoppedError(f"exit {done.returncode}: {lines[-1].strip()}")


def sources(tool: Tool, *, best: bool) -> dict[str, str]:
    """Return the files of the tool's project."""
    steps = {
        tool.place.format(step=step): step_text(step, tool.frame(step, best)) for step in STEPS
    }
    return {**SHARED, **steps, **tool.files(best)}


def replace(path: Path, old: str, new: str) -> None:
    """Replace what stands once in a file."""
    text = path.read_text("utf-8")
    if text.count(old) != 1:
        raise ValueError(f"{old!r} stands {text.count(old)} times in {path.name}")
    path.write_text(text.replace(old, new), "utf-8")


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
