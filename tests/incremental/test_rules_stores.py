"""Rules for object stores, where nothing is moved away: what somebody has written stands."""

from typing import Any

import pytest

from tests.catalog.cutting_proxy import BEFORE, cutting_proxy
from tests.catalog.s3_server import S3Server
from tests.incremental.workbench import CHAIN, CONF, PARAMETERS, Workbench

B = "src/shop/b.py"
MADE_B = "made_b:\n  type: json.JSONDataset\n  filepath: data/made_b.json\n"
REFUSED = "holds what no run has recorded"


class Lake:
    """The chain whose `made_b` lies in a store, and that store."""

    def __init__(
        self, bench: Workbench, server: S3Server, bucket: str, entry: str, address: str = ""
    ) -> None:
        self.bench = bench
        self.files: Any = server.files()
        self.bucket = bucket
        given = server.credentials()
        client = given["client_kwargs"]
        entry = entry.format(bucket=bucket) + "  credentials: lake\n"
        bench.write(
            {
                CONF: CHAIN[CONF].replace(MADE_B, entry),
                "conf/local/credentials.yml": (
                    f"lake:\n  key: {given['key']}\n  secret: {given['secret']}\n  client_kwargs:\n"
                    f"    endpoint_url: {address or client['endpoint_url']}\n"
                    f"    region_name: {client['region_name']}\n"
                    "  config_kwargs: {retries: {total_max_attempts: 1}}\n"
                ),
            }
        )

    def put(self, path: str, text: str) -> None:
        """Write a file there, as somebody else would."""
        self.files.pipe(f"{self.bucket}/{path}", text.encode())

    def text(self, path: str) -> str:
        """Return what a file there holds."""
        return str(self.files.cat(f"{self.bucket}/{path}").decode())


@pytest.fixture
def lake(fresh: Workbench, s3_server: S3Server, bucket: str) -> Lake:
    """One file in the store, after the first run."""
    made = Lake(
        fresh,
        s3_server,
        bucket,
        "made_b:\n  type: json.JSONDataset\n  filepath: {bucket}/made_b.json\n",
    )
    assert fresh.did() == "A B C"
    return made


def test_a_run_that_records_nothing_is_refused_too(lake: Lake) -> None:
    lake.put("made_b.json", "77")
    assert REFUSED in lake.bench.command("run", "--no-cache", code=2).err
    assert lake.text("made_b.json") == "77"
    assert lake.bench.did("--force") == "A B C"


def test_what_was_written_without_recording_is_not_refused(lake: Lake) -> None:
    assert lake.bench.did("--no-cache") == "A B C"
    assert lake.bench.did() == "A B C"
    assert lake.bench.did() == ""
    assert lake.bench.did("--no-cache") == "A B C"
    lake.put("made_b.json", "77")
    assert REFUSED in lake.bench.command("run", code=2).err


def test_a_partition_that_somebody_has_changed_is_not_overwritten(
    fresh: Workbench, s3_server: S3Server, bucket: str
) -> None:
    entry = "made_b:\n  type: partitions.PartitionedDataset\n  path: {bucket}/parts\n"
    lake = Lake(fresh, s3_server, bucket, entry + "  dataset: json.JSONDataset\n")
    fresh.edit(B, "return inner(scale(made_a)) * RATE + rate", "return {'one': rate, 'two': 2}")
    fresh.edit("src/shop/c.py", "made_b + 100", "made_b['one']() + 100")
    assert fresh.did() == "A B C"
    assert fresh.did() == ""
    lake.put("parts/two", "77")
    assert REFUSED in fresh.command("run", code=2).err
    fresh.edit_at_once(PARAMETERS, "rate: 5", "rate: 6")
    assert REFUSED in fresh.command("run", code=2).err
    assert lake.text("parts/two") == "77"
    assert fresh.did("--force", "--nodes", "B") == "B"
    assert (lake.text("parts/one").strip(), lake.text("parts/two").strip()) == ("6", "2")
    assert fresh.did() == "C"
    # What others add beside is nothing that a run would overwrite.
    lake.put("parts/three", "3")
    assert fresh.did() == "B C"
    assert lake.text("parts/three") == "3"


@pytest.mark.parametrize("kind", ["file", "partitions"])
def test_a_store_that_goes_down_and_comes_back(
    fresh: Workbench, s3_server: S3Server, bucket: str, kind: str
) -> None:
    with cutting_proxy(s3_server.endpoint) as proxy:
        entry = "made_b:\n  type: json.JSONDataset\n  filepath: {bucket}/made_b.json\n"
        if kind == "partitions":
            entry = "made_b:\n  type: partitions.PartitionedDataset\n  path: {bucket}/parts\n"
            entry += "  dataset: json.JSONDataset\n"
            new = "return {'one': rate, 'two': rate, 'three': rate}"
            fresh.edit(B, "return inner(scale(made_a)) * RATE + rate", new)
            fresh.edit("src/shop/c.py", "made_b + 100", "sum(load() for load in made_b.values())")
        Lake(fresh, s3_server, bucket, entry, proxy.endpoint)
        assert fresh.did() == "A B C"
        for at in range(1, 100, 3 if kind == "partitions" else 1):
            fresh.write({PARAMETERS: f"rate: {at}\n"})
            proxy.begin(lambda number, down=at: BEFORE if number >= down else None)  # type: ignore[misc]
            said = fresh.command("run", code=None)
            is_done = len(proxy.requests) < at
            proxy.begin(lambda _: None)
            assert "fault of Noria" not in said.err
            fresh.command("run")
            assert fresh.value("made_c") == (3 * at if kind == "partitions" else 120 + at)
            if is_done:
                break
        assert at > 3
