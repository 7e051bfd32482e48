"""Do one thing with a catalog or a store by one library, and print what that took as JSON.

python stores.py thousand noria|kedro FOLDER
python stores.py s3 noria|kedro|local PLACE MEGABYTES
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

CREDENTIALS = {"key": "key", "secret": "secret"}


def thousand(library: str, folder: str) -> dict[str, float]:
    """Make a catalog of a thousand entries, and every dataset in it; they were read before."""
    kinds = ("text.TextDataset", "json.JSONDataset", "pickle.PickleDataset", "pandas.CSVDataset")
    entries = {
        f"dataset_{number}": {"type": kinds[number % 4], "filepath": f"{folder}/{number}"}
        for number in range(1_000)
    }
    make: Any
    if library == "kedro":
        from kedro.io import DataCatalog

        make = DataCatalog.from_config
    else:
        from noria_catalog import DataCatalog
        from noria_catalog.located import Where, locate

        located = locate(entries, Where("catalog.yml", 1, 1))
        make = lambda _: DataCatalog.from_config(located)  # noqa: E731
    for dataset in make({name: entries[name] for name in list(entries)[:4]}).values():
        assert dataset is not None  # their classes are imported
    wall, cpu = time.perf_counter(), time.process_time()
    made = make(entries)
    lazily = time.perf_counter() - wall
    count = len([made[name] for name in made.keys()])  # noqa: SIM118 - Kedro's iterator differs
    assert count == 1_000
    return {
        "seconds": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "lazily": lazily,
    }


def s3(library: str, place: str, megabytes: str) -> dict[str, float]:
    """Save a frame and say how much memory that took beside the frame."""
    import numpy as np
    import pandas as pd

    rows = int(megabytes) * 1_000_000 // 8 // 8
    random = np.random.default_rng(1)
    table = pd.DataFrame({f"share_{number}": random.random(rows) for number in range(8)})
    small = table.head(10)
    options: dict[str, Any] = {}
    if library != "local":
        client = {"endpoint_url": os.environ["STORE"], "region_name": "eu-central-1"}
        options = {"credentials": {**CREDENTIALS, "client_kwargs": client}}
    if library == "kedro":
        from kedro_datasets.pandas import ParquetDataset
    else:
        from noria_catalog.formats.pandas import ParquetDataset
    dataset = ParquetDataset(filepath=place, **options)
    dataset.save(small)
    Path("/proc/self/clear_refs").write_text("5", "ascii")
    before = _kilobytes("VmRSS")
    wall, cpu = time.perf_counter(), time.process_time()
    dataset.save(table)
    return {
        "seconds": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "grown": (_kilobytes("VmHWM") - before) * 1024,
        "frame": float(table.memory_usage().sum()),
    }


def _kilobytes(word: str) -> int:
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{word}:"))


if __name__ == "__main__":
    what, *given = sys.argv[1:]
    print(json.dumps({"thousand": thousand, "s3": s3}[what](*given)))
