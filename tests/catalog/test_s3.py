"""Publishing on a real S3 server: one upload to the final key, whole or not at all."""

import pandas as pd
import pytest
from noria_catalog import MissingDataError
from noria_catalog.formats.pandas import CSVDataset
from noria_catalog.formats.text import TextDataset

from tests.catalog.s3_server import S3Server


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


def test_nothing_there_is_missing_data(s3_server: S3Server, bucket: str) -> None:
    with pytest.raises(MissingDataError, match=f"nothing lies at {bucket}/none"):
        TextDataset(f"{bucket}/none.txt", credentials=s3_server.credentials()).load()
