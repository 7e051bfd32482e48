"""Paths with their links followed: what Python itself says, folder by folder."""

import itertools
import os
from pathlib import Path

import pytest
from noria.runner.real_paths import RealPaths


def test_paths_lead_where_python_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/file").write_text("")
    (tmp_path / "link").symlink_to("a")
    (tmp_path / "a/up").symlink_to("..")
    (tmp_path / "a/b/other").symlink_to("file")
    real = RealPaths()
    parts = ("a", "b", "link", "up", "other", "file", "..", ".", "", "none")
    tried = 0
    for count in (1, 2, 3, 4):
        for each in itertools.product(parts, repeat=count):
            for start in ("", f"{tmp_path}/", "/"):
                path = start + "/".join(each)
                assert real(path) == os.path.realpath(path), path
                tried += 1
    assert tried > 30_000


def test_a_link_among_many_files_is_found(tmp_path: Path) -> None:
    for at in range(30):
        (tmp_path / f"file{at}").write_text("")
    (tmp_path / "link").symlink_to("file3")
    real = RealPaths()
    found = {real(str(path)) for path in tmp_path.iterdir()}
    assert found == {os.path.realpath(tmp_path / f"file{at}") for at in range(30)}
