"""From a located entry to a dataset, every mistake named by its place."""

from pathlib import Path
from typing import Any

import pytest
from noria_catalog import DataCatalog, DatasetDefinitionError, UnknownTypeError
from noria_catalog.file_dataset import FileDataset

from tests.catalog.entries import catalog_of

PACKAGE = __name__.rpartition(".")[0]


class Tagged(FileDataset):
    """A class of a user's own that hands the rest on to its base."""

    def __init__(self, filepath: str, *, tag: str, **rest: Any) -> None:
        super().__init__(filepath, **rest)
        if tag == "bad":
            raise ValueError("this tag is bad")
        self.tag = tag

    def read(self, path: Path) -> Any:
        return path.read_text()

    def write(self, data: Any, path: Path) -> None:
        path.write_text(data)


TAGGED = f"{__name__}.Tagged"


def wrong(entry: Any, **options: Any) -> DatasetDefinitionError:
    catalog = catalog_of({"orders": entry}, Path("/project"), **options)
    with pytest.raises(DatasetDefinitionError) as caught:
        catalog.check(["orders"])
    return caught.value


def test_a_relative_path_starts_at_the_base_path() -> None:
    entry = {"type": "text.TextDataset", "filepath": "data/a.txt"}
    dataset = catalog_of({"a": entry}, Path("/project"))["a"]
    assert isinstance(dataset, FileDataset)
    assert dataset.filepath == "/project/data/a.txt"


@pytest.mark.parametrize("path", ["/data/a.txt", "file:///data/a.txt", "s3://bucket/a.txt"])
def test_absolute_paths_and_urls_stay_what_they_are(path: str) -> None:
    dataset = catalog_of({"a": {"type": "text.TextDataset", "filepath": path}}, Path("/p"))["a"]
    assert isinstance(dataset, FileDataset)
    assert dataset.filepath == path.removeprefix("file://")


def test_an_unknown_argument_is_named_at_its_key() -> None:
    error = wrong({"type": "pandas.CSVDataset", "filepath": "a.csv", "save_arg": {}})
    assert str(error).startswith(
        "conf/base/catalog.yml:4:3: dataset 'orders': pandas.CSVDataset has no argument 'save_arg'"
    )
    assert error.nearest == "save_args"


def test_kedros_version_key_is_not_an_argument() -> None:
    error = wrong({"type": "pandas.CSVDataset", "filepath": "a.csv", "version": "x"})
    assert error.nearest == "versioned"


def test_a_missing_argument_is_named_at_the_entry() -> None:
    error = wrong({"type": "pandas.CSVDataset"})
    assert str(error) == (
        "conf/base/catalog.yml:1:1: dataset 'orders': pandas.CSVDataset needs `filepath`"
    )


@pytest.mark.parametrize("value", [None, 3, ["a.csv"], {"a": 1}, ""])
def test_a_filepath_must_be_a_path(value: Any) -> None:
    error = wrong({"type": "pandas.CSVDataset", "filepath": value})
    assert "`filepath` must be a path, got" in str(error)
    assert error.where is not None
    assert error.where.line == 3


@pytest.mark.parametrize("key", ["load_args", "save_args", "fs_args"])
def test_arguments_for_a_library_must_be_a_mapping(key: str) -> None:
    error = wrong({"type": "pandas.CSVDataset", "filepath": "a.csv", key: "sep=;"})
    assert f"`{key}` must be a mapping, got 'sep=;'" in str(error)


def test_an_entry_must_be_a_mapping_with_a_type() -> None:
    assert "must be a mapping" in str(wrong("data/a.csv"))
    assert "has no `type`" in str(wrong({"filepath": "a.csv"}))
    error = wrong({"tpye": "pandas.CSVDataset"})
    assert "is 'tpye' meant to be `type`?" in str(error)
    assert error.where is not None
    assert error.where.line == 2
    assert "`type` must be a word" in str(wrong({"type": ["x"]}))


def test_a_wrong_type_names_dataset_and_place() -> None:
    error = wrong({"type": "pandas.CSVDatset"})
    assert isinstance(error, UnknownTypeError)
    assert "catalog.yml:2:103: dataset 'orders': no dataset type" in str(error)


