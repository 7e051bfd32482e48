"""Read a catalog and print the seconds that it took, in a process of its own, as JSON.

python configuration.py noria|kedro make|read FOLDER

``make`` writes a folder of configuration with a thousand entries in two layers instead.
"""

import json
import logging
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ENTRIES = 1_000
OVERRIDDEN = 100


def entry(number: int, folder: str) -> str:
    return (
        f"table_{number}:\n"
        "  type: pandas.CSVDataset\n"
        f"  filepath: ${{globals:folder}}/{folder}/table_{number}.csv\n"
        "  load_args:\n"
        '    sep: ","\n'
    )


def make(folder: Path) -> None:
    for layer, count in (("base", ENTRIES), ("local", OVERRIDDEN)):
        (folder / "conf" / layer).mkdir(parents=True)
        text = "\n".join(entry(number, layer) for number in range(count))
        (folder / "conf" / layer / "catalog.yml").write_text(text, "utf-8")
    (folder / "conf/base/globals.yml").write_text("folder: data\n", "utf-8")


def with_noria(folder: Path) -> Callable[[], dict[str, Any]]:
    from noria.config.layers import Config
    from noria.config.parsed import ParsedFiles
    from noria.project.state import prepare_state

    def read() -> dict[str, Any]:
        parsed = ParsedFiles(folder / ".noria", prepare_state)
        config = Config(folder / "conf", "local", root=folder, parsed=parsed)
        catalog: dict[str, Any] = config.catalog().value
        return catalog

    return read


def with_kedro(folder: Path) -> Callable[[], dict[str, Any]]:
    # Its YAML reader refuses files of more than ten thousand nodes unless it is told not to.
    os.environ["OMEGACONF_MAX_YAML_EXPANDED_NODES"] = "none"
    from kedro.config import OmegaConfigLoader

    logging.disable(logging.WARNING)
    layers = {"base_env": "base", "default_run_env": "local", "env": "local"}

    def read() -> dict[str, Any]:
        catalog: dict[str, Any] = OmegaConfigLoader(str(folder / "conf"), **layers)["catalog"]
        return catalog

    return read


def main() -> None:
    library, what, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    if what == "make":
        make(folder)
        return
    read = (with_noria if library == "noria" else with_kedro)(folder)
    began = time.perf_counter()
    catalog = read()
    taken = time.perf_counter() - began
    assert len(catalog) == ENTRIES
    print(json.dumps(taken))


if __name__ == "__main__":
    main()
