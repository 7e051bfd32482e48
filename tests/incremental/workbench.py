"""A project whose nodes tell that they ran, and the chain raw -> A -> B -> C."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from noria.record.history import show_run
from noria.record.ledger import FILE, open_ledger

from tests.incremental.forks import Forks, user
from tests.project_on_disk import ProjectOnDisk, Said, environment

WITNESS = re.compile(r"<<([\w.-]+)>>")
# What a process reads when it starts, and a fork does not read again.
NOT_FORKED = {"LD_PRELOAD", "PYTHONPATH", "PYTHONSAFEPATH"}
RAN = ("done", "failed", "running", "crashed", "interrupted")


def entries(*names: str) -> str:
    """Return a catalog of JSON files by their names."""
    return "".join(
        f"{name}:\n  type: json.JSONDataset\n  filepath: data/{name}.json\n" for name in names
    )


PYPROJECT = '[project]\nname = "shop"\nversion = "0.1.0"\n\n[tool.noria]\n'
PIPELINE = """\
from noria import Pipeline, node

from shop.a import a
from shop.b import b
from shop.c import c


def create_pipeline():
    return Pipeline(
        [
            node(a, inputs="raw", outputs="made_a", name="A"),
            node(b, inputs=["made_a", "params:rate"], outputs="made_b", name="B"),
            node(c, inputs="made_b", outputs="made_c", name="C"),
        ]
    )
"""
CATALOG = entries("raw", "made_a", "made_b", "made_c")
B = """\
from shop.helpers import scale

RATE = 10
UNREAD = 1


def b(made_a, rate):
    print("<<B>>")
    return inner(scale(made_a)) * RATE + rate


def inner(x):
    return x + 0


def other(x):
    return x + 1
