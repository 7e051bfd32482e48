"""Fingerprint 1,000 functions in 100 modules and print the seconds as JSON.

python code.py FOLDER cold|kept|edited MODULES FUNCTIONS
"""

import importlib
import json
import shutil
import sys
import time
from pathlib import Path

FUNCTION = '''
def f{module}_{number}(rows, limit=3):
    """Say what it does.

    In more words than one.
    """
    total = 0
    kept = [row for row in rows if row % 2]
    for row in kept:
        total += row * RATE
    share = np.mean(kept) if kept else {module}.{number}
    return {{"total": total, "share": share, "before": {before}}}
'''


def write(folder: Path, modules: int, functions: int) -> None:
    """Write a package whose functions call each other, within a module and across."""
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    for module in range(modules):
        lines = ["import numpy as np", f"RATE = {module}"]
        if module:
            lines.append(f"from .m{module - 1} import f{module - 1}_0")
        for number in range(functions):
            before = f"f{module}_{number - 1}(rows)" if number % 3 else "rows"
            if module % 10 and not number:
                before = f"f{module - 1}_0(rows)"
            text = FUNCTION.format(module=module, number=number, before=before)
            lines.append(text)
        (folder / f"m{module}.py").write_text("\n".join(lines))


def main() -> None:
    folder, state, modules, functions = (
        Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]),
    )  # fmt: skip
    package = folder / "src" / "many"
    if not package.exists():
        write(package, modules, functions)
    if state == "cold":
        shutil.rmtree(folder / "cache", ignore_errors=True)
    if state == "edited":
        path = package / f"m{modules // 2}.py"
        path.write_text(path.read_text().replace("row % 2", "row %  2") + f"# {time.time_ns()}\n")
    sys.path.insert(0, str(folder / "src"))
    things = []
    for module in range(modules):
        space = vars(importlib.import_module(f"many.m{module}"))
        things.extend(space[f"f{module}_{number}"] for number in range(functions))

    from noria.code import CodeReader

    began, cpu = time.perf_counter(), time.process_time()
    reader = CodeReader([folder / "src"], cache=folder / "cache")
    for thing in things:
        reader.fingerprint(thing)
    told = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu}
    reader.save_cache()
    print(json.dumps(told))


if __name__ == "__main__":
    main()
