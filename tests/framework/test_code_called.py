"""What functions change that are called before any node runs: of pipelines and hooks."""

from pathlib import Path

import pytest

from tests.framework.code_projects import fingerprint, write

SETTINGS = """
RATES = {"a": 1}

class Loader:
    def __init__(self, rate=0):
        if rate:
            RATES["a"] = rate

    def fill(self, rate):
        self._fill(rate)

    def _fill(self, rate):
        RATES["a"] = rate

    @classmethod
    def load(cls, rate):
        cls().fill(rate)

def fill(rate):
    RATES["a"] = rate

def configure(table, rate):
    table["a"] = rate

def run(function, rate):
    function(rate)
"""
NODES = """
from shop import settings

def node(x):
    return x + settings.RATES["a"]

def another(x):
    return x
"""
WAYS = (
    "settings.RATES['a'] = RATE",
    "settings.fill(RATE)",
    "settings.Loader().fill(RATE)",
    "settings.Loader(RATE)",
    "settings.Loader.load(RATE)",
    "table = settings.RATES; table['a'] = RATE",
    "for table in (settings.RATES,): table['a'] = RATE",
    "settings.configure(settings.RATES, RATE)",
    "settings.run(settings.fill, RATE)",
    "self.put()",
)
PIPELINE = """
from shop import nodes, settings

RATE = 10

def create_pipeline():
    {}
    return [nodes.node, nodes.another]
"""
HOOKS = """
from shop import settings

RATE = 10

class Hooks:
    def after_catalog_created(self, catalog):
        {}

    def put(self):
        settings.RATES["a"] = RATE
"""
MADE = """
from shop import settings

RATE = 10

class Hooks:
    def __init__(self):
        settings.RATES["a"] = RATE

    def after_catalog_created(self, catalog):
        pass
"""
CALLED = ("create_pipeline", "after_catalog_created")
FILES = [
    *(PIPELINE.format(way) for way in WAYS[:-1]),
    *(HOOKS.format(way) for way in WAYS),
    MADE,
]


def _digest(root: Path, node: str = "nodes:node") -> str:
    return fingerprint(root, node, called=CALLED).digest


@pytest.mark.parametrize("text", FILES)
def test_what_they_change_counts_for_who_reaches_it(text: str, tmp_path: Path) -> None:
    root = tmp_path / "src"
    write(root, {"settings.py": SETTINGS, "nodes.py": NODES, "made.py": text})
    before = _digest(root)
    write(root, {"made.py": text.replace("10", "20")})
    assert _digest(root) != before


@pytest.mark.parametrize("text", FILES)
def test_it_does_not_count_for_others(text: str, tmp_path: Path) -> None:
    root = tmp_path / "src"
    write(root, {"settings.py": SETTINGS, "nodes.py": NODES, "made.py": text})
    before = _digest(root, "nodes:another")
    write(root, {"made.py": text.replace("10", "20")})
    assert _digest(root, "nodes:another") == before


def test_tables_that_a_pipeline_names_are_not_changed_by_it(tmp_path: Path) -> None:
    root = tmp_path / "src"
    text = PIPELINE.format("wire(settings.RATES, nodes.node, RATE)")
    text += "\ndef wire(*given):\n    return list(given)\n"
    write(root, {"settings.py": SETTINGS, "nodes.py": NODES, "made.py": text})
    before = _digest(root)
    write(root, {"made.py": text.replace("10", "20")})
    assert _digest(root) == before


TIMER = """
import logging
import time
from noria import hook_impl

class Timer:
    @hook_impl
    def before_node_run(self, node):
        self.began = time.perf_counter() + 10
        logging.getLogger(__name__).info("%s begins", node.name)
"""
LIBRARIES = """
import time
import pandas as pd
from shop import made

def node(x):
    return pd.Series([x]), time.sleep(0)
"""


def test_a_hook_that_measures_does_not_count_for_who_uses_the_same_libraries(
    tmp_path: Path,
) -> None:
    root = tmp_path / "src"
    write(root, {"nodes.py": LIBRARIES, "made.py": TIMER})
    called = ("before_node_run",)
    before = fingerprint(root, "nodes:node", called=called).digest
    write(root, {"made.py": TIMER.replace("10", "20")})
    assert fingerprint(root, "nodes:node", called=called).digest == before
