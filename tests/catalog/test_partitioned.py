"""Many files of one folder as one dataset."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from noria_catalog import (
    DatasetDefinitionError,
    FileDataset,
    MissingDataError,
    SaveError,
    UnknownTypeError,
)
from noria_catalog.folders import _by_two_renames, publishing_folder, recover
from noria_catalog.formats.text import TextDataset
from noria_catalog.leftovers import ASIDE, is_temporary
from noria_catalog.partition_names import check_partition_name
from noria_catalog.partitioned import PartitionedDataset

from tests.catalog.entries import catalog_of, listed

DAYS = {
    "type": "partitions.PartitionedDataset",
    "path": "days",
    "dataset": {"type": "pandas.CSVDataset", "save_args": {"sep": ";"}},
    "filename_suffix": ".csv",
}


def texts(folder: Path, **options: Any) -> PartitionedDataset:
    return PartitionedDataset(folder, "text.TextDataset", filename_suffix=".txt", **options)


def loaded(dataset: PartitionedDataset) -> dict[str, Any]:
    return {name: load() for name, load in dataset.load().items()}


def test_partitions_go_round_through_the_catalog(tmp_path: Path) -> None:
    catalog = catalog_of({"days": DAYS}, tmp_path)
    catalog.save("days", {"2013-01-02": pd.DataFrame({"a": [2]}), "2013-01-01": pd.DataFrame()})
    catalog.save("days", {"2013-01-01": pd.DataFrame({"a": [1], "b": [3]})})
    assert (tmp_path / "days" / "2013-01-01.csv").read_text() == "a;b\n1;3\n"
    assert list(catalog.load("days")) == ["2013-01-01", "2013-01-02"]
    assert catalog.exists("days")
    assert catalog.describe("days")["filepath"] == str(tmp_path / "days")


def test_nothing_is_loaded_before_its_loader_is_called(tmp_path: Path) -> None:
    texts(tmp_path).save({"a": "x"})
    loaders = texts(tmp_path).load()
    (tmp_path / "a.txt").write_text("later")
    assert loaders["a"]() == "later"


def test_a_function_is_called_when_its_turn_comes(tmp_path: Path) -> None:
    present: list[list[str]] = []

    def second() -> str:
        present.append(listed(tmp_path))
        return "2"

    texts(tmp_path).save({"b": second, "a": lambda: "1"})
    assert present == [["a.txt"]]
    assert loaded(texts(tmp_path)) == {"a": "1", "b": "2"}


def test_names_may_have_folders(tmp_path: Path) -> None:
    texts(tmp_path).save({"2013/01": "jan", "2013/02": "feb"})
    assert loaded(texts(tmp_path)) == {"2013/01": "jan", "2013/02": "feb"}


@pytest.mark.parametrize(
    "name", ["../up", "/etc/x", "a/../../up", "", "a//b", ".hidden", "..", "a\\b", "C:/x", "a\0", 1]
)
def test_a_name_that_leaves_the_folder_is_refused_before_anything_is_saved(
    tmp_path: Path, name: Any
) -> None:
    with pytest.raises(SaveError, match="partition name"):
        texts(tmp_path / "in").save({"a": "x", name: "y"})
    assert listed(tmp_path) == []


def test_hidden_files_and_other_suffixes_are_no_partitions(tmp_path: Path) -> None:
    texts(tmp_path).save({"a": "x"})
    for name in (".gitkeep", ".b.txt", "README.md"):
        (tmp_path / name).write_text("")
    assert list(texts(tmp_path).load()) == ["a"]


def test_each_partition_is_published_whole(tmp_path: Path) -> None:
    texts(tmp_path).save({"a": "old", "b": "old"})

    def broken() -> str:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        texts(tmp_path).save({"a": "new", "b": broken})
    assert loaded(texts(tmp_path)) == {"a": "new", "b": "old"}
    assert listed(tmp_path) == ["a.txt", "b.txt"]


def test_what_was_saved_before_an_error_stands(tmp_path: Path) -> None:
    texts(tmp_path).save({"b": "old"})
    with pytest.raises(TypeError, match="expected a str"):
        texts(tmp_path).save({"a": "1", "b": "2", "c": 3, "d": "4"})
    assert loaded(texts(tmp_path)) == {"a": "1", "b": "2"}
    assert listed(tmp_path) == ["a.txt", "b.txt"]


def test_a_place_that_is_taken_is_told_and_the_others_leave_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "b.txt").mkdir()
    with pytest.raises(SaveError, match=r"b\.txt: it is a folder"):
        texts(tmp_path).save({"a": "1", "b": "2", "c": "3"})
    assert listed(tmp_path) == ["a.txt", "b.txt"]


class ReadBack(TextDataset):
    """Looks at what it has saved."""

    def save(self, data: Any) -> None:
        super().save(data)
        assert self.load() == data


def test_a_class_of_one_s_own_finds_what_it_has_saved(tmp_path: Path) -> None:
    days = PartitionedDataset(tmp_path, ReadBack, filename_suffix=".txt")
    days.save({"a": "1", "b": "2"})
    assert loaded(days) == {"a": "1", "b": "2"}


def test_an_error_names_the_partition(tmp_path: Path) -> None:
    with pytest.raises(SaveError, match="partition 'a': None cannot be saved"):
        texts(tmp_path).save({"a": None})


def test_overwrite_leaves_only_what_was_saved(tmp_path: Path) -> None:
    folder = tmp_path / "days"
    texts(folder).save({"a": "old", "deep/b": "old"})
    texts(folder, overwrite=True).save({"c": "new"})
    assert loaded(texts(folder)) == {"c": "new"}
    assert listed(tmp_path) == ["days"]


def test_overwrite_makes_a_new_folder(tmp_path: Path) -> None:
    texts(tmp_path / "new" / "days", overwrite=True).save({"c": "new"})
    assert loaded(texts(tmp_path / "new" / "days")) == {"c": "new"}


def test_overwrite_keeps_what_is_no_partition(tmp_path: Path) -> None:
    texts(tmp_path / "days").save({"a": "old"})
    for name in ("README.md", ".gitkeep", "notes/x.md"):
        (tmp_path / "days" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "days" / name).write_text("kept")
    texts(tmp_path / "days", overwrite=True).save({"c": "new"})
    assert (tmp_path / "days" / "notes" / "x.md").read_text() == "kept"
    assert listed(tmp_path / "days") == [".gitkeep", "README.md", "c.txt", "notes"]


def test_a_failing_overwrite_leaves_the_old_folder(tmp_path: Path) -> None:
    texts(tmp_path / "days").save({"a": "old", "b": "old"})
    with pytest.raises(SaveError) as caught:
        texts(tmp_path / "days", overwrite=True).save({"a": "new", "b": None})
    assert "noria-" not in str(caught.value)
    assert loaded(texts(tmp_path / "days")) == {"a": "old", "b": "old"}
    assert listed(tmp_path) == ["days"]


def test_overwrite_follows_a_link_and_keeps_it(tmp_path: Path) -> None:
    texts(tmp_path / "real").save({"a": "old"})
    (tmp_path / "days").symlink_to(tmp_path / "real")
    texts(tmp_path / "days", overwrite=True).save({"b": "new"})
    assert (tmp_path / "days").is_symlink()
    assert loaded(texts(tmp_path / "real")) == {"b": "new"}


def test_a_reader_never_finds_the_folder_missing_or_mixed(tmp_path: Path) -> None:
    if sys.platform not in {"linux", "darwin"}:
        pytest.skip("not here: exchanging two names at once")
    days = tmp_path / "days"
    script = (
        "from noria_catalog.partitioned import PartitionedDataset\n"
        f"days = PartitionedDataset({str(days)!r}, 'text.TextDataset', overwrite=True)\n"
        "for turn in range(60): days.save({f'{turn}-{part}': 'x' for part in 'abc'})"
    )
    seen: set[str] = set()
    with subprocess.Popen([sys.executable, "-c", script]) as child:
        while child.poll() is None:
            try:
                names = listed(days)
            except FileNotFoundError:
                assert not seen, "the folder was gone"
                continue
            # Who opened the old folder may still see it go, but never a mixture.
            turns = {name.split("-")[0] for name in names}
            assert len(turns) <= 1, names
            seen |= turns
    assert child.returncode == 0
    assert len(seen) > 1


def test_where_names_cannot_be_exchanged_a_crash_between_the_renames_is_mended(
    tmp_path: Path,
) -> None:
    name = "days"
    script = (
        "from noria_catalog.leftovers import ASIDE, temporary_name\n"
        f"print(temporary_name(ASIDE + {name!r}))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    aside = tmp_path / done.stdout.decode().strip()
    aside.mkdir()
    (aside / "a.txt").write_text("old")
    assert ASIDE in aside.name
    assert loaded(texts(tmp_path / name)) == {"a": "old"}
    assert listed(tmp_path) == [name]


def test_two_renames_replace_a_folder_where_names_cannot_be_exchanged(tmp_path: Path) -> None:
    for name in ("fresh", "days"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).write_text("")
    _by_two_renames(str(tmp_path / "fresh"), str(tmp_path / "days"))
    assert listed(tmp_path) == ["days"]
    assert listed(tmp_path / "days") == ["fresh"]
    recover(str(tmp_path / "days"))


def test_an_interrupt_leaves_no_folder_behind(tmp_path: Path) -> None:
    def fill(folder: str) -> None:
        assert is_temporary(Path(folder).name)
        (Path(folder) / "a").write_text("")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), publishing_folder(str(tmp_path / "days")) as folder:
        fill(folder)
    assert listed(tmp_path) == []


def test_no_folder_and_a_wrong_suffix_are_missing_data(tmp_path: Path) -> None:
    with pytest.raises(MissingDataError, match="there is no folder"):
        texts(tmp_path / "none").load()
    (tmp_path / "a.csv").write_text("")
    with pytest.raises(MissingDataError, match=r"none of the 1 files .* ends with '\.txt'"):
        texts(tmp_path).load()
    assert not texts(tmp_path).exists()


def test_no_partitions_go_round(tmp_path: Path) -> None:
    texts(tmp_path / "days").save({})
    assert texts(tmp_path / "days").load() == {}


def test_what_is_no_mapping_is_refused(tmp_path: Path) -> None:
    data: Any = ["a"]
    with pytest.raises(SaveError, match="expected a dict of partitions by name, got list"):
        texts(tmp_path).save(data)


def test_the_inner_entry_is_checked_at_its_place(tmp_path: Path) -> None:
    def wrong(inner: Any) -> DatasetDefinitionError:
        with pytest.raises(DatasetDefinitionError) as caught:
            catalog_of({"days": {**DAYS, "dataset": inner}}, tmp_path).check(["days"])
        return caught.value

    error = wrong({"type": "pandas.CSVDataset", "sav_args": {}})
    assert error.nearest == "save_args"
    assert error.where is not None
    assert (error.where.line, error.where.column) == (6, 5)
    assert isinstance(wrong("subprocess.Popen"), UnknownTypeError)
    assert "get their `filepath`" in str(wrong({"type": "text.TextDataset", "filepath": "x"}))
    assert "cannot be `versioned`" in str(wrong({"type": "text.TextDataset", "versioned": True}))


def test_credentials_reach_the_files(tmp_path: Path) -> None:
    entry = {**DAYS, "path": "memory://b/days", "credentials": "store"}
    catalog = catalog_of({"days": entry}, tmp_path, credentials={"store": {"token": "t0psecret"}})
    dataset = catalog["days"]
    assert isinstance(dataset, PartitionedDataset)
    make: Callable[[str], Any] = dataset._one
    inner = make("memory://b/days/a.csv")
    assert isinstance(inner, FileDataset)
    assert inner._options == {"token": "t0psecret"}
    assert "t0psecret" not in repr(dataset)


def test_partitions_work_on_a_remote_store() -> None:
    days = PartitionedDataset("memory://b/parts", "text.TextDataset", filename_suffix=".txt")
    days.save({"deep/a": "1", "b": "2"})
    assert loaded(days) == {"b": "2", "deep/a": "1"}
    assert days.size() == 2
    with pytest.raises(SaveError, match="for local folders"):
        PartitionedDataset("memory://b/parts", "text.TextDataset", overwrite=True).save({"a": "1"})


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("CON", "for a device"),
        ("2013/nul.old", "for a device"),
        ("lpt1", "for a device"),
        ("day.", "ends with a dot"),
        ("day /01", "ends with a space"),
        ("a\nb", "control character"),
        ("a\0", "control character"),
    ],
)
def test_a_name_that_does_not_travel_is_refused(tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(SaveError, match=f"is no partition name: .*{reason}"):
        texts(tmp_path / "in").save({"a": "x", name: "y"})
    assert listed(tmp_path) == []


def test_a_name_that_only_windows_cannot_keep_is_refused_there() -> None:
    check_partition_name("12<13", windows=False)
    with pytest.raises(SaveError, match="Windows allows no < in a name"):
        check_partition_name("12<13", windows=True)


@pytest.mark.parametrize("name", ["console", "com", "com10", "2013-01-01 12h", "a.b"])
def test_a_name_like_a_devices_is_kept(tmp_path: Path, name: str) -> None:
    texts(tmp_path).save({name: "x"})
    assert list(texts(tmp_path).load()) == [name]
