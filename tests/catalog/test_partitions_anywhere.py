"""Partitions of any name, on a disk and on a store."""

import http.server
import socket
import struct
import tempfile
import threading
from contextlib import suppress
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from noria_catalog import MissingDataError, SaveError
from noria_catalog.partitioned import PartitionedDataset

from tests.catalog.s3_server import S3Server

NAMES = ["a b", "2013/01 31", "Zürich — 東京", "50%", "a+b&c=d", "x.csv", "#1", "a~", "it's"]


def days(folder: Path | str, **options: object) -> PartitionedDataset:
    given: dict[str, object] = {"filename_suffix": ".csv", **options}
    return PartitionedDataset(folder, "pandas.CSVDataset", **given)  # type: ignore[arg-type]


def checks(dataset: PartitionedDataset) -> None:
    dataset.save({name: pd.DataFrame({"at": [at]}) for at, name in enumerate(NAMES)})
    loaded = dataset.load()
    assert list(loaded) == sorted(NAMES)
    for at, name in enumerate(NAMES):
        assert list(loaded[name]()["at"]) == [at]
    before = dataset.digest()
    dataset.save({NAMES[0]: pd.DataFrame({"at": [99]})})
    assert dataset.digest() != before
    assert len(dataset.load()) == len(NAMES)


def test_names_with_folders_spaces_and_signs_go_round_on_a_disk(tmp_path: Path) -> None:
    checks(days(tmp_path / "days"))


def test_they_go_round_on_a_store(s3_server: S3Server, bucket: str) -> None:
    checks(days(f"{bucket}/days", credentials=s3_server.credentials()))


def test_a_store_without_partitions_is_told(s3_server: S3Server, bucket: str) -> None:
    dataset = days(f"{bucket}/days", credentials=s3_server.credentials())
    with pytest.raises(MissingDataError, match="there is no folder"):
        dataset.load()
    assert not dataset.exists()
    for name in (".hidden", "a\nb", "../up", "day "):
        with pytest.raises(SaveError, match="no partition name"):
            dataset.save({name: pd.DataFrame({"a": [1]})})
    assert s3_server.files().find(bucket) == []


class _Cutting(http.server.SimpleHTTPRequestHandler):
    """Lists folders, but breaks the connection to who asks for one that is called `broken`."""

    def do_GET(self) -> None:
        if self.path.strip("/").endswith("broken"):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        else:
            super().do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def handle_one_request(self) -> None:
        with suppress(OSError, ValueError):
            super().handle_one_request()


def test_no_partition_is_missed_where_a_folder_of_a_server_cannot_be_listed(tmp_path: Path) -> None:
    pytest.importorskip("aiohttp")
    for name in ("a", "whole/b", "broken/c"):
        place = tmp_path / f"days/{name}.csv"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("at\n1\n")
    handler = partial(_Cutting, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}"
        assert list(days(f"{address}/days/whole").load()) == ["b"]
        with pytest.raises(OSError, match="reset"):
            days(f"{address}/days").load()
        assert not days(f"{address}/nights").exists()
        server.shutdown()


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.text(max_size=8), st.text(max_size=3), max_size=3))
def test_any_name_is_kept_or_refused_before_anything_is_saved(partitions: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        dataset = PartitionedDataset(f"{folder}/in", "text.TextDataset", filename_suffix=".txt")
        try:
            dataset.save(partitions)
        except SaveError:
            assert list(Path(folder).iterdir()) == []
        else:
            assert {name: load() for name, load in dataset.load().items()} == partitions
