"""Every dataset in a file goes round on a disk and a store, and equal values are equal bytes."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from noria_catalog import LoadError

from tests.catalog.cases import CASES, Case, file_kinds
from tests.catalog.s3_server import S3Server

ROOT = Path(__file__).parents[2]
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)


def test_every_type_has_a_case() -> None:
    assert {case.word for case in CASES} == set(file_kinds())


@every_case
def test_a_value_goes_round_on_a_disk(tmp_path: Path, case: Case) -> None:
    dataset = case.dataset(tmp_path)
    dataset.save(case.make())
    assert [path.name for path in tmp_path.iterdir()] == [case.name]
    if case.same is not None:
        assert case.same(case.make(), dataset.load())
    elif "Lazy" not in case.word and "pillow" not in case.word:
        with pytest.raises(LoadError, match="cannot be loaded as a figure again"):
            dataset.load()


@every_case
def test_a_value_goes_round_on_a_store(s3_server: S3Server, bucket: str, case: Case) -> None:
    dataset = case.dataset(f"{bucket}/deep", credentials=s3_server.credentials())
    dataset.save(case.make())
    key = f"{bucket.removeprefix('s3://')}/deep/{case.name}"
    assert s3_server.files().find(bucket) == [key]
    if case.same is not None:
        assert case.same(case.make(), dataset.load())


@pytest.fixture(scope="module")
def saved_twice(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """All cases saved by two processes, seconds apart, that hash text differently."""
    folders = []
    for seed, zone in (("1", "UTC"), ("4242", "Asia/Tokyo")):
        folder = tmp_path_factory.mktemp("saved")
        subprocess.run(
            [sys.executable, "-m", "tests.catalog.cases", str(folder)],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
            check=True,
        )
        folders.append(folder)
        time.sleep(2.1 * (len(folders) == 1))  # an archive's times are two seconds apart
    return folders[0], folders[1]


@every_case
def test_the_same_value_gives_the_same_bytes(saved_twice: tuple[Path, Path], case: Case) -> None:
    place = Path(str(CASES.index(case))) / case.name
    first, second = (folder / place for folder in saved_twice)
    assert first.read_bytes() == second.read_bytes()
