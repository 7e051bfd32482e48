"""The worked example beside a plain script that does the same, and beside Kedro."""

import json
import shutil
from functools import partial
from hashlib import sha256
from pathlib import Path

from benchmarks.bench import Bench, Section
from benchmarks.environments import ROOT
from benchmarks.measure import Contender, Rounds, Spent, alternate
from benchmarks.table import Row, at_most, more, seconds

SCRIPT = ROOT / "benchmarks" / "flights_by_hand.py"
PIPELINES = ("ingest", "features", "train", "report", "predict")
KEDRO_PIPELINES = ("ingest", "features", "train")
RUN, UNKEPT, BY_HAND, KEDRO = (
    "flights: noria run --pipeline train",
    "flights: noria run --pipeline train --no-cache",
    "flights: plain script",
    "flights: kedro run",
)
MOST_OVER_SCRIPT = {UNKEPT: 0.5, RUN: 0.8}
MOST_OVER_IMPORTS = 0.4
REGISTRY = """\
from flights.pipelines import features, ingest, train


def register_pipelines():
    parts = [part.create_pipeline() for part in (ingest, features, train)]
    return {"train": sum(parts), "__default__": sum(parts)}
"""


def measure(bench: Bench) -> Section:
    ours, by_hand = _scaffold(bench)
    theirs = _scaffold_for_kedro(bench, ours)
    run: list[str | Path] = [bench.noria.command("noria"), "run", "--pipeline", "train"]
    script: list[str | Path] = [bench.noria.python, SCRIPT, _parameters(bench, ours)]
    kedro: list[str | Path] = [bench.kedro.command("kedro"), "run", "--pipelines", "train"]
    trained = {
        UNKEPT: Contender(partial(_cold, bench, ours, *run, "--no-cache")),
        RUN: Contender(partial(_cold, bench, ours, *run)),
        BY_HAND: Contender(partial(_cold, bench, by_hand, *script)),
        KEDRO: Contender(partial(_cold, bench, theirs, *kedro), every=3),
    }
    for contender in trained.values():
        contender.measure()
    files = _compare(ours, by_hand)
    rounds = alternate(trained, bench.rounds(10), warm_ups=0)
    listed = _list(bench, ours)
    remarks = [
        f"The {files} files that the run and the script leave are equal byte by byte.",
        _cost_of_processors(rounds),
        "Kedro runs the same functions, files and catalog; only the import line differs.",
    ]
    return Section(
        "The worked example, whole process",
        [_train_row(rounds, UNKEPT), _train_row(rounds, RUN), _list_row(listed)],
        remarks,
        [rounds, listed],
    )


def _scaffold(bench: Bench) -> tuple[Path, Path]:
    ours, by_hand = bench.work / "flights", bench.work / "flights-by-hand"
    for folder in (ours, by_hand):
        shutil.rmtree(folder, ignore_errors=True)
    words = ["--name", "flights", "--starter", "flights", "--no-input"]
    bench.run(bench.noria.command("noria"), "new-project", ours, *words)
    shutil.copytree(ours, by_hand)
    return ours, by_hand


def _scaffold_for_kedro(bench: Bench, ours: Path) -> Path:
    folder = bench.work / "kedro-project"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    words = ["--name", "flights", "--tools", "none", "--example", "n", "--telemetry", "no"]
    bench.run(bench.kedro.command("kedro"), "new", *words, cwd=folder)
    project = folder / "flights"
    shutil.copytree(ours / "data", project / "data", dirs_exist_ok=True)
    for name in ("catalog.yml", "globals.yml", "parameters.yml"):
        shutil.copy(ours / "conf/base" / name, project / "conf/base" / name)
    source = project / "src/flights"
    shutil.copy(ours / "src/flights/models.py", source / "models.py")
    for name in KEDRO_PIPELINES:
        shutil.copytree(ours / "src/flights/pipelines" / name, source / "pipelines" / name)
        pipeline = source / "pipelines" / name / "pipeline.py"
        text = pipeline.read_text("utf-8")
        pipeline.write_text(
            text.replace("from noria import", "from kedro.pipeline import"), "utf-8"
        )
        # Kedro finds a pipeline in the package's face.
        face = source / "pipelines" / name / "__init__.py"
        face.write_text("from .pipeline import create_pipeline as create_pipeline\n", "utf-8")
    (source / "pipeline_registry.py").write_text(REGISTRY, "utf-8")
    return project


