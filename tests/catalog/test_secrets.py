"""No secret that was given to a dataset is printed, whatever fails."""

from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem
from noria_catalog import DataCatalog, DatasetDefinitionError, LoadError, NoriaError, SaveError
from noria_catalog.formats.text import TextDataset
from noria_catalog.redact import cleaned, redacted, secrets_in

from tests.catalog.entries import catalog_of

CANARIES = ("canary/key+1", "canary word", "canaryfs", "canarytoken", "90210777")
URL = "leaky://ann:canary word@host/a.txt?token=canarytoken"
FS_ARGS = {"headers": {"deep": "canaryfs"}}
ENTRY: dict[str, Any] = {"type": "text.TextDataset", "filepath": URL}
ENTRY |= {"credentials": "store", "fs_args": FS_ARGS}
CREDENTIALS = {"store": {"key": "canary/key+1", "pin": 90210777}}


class LeakyFileSystem(MemoryFileSystem):  # type: ignore[misc]
    """A store whose every error tells all that it was given, as some libraries' errors do."""

    protocol = "leaky"

    def __init__(self, **options: Any) -> None:
        super().__init__()
        self.given = options

    def _fail(self, *_: Any, **__: Any) -> Any:
        raise OSError(f"denied: {self.given} canary%2Fkey%2B1, {URL}")

    exists = info = get_file = put_file = ls = find = size = _fail


class Talkative:
    """A dataset of somebody's, whose constructor tells what it got."""

    def __init__(self, credentials: Any) -> None:
        raise ValueError(f"cannot log in with {credentials}")

    def load(self) -> None: ...

    def save(self, data: Any) -> None: ...


@pytest.fixture(autouse=True)
def _registered() -> None:
    fsspec.register_implementation("leaky", LeakyFileSystem, clobber=True)


def no_canary(text: str) -> None:
    for canary in (*CANARIES, "canary%2Fkey", "canary"):
        assert canary not in text, text


@pytest.mark.parametrize("deed", ["load", "save", "exists", "explain_missing"])
@pytest.mark.parametrize("versioned", [False, True])
def test_a_failing_store_prints_no_secret(tmp_path: Path, deed: str, versioned: bool) -> None:
    entry = {**ENTRY, "versioned": versioned}
    catalog = catalog_of({"a": entry}, tmp_path, credentials=CREDENTIALS)
    if deed == "explain_missing":
        error: NoriaError = catalog.explain_missing("a")
    else:
        with pytest.raises(SaveError if deed == "save" else LoadError) as caught:
            getattr(catalog, deed)("a", *(["text"] if deed == "save" else []))
        error = caught.value
    assert "OSError: denied" in str(error)
    no_canary(f"{error} {error!r} {error.args} {catalog.describe('a')} {catalog['a']!r}")


def test_a_dataset_that_was_made_by_hand_prints_no_secret() -> None:
    dataset = TextDataset(URL, credentials=CREDENTIALS["store"], fs_args=FS_ARGS)
    catalog = DataCatalog({"a": dataset})
    with pytest.raises(LoadError) as caught:
        catalog.load("a")
    no_canary(f"{caught.value} {catalog.describe('a')} {dataset!r}")


def test_partitions_print_no_secret(tmp_path: Path) -> None:
    kind = {"type": "text.TextDataset", "credentials": "store", "fs_args": FS_ARGS}
    entry = {"type": "partitions.PartitionedDataset", "path": URL.partition("?")[0]}
    catalog = catalog_of({"a": {**entry, "dataset": kind}}, tmp_path, credentials=CREDENTIALS)
    with pytest.raises(SaveError) as caught:
        catalog.save("a", {"x": "text"})
    assert "denied" in str(caught.value)
    no_canary(f"{caught.value} {caught.value!r} {catalog.describe('a')} {catalog['a']!r}")


def test_a_class_that_cannot_be_made_prints_no_secret(tmp_path: Path) -> None:
    entry = {"type": f"{__name__}.Talkative", "credentials": "store"}
    options: dict[str, Any] = {"dataset_packages": (__name__.partition(".")[0],)}
    catalog = catalog_of({"a": entry}, tmp_path, credentials=CREDENTIALS, **options)
    with pytest.raises(DatasetDefinitionError, match="cannot log in") as caught:
        catalog.check(["a"])
    no_canary(str(caught.value))


def test_urls_in_arguments_are_described_without_secrets(tmp_path: Path) -> None:
    arguments = {"con": "sql://ann:canaryword@host/db", "storage_options": {"key": "canarykey"}}
    entry = {"type": "pandas.CSVDataset", "filepath": "a.csv", "load_args": arguments}
    catalog = catalog_of({"a": entry}, tmp_path)
    assert catalog.describe("a")["load_args"] == {"con": "sql://host/db"}
    no_canary(repr(catalog["a"]))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://h/x?token=abc&sig=d/e=f", "https://h/x?token=***&sig=***"),
        ("https://h/x?abc", "https://h/x?***"),
        ("https://h/x?token=a b", "https://h/x?token=***"),
        ("https://h/x#access_token=abc", "https://h/x#access_token=***"),
        ("s3://key:se/cret@b/a.csv", "s3://b/a.csv"),
        ("s3://key:p@se/cret@b/a.csv", "s3://b/a.csv"),
        ("https://u:p@ss@h", "https://h"),
        ("https://u:p?x@h/a", "https://h/a"),
        ("https://token@h/a@b.csv", "https://h/a@b.csv"),
        ("https://h:8080/a@b.csv", "https://h:8080/a@b.csv"),
        ("s3://bucket/a@b.csv", "s3://bucket/a@b.csv"),
        ("https://u:p@h/x?mail=a@b", "https://h/x?mail=***"),
        ("zip://a.csv::https://u:p@h/x.zip?t=1", "zip://a.csv::https://h/x.zip?t=***"),
        ("simplecache::s3://k:s@b/a", "simplecache::s3://b/a"),
        ("see 'https://u:p@h/x?t=1', or ftp://a@h.", "see 'https://h/x?t=***', or ftp://h."),
        ("/data/a@b.csv", "/data/a@b.csv"),
        ("C:/data/a?.csv", "C:/data/a?.csv"),
    ],
)
def test_a_url_is_shown_without_user_info_and_values(url: str, shown: str) -> None:
    assert redacted(url) == shown
    assert redacted(shown) == shown


def test_short_values_are_not_taken_for_secrets() -> None:
    assert secrets_in({"credentials": {"a": "abc", "b": True, "c": None, "d": "abcd"}}) == {"abcd"}
    assert cleaned("abc is not abcd", {"abcd"}) == "abc is not ***"
