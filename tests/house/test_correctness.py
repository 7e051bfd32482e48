"""The table of what each tool runs again: its chain, its changes and how an outcome is judged."""

import re
from pathlib import Path
from typing import Any

import pytest

from benchmarks.correctness.chain import STEPS
from benchmarks.correctness.changes import CHANGES, Change
from benchmarks.correctness.outcome import Seen, judged
from benchmarks.correctness.page import Column, written
from benchmarks.correctness.side_by_side import TOOLS
from benchmarks.correctness.tool import Tool
from benchmarks.correctness.trial import sources, truth
from benchmarks.environments import PINS

BY_NAME = {change.name: change for change in CHANGES}


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return truth(tmp_path_factory.mktemp("before") / "plain", None)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name.replace(" ", "-"))
def test_what_must_run_is_what_changes_the_result(
    change: Change, before: Any, tmp_path: Path
) -> None:
    same = truth(tmp_path / "plain", change) == before
    assert same == (change.right in {"", "A"})


class Texts:
    """The files of a tool's project, to be edited."""

    def __init__(self, tool: Tool, *, best: bool) -> None:
        self.tool, self.files = tool, sources(tool, best=best)
        self.edits = 0

    def edit(self, place: str, old: str, new: str) -> None:
        where = self.tool.place.format(step=place) if place in STEPS else place
        assert self.files[where].count(old) == 1
        self.files[where] = self.files[where].replace(old, new)
        if where.endswith(".py"):
            compile(self.files[where], where, "exec")
        self.edits += 1

    def touch(self, place: str) -> None:
        assert place in self.files

    def delete_result(self) -> None: ...

    def alter_result(self) -> None: ...

    def install(self, name: str, version: str) -> None: ...

    def run(self) -> None: ...


@pytest.mark.parametrize("best", [False, True], ids=["default", "best"])
@pytest.mark.parametrize("name", TOOLS)
def test_every_tool_is_given_the_same_edits(name: str, best: bool) -> None:
    edits = 0
    for change in CHANGES:
        texts = Texts(TOOLS[name], best=best)
        change.apply(texts)
        edits += texts.edits
    assert edits == 18


@pytest.mark.parametrize("name", [name for name, tool in TOOLS.items() if tool.wanted])
def test_every_peer_is_pinned(name: str) -> None:
    pinned = (PINS / f"{name}.txt").read_text("utf-8").lower().splitlines()
    assert any(line.startswith(f"{TOOLS[name].distribution}==") for line in pinned)
    assert all(re.fullmatch(r"[\w.-]+==\S+", line) for line in pinned)


@pytest.mark.parametrize(
    ("change", "seen", "kind"),
    [
        ("function body", Seen("BC", true=True), "right"),
        ("function body", Seen("", true=False), "stale"),
        ("function body", Seen("ABC", true=True), "needless"),
        ("function body", Seen("B", true=False, failed="exit 1"), "failed"),
        ("comment", Seen("", true=True), "right"),
        ("comment", Seen("B", true=True), "needless"),
        ("output altered", Seen("C", true=False), "wrong data"),
        ("output altered", Seen("", true=True, back=False), "wrong data"),
        ("output deleted", Seen("B", true=True), "needless"),
    ],
)
def test_an_outcome_is_judged_by_its_data_first(change: str, seen: Seen, kind: str) -> None:
    assert judged(BY_NAME[change], seen) == kind


def test_the_page_names_who_could_not_be_tried() -> None:
    right = {change.name: Seen(change.right, true=True) for change in CHANGES}
    columns = [
        Column(TOOLS["noria"], "1.0", right),
        Column(TOOLS["zenml"], untried="no matching distribution"),
    ]
    page = written(columns, columns, began="today")
    assert "| function body | BC | BC right | not tried |" in page
    assert "Not tried on this machine: ZenML: no matching distribution." in page
    assert f"| Noria | {len(CHANGES)} | 0 | 0 | 0 | 0 |" in page
