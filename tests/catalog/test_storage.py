"""Local paths and URLs behind one seam; the remote side on fsspec's own store in memory."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pandas as pd
import pytest
from noria_catalog import MissingDataError, SaveError
from noria_catalog.formats.pandas import CSVDataset
from noria_catalog.formats.text import TextDataset
from noria_catalog.storage import LocalStorage, storage_for


@pytest.fixture
def store() -> Iterator[fsspec.AbstractFileSystem]:
    files = fsspec.filesystem("memory")
    yield files
    files.store.clear()
    files.pseudo_dirs[:] = [""]


@pytest.mark.parametrize("prefix", ["", "file://", "local://"])
def test_local_paths_and_file_urls_are_the_same_place(tmp_path: Path, prefix: str) -> None:
    TextDataset(f"{prefix}{tmp_path}/a.txt").save("hello")
    assert (tmp_path / "a.txt").read_text() == "hello"
    assert TextDataset(f"{prefix}{tmp_path}/a.txt").load() == "hello"


def test_local_paths_import_no_fsspec(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from noria_catalog.formats.text import TextDataset\n"
        f"dataset = TextDataset('file://{tmp_path}/a.txt')\n"
        "dataset.save('x'); dataset.load(); dataset.exists(); dataset.size()\n"
        "sys.exit('fsspec' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_missing_data_names_the_file_that_was_meant(tmp_path: Path) -> None:
    (tmp_path / "flights.csv").write_text("")
    with pytest.raises(MissingDataError, match=r"nothing lies at .*fligths\.csv") as caught:
        CSVDataset(tmp_path / "fligths.csv").load()
    assert caught.value.hint is not None
    assert "flights.csv" in caught.value.hint


def test_missing_data_names_the_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(MissingDataError) as caught:
        CSVDataset(tmp_path / "raw" / "a.csv").load()
    assert caught.value.hint is not None
    assert "there is no folder" in caught.value.hint


def test_files_below_a_folder_are_sorted_and_a_circle_of_links_ends(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("b/2", "b/1", "a", ".hidden"):
        (tmp_path / name).write_text("")
    (tmp_path / "b" / "up").symlink_to(tmp_path)
    assert LocalStorage().files(str(tmp_path)) == ["a", "b/1", "b/2"]


@pytest.mark.usefixtures("store")
def test_a_remote_dataset_goes_round() -> None:
    table = pd.DataFrame({"a": [1, 2]})
    dataset = CSVDataset("memory://bucket/deep/a.csv.gz")
    assert not dataset.exists()
    assert dataset.size() is None
    dataset.save(table)
    assert dataset.load().equals(table)
    assert dataset.exists()
    assert dataset.size() == dataset.last_save.size if dataset.last_save else False


def test_a_failing_writer_publishes_nothing_remotely(store: fsspec.AbstractFileSystem) -> None:
    class Torn(TextDataset):
        def write(self, data: str, path: Path) -> None:
            path.write_text(data[:2])
            raise ValueError("broken")

    TextDataset("memory://bucket/a.txt").save("old")
    with pytest.raises(ValueError, match="broken"):
        Torn("memory://bucket/a.txt").save("new text")
    assert store.cat("/bucket/a.txt") == b"old"


def test_nothing_remote_is_missing_data(store: fsspec.AbstractFileSystem) -> None:
    assert store.protocol == "memory"
    with pytest.raises(MissingDataError, match="memory://bucket/none"):
        TextDataset("memory://bucket/none.txt").load()


@pytest.mark.usefixtures("store")
def test_an_existing_remote_version_is_not_overwritten() -> None:
    storage = storage_for("memory://bucket/a.txt")
    with storage.publishing("memory://bucket/a.txt", replace=False) as pending:
        _write(pending.path, "1")
    with (
        pytest.raises(SaveError, match="exists already"),
        storage.publishing("memory://bucket/a.txt", replace=False) as pending,
    ):
        _write(pending.path, "2")


def test_a_password_in_a_url_is_not_shown() -> None:
    url = "sftp://ann:s3cret@host/a.csv"
    dataset = CSVDataset(url, credentials={"password": "s3cret"})
    assert "s3cret" not in repr(dataset)
    assert "s3cret" not in str(dataset.describe())
    assert "s3cret" not in storage_for(url).shown(url)


def _write(path: str, text: str) -> None:
    Path(path).write_text(text)
