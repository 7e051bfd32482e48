"""A folder that cannot be listed is not an empty one: nothing in it is missed, and nothing lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.incremental.forks import Forks
from tests.incremental.shims import REFUSING, build
from tests.incremental.workbench import (
    CHAIN,
    CONF,
    PARAMETERS,
    WHERE_PIPELINE,
    Workbench,
    chain,
    entries,
)

LOCAL = "conf/local/parameters.yml"
README = "data/copies/about/README.md"
CATALOG = """\
parts:
  type: partitions.PartitionedDataset
  path: data/parts
  dataset: text.TextDataset
  filename_suffix: .txt

copies:
  type: partitions.PartitionedDataset
  path: data/copies
  dataset: text.TextDataset
  filename_suffix: .txt
  overwrite: true

"""
PIPELINE = """\
from noria import Pipeline, node

from shop.parts import copy, join


def create_pipeline():
    return Pipeline(
        [
            node(copy, inputs=["parts", "params:rate"], outputs="copies", name="copy"),
            node(join, inputs=["copies", "parts"], outputs="joined", name="join"),
        ]
    )
"""
B = """\
from pathlib import Path


def b(made_a, rate):
    print("<<B>>")
    return int(Path("queries/of/b.sql").read_text())
"""
CODE = """\
def copy(parts, rate):
    print("<<copy>>")
    return {name: f"{load()} {rate}" for name, load in parts.items()}


def join(copies, parts):
    print("<<join>>")
    return [load() for each in (copies, parts) for _, load in sorted(each.items())]
"""


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workbench]:
    """Partitions in folders, and a layer of configuration; listing is what can be shimmed."""
    shim = build(REFUSING, tmp_path / "shim")
    catalog = CATALOG + entries("joined")
    made = chain(tmp_path, **{CONF: catalog, WHERE_PIPELINE: PIPELINE, "src/shop/parts.py": CODE})
    made.write({PARAMETERS: "rate: 1\n", LOCAL: "rate: 2\n", README: "about\n"})
    made.write({"data/parts/a/x.txt": "1", "data/parts/b/y.txt": "2", "data/parts/z.txt": "3"})
    monkeypatch.setenv("LD_PRELOAD", str(shim))
    made.forks = [Forks(made.python, tmp_path / "forks", made.home, 1)]
    monkeypatch.delenv("LD_PRELOAD")
    yield made
    made.forks[0].end()


@pytest.mark.parametrize("below", ["conf", "data"])
def test_a_folder_that_cannot_be_listed_once(bench: Workbench, tmp_path: Path, below: str) -> None:
    bench.command("run")
    told = tmp_path / "told"
    shim = {"SHIM_BELOW": str(bench.path / below), "SHIM_TOLD": str(told)}
    for at in range(1, 100):
        what = f"{at}, the parts"
        bench.write({LOCAL: f"rate: {at}\n", "data/parts/a/x.txt": what})
        right = [f"{what} {at}", f"2 {at}", f"3 {at}", what, "2", "3"]
        told.unlink(missing_ok=True)
        bench.variables = {**shim, "SHIM_AT": str(at)}
        said = bench.command("run", code=None)
        bench.variables = {}
        assert "fault of Noria" not in said.err
        if "done in" in said.out:
            assert bench.value("joined") == right, f"not listed: {told.read_text()}"
        bench.command("run")
        assert bench.value("joined") == right, f"not listed before: {told.read_text()}"
        assert (bench.path / README).exists(), f"not listed before: {told.read_text()}"
        if not told.exists():
            break
    assert at > 2, "the shim does not see what is listed"


def test_an_answer_is_not_kept_of_which_a_folder_was_not_seen(
    bench: Workbench, tmp_path: Path
) -> None:
    asked = 'node(b, depends_on=[file("queries")], inputs=["made_a", "params:rate"]'
    pipeline = CHAIN[WHERE_PIPELINE].replace('node(b, inputs=["made_a", "params:rate"]', asked)
    pipeline = pipeline.replace("import Pipeline, node", "import Pipeline, file, node")
    bench.write({CONF: CHAIN[CONF], WHERE_PIPELINE: pipeline, "queries/of/b.sql": "0"})
    bench.write({"src/shop/b.py": B})
    bench.command("run")
    told = tmp_path / "told"
    shim = {"SHIM_BELOW": str(bench.path / "queries"), "SHIM_TOLD": str(told)}
    for at in range(1, 100):
        bench.command("run")
        told.unlink(missing_ok=True)
        bench.write({CONF: f"{CHAIN[CONF]}\n# {at}\n"})  # so that all is looked at again
        bench.variables = {**shim, "SHIM_AT": str(at)}
        bench.command("run")
        bench.variables = {}
        bench.write({"queries/of/b.sql": str(at)})
        bench.command("run")
        assert bench.value("made_b") == at, f"not listed before: {told.read_text()}"
        if not told.exists():
            break
    assert at > 2, "the shim does not see what is listed"
