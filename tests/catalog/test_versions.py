"""Timestamped versions of one path."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import fsspec
import pytest
from noria_catalog import (
    DataCatalog,
    DatasetDefinitionError,
    MissingDataError,
    SaveError,
    UnknownDatasetError,
)
from noria_catalog.formats.text import TextDataset
from noria_catalog.located import Where
from noria_catalog.versions import RunVersion, Version, new_version

from tests.catalog.entries import catalog_of, listed

NOTES = {"note": {"type": "text.TextDataset", "filepath": "note.txt", "versioned": True}}


def notes(folder: Path, **options: object) -> DataCatalog:
    return catalog_of(NOTES, folder, **options)


def put(folder: Path, version: str, text: str) -> None:
    (folder / "note.txt" / version).mkdir(parents=True)
    (folder / "note.txt" / version / "note.txt").write_text(text)


def test_versions_lie_as_kedro_lays_them(tmp_path: Path) -> None:
    notes(tmp_path, save_version="2026-01-31T12.30.45.123Z").save("note", "hello")
    file = tmp_path / "note.txt" / "2026-01-31T12.30.45.123Z" / "note.txt"
    assert file.read_text() == "hello"


def test_the_latest_version_is_loaded(tmp_path: Path) -> None:
    put(tmp_path, "2026-01-02T00.00.00.000Z", "second")
    put(tmp_path, "2026-01-01T00.00.00.000Z", "first")
    assert notes(tmp_path).load("note") == "second"


def test_a_version_without_its_file_never_counts(tmp_path: Path) -> None:
    put(tmp_path, "2026-01-01T00.00.00.000Z", "whole")
    torn = tmp_path / "note.txt" / "2026-01-02T00.00.00.000Z"
    torn.mkdir()
    (torn / ".~noria-00000000-1-00000000-note.txt").write_text("to")
    assert notes(tmp_path).load("note") == "whole"


def test_what_a_dead_process_left_of_a_version_is_swept(tmp_path: Path) -> None:
    torn = tmp_path / "note.txt" / "2026-01-02T00.00.00.000Z"
    torn.mkdir(parents=True)
    script = "from noria_catalog.leftovers import temporary_name; print(temporary_name('note.txt'))"
    name = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout
    (torn / name.decode().strip()).write_text("to")
    notes(tmp_path).save("note", "whole")
    assert not torn.exists()


def test_a_new_version_is_later_than_the_latest_whatever_the_clock(tmp_path: Path) -> None:
    put(tmp_path, "2999-12-31T23.59.59.999Z", "from the future")
    catalog = notes(tmp_path)
    catalog.save("note", "now")
    assert notes(tmp_path).load("note") == "now"
    assert "3000-01-01T00.00.00.000Z" in listed(tmp_path / "note.txt")


def test_many_new_versions_at_one_moment_are_in_order() -> None:
    now = datetime(2026, 1, 31, 23, 59, 59, 900_000, tzinfo=UTC)
    names: list[str] = []
    for _ in range(200):
        names.append(new_version(names, now=now))
    assert names == sorted(set(names))


def test_all_saves_of_a_run_share_one_version(tmp_path: Path) -> None:
    entry = NOTES["note"]
    entries = {name: {**entry, "filepath": f"{name}.txt"} for name in ("a", "b")}
    catalog = catalog_of(entries, tmp_path)
    catalog.save("a", "1")
    catalog.save("b", "2")
    assert listed(tmp_path / "a.txt") == listed(tmp_path / "b.txt")


def test_a_second_save_in_one_session_makes_a_second_version(tmp_path: Path) -> None:
    catalog = notes(tmp_path)
    catalog.save("note", "1")
    catalog.save("note", "2")
    assert len(listed(tmp_path / "note.txt")) == 2
    assert catalog.load("note") == "2"


def test_an_existing_version_is_never_overwritten(tmp_path: Path) -> None:
    put(tmp_path, "v1", "first")
    with pytest.raises(SaveError, match="exists already"):
        notes(tmp_path, save_version="v1").save("note", "second")
    assert notes(tmp_path, load_versions={"note": "v1"}).load("note") == "first"


def test_a_run_loads_what_it_saved_itself_whatever_the_clock(tmp_path: Path) -> None:
    put(tmp_path, "2099-01-01T00.00.00.000Z", "later")
    catalog = notes(tmp_path, save_version="2026-01-01T00.00.00.000Z")
    catalog.save("note", "ours")
    assert "2099-01-01T00.00.00.001Z" in listed(tmp_path / "note.txt")
    assert catalog.load("note") == "ours"
    catalog.release("note")
    assert catalog.load("note") == "ours"
    assert notes(tmp_path).load("note") == "ours"


def test_only_the_dataset_with_a_later_version_leaves_the_runs_name(tmp_path: Path) -> None:
    put(tmp_path, "2099-01-01T00.00.00.000Z", "later")
    entries = {**NOTES, "other": {**NOTES["note"], "filepath": "other.txt"}}
    catalog = catalog_of(entries, tmp_path, save_version="2026-01-01T00.00.00.000Z")
    catalog.save("note", "1")
    catalog.save("other", "2")
    assert listed(tmp_path / "other.txt") == ["2026-01-01T00.00.00.000Z"]


def test_a_name_that_is_no_timestamp_is_kept(tmp_path: Path) -> None:
    put(tmp_path, "2099-01-01T00.00.00.000Z", "later")
    catalog = notes(tmp_path, save_version="v1")
    catalog.save("note", "ours")
    assert "v1" in listed(tmp_path / "note.txt")
    assert catalog.load("note") == "ours"


def test_the_pinned_versions_are_known(tmp_path: Path) -> None:
    versions = {"note": "2026-01-01T00.00.00.000Z"}
    assert notes(tmp_path, load_versions=versions).pinned() == versions
    assert notes(tmp_path).pinned() == {}


def test_why_a_pinned_version_is_missing_can_be_asked(tmp_path: Path) -> None:
    put(tmp_path, "2026-01-01T00.00.00.000Z", "first")
    catalog = notes(tmp_path, load_versions={"note": "2026-01-01T00.00.00.001Z"})
    assert not catalog.exists("note")
    error = catalog.explain_missing("note")
    assert error.message.startswith("no version '2026-01-01T00.00.00.001Z' lies at")
    assert error.nearest == "2026-01-01T00.00.00.000Z"
    assert error.hint == "the latest is '2026-01-01T00.00.00.000Z'"
    assert error.where == Where("conf/base/catalog.yml", 1, 1)


def test_the_last_save_knows_its_file(tmp_path: Path) -> None:
    catalog = notes(tmp_path, save_version="2026-01-01T00.00.00.000Z")
    catalog.save("note", "x")
    file = tmp_path / "note.txt" / "2026-01-01T00.00.00.000Z" / "note.txt"
    dataset = catalog["note"]
    assert isinstance(dataset, TextDataset)
    assert dataset.last_save is not None
    assert dataset.last_save.place == file.as_posix()
    far = TextDataset("memory://bucket/place.txt?token=abc")
    far.save("x")
    assert far.last_save is not None
    assert far.last_save.place == "memory://bucket/place.txt?token=***"


def test_a_version_can_be_picked(tmp_path: Path) -> None:
    put(tmp_path, "2026-01-01T00.00.00.000Z", "first")
    put(tmp_path, "2026-01-02T00.00.00.000Z", "second")
    picked = notes(tmp_path, load_versions={"note": "2026-01-01T00.00.00.000Z"})
    assert picked.load("note") == "first"


def test_a_missing_version_names_the_nearest(tmp_path: Path) -> None:
    put(tmp_path, "2026-01-01T00.00.00.000Z", "first")
    with pytest.raises(MissingDataError) as caught:
        notes(tmp_path, load_versions={"note": "2026-01-01T00.00.00.001Z"}).load("note")
    assert caught.value.nearest == "2026-01-01T00.00.00.000Z"
    assert str(caught.value).startswith("conf/base/catalog.yml:1:1: cannot load 'note': no version")


def test_a_version_for_an_unknown_dataset_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UnknownDatasetError) as caught:
        notes(tmp_path, load_versions={"notes": "v1"})
    assert caught.value.nearest == "note"


def test_a_version_for_an_unversioned_dataset_is_refused_at_its_place(tmp_path: Path) -> None:
    entries = {"plain": {"type": "text.TextDataset", "filepath": "a.txt"}}
    with pytest.raises(DatasetDefinitionError, match=r"catalog\.yml:1:1: dataset 'plain' keeps no"):
        catalog_of(entries, tmp_path, load_versions={"plain": "v1"})


@pytest.mark.parametrize("version", ["../up", "a/b", "a\\b", ".", "", "a\0"])
def test_a_version_that_leaves_its_folder_is_refused(tmp_path: Path, version: str) -> None:
    with pytest.raises(DatasetDefinitionError, match="no version name"):
        notes(tmp_path, load_versions={"note": version})
    with pytest.raises(DatasetDefinitionError, match="no version name"):
        notes(tmp_path, save_version=version)


def test_a_plain_file_in_the_way_of_versions_is_explained(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("unversioned")
    with pytest.raises(SaveError, match="keeps versions in a folder"):
        notes(tmp_path).save("note", "x")
    with pytest.raises(MissingDataError, match="keeps versions in a folder"):
        notes(tmp_path).load("note")


def test_nothing_saved_yet_is_missing_data(tmp_path: Path) -> None:
    catalog = notes(tmp_path)
    assert not catalog.exists("note")
    with pytest.raises(MissingDataError, match="no version lies at"):
        catalog.load("note")


def test_versions_work_on_a_remote_store() -> None:
    run = RunVersion()
    dataset = TextDataset("memory://bucket/v/note.txt", version=Version(run=run))
    assert not dataset.exists()
    dataset.save("1")
    dataset.save("2")
    assert TextDataset("memory://bucket/v/note.txt", version=Version()).load() == "2"
    assert len(fsspec.filesystem("memory").ls("/bucket/v/note.txt")) == 2


def test_the_versions_are_listed_from_the_oldest_and_torn_ones_never_count(tmp_path: Path) -> None:
    for version in ("2026-01-01T00.00.00.000Z", "v1"):
        put(tmp_path, version, "x")
    (tmp_path / "note.txt" / "2030-01-01T00.00.00.000Z").mkdir()
    assert notes(tmp_path).versions("note") == ["v1", "2026-01-01T00.00.00.000Z"]


def test_a_version_can_be_loaded_beside_the_latest(tmp_path: Path) -> None:
    put(tmp_path, "v1", "old")
    put(tmp_path, "v2", "new")
    catalog = notes(tmp_path)
    assert [catalog.load("note", version="v1"), catalog.load("note")] == ["old", "new"]
    with pytest.raises(MissingDataError, match="no version 'v3'"):
        catalog.load("note", version="v3")


def test_what_keeps_no_versions_lists_and_loads_none() -> None:
    catalog = DataCatalog({"number": 1})
    for ask in (lambda: catalog.versions("number"), lambda: catalog.load("number", version="v1")):
        with pytest.raises(DatasetDefinitionError, match="keeps no versions"):
            ask()