def _parameters(bench: Bench, project: Path) -> Path:
    """Write the project's parameters as JSON, which costs the plain script nothing to read."""
    import yaml

    read = yaml.safe_load((project / "conf/base/parameters.yml").read_text("utf-8"))
    target = bench.work / "parameters.json"
    target.write_text(json.dumps(read), "utf-8")
    return target


def _cold(bench: Bench, project: Path, *command: str | Path) -> Spent:
    """Run in a project where nothing was ever run."""
    for path in _made(project):
        path.unlink()
    shutil.rmtree(project / ".noria", ignore_errors=True)
    return bench.run(*command, cwd=project)


def _made(project: Path) -> list[Path]:
    return [
        path
        for path in sorted((project / "data").rglob("*"))
        if path.is_file() and "01_raw" not in path.parts and not path.name.startswith(".")
    ]


def _compare(ours: Path, by_hand: Path) -> int:
    """Return how many files both have made; SystemExit where one differs."""
    digests = [
        {
            path.relative_to(project): sha256(path.read_bytes()).hexdigest()
            for path in _made(project)
        }
        for project in (ours, by_hand)
    ]
    if digests[0] != digests[1] or not digests[0]:
        different = sorted(str(path) for path, _ in digests[0].items() ^ digests[1].items())
        raise SystemExit(f"the run and the script by hand make different files: {different}")
    return len(digests[0])


def _train_row(rounds: Rounds, ours: str) -> Row:
    kedro = more(rounds.difference(KEDRO, BY_HAND))
    cells = (
        seconds(rounds.spread(ours).median),
        f"the plain script {seconds(rounds.spread(BY_HAND).median)}",
        f"{seconds(rounds.spread(KEDRO).median)}, {kedro}" if ours == UNKEPT else "",
    )
    what = f"`flights`, cold: `{ours.removeprefix('flights: ')}`"
    compared = rounds.difference(ours, BY_HAND)
    return at_most(what, compared, MOST_OVER_SCRIPT[ours], unit="s", cells=cells)


def _cost_of_processors(rounds: Rounds) -> str:
    unkept, kept = (more(rounds.difference(ours, BY_HAND, "cpu")) for ours in (UNKEPT, RUN))
    return (
        f"In processor time, which other work on the machine disturbs less: {unkept}, and {kept} "
        "where results are kept; the rest is waiting, most of it for the disk to sync what was "
        "saved."
    )


def _list(bench: Bench, ours: Path) -> Rounds:
    modules = ", ".join(f"flights.pipelines.{name}.nodes" for name in PIPELINES)
    imports = f"import sys; sys.path.insert(0, 'src'); import {modules}"
    empty = bench.work / "kedro-empty" / "empty"
    shutil.rmtree(empty.parent, ignore_errors=True)
    empty.parent.mkdir()
    words = ["--name", "empty", "--tools", "none", "--example", "n", "--telemetry", "no"]
    bench.run(bench.kedro.command("kedro"), "new", *words, cwd=empty.parent)
    listing = partial(bench.run, bench.noria.command("noria"), "pipelines", "list", cwd=ours)
    importing = partial(bench.run, bench.noria.python, "-c", imports, cwd=ours)
    theirs = partial(bench.run, bench.kedro.command("kedro"), "registry", "list", cwd=empty)
    contenders = {
        "flights: noria pipelines list": Contender(listing),
        "flights: python -c 'import all its nodes'": Contender(importing),
        "empty project: kedro registry list": Contender(theirs),
    }
    return alternate(contenders, bench.rounds(5))


def _list_row(rounds: Rounds) -> Row:
    ours, imports, kedro = rounds.rounds[0]
    cells = (
        seconds(rounds.spread(ours).median),
        f"the imports of its own code {seconds(rounds.spread(imports).median)}",
        f"{seconds(rounds.spread(kedro).median)} in an empty project",
    )
    compared = rounds.difference(ours, imports)
    what = "`flights`: `noria pipelines list`"
    return at_most(what, compared, MOST_OVER_IMPORTS, unit="s", cells=cells)
