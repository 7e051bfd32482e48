"""Do one thing with data by one library, and print what that took as JSON.

python catalog.py csv pandas|noria|kedro PATH
python catalog.py partitions noria|kedro FOLDER
python catalog.py digest noria|blake3 PATH
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any


def csv(library: str, path: str) -> Callable[[], Any]:
    """Return what loads one CSV, pandas being imported and warm: a catalog is made and asked."""
    import pandas as pd

    pd.read_csv(path)
    entry = {"type": "pandas.CSVDataset", "filepath": path}
    if library == "pandas":
        return lambda: pd.read_csv(path)
    if library == "kedro":
        from kedro.io import DataCatalog

        return lambda: DataCatalog.from_config({"table": entry}).load("table")
    from pathlib import Path

    from noria_catalog import DataCatalog
    from noria_catalog.located import locate

    def load() -> Any:
        made = DataCatalog.from_config(locate({"table": entry}), base_path=Path.cwd())
        return made.load("table")

    return load


def partitions(library: str, folder: str) -> Callable[[], Any]:
    """Return what lists partitions; none of them is opened."""
    given = {"dataset": "pandas.CSVDataset", "filename_suffix": ".csv"}
    if library == "kedro":
        from kedro_datasets.partitions import PartitionedDataset
    else:
        from noria_catalog.partitioned import PartitionedDataset

        PartitionedDataset(folder, **given).storage  # noqa: B018 - its parts are imported
    return lambda: len(PartitionedDataset(path=folder, **given).load())


def digest(library: str, path: str) -> Callable[[], Any]:
    """Return what digests one file that lies in the page cache."""
    from blake3 import blake3

    if library == "blake3":
        return lambda: blake3(max_threads=blake3.AUTO).update_mmap(path).hexdigest()
    from noria_catalog.formats.text import TextDataset

    TextDataset(path).digest()  # what it imports is imported
    return TextDataset(path).digest


def main() -> None:
    what, library, place = sys.argv[1:]
    deed = {"csv": csv, "partitions": partitions, "digest": digest}[what](library, place)
    modules = len(sys.modules)
    began, busy = time.perf_counter(), time.process_time()
    deed()
    told = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - busy}
    print(json.dumps({**told, "before": modules, "modules": len(sys.modules)}))


if __name__ == "__main__":
    main()
