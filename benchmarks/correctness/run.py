"""`make bench-correctness`: see side_by_side.py, which this makes importable by its full name."""

import sys
from pathlib import Path


def main() -> None:
    sys.path[0] = str(Path(__file__).parents[2])
    from benchmarks.correctness import side_by_side

    side_by_side.main()


if __name__ == "__main__":
    main()
