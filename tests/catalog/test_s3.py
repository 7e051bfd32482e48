"""Publishing on a real S3 server: one upload to the final key, whole or not at all."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from noria_catalog import DataCatalog, DatasetError, MissingDataError, SaveError
from noria_catalog.formats.pandas import CSVDataset
from noria_catalog.formats.text import TextDataset

from tests.catalog.cutting_proxy import AFTER, BEFORE, HALF, CuttingProxy, cutting_proxy
from tests.catalog.entries import listed
from tests.catalog.s3_server import KEY, SECRET, S3Server, credentials_at

MEGABYTE = 2**20
# S3's smallest part, and one attempt a request where a test is about what comes after the last.
PARTS = {"default_block_size": 5 * MEGABYTE}
ONCE = {"config_kwargs": {"retries": {"total_max_attempts": 1}}}
OLD, NEW = "old", "n" * (11 * MEGABYTE)
REQUESTS = 5  # that a file of three parts takes: begin, three parts, complete


@pytest.fixture
def proxy(s3_server: S3Server) -> Iterator[CuttingProxy]:
    with cutting_proxy(s3_server.endpoint) as made:
        yield made


def text_at(url: str, endpoint: str, **options: Any) -> TextDataset:
    return TextDataset(url, credentials=credentials_at(endpoint), fs_args=PARTS | options)


def uploads(server: S3Server, bucket: str) -> list[Any]:
    """What lies in the bucket of uploads that were never completed."""
    found: list[Any] = server.files().list_multipart_uploads(bucket.removeprefix("s3://"))
    return found


def test_a_table_goes_round(s3_server: S3Server, bucket: str) -> None:
    table = pd.DataFrame({"a": [1, 2]})
    dataset = CSVDataset(f"{bucket}/deep/a.csv.gz", credentials=s3_server.credentials())
    assert not dataset.exists()
    assert dataset.size() is None
    dataset.save(table)
    assert dataset.load().equals(table)
    assert dataset.last_save is not None
    assert dataset.exists()
    assert dataset.size() == dataset.last_save.size
    assert s3_server.files().find(bucket) == [f"{bucket.removeprefix('s3://')}/deep/a.csv.gz"]


def test_who_has_no_credentials_is_told_where_to_name_them(
    s3_server: S3Server, bucket: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    at = {"client_kwargs": {"endpoint_url": s3_server.endpoint}}
    catalog = DataCatalog({"a": TextDataset(f"{bucket}/a.txt", fs_args=at)})
    for deed in (lambda: catalog.load("a"), lambda: catalog.save("a", "x")):
        with pytest.raises(DatasetError, match="credentials") as caught:
            deed()
        assert "`credentials: NAME` in the entry" in str(caught.value.hint)


def test_a_small_file_is_one_request_and_a_large_one_comes_in_parts(
    proxy: CuttingProxy, bucket: str
) -> None:
    dataset = text_at(f"{bucket}/a.txt", proxy.endpoint)
    dataset.save(OLD)
    assert [request.split()[0] for request in proxy.requests] == ["PUT"]
    proxy.begin(lambda _: None)
    dataset.save(NEW)
    assert [request.split()[0] for request in proxy.requests] == ["POST", *["PUT"] * 3, "POST"]
    assert dataset.load() == NEW


@pytest.mark.parametrize("where", [BEFORE, HALF, AFTER])
def test_a_connection_that_is_cut_once_is_tried_again(
    where: str, proxy: CuttingProxy, s3_server: S3Server, bucket: str
) -> None:
    dataset = text_at(f"{bucket}/a.txt", proxy.endpoint)
    for cut in range(1, REQUESTS + 1):
        proxy.begin(lambda _: None)
        dataset.save(OLD)
        proxy.begin(lambda number, cut=cut: where if number == cut else None)  # type: ignore[misc]
        dataset.save(NEW)
        assert len(proxy.requests) > REQUESTS
        proxy.begin(lambda number: where if number in {1, 3} else None)
        assert dataset.load() == NEW
    # An upload whose beginning was not answered has no part, and nobody knows its name.
    assert len(uploads(s3_server, bucket)) <= (where != BEFORE)


@pytest.mark.parametrize("down_from", range(1, REQUESTS + 1))
@pytest.mark.parametrize("where", [BEFORE, AFTER])
def test_a_store_that_goes_down_leaves_the_old_data_and_then_no_part(
    where: str, down_from: int, proxy: CuttingProxy, s3_server: S3Server, bucket: str
) -> None:
    dataset = text_at(f"{bucket}/a.txt", proxy.endpoint, **ONCE)
    dataset.save(OLD)
    proxy.begin(lambda number: where if number >= down_from else None)
    with pytest.raises(SaveError, match=f"cannot write {bucket}/a.txt"):
        dataset.save(NEW)
    # The very last answer may be lost when all is done: then it is the new data, whole.
    done = where == AFTER and down_from == REQUESTS
    assert text_at(f"{bucket}/a.txt", s3_server.endpoint).load() == (NEW if done else OLD)
    proxy.begin(lambda _: None)
    dataset.save("newer")
    assert dataset.load() == "newer"
    assert len(uploads(s3_server, bucket)) == (where == AFTER and down_from == 1)


def test_a_failing_writer_sends_nothing(proxy: CuttingProxy, bucket: str) -> None:
    class Torn(TextDataset):
        def write(self, data: str, path: Path) -> None:
            path.write_text(data[:2])
            raise ValueError("broken")

    text_at(f"{bucket}/a.txt", proxy.endpoint).save(OLD)
    proxy.begin(lambda _: None)
    with pytest.raises(ValueError, match="broken"):
        Torn(f"{bucket}/a.txt", credentials=credentials_at(proxy.endpoint)).save(NEW)
    assert proxy.requests == []


def test_an_interrupt_takes_the_parts_back(
    proxy: CuttingProxy, s3_server: S3Server, bucket: str
) -> None:
    dataset = text_at(f"{bucket}/a.txt", proxy.endpoint)
    dataset.save(OLD)

    def interrupt(number: int) -> str | None:
        if number == 3:
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        return None

    proxy.begin(interrupt)
    # Whoever started the tests in the background had Ctrl-C ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            dataset.save(NEW)
    finally:
        signal.signal(signal.SIGINT, before)
    assert dataset.load() == OLD
    assert uploads(s3_server, bucket) == []


SAVE = """
import sys
from noria_catalog.formats.text import TextDataset
from tests.catalog.s3_server import credentials_at
url, endpoint, size = sys.argv[1:]
options = {"default_block_size": 5 * 2**20}
TextDataset(url, credentials=credentials_at(endpoint), fs_args=options).save("x" * int(size))
"""


def saving(url: str, endpoint: str, size: int, folder: Path) -> "subprocess.Popen[bytes]":
    environment = os.environ | {"TMPDIR": str(folder)}
    words = [sys.executable, "-c", SAVE, url, endpoint, str(size)]
    return subprocess.Popen(words, env=environment, stderr=subprocess.PIPE)


@pytest.mark.parametrize("kill_at", [1, 3, REQUESTS])
def test_a_killed_save_leaves_the_old_data_and_the_next_one_tidies_up(
    kill_at: int, proxy: CuttingProxy, s3_server: S3Server, bucket: str, tmp_path: Path
) -> None:
    url = f"{bucket}/a.txt"
    text_at(url, s3_server.endpoint).save(OLD)
    child: list[subprocess.Popen[bytes]] = []

    def kill(number: int) -> str | None:
        if number == kill_at:
            child[0].kill()
            return BEFORE
        return None

    proxy.begin(kill)
    child.append(saving(url, proxy.endpoint, len(NEW), tmp_path))
    child[0].communicate(timeout=60)
    assert child[0].returncode == -signal.SIGKILL
    assert text_at(url, s3_server.endpoint).load() == OLD
    assert len(listed(tmp_path)) == 1
    proxy.begin(lambda _: None)
    after = saving(url, proxy.endpoint, 3, tmp_path)
    _, said = after.communicate(timeout=60)
    assert after.returncode == 0, said
    assert listed(tmp_path) == []
    assert uploads(s3_server, bucket) == []
    assert text_at(url, s3_server.endpoint).load() == "xxx"


def test_a_file_that_is_replaced_while_it_is_read_is_read_again(
    proxy: CuttingProxy, s3_server: S3Server, bucket: str
) -> None:
    direct = text_at(f"{bucket}/a.txt", s3_server.endpoint)
    direct.save("a" * (20 * MEGABYTE))

    def replace(number: int) -> None:
        if number == 3:  # between the first piece and those that follow
            direct.save("b" * (20 * MEGABYTE))

    proxy.begin(replace)
    assert set(text_at(f"{bucket}/a.txt", proxy.endpoint).load()) == {"b"}


def test_versions_lie_in_a_bucket_as_on_a_disk(s3_server: S3Server, bucket: str) -> None:
    entries = {
        "note": {
            "type": "text.TextDataset",
            "filepath": f"{bucket}/note.txt",
            "versioned": True,
            "credentials": "store",
        }
    }
    credentials = {"store": s3_server.credentials()}
    for version in ("2026-01-31T12.30.45.123Z", "2026-01-31T12.30.45.124Z"):
        DataCatalog.from_config(entries, credentials, save_version=version).save("note", version)
    # What is no whole version never counts.
    s3_server.files().pipe_file(f"{bucket}/note.txt/2099-01-01T00.00.00.000Z/other.txt", b"x")
    catalog = DataCatalog.from_config(entries, credentials)
    assert catalog.versions("note") == ["2026-01-31T12.30.45.123Z", "2026-01-31T12.30.45.124Z"]
    assert catalog.load("note") == "2026-01-31T12.30.45.124Z"
    assert catalog.load("note", version="2026-01-31T12.30.45.123Z") == "2026-01-31T12.30.45.123Z"
    catalog.save("note", "later")
    assert catalog.versions("note")[-1] > "2099-01-01T00.00.00.000Z"


def test_the_digest_is_the_stores_own_and_reads_nothing(proxy: CuttingProxy, bucket: str) -> None:
    dataset = text_at(f"{bucket}/a.txt", proxy.endpoint)
    digests = []
    for text in ("one", "two", "one"):
        dataset.save(text)
        proxy.begin(lambda _: None)
        digests.append(dataset.digest())
        assert [request.split()[0] for request in proxy.requests] == ["HEAD"]
    assert digests[0] == digests[2] != digests[1]


def test_nothing_there_is_missing_data(s3_server: S3Server, bucket: str) -> None:
    with pytest.raises(MissingDataError, match=f"nothing lies at {bucket}/none"):
        TextDataset(f"{bucket}/none.txt", credentials=s3_server.credentials()).load()


@pytest.mark.parametrize("deed", ["load", "save", "exists", "versions"])
def test_a_store_that_does_not_answer_is_told_without_the_keys(deed: str, tmp_path: Path) -> None:
    entry = {"type": "text.TextDataset", "filepath": "s3://none/a.txt", "versioned": True}
    credentials = {"store": credentials_at("http://127.0.0.1:9")}
    entry |= {"credentials": "store", "fs_args": ONCE}
    catalog = DataCatalog.from_config({"a": entry}, credentials, base_path=tmp_path)
    with pytest.raises(Exception, match="'a'") as caught:
        getattr(catalog, deed)(*(("a", "x") if deed == "save" else ("a",)))
    said = f"{caught.value} {catalog.describe('a')} {catalog['a']!r} {catalog!r}"
    assert KEY not in said
    assert SECRET not in said
    assert "s3://none/a.txt" in said
