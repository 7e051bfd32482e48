"""What tells contents apart, and how recorded files are put in place again."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from blake3 import blake3
from hypothesis import given, settings
from hypothesis import strategies as st
from noria_catalog import MissingDataError, SaveError
from noria_catalog.dataset import Digests, Restores
from noria_catalog.digest import file_digest, names_digest
from noria_catalog.formats.pandas import ParquetDataset
from noria_catalog.formats.text import TextDataset
from noria_catalog.partitioned import PartitionedDataset
from noria_catalog.versions import Version, latest_version

from tests.catalog.entries import listed

HALF = 1 << 20


def days(folder: Path | str, *, overwrite: bool = True) -> PartitionedDataset:
    return PartitionedDataset(
        folder, "text.TextDataset", filename_suffix=".txt", overwrite=overwrite
    )


def put_back(dataset: Restores, recorded: dict[str, Path]) -> None:
    with dataset.restoring(recorded) as paths:
        for name, path in paths.items():
            shutil.copyfile(recorded[name], path)


def recorded_of(dataset: Restores, folder: Path) -> dict[str, Path]:
    folder.mkdir()
    kept: dict[str, Path] = {}
    with dataset.stored_files() as files:
        for number, (name, path) in enumerate(files):
            kept[name] = Path(shutil.copyfile(path, folder / str(number)))
    return kept


@pytest.mark.parametrize("size", [0, 1, HALF - 1, HALF, HALF + 1, 2 * HALF, 2 * HALF + 1, 3 * HALF])
def test_the_digest_of_a_file_is_the_blake3_of_its_content(tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    (tmp_path / "a").write_bytes(content)
    assert file_digest(tmp_path / "a") == blake3(content).hexdigest()
    os.utime(tmp_path / "a", (1, 1))
    assert file_digest(tmp_path / "a") == blake3(content).hexdigest()


CUTS = """
import os, sys
content = os.urandom(1 << 20) * 100
while True:
    with open(sys.argv[1], "wb") as file:
        file.write(content)
    print("written", flush=True)
"""
DIGESTS = """
import sys, time
from noria_catalog.digest import file_digest
end = time.monotonic() + 3
while time.monotonic() < end:
    file_digest(sys.argv[1])