def test_metadata_is_ignored() -> None:
    entry = {"type": "text.TextDataset", "filepath": "a.txt", "metadata": {"owner": "ann"}}
    catalog_of({"a": entry}, Path("/p")).check(["a"])


def test_versioned_must_be_true_or_false() -> None:
    entry = {"type": "text.TextDataset", "filepath": "a.txt"}
    assert "must be true or false" in str(wrong({**entry, "versioned": "yes"}))
    assert "keeps no versions" in str(wrong({"type": "MemoryDataset", "versioned": True}))
    catalog_of({"a": {**entry, "versioned": False}}, Path("/p")).check(["a"])


def test_arguments_that_a_class_hands_on_to_its_base_are_known() -> None:
    entry = {"type": TAGGED, "filepath": "a.txt", "tag": "x", "versioned": True}
    options: dict[str, Any] = {"dataset_packages": [PACKAGE]}
    dataset = catalog_of({"a": entry}, Path("/p"), **options)["a"]
    assert isinstance(dataset, FileDataset)
    assert dataset.version is not None
    assert wrong({**entry, "tga": "x"}, **options).nearest == "tag"
    assert "needs `tag`" in str(wrong({"type": TAGGED, "filepath": "a.txt"}, **options))


def test_an_error_of_the_constructor_is_named_at_the_entry() -> None:
    entry = {"type": TAGGED, "filepath": "a.txt", "tag": "bad"}
    error = wrong(entry, dataset_packages=[PACKAGE])
    assert "catalog.yml:1:1: dataset 'orders'" in str(error)
    assert "ValueError: this tag is bad" in str(error)
    assert isinstance(error.__cause__, ValueError)


def test_an_error_of_our_own_constructor_gets_the_place() -> None:
    error = wrong({"type": "pickle.PickleDataset", "filepath": "a", "backend": "piclke"})
    assert error.nearest == "pickle"
    assert error.where is not None


def test_kedros_open_args_are_refused_where_they_had_no_effect() -> None:
    fs_args = {"open_args_save": {"mode": "wb"}}
    error = wrong({"type": "text.TextDataset", "filepath": "a", "fs_args": fs_args})
    assert "`open_args_save` has no effect" in str(error)
    assert error.where is not None
    assert error.where.line == 5


REMOTE = {"type": "text.TextDataset", "filepath": "s3://b/a.txt", "credentials": "prod_s3"}


def test_credentials_are_found_by_name_and_never_shown() -> None:
    catalog = catalog_of(
        {"a": REMOTE}, Path("/p"), credentials={"prod_s3": {"key": "ann", "secret": "t0psecret"}}
    )
    dataset = catalog["a"]
    said = f"{dataset!r} {catalog!r} {catalog.describe('a')}"
    assert isinstance(dataset, FileDataset)
    said += f"{dataset.describe()}"
    assert "t0psecret" not in said
    assert "prod_s3" not in said


def test_unknown_credentials_name_dataset_and_nearest() -> None:
    error = wrong(REMOTE, credentials={"prod_s4": {"secret": "t0psecret"}})
    assert "catalog.yml:4:103: dataset 'orders': no credentials 'prod_s3'" in str(error)
    assert error.nearest == "prod_s4"
    assert "t0psecret" not in str(error)


def test_a_secret_in_the_catalog_is_refused_and_not_repeated() -> None:
    error = wrong({**REMOTE, "credentials": {"secret": "t0psecret"}})
    assert "must be the name of an entry in credentials.yml" in str(error)
    assert "t0psecret" not in str(error)


def test_credentials_for_a_class_that_knows_none_are_an_unknown_argument() -> None:
    error = wrong({"type": "MemoryDataset", "credentials": "x"}, credentials={"x": {}})
    assert "has no argument 'credentials'" in str(error)


def test_nothing_is_imported_or_checked_before_it_is_used() -> None:
    catalog: DataCatalog = catalog_of({"a": {"type": "no.Such"}}, Path("/p"))
    assert list(catalog) == ["a"]
    assert catalog.describe("a")["type"] == "no.Such"
