"""`make bench`: see harness.py, which this makes importable by its full name."""

import sys
from pathlib import Path


def main() -> None:
    sys.path[0] = str(Path(__file__).parents[1])
    from benchmarks import harness

    harness.main()


if __name__ == "__main__":
    main()
