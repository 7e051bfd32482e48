"""Projects of many modules: how often their files are read and parsed, whatever machine it is."""

import json
import subprocess
import sys
from collections import Counter

import pytest

from tests.project_on_disk import ProjectOnDisk, environment

MODULES = 25
COUNTED = """\
import atexit, json, os, sys
counted = []
def hear(event, args):
    if event == "open" and str(args[0]).endswith(".py"):
        counted.append(("read", os.path.basename(args[0])))
    elif event == "compile" and args[1] == "<unknown>" and isinstance(args[0], bytes):
        counted.append(("parsed", args[0].decode("utf-8", "replace")))
sys.addaudithook(hear)
atexit.register(lambda: open(sys.argv[1], "w").write(json.dumps(counted)))
words, sys.argv[1:] = sys.argv[2:], sys.argv[1:2]
from noria.cli.main import main
code = main(words)
sys.exit(code)
"""


def _with_nodes(project: ProjectOnDisk, number: int) -> None:
    """Make a library of modules, and nodes that reach all of them and take their time."""
    names = [f"m{each}" for each in range(MODULES)]
    files = {
        f"src/shop/library/{name}.py": f"def price_{name}(x):\n    return x + 1\n" for name in names
    }
    imports = "".join(f"from shop.library.{name} import price_{name}\n" for name in names)
    calls = "".join(f"    x = price_{name}(x)\n" for name in names)
    functions = "".join(
        f"def f{each}(rate):\n    x = rate + {each}\n{calls}    time.sleep(0.12)\n    return x\n\n"
        for each in range(number)
    )
    nodes = "".join(f'node(f{each}, "params:rate", "made_{each}"), ' for each in range(number))
    head = f"import time\n\nfrom noria import Pipeline, node\n{imports}\n"
    pipeline = f"def create_pipeline():\n    return Pipeline([{nodes}])\n"
    files["src/shop/library/__init__.py"] = ""
    files["src/shop/pipelines/many/__init__.py"] = head + functions + pipeline
    project.write(files)


def _counted(project: ProjectOnDisk, *words: str) -> Counter[tuple[str, str]]:
    """Run a command; return how often each source was read, by its name, or parsed, by its text."""
    told = project.path / "counted.json"
    done = subprocess.run(
        [sys.executable, "-c", COUNTED, str(told), *words],
        cwd=project.path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return Counter((what, name) for what, name in json.loads(told.read_text()))


@pytest.mark.parametrize("words", [("check",), ("run", "--pipeline", "many")])
def test_a_source_is_read_as_often_whether_one_node_reaches_it_or_many(
    project: ProjectOnDisk, words: tuple[str, ...]
) -> None:
    read = []
    for number in (1, 8):
        _with_nodes(project, number)
        counted = _counted(project, *words)
        read.append(sum(counted["read", f"m{each}.py"] for each in range(MODULES)))
    assert read[0] >= MODULES
    assert read[1] <= read[0]


def test_after_an_edit_listing_the_pipelines_parses_what_was_edited(project: ProjectOnDisk) -> None:
    _with_nodes(project, 1)
    project.noria("run")
    project.edit("src/shop/library/m3.py", "x + 1", "x + 2")
    counted = _counted(project, "pipelines", "list")
    parsed = [text for what, text in counted.elements() if what == "parsed" and "price_m" in text]
    assert parsed == ["def price_m3(x):\n    return x + 2\n"]
