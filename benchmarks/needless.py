"""How many nodes run that need not, over forty edits of the worked example."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from benchmarks.bench import Bench, Section
from benchmarks.environments import ROOT
from benchmarks.measure import environment
from benchmarks.needless_edits import EDITS, Edit
from benchmarks.table import Row

DOUBTS = ROOT / "benchmarks" / "children" / "doubts.py"
MOST_NEEDLESS = 1.0
MOST_IN_DOUBT = 0.1
RAN = ("done", "failed")
Noria = Callable[..., str]


def measure(bench: Bench) -> Section:
    folder = bench.work / "needless"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    command = bench.noria.command("noria")
    _said(command, "new-project", "flights", "--starter", "flights", "--no-input", cwd=folder)
    project = folder / "flights"

    def noria(*words: str) -> str:
        return _said(command, *words, cwd=project)

    edits = EDITS[:4] if bench.quick else EDITS
    counts = count(project, noria, edits)
    doubted, nodes = in_doubt(str(bench.noria.python), project)
    average = sum(len(names) for names, _ in counts) / len(counts)
    executed = sum(len(names) for _, names in counts)
    rows = [
        Row(
            f"needless executions an edit, {len(edits)} edits of `flights`",
            f"{average:.2f}",
            f"{nodes} nodes",
            f"{executed} executions in all",
            f"{MOST_NEEDLESS:g}",
            average <= MOST_NEEDLESS,
        ),
        Row(
            "nodes of `flights` in doubt",
            f"{len(doubted)}",
            f"{nodes} nodes",
            f"{len(doubted) / nodes:.0%}",
            f"{MOST_IN_DOUBT:.0%}",
            len(doubted) <= MOST_IN_DOUBT * nodes,
        ),
    ]
    told = [
        f"{edit.what}: {', '.join(sorted(names))}"
        for edit, (names, _) in zip(edits, counts, strict=True)
        if names
    ]
    remark = (
        "Needless is what ran though neither its code, parameters and entries were touched nor any "
        f"of its inputs became another: {'; '.join(told) or 'nothing'}."
    )
    return Section("Nothing runs that need not", rows, [remark])


def count(project: Path, noria: Noria, edits: Sequence[Edit]) -> list[tuple[set[str], set[str]]]:
    """Make edits, run after each; return which nodes ran needlessly, and which ran at all."""
    noria("run", "--quiet")
    counts = []
    for edit in edits:
        path = project / edit.file
        text = path.read_text("utf-8")
        if edit.old not in text:
            raise SystemExit(f"{edit.old!r} is not in {edit.file}: the example has changed")
        path.write_text(text.replace(edit.old, edit.new, 1), "utf-8")
        before, last = _digests(project), _last(noria)["id"]
        noria("run", "--quiet")
        run = _last(noria)
        if run["id"] == last:
            counts.append((set[str](), set[str]()))
            continue
        ran = {node["node"] for node in run["nodes"] if node["status"] in RAN}
        counts.append((_needless(project, noria, edit, ran, before), ran))
    return counts


def _needless(
    project: Path, noria: Noria, edit: Edit, ran: set[str], before: Mapping[str, str]
) -> set[str]:
    described = json.loads(noria("pipelines", "describe", "__default__", "--json"))
    after = _digests(project)
    changed: set[str] = set()
    needless: set[str] = set()
    left = list(described["nodes"])
    made = {name for node in left for name in node["outputs"]}
    while left:
        # What a node reads is judged before it.
        node = next(n for n in left if not made & set(n["inputs"]))
        left.remove(node)
        made -= set(node["outputs"])
        due = node["name"] in edit.nodes or bool(changed & set(node["inputs"]))
        if node["name"] not in ran:
            continue
        if not due:
            needless.add(node["name"])
        for name in node["outputs"]:
            # What lives in memory counts as another when its node had to run.
            if before.get(name) != after.get(name) or (name not in after and due):
                changed.add(name)
    return needless


def in_doubt(python: str, project: Path) -> tuple[list[str], int]:
    """Return the nodes of a project where static knowledge ends, and how many nodes there are."""
    told: dict[str, Any] = json.loads(_said(python, str(DOUBTS), cwd=project))
    return told["doubted"], told["nodes"]


def _last(noria: Noria) -> dict[str, Any]:
    shown: dict[str, Any] = json.loads(noria("runs", "show", "last", "--json"))
    return shown


def _digests(project: Path) -> dict[str, str]:
    """Return the digest of each dataset's file, by the dataset's name."""
    catalog = (project / "conf/base/catalog.yml").read_text("utf-8")
    found = re.findall(r"^(\S+):\n(?:  .*\n)*?  filepath: (data/\S+)", catalog, re.MULTILINE)
    return {
        name: sha256((project / place).read_bytes()).hexdigest()
        for name, place in found
        if (project / place).is_file()
    }


def _said(command: str | Path, *words: str, cwd: Path) -> str:
    done = subprocess.run(
        [str(command), *words],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"exit {done.returncode} of {command} {words}\n{done.stdout}{done.stderr}")
    return done.stdout
