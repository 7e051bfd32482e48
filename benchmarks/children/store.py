"""Remember small results, find them again, look files up; print the seconds of each as JSON.

python store.py FOLDER COUNT
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from noria.store import Entry, Output, Seen, open_store

SECRET = b"s" * 32
KEY = "0123456789abcdef" * 4


def entry(number: int, digest: str, size: int) -> Entry:
    parts = {"code": KEY, "inputs": {"table": KEY}, "params": {"params:depth": KEY}, "env": KEY}
    output = Output(f"result_{number}", digest, "value", (("", digest, size),), "json")
    return Entry(f"{number:064}", f"node_{number}", "run", time.time(), 0.001, parts, (output,))


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main() -> None:
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    data = folder / "data"
    data.mkdir()
    paths = [str(data / f"{number}.csv") for number in range(count)]
    for path in paths:
        Path(path).write_text(path)
    keys = [f"{number:064}" for number in range(count)]
    told: dict[str, float] = {}

    with open_store(folder / "store", SECRET) as store:

        def remember() -> None:
            for number in range(count):
                blob, _, _ = store.keep_value({"rows": number, "shares": [0.1, 0.2]})
                store.remember(entry(number, *blob))
            store.pending.flush()

        told["remember"] = timed(remember)
        told["sync"] = timed(store.sync)
    time.sleep(2.1)  # younger files are always read
    with open_store(folder / "store", SECRET) as store:
        Seen(store).digests_of(paths)
    with open_store(folder / "store", SECRET) as store:
        told["find"] = timed(lambda: store.find_many(keys))
        told["look up"] = timed(lambda: Seen(store).digests_of(paths))
        told["stat"] = timed(lambda: [Path(path).stat() for path in paths])
    print(json.dumps(told))


if __name__ == "__main__":
    main()
