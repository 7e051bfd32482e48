"""`noria cache`: looking after the store from the command line."""

import json
import sqlite3
import time
from pathlib import Path

import numpy as np
import pytest
from noria.project.discover import read_project
from noria.project.results import open_results
from noria.project.settings import read_settings
from noria.store import Entry, Output
from noria.store.database import FILE

from tests.project_on_disk import SHOP, ProjectOnDisk


def _stored(project: ProjectOnDisk, *keys: str) -> list[Path]:
    """Keep a value of 160 kB under each key; return the files of the blobs."""
    found = read_project(project.path)
    assert found is not None
    paths: list[Path] = []
    with open_results(found, read_settings(found)) as store:
        for key in keys:
            blob, codec, _ = store.keep_value(np.arange(20_000) + len(paths))
            output = Output("data", blob.digest, "value", (("", *blob),), codec, "")
            store.remember(Entry(key, "node", "run", 1.0, 0.1, {}, (output,)))
            paths.append(Path(store.blobs.path(blob.digest)))
    time.sleep(0.2)  # what is as young as a collection itself may be somebody's, and stays
    return paths


def test_looking_at_nothing_makes_nothing(project: ProjectOnDisk) -> None:
    assert project.noria("cache", "status").out == "nothing is stored yet: `noria run` does it\n"
    assert json.loads(project.noria("cache", "status", "--json").out)["entries"] == 0
    assert not (project.path / ".noria").exists()


def test_status(project: ProjectOnDisk) -> None:
    _stored(project, "k0", "k1")
    said = project.noria("cache", "status").out
    assert said.startswith(".noria/store: 320.7 kB of 10.0 GB\n")
    assert "results    2, 1970-01-01" in said
    assert "blobs      2, 2 of them files" in said
    found = json.loads(project.noria("cache", "status", "--json").out)
    assert (found["entries"], found["blobs"], found["limit"]) == (2, 2, 10_000_000_000)


def test_verify_says_what_is_wrong_and_sets_it_aside(project: ProjectOnDisk) -> None:
    path, _ = _stored(project, "k0", "k1")
    assert "2 results, 2 blobs, 320.7 kB: nothing wrong" in project.noria("cache", "verify").out
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    said = project.noria("cache", "verify", code=1)
    assert f"set aside: {path.parent.name}{path.name}" in said.out
    assert "computed again when needed: 1 blob" in said.out
    assert "set aside  1, 160.1 kB" in project.noria("cache", "status").out
    found = json.loads(project.noria("cache", "verify", "--json").out)
    assert (found["corrupt"], len(found["missing"])) == ([], 1)


def test_gc_keeps_within_a_limit(project: ProjectOnDisk) -> None:
    _stored(project, "k0", "k1", "k2")
    said = project.noria("cache", "gc", "--limit", "200kB").out
    assert said.startswith("removed 2 results and 2 blobs, 32")
    assert project.noria("cache", "gc").out.startswith("removed 0 results and 0 blobs, 0 B; 160")
    project.write({"conf/base/settings.toml": 'store_limit = "1kB"\n'})
    found = json.loads(project.noria("cache", "gc", "--json").out)
    assert (found["entries"], found["blobs"], found["left"]) == (1, 1, 0)


def test_what_the_status_says_is_what_a_limit_is_held_against(project: ProjectOnDisk) -> None:
    project.noria("run")
    project.noria("run", "--params", "rate=2.0")
    whole = json.loads(project.noria("cache", "status", "--json").out)["size"]
    assert json.loads(project.noria("cache", "verify", "--json").out)["size"] == whole
    kept = json.loads(project.noria("cache", "gc", "--limit", f"{whole}B", "--json").out)
    assert (kept["entries"], kept["left"]) == (0, whole)
    fewer = json.loads(project.noria("cache", "gc", "--limit", f"{whole - 1}B", "--json").out)
    assert fewer["entries"] == 1
    status = json.loads(project.noria("cache", "status", "--json").out)
    assert status["size"] == fewer["left"] == whole - fewer["freed"]