"""


def test_a_file_that_is_cut_short_while_it_is_digested_ends_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a"
    cuts = [sys.executable, "-c", CUTS, str(path)]
    with subprocess.Popen(cuts, stdout=subprocess.PIPE) as cutting:
        try:
            assert cutting.stdout is not None
            assert cutting.stdout.readline()
            done = subprocess.run([sys.executable, "-c", DIGESTS, str(path)], check=False)
        finally:
            cutting.kill()
    assert done.returncode == 0


def test_a_datasets_digest_follows_its_content_and_not_its_times(tmp_path: Path) -> None:
    dataset = TextDataset(tmp_path / "a.txt")
    dataset.save("one")
    first = dataset.digest()
    assert first == blake3(b"one").hexdigest()
    os.utime(tmp_path / "a.txt", (1, 1))
    assert dataset.digest() == first
    dataset.save("two")
    assert dataset.digest() != first


def test_what_is_not_there_has_no_digest_but_an_error(tmp_path: Path) -> None:
    for dataset in (TextDataset(tmp_path / "a.txt"), days(tmp_path / "days")):
        assert isinstance(dataset, Digests)
        with pytest.raises(MissingDataError):
            dataset.digest()


def test_of_versions_the_one_that_would_be_loaded_is_digested_and_given(tmp_path: Path) -> None:
    TextDataset(tmp_path / "a.txt", version=Version()).save("one")
    TextDataset(tmp_path / "a.txt", version=Version()).save("two")
    latest = TextDataset(tmp_path / "a.txt", version=Version())
    assert latest.digest() == blake3(b"two").hexdigest()
    with latest.stored_files() as files:
        assert [Path(path).read_text() for _, path in files] == ["two"]


def test_a_folder_read_as_one_table_is_digested_by_all_its_files(tmp_path: Path) -> None:
    table = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    table.to_parquet(tmp_path / "all", partition_cols=["b"])
    dataset = ParquetDataset(tmp_path / "all")
    first = dataset.digest()
    assert len(recorded_of(dataset, tmp_path / "kept")) == 2
    next((tmp_path / "all" / "b=x").iterdir()).unlink()
    assert dataset.digest() != first


def test_partitions_are_digested_by_name_and_content(tmp_path: Path) -> None:
    dataset = days(tmp_path / "days")
    dataset.save({"a": "1", "b": "2"})
    first = dataset.digest()
    dataset.save({"b": "2", "a": "1"})
    assert dataset.digest() == first
    (tmp_path / "days" / ".hidden.txt").write_text("")
    (tmp_path / "days" / "README.md").write_text("")
    assert dataset.digest() == first
    dataset.save({"a": "2", "b": "1"})
    assert dataset.digest() != first


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(max_size=3), st.text("01", max_size=2)), max_size=4))
def test_no_two_sets_of_files_have_one_digest(files: list[tuple[str, str]]) -> None:
    moved = [(name + digest[:1], digest[1:]) for name, digest in files]
    assert (names_digest(moved) == names_digest(files)) == (sorted(moved) == sorted(files))


def test_a_file_is_put_in_place_again(tmp_path: Path) -> None:
    dataset = TextDataset(tmp_path / "a.txt")
    dataset.save("one")
    recorded = recorded_of(dataset, tmp_path / "kept")
    dataset.save("two")
    put_back(dataset, recorded)
    assert dataset.load() == "one"
    assert listed(tmp_path) == ["a.txt", "kept"]
    assert dataset.last_save is not None
    assert dataset.last_save.size == 3


def test_putting_a_version_back_makes_a_new_one(tmp_path: Path) -> None:
    TextDataset(tmp_path / "a.txt", version=Version()).save("one")
    first = latest_version(TextDataset(tmp_path).storage, str(tmp_path / "a.txt"))
    recorded = recorded_of(TextDataset(tmp_path / "a.txt", version=Version()), tmp_path / "kept")
    dataset = TextDataset(tmp_path / "a.txt", version=Version())
    put_back(dataset, recorded)
    assert dataset.load() == "one"
    assert len(listed(tmp_path / "a.txt")) == 2
    assert listed(tmp_path / "a.txt")[0] == first


def test_partitions_are_put_in_place_again_and_nothing_else_is_touched(tmp_path: Path) -> None:
    dataset = days(tmp_path / "days")
    dataset.save({"a": "1", "2013/b": "2"})
    (tmp_path / "days" / "README.md").write_text("kept")
    recorded = recorded_of(dataset, tmp_path / "kept")
    assert list(recorded) == ["2013/b", "a"]
    dataset.save({"c": "3"})
    put_back(dataset, recorded)
    assert {name: load() for name, load in dataset.load().items()} == {"2013/b": "2", "a": "1"}
    assert listed(tmp_path / "days") == ["2013", "README.md", "a.txt"]


def test_an_error_while_files_are_put_back_leaves_what_was_there(tmp_path: Path) -> None:
    def fill(dataset: Restores, names: list[str]) -> None:
        with dataset.restoring(names) as paths:
            Path(paths[names[0]]).write_text("half")
            raise ValueError("torn")

    text, folder = TextDataset(tmp_path / "a.txt"), days(tmp_path / "days")
    text.save("one")
    folder.save({"a": "1"})
    before = text.digest(), folder.digest()
    with pytest.raises(ValueError, match="torn"):
        fill(text, [""])
    with pytest.raises(ValueError, match="torn"):
        fill(folder, ["a", "b"])
    assert (text.digest(), folder.digest()) == before
    assert listed(tmp_path) == ["a.txt", "days"]


def test_what_is_only_added_to_is_not_put_back(tmp_path: Path) -> None:
    assert TextDataset(tmp_path / "a.txt").restorable
    assert days(tmp_path / "days").restorable
    assert not days("memory://b/days").restorable
    adds = days(tmp_path / "days", overwrite=False)
    assert not adds.restorable
    with pytest.raises(SaveError, match="only added"):
        put_back(adds, {"a": tmp_path / "x"})
    with pytest.raises(SaveError, match="is one file, and several were recorded"):
        put_back(TextDataset(tmp_path / "a.txt"), {"a": tmp_path / "x", "b": tmp_path / "y"})
    with pytest.raises(SaveError, match="no partition name"):
        put_back(days(tmp_path / "days"), {"../a": tmp_path / "x"})


def test_files_of_a_store_are_brought_here_and_put_there_again(tmp_path: Path) -> None:
    dataset = TextDataset("memory://digests/a.txt")
    dataset.save("one")
    first = dataset.digest()
    recorded = recorded_of(dataset, tmp_path / "kept")
    dataset.save("two")
    assert dataset.digest() != first
    put_back(dataset, recorded)
    assert dataset.load() == "one"
    assert dataset.digest() == first
    with pytest.raises(MissingDataError):
        TextDataset("memory://digests/none.txt").digest()
