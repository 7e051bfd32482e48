"""Keep a frame in a store, or write it once; keep a file, or copy it; print what it took as JSON.

    python remember.py frame keep|arrow|pickle FOLDER SCALE
    python remember.py file  keep|copy         FOLDER SCALE

The frame has 445 MB at scale 1 and the file as much.
"""

import json
import pickle
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

BYTES = 445_000_000
COLUMNS = 8


def frame(scale: float) -> pd.DataFrame:
    rows = int(BYTES * scale) // (8 * COLUMNS)
    random = np.random.default_rng(1)
    return pd.DataFrame({f"share_{number}": random.random(rows) for number in range(COLUMNS)})


def write_arrow(table: pd.DataFrame, path: Path) -> None:
    import pyarrow as pa

    made = pa.Table.from_pandas(table)
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, made.schema) as writer:
        writer.write_table(made)


def write_pickle(table: pd.DataFrame, path: Path) -> None:
    with path.open("wb") as file:
        pickle.dump(table, file, protocol=5)


def with_store(folder: Path, keep: Callable[[Any], Any]) -> Any:
    """Keep something in a new store; the last sync, which other ways do not do, is left out."""
    from noria.store import open_store

    with open_store(folder / "store", b"s" * 32) as store:
        began, busy = time.perf_counter(), time.process_time()
        kept = keep(store)
        return time.perf_counter() - began, time.process_time() - busy, getattr(kept, "codec", "")


def timed(work: Callable[[], Any]) -> Any:
    began, busy = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began, time.process_time() - busy, ""


def main() -> None:
    what, how, folder, scale = sys.argv[1], sys.argv[2], Path(sys.argv[3]), float(sys.argv[4])
    target = folder / "written"
    if what == "frame":
        table = frame(scale)
        # Both ways find their libraries loaded.

        if how == "keep":
            told = with_store(folder, lambda store: store.keep_value(table))
        else:
            write = write_arrow if how == "arrow" else write_pickle
            told = timed(lambda: write(table, target))
    else:
        source = folder / "source"
        with source.open("wb") as file:
            chunk = np.random.default_rng(1).bytes(1_000_000)
            for _ in range(int(BYTES * scale) // len(chunk)):
                file.write(chunk)
        if how == "keep":
            told = with_store(folder, lambda store: store.keep_file(source))
        else:
            told = timed(lambda: shutil.copyfile(source, target))
    seconds, cpu, codec = told
    print(json.dumps({"seconds": seconds, "cpu": cpu, "codec": codec}))


if __name__ == "__main__":
    main()