def test_a_limit_that_is_no_size_is_a_mistake(project: ProjectOnDisk) -> None:
    said = project.noria("cache", "gc", "--limit", "lots", code=2)
    assert "'lots' is no size such as 500MB" in said.err


def test_an_environment_that_there_is_not_is_a_mistake(project: ProjectOnDisk) -> None:
    project.noria("run")
    for command in (["status"], ["verify"], ["gc"], ["clear", "--yes"]):
        err = project.noria("cache", *command, "--env", "prdo", code=2).err
        assert "no environment 'prdo'" in err
    assert json.loads(project.noria("cache", "status", "--json").out)["entries"] == 2


def test_clear_asks_first(project: ProjectOnDisk) -> None:
    _stored(project, "k0")
    assert "--yes" in project.noria("cache", "clear", code=2).err
    assert project.noria("cache", "clear", "--yes").out.startswith("removed 1 result and 1 blob")
    assert json.loads(project.noria("cache", "status", "--json").out)["entries"] == 0


def test_two_checkouts_share_a_store(project: ProjectOnDisk, tmp_path: Path) -> None:
    other = ProjectOnDisk(tmp_path / "other")
    other.write(SHOP)
    for checkout in (project, other):
        checkout.write({"conf/base/settings.toml": 'store = "../shared"\n'})
    _stored(project, "k0")
    said = other.noria("cache", "status").out
    assert said.startswith("../shared: ") or "shared: 160" in said
    assert "results    1" in said


def test_a_store_that_is_a_file_is_a_mistake(project: ProjectOnDisk) -> None:
    project.write({"conf/base/settings.toml": 'store = "data/orders.csv"\n'})
    said = project.noria("cache", "status", code=2)
    assert "is no folder" in said.err
    assert "Traceback" not in said.err


def test_troubles_are_warnings(project: ProjectOnDisk) -> None:
    _stored(project, "k0")
    (project.path / ".noria/store/results-1.db").write_text("garbage" * 1000)
    said = project.noria("cache", "status")
    assert said.err.startswith("Warning: ")
    assert "set aside" in said.err
    assert json.loads(project.noria("cache", "status", "--json").out)["aside"] == 1


@pytest.mark.parametrize("command", ["status", "verify", "gc", "clear"])
def test_outside_a_project_there_is_no_store(tmp_path: Path, command: str) -> None:
    said = ProjectOnDisk(tmp_path).noria("cache", command, code=2)
    assert "no Noria project" in said.err


def _totals(project: ProjectOnDisk) -> str:
    return (project.path / "data/totals.json").read_text("utf-8")


def test_after_room_was_made_a_run_makes_the_same_again(project: ProjectOnDisk) -> None:
    project.noria("run")
    before = _totals(project)
    assert json.loads(project.noria("cache", "status", "--json").out)["entries"] >= 1
    for words in (["gc", "--limit", "0"], ["clear", "--yes"]):
        project.noria("cache", *words)
        (project.path / "data/totals.json").unlink()
        project.noria("run")
        assert _totals(project) == before
    assert "nothing wrong" in project.noria("cache", "verify").out


def test_a_store_whose_bytes_are_all_wrong_gives_the_right_results(project: ProjectOnDisk) -> None:
    project.noria("run")
    before = _totals(project)
    folder = project.path / ".noria/store"
    connection = sqlite3.connect(folder / FILE, isolation_level=None)
    connection.execute("UPDATE blobs SET data = zeroblob(length(data)) WHERE data IS NOT NULL")
    connection.close()
    for path in (folder / "blobs").rglob("*"):
        if path.is_file():
            path.write_bytes(bytes(path.stat().st_size))
    (project.path / "data/totals.json").unlink()
    project.noria("run")
    assert _totals(project) == before
    assert "nothing wrong" in project.noria("cache", "verify").out
