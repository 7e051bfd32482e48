"""A small project on disk, and the real command line in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

PYPROJECT = """\
[project]
name = "shop"
version = "0.1.0"

[tool.noria]
"""

NODES = """\
import pandas as pd


def clean(orders: pd.DataFrame) -> pd.DataFrame:
    return orders.dropna()


def total(clean_orders: pd.DataFrame, rate: float) -> dict[str, float]:
    return {"total": float(clean_orders["price"].sum() * rate)}
"""

PIPELINE = """\
from noria import Pipeline, node

from shop.pipelines.sales.nodes import clean, total


def create_pipeline() -> Pipeline:
    return Pipeline(
        [
            node(clean, inputs="orders", outputs="clean_orders", name="clean", tags=["fast"]),
            node(total, inputs=["clean_orders", "params:rate"], outputs="totals", name="total"),
        ]
    )
"""

CATALOG = """\
orders:
  type: pandas.CSVDataset
  filepath: data/orders.csv

totals:
  type: json.JSONDataset
  filepath: data/totals.json
"""

SHOP = {
    "pyproject.toml": PYPROJECT,
    "conf/base/catalog.yml": CATALOG,
    "conf/base/parameters.yml": "rate: 1.5\n",
    "src/shop/__init__.py": "",
    "src/shop/pipelines/__init__.py": "",
    "src/shop/pipelines/sales/__init__.py": "",
    "src/shop/pipelines/sales/nodes.py": NODES,
    "src/shop/pipelines/sales/pipeline.py": PIPELINE,
    "data/orders.csv": "item,price\npear,2.0\nplum,3.0\nfig,\n",
}


class ProjectOnDisk:
    """A project's folder, with the command line that runs in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._started: list[subprocess.Popen[str]] = []

    def write(self, files: Mapping[str, str]) -> None:
        """Write files by their path in the project."""
        for name, text in files.items():
            target = self.path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace text in a file; it must be there."""
        path = self.path / name
        text = path.read_text("utf-8")
        assert old in text, f"{old!r} is not in {name}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def noria(self, *words: str, code: int = 0, timeout: float = 60) -> "Said":
        """Run `noria` here; the exit code must be ``code``."""
        done = subprocess.run(
            [sys.executable, "-m", "noria", *words],
            cwd=self.path,
            env=environment(),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
        )
        assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return Said(done.stdout, done.stderr)

    def start(self, *words: str) -> "subprocess.Popen[str]":
        """Start `noria` here and return its process."""
        process = subprocess.Popen(
            [sys.executable, "-m", "noria", *words],
            cwd=self.path,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._started.append(process)
        return process

    def end(self) -> None:
        """Kill what was started and still runs."""
        for process in self._started:
            if process.poll() is None:
                process.kill()
                process.communicate()


class Said:
    """What a command printed."""

    def __init__(self, out: str, err: str) -> None:
        self.out = out
        self.err = err

    @property
    def all(self) -> str:
        """Both streams."""
        return self.out + self.err


def environment() -> dict[str, str]:
    """Return the environment of a child: without the variables that would change settings."""
    return {
        key: value
        for key, value in os.environ.items()
        if not key.startswith("NORIA_") and key != "PYTHONDONTWRITEBYTECODE"
    } | {"PYTHONUTF8": "1"}
