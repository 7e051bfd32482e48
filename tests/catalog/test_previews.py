"""First looks: the beginning of any file, however large it is."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from noria_catalog import LoadError, MissingDataError
from noria_catalog.dataset import Previews
from noria_catalog.formats.numpy import ArrayDataset
from noria_catalog.formats.pandas import CSVDataset, ParquetDataset
from noria_catalog.formats.text import TextDataset

from tests.catalog.cases import CASES, Case
from tests.catalog.s3_server import S3Server

SHOWN = [case for case in CASES if isinstance(case.dataset("/tmp"), Previews)]


def first_rows(value: Any, rows: int) -> Any:
    if isinstance(value, str):
        return "".join(value.splitlines(keepends=True)[:rows])
    if isinstance(value, dict):
        return dict(list(value.items())[:rows])
    return value.lazy().collect()[:rows] if hasattr(value, "lazy") else value[:rows]


def checks(case: Case, shown: Any) -> None:
    expected = first_rows(case.make(), 2)
    if hasattr(expected, "equals"):
        assert expected.equals(shown)
    elif isinstance(expected, np.ndarray):
        assert np.array_equal(expected, shown)
    elif not isinstance(expected, dict):
        assert shown == expected


@pytest.mark.parametrize("case", SHOWN, ids=lambda case: case.id)
def test_a_preview_is_the_beginning_of_what_a_load_gives(tmp_path: Path, case: Case) -> None:
    dataset: Any = case.dataset(tmp_path)
    with pytest.raises(MissingDataError):
        dataset.preview(2)
    dataset.save(case.make())
    checks(case, dataset.preview(2))


@pytest.mark.parametrize("case", SHOWN, ids=lambda case: case.id)
def test_it_is_the_same_on_a_store(s3_server: S3Server, bucket: str, case: Case) -> None:
    dataset: Any = case.dataset(bucket, credentials=s3_server.credentials())
    dataset.save(case.make())
    checks(case, dataset.preview(2))


LOOKS = """
import resource, sys
from noria_catalog.formats.pandas import CSVDataset
resource.setrlimit(resource.RLIMIT_AS, (6 * 2**30, 6 * 2**30))
print(CSVDataset(sys.argv[1]).preview(3).to_csv(index=False))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="not here: limits of memory")
def test_a_csv_of_ten_gigabytes_is_previewed_in_a_little_memory(tmp_path: Path) -> None:
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.write(b"a,b\n1,2\n3,4\n")
        file.truncate(10 * 2**30)
    done = subprocess.run(
        [sys.executable, "-c", LOOKS, str(large)], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "a,b\n1,2\n3,4", done.stderr
    large.write_bytes(b"x" * 5_000_000)
    with pytest.raises(LoadError, match="its first line is longer"):
        CSVDataset(large).preview(3)


def test_a_packed_csv_is_unpacked_no_further_than_needed(tmp_path: Path) -> None:
    for suffix in (".gz", ".bz2", ".xz"):
        dataset = CSVDataset(tmp_path / f"a.csv{suffix}")
        dataset.save(pd.DataFrame({"a": np.zeros(3_000_000, dtype="int8")}))
        assert list(dataset.preview(2)["a"]) == [0, 0]


def test_a_preview_reads_no_more_than_a_part_of_a_large_file(tmp_path: Path) -> None:
    ArrayDataset(tmp_path / "a.npy").save(np.arange(5))
    assert ArrayDataset(tmp_path / "a.npy").preview(2).tolist() == [0, 1]
    ParquetDataset(tmp_path / "a.parquet").save(pd.DataFrame({"a": [1, 2, 3]}, index=[9, 7, 5]))
    assert list(ParquetDataset(tmp_path / "a.parquet").preview(2).index) == [9, 7]
    ParquetDataset(tmp_path / "b.parquet").save(pd.DataFrame({"a": []}))
    assert list(ParquetDataset(tmp_path / "b.parquet").preview(2).columns) == ["a"]
    TextDataset(tmp_path / "a.txt").save("one\ntwo\nthree")
    assert TextDataset(tmp_path / "a.txt").preview(2) == "one\ntwo\n"