"""
CHAIN = {
    "pyproject.toml": PYPROJECT,
    "conf/base/catalog.yml": CATALOG,
    "conf/base/parameters.yml": "rate: 5\nunread: 1\n",
    "src/shop/__init__.py": "",
    "src/shop/a.py": 'def a(raw):\n    print("<<A>>")\n    return raw + 1\n',
    "src/shop/b.py": B,
    "src/shop/c.py": 'def c(made_b):\n    print("<<C>>")\n    return made_b + 100\n',
    "src/shop/helpers.py": "from shop.deep import deep\n\n\ndef scale(x):\n    return deep(x) + 0\n",
    "src/shop/deep.py": "def deep(x):\n    return x + 0\n\n\ndef unused(x):\n    return x\n",
    "src/shop/unimported.py": "def lonely(x):\n    return x\n",
    "src/shop/pipelines/__init__.py": "",
    "src/shop/pipelines/main/__init__.py": "",
    "src/shop/pipelines/main/pipeline.py": PIPELINE,
    "data/raw.json": "1\n",
}
WHERE_PIPELINE = "src/shop/pipelines/main/pipeline.py"
CONF = "conf/base/catalog.yml"
PARAMETERS = "conf/base/parameters.yml"


@dataclass(frozen=True)
class Ran:
    """What a run did: the nodes whose functions were called, and what the ledger says."""

    executed: frozenset[str]
    said: Said
    run: Mapping[str, Any] | None
    statuses: Mapping[str, str] = field(default_factory=dict)

    @property
    def did(self) -> str:
        """The executed nodes, sorted, parted by spaces."""
        return " ".join(sorted(self.executed))

    def nodes(self, status: str) -> str:
        """Return the nodes of a status in the ledger, sorted, parted by spaces."""
        return " ".join(sorted(name for name, each in self.statuses.items() if each == status))


class Workbench(ProjectOnDisk):
    """A project on disk, run by a user with a home of their own."""

    def __init__(self, path: Path, home: Path | None = None, python: Path | None = None) -> None:
        super().__init__(path)
        path.mkdir(parents=True, exist_ok=True)
        self.home = home or path.parent / "home"
        self.home.mkdir(exist_ok=True)
        self.python = str(python or sys.executable)
        self.variables: dict[str, str] = {}
        self.forks: list[Forks] = []

    def command(self, *words: str, code: int | None = 0, timeout: float = 120) -> Said:
        """Run `noria` here as this user; ``code`` ``None`` lets any exit code pass.

        With forks it is a child of the next of them, which need not import Noria again.
        """
        if self.forks and not NOT_FORKED & self.variables.keys():
            self.forks.append(self.forks.pop(0))
            variables = self.environment()
            exit_code, given = self.forks[0].noria(self.path, *words, variables=variables)
            out, err = given.out, given.err
        else:
            done = subprocess.run(
                [self.python, "-m", "noria", *words],
                cwd=self.path,
                env=self.environment(),
                capture_output=True,
                text=True,
                encoding="utf-8",
                timeout=timeout,
                check=False,
            )
            exit_code, out, err = done.returncode, done.stdout, done.stderr
        said = f"{' '.join(words)}: exit {exit_code}\n{out}\n{err}"
        assert code is None or exit_code == code, said
        assert "Traceback" not in said, said
        return Said(out, err)

    def start(self, *words: str) -> "subprocess.Popen[str]":
        """Start `noria` here as this user and return its process."""
        process = subprocess.Popen(
            [self.python, "-m", "noria", *words],
            cwd=self.path,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._started.append(process)
        return process

    def environment(self) -> dict[str, str]:
        """Return the variables of a child."""
        return {**environment(), **user(self.home), **self.variables}

    def go(self, *words: str, code: int | None = 0, timeout: float = 120) -> Ran:
        """Run `noria run`; what the nodes say and what the ledger says must be the same."""
        before = self.last_run()
        said = self.command("run", *words, code=code, timeout=timeout)
        return self.told(said, before)

    def told(self, said: Said, before: Mapping[str, Any] | None) -> Ran:
        """Return what a run did, by what was printed and by the ledger, which must agree."""
        executed = frozenset(WITNESS.findall(said.all))
        last = self.last_run()
        if last is None or (before is not None and last["id"] == before["id"]):
            assert not executed, f"{sorted(executed)} ran and no run was recorded"
            return Ran(executed, said, None)
        statuses = {node["node"]: node["status"] for node in last["nodes"]}
        ran = {name for name, status in statuses.items() if status in RAN}
        assert ran == executed, (
            f"the ledger says {statuses}, and {sorted(executed)} ran\n{said.all}"
        )
        return Ran(executed, said, last, statuses)

    def did(self, *words: str, code: int | None = 0) -> str:
        """Run `noria run`; return the executed nodes, sorted, parted by spaces."""
        return self.go(*words, code=code).did

    def aside(self) -> list[str]:
        """Return what lies aside, each file by what is written in it."""
        found = (self.path / ".noria/aside").rglob("*")
        return sorted(path.read_text().strip() for path in found if path.is_file())

    def last_run(self) -> dict[str, Any] | None:
        """Return the latest run by the ledger, ``None`` when there is none."""
        state = self.path / ".noria"
        if not (state / FILE).exists():
            return None
        with open_ledger(state) as connection:
            if connection.execute("SELECT count(*) FROM runs").fetchone()[0] == 0:
                return None
            return show_run(connection, "last")

    def value(self, name: str) -> Any:
        """Return what a JSON dataset of the chain holds."""
        return json.loads((self.path / f"data/{name}.json").read_text("utf-8"))

    def edit_at_once(self, name: str, old: str, new: str) -> None:
        """Replace text by one of its length and set the file's time back to what it was."""
        assert len(old.encode()) == len(new.encode())
        path = self.path / name
        before = path.stat()
        self.edit(name, old, new)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    def git(self, *words: str) -> str:
        """Run git here."""
        me = ["-c", "user.name=me", "-c", "user.email=me@here", "-c", "commit.gpgsign=false"]
        done = subprocess.run(
            ["git", *me, *words],
            cwd=self.path,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout


def chain(folder: Path, **files: str) -> Workbench:
    """Return the chain in a folder, ``files`` written over it."""
    made = Workbench(folder / "shop")
    made.write({**CHAIN, **files})
    return made


def settle(bench: Workbench, *words: str) -> None:
    """Run until nothing is left to do and all files are old enough to be trusted."""
    bench.go(*words)
    time.sleep(2.2)
    assert bench.did(*words) == ""
    assert bench.did(*words) == ""
