"""Faults from outside: a kill, an interrupt, a full disk, a read-only disk, the order of calls."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest
from noria_catalog import SaveError
from noria_catalog.formats.pandas import CSVDataset, ParquetDataset
from noria_catalog.formats.text import TextDataset
from noria_catalog.leftovers import is_temporary

from tests.catalog.entries import listed
from tests.catalog.s3_server import S3Server

# About 300 MB as CSV, of one text in memory.
SAVES = """
import sys
import tempfile
import numpy as np, pandas as pd
from noria_catalog.formats.pandas import CSVDataset
table = pd.DataFrame({"a": np.array(["x" * 3000] * 100_000, dtype=object)}, dtype=object)
CSVDataset(sys.argv[1]).save(table)
"""


def temporary_in(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if is_temporary(path.name)]


def start_and_send(target: Path, number: signal.Signals) -> subprocess.Popen[bytes]:
    """Start a child that saves, and send it a signal when some megabytes are written."""
    command = [sys.executable, "-c", SAVES, str(target)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as child:
        deadline = time.monotonic() + 60
        while not any(path.stat().st_size > 2_000_000 for path in temporary_in(target.parent)):
            assert child.poll() is None, "the child ended before it could be stopped"
            assert time.monotonic() < deadline
            time.sleep(0.002)
        child.send_signal(number)
        child.wait(30)
    return child


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    yield from mounted(tmp_path, "size=2m")


@pytest.fixture
def read_only_disk(tmp_path: Path) -> Iterator[Path]:
    yield from mounted(tmp_path, "size=1m,ro")


def mounted(tmp_path: Path, options: str) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
    if (
        shutil.which("mount") is None
        or subprocess.run(command, capture_output=True, check=False).returncode
    ):
        pytest.skip("not here: mounting a small disk")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


@pytest.mark.skipif(os.name == "nt", reason="not here: SIGKILL")
def test_a_kill_in_the_middle_of_a_save_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    target.write_text("a\nold\n")
    child = start_and_send(target, signal.SIGKILL)
    assert child.returncode == -signal.SIGKILL
    assert target.read_text() == "a\nold\n"
    assert len(temporary_in(tmp_path)) == 1
    dataset = CSVDataset(target)
    assert list(dataset.load()["a"]) == ["old"]
    dataset.save(pd.DataFrame({"a": ["new"]}))
    assert target.read_text() == "a\nnew\n"
    assert temporary_in(tmp_path) == []


@pytest.mark.skipif(os.name == "nt", reason="not here: SIGINT for a child")
def test_ctrl_c_in_the_middle_of_a_save_leaves_nothing_behind(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    target.write_text("a\nold\n")
    child = start_and_send(target, signal.SIGINT)
    assert child.returncode != 0
    assert target.read_text() == "a\nold\n"
    assert temporary_in(tmp_path) == []


def test_a_full_disk_leaves_the_old_file_and_says_what_is_free(small_disk: Path) -> None:
    target = small_disk / "a.txt"
    dataset = TextDataset(target)
    dataset.save("old")
    with pytest.raises(SaveError) as caught:
        dataset.save("x" * 3_000_000)
    assert re.search(r"the disk is full: 2\.\d MB are free", str(caught.value))
    assert "still holds what it held before" in str(caught.value)
    assert target.read_text() == "old"
    assert listed(small_disk) == ["a.txt"]
    dataset.save("new")
    assert target.read_text() == "new"


@pytest.mark.parametrize("kind", [CSVDataset, ParquetDataset])
def test_a_full_disk_is_told_whatever_library_writes(
    small_disk: Path, kind: type[CSVDataset] | type[ParquetDataset]
) -> None:
    import numpy as np

    table = pd.DataFrame({"a": np.random.default_rng(0).normal(size=500_000)})
    with pytest.raises(SaveError, match=r"the disk is full.*was not made"):
        kind(small_disk / "a.bin").save(table)
    assert listed(small_disk) == []


def test_a_full_disk_here_stops_a_save_to_a_store_before_it_is_sent(
    small_disk: Path, s3_server: S3Server, bucket: str
) -> None:
    place = f"{bucket}/a.txt"
    TextDataset(place, credentials=s3_server.credentials()).save("old")
    script = (
        "import sys\n"
        "from noria_catalog.formats.text import TextDataset\n"
        "from tests.catalog.s3_server import credentials_at\n"
        "text = TextDataset(sys.argv[1], credentials=credentials_at(sys.argv[2]))\n"
        "text.save('x' * 4_000_000)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, place, s3_server.endpoint],
        env=os.environ | {"TMPDIR": str(small_disk)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "the disk is full" in done.stderr
    assert "TMPDIR" in done.stderr
    assert list(small_disk.iterdir()) == []
    assert TextDataset(place, credentials=s3_server.credentials()).load() == "old"


def test_a_read_only_disk_is_named(read_only_disk: Path) -> None:
    with pytest.raises(SaveError, match="read-only"):
        TextDataset(read_only_disk / "a.txt").save("x")


@contextmanager
def _nobody() -> Iterator[Path]:
    """Be nobody for a while, where this is root, who may write everything; give a folder of his."""
    nobody = 65534
    with tempfile.TemporaryDirectory() as folder:
        if os.geteuid() != 0:
            yield Path(folder)
            return
        os.chown(folder, nobody, nobody)
        os.setresuid(nobody, nobody, 0)
        try:
            yield Path(folder)
        finally:
            os.setresuid(0, 0, 0)


@pytest.mark.skipif(os.name == "nt", reason="not here: modes of Unix")
def test_a_read_only_file_and_folder_are_named() -> None:
    with _nobody() as folder:
        target = folder / "a.txt"
        target.write_text("old")
        target.chmod(0o444)
        with pytest.raises(SaveError, match="the file is read-only"):
            TextDataset(target).save("new")
        (folder / "closed").mkdir(mode=0o555)
        with pytest.raises(SaveError, match="read-only"):
            TextDataset(folder / "closed" / "a.txt").save("x")


def _traced(script: str, log: Path) -> list[str]:
    """Return the calls of a process and its threads that make, write, sync and rename files."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("not here: strace")
    calls = "trace=openat,write,fsync,rename,renameat,renameat2,link,linkat"
    done = subprocess.run(
        [strace, "-f", "-y", "-e", calls, "-o", str(log), sys.executable, "-c", script],
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        pytest.skip("not here: tracing a process")
    return log.read_text().splitlines()


def test_bytes_then_name_then_folder_reach_the_disk_in_this_order(tmp_path: Path) -> None:
    target = tmp_path / "new" / "a.txt"
    script = (
        "from noria_catalog.formats.text import TextDataset\n"
        f"TextDataset({str(target)!r}).save('hello')"
    )
    traced = _traced(script, tmp_path / "trace")
    wanted = [
        rf"write\(\d+<{tmp_path}/new/\.~noria[^>]*a\.txt>, \"hello\"",
        rf"fsync\(\d+<{tmp_path}/new/\.~noria[^>]*a\.txt>\) += 0",
        rf"rename\(\"{tmp_path}/new/\.~noria.*\"{target}\"\) += 0",
        rf"fsync\(\d+<{tmp_path}/new>\) += 0",
        rf"fsync\(\d+<{tmp_path}>\) += 0",
    ]
    lines = iter(traced)
    for pattern in wanted:
        assert any(re.search(pattern, line) for line in lines), f"not found in order: {pattern}"


@pytest.mark.parametrize("options", ["", ", overwrite=True"])
def test_many_partitions_wait_for_the_disk_together_and_none_is_in_place_before(
    tmp_path: Path, options: str
) -> None:
    days, count = tmp_path / "days", 300
    script = (
        "from noria_catalog.partitioned import PartitionedDataset\n"
        f"days = PartitionedDataset({str(days)!r}, 'text.TextDataset'{options})\n"
        f"days.save({{f'{{number:03}}': 'hello' for number in range({count})}})"
    )
    traced = _traced(script, tmp_path / "trace")
    number = r"\.~noria[^>\"]*?(\d{3})"
    synced: dict[str, int] = {}
    named: dict[str, int] = {}
    folders: list[int] = []
    for at, line in enumerate(traced):
        if found := re.search(rf"fsync\(\d+<{tmp_path}/[^>]*{number}>", line):
            synced[found[1]] = at
        elif found := re.search(rf"rename\(\"{tmp_path}/[^\"]*{number}\", \".*/\1\"", line):
            named[found[1]] = at
        elif re.search(rf"fsync\(\d+<{tmp_path}/[^>]*days>", line):
            folders.append(at)
    assert len(synced) == len(named) == count
    assert all(synced[each] < named[each] for each in named)
    assert max(named.values()) < folders[-1]
    assert len(folders) < count / 20
