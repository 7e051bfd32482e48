"""Make a table, save it once, and print what that took as JSON.

    python save.py noria|pandas|kedro PATH SCALE

The file is about 100 MB at scale 1.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd


def table_for_csv(scale: float) -> pd.DataFrame:
    rows = int(1_200_000 * scale)
    random = np.random.default_rng(1)
    places = ["Newark Liberty", "La Guardia", "John F. Kennedy"]
    return pd.DataFrame(
        {
            "number": np.arange(rows),
            "group": random.integers(0, 1000, rows),
            "amount": random.normal(1000, 250, rows),
            "place": random.choice(places, rows),
            "note": random.choice([f"note {number:032}" for number in range(500)], rows),
        }
    )


def table_for_parquet(scale: float) -> pd.DataFrame:
    rows = int(1_830_000 * scale)
    random = np.random.default_rng(1)
    columns: dict[str, Any] = {f"share_{number}": random.random(rows) for number in range(6)}
    columns["number"] = np.arange(rows)
    columns["place"] = random.choice(["Newark", "La Guardia", "Kennedy"], rows)
    return pd.DataFrame(columns)


def saving(library: str, path: Path) -> tuple[Callable[[pd.DataFrame], Any], Callable[[], float]]:
    """Return a function that saves a table, and one that tells the seconds of syncing in it."""
    csv = path.suffix == ".csv"
    if library == "pandas":
        if csv:
            # Noria's dataset adds these by default; so both write the same bytes.
            return lambda table: table.to_csv(path, index=False, lineterminator="\n"), lambda: 0.0
        return lambda table: table.to_parquet(path), lambda: 0.0
    if library == "kedro":
        from kedro_datasets.pandas import CSVDataset, ParquetDataset

        dataset = (CSVDataset if csv else ParquetDataset)(filepath=str(path))
        return dataset.save, lambda: 0.0
    from noria import DataCatalog
    from noria_catalog.formats.pandas import CSVDataset, ParquetDataset

    dataset = (CSVDataset if csv else ParquetDataset)(path)
    catalog = DataCatalog({"table": dataset})
    return lambda table: catalog.save("table", table), lambda: dataset.last_save.sync_seconds


def main() -> None:
    library, path, scale = sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])
    table = (table_for_csv if path.suffix == ".csv" else table_for_parquet)(scale)
    save, sync = saving(library, path)
    began, busy = time.perf_counter(), time.process_time()
    save(table)
    told = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - busy}
    print(json.dumps({**told, "sync": sync(), "size": path.stat().st_size}))


if __name__ == "__main__":
    main()
