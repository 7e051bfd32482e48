"""Code that no source leads to: a script beside the packages, which a module loads by its path."""

from pathlib import Path

import pytest

from tests.incremental.forks import Forks
from tests.incremental.workbench import WHERE_PIPELINE, Workbench, chain

SCRIPTS = 'from pathlib import Path\n\nSCRIPTS = Path(__file__).resolve().parents[2] / "scripts"\n'
LOAD = """\
import importlib.util
from pathlib import Path


def load(path):
    spec = importlib.util.spec_from_file_location(Path(path).stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
"""
USE = '\n\ndef b(made_a, rate):\n    print("<<B>>")\n    return prices.price(made_a)\n'
WITHIN = '\n\ndef b(made_a, rate):\n    print("<<B>>")\n    {}\n    return prices.price(made_a)\n'
WAYS = {
    "at the top, by a helper": SCRIPTS
    + "from shop.load import load\n\nprices = load(SCRIPTS / 'prices.py')\n"
    + USE,
    "at the top, and under its name": SCRIPTS
    + "import sys\nfrom shop.load import load\n\nprices = load(SCRIPTS / 'prices.py')\n"
    + "sys.modules['prices'] = prices\n"
    + USE,
    "by a loader": SCRIPTS
    + "from importlib.machinery import SourceFileLoader\n\n"
    + "prices = SourceFileLoader('prices', str(SCRIPTS / 'prices.py')).load_module()\n"
    + USE,
    "inside the function": SCRIPTS
    + "from shop.load import load\n"
    + WITHIN.format("prices = load(SCRIPTS / 'prices.py')"),
    "imported from a folder that the function names": SCRIPTS
    + "import sys\n"
    + WITHIN.format("sys.path.insert(0, str(SCRIPTS))\n    import prices"),
    "imported by a name that is put together": SCRIPTS
    + "import importlib\nimport sys\n\nsys.path.insert(0, str(SCRIPTS))\n"
    + WITHIN.format("prices = importlib.import_module(''.join(['pri', 'ces']))"),
}
PRICES = "STEP = 10\n\n\ndef price(x):\n    return x + STEP\n"


def make(tmp_path: Path, zygotes: list[Forks], files: dict[str, str]) -> Workbench:
    """Return the chain with a script beside its package."""
    scripts = {"scripts/prices.py": PRICES, "src/shop/load.py": LOAD}
    bench = chain(tmp_path, **{**scripts, **files})
    bench.forks = list(zygotes)
    return bench


@pytest.mark.parametrize("way", WAYS)
def test_a_script_that_is_loaded_past_the_sources_is_seen(
    way: str, tmp_path: Path, zygotes: list[Forks]
) -> None:
    bench = make(tmp_path, zygotes, {"src/shop/b.py": WAYS[way]})
    first = bench.go()
    assert first.did == "A B C"
    assert "B: it reads the file: scripts/prices.py" in first.said.all
    assert bench.value("made_b") == 12
    assert bench.did() == "B"
    bench.edit_at_once("scripts/prices.py", "STEP = 10", "STEP = 20")
    assert bench.did() == "B C"
    assert bench.value("made_c") == 122


def test_a_script_that_can_be_found_when_the_sources_are_read_is_one_of_them(
    tmp_path: Path, zygotes: list[Forks]
) -> None:
    find = "import importlib\nimport sys\n\nsys.path.insert(0, str(SCRIPTS))\n"
    named = WITHIN.format("prices = importlib.import_module('pri' + 'ces')")
    bench = make(tmp_path, zygotes, {"src/shop/b.py": SCRIPTS + find + named})
    assert bench.did() == "A B C"
    assert bench.did() == ""
    bench.edit_at_once("scripts/prices.py", "STEP = 10", "STEP = 20")
    assert bench.did() == "B C"
    assert bench.value("made_c") == 122


def test_who_imports_what_another_node_has_made_importable_runs_too(
    tmp_path: Path, zygotes: list[Forks]
) -> None:
    find = WITHIN.format("sys.path.insert(0, str(SCRIPTS))\n    import prices")
    find = SCRIPTS + "import sys\n" + find
    use = (
        'def c(made_b):\n    print("<<C>>")\n    import prices\n\n    return prices.price(made_b)\n'
    )
    bench = make(tmp_path, zygotes, {"src/shop/b.py": find, "src/shop/c.py": use})
    assert bench.did() == "A B C"
    assert bench.did() == "B C"
    bench.edit("scripts/prices.py", "STEP = 10", "STEP = 20")
    assert bench.did() == "B C"
    assert bench.value("made_c") == 42


def test_what_such_a_script_puts_into_a_table_of_the_sources_is_seen(
    tmp_path: Path, zygotes: list[Forks]
) -> None:
    files = {
        "src/shop/table.py": "STEPS = []\n\n\ndef register(step):\n    STEPS.append(step)\n",
        "src/shop/b.py": "from shop.table import STEPS\n\n\ndef b(made_a, rate):\n"
        '    print("<<B>>")\n    return STEPS[0](made_a)\n',
        "scripts/prices.py": "from shop.table import register\n\nregister(lambda x: x + 10)\n",
        "src/shop/more.py": SCRIPTS + "from shop.load import load\n\n\n"
        "def load_all(names=('prices',)):\n    for name in names:\n"
        "        load(SCRIPTS / f'{name}.py')\n",
    }
    bench = make(tmp_path, zygotes, files)
    loads = "from shop.more import load_all\nfrom shop.c import c\n\nload_all()"
    bench.edit(WHERE_PIPELINE, "from shop.c import c", loads)
    assert bench.did() == "A B C"
    bench.edit("scripts/prices.py", "x + 10", "x + 20")
    assert "B" in bench.did()
    assert bench.value("made_b") == 22


def test_an_object_of_a_class_in_such_a_script_is_followed(
    tmp_path: Path, zygotes: list[Forks]
) -> None:
    files = {
        "scripts/prices.py": "class Price:\n    def total(self):\n        return 10\n",
        "src/shop/find.py": SCRIPTS + "import sys\n\nsys.path.insert(0, str(SCRIPTS))\n\n\n"
        "def find(name):\n    return __import__(name).Price()\n",
        "src/shop/b.py": "from shop.find import find\n\n\ndef b(made_a, rate):\n"
        '    print("<<B>>")\n    return find("prices")\n',
        "src/shop/c.py": 'def c(price):\n    print("<<C>>")\n    return price.total()\n',
    }
    bench = make(tmp_path, zygotes, files)
    bench.edit(WHERE_PIPELINE, '"made_b"', '"price"')
    assert bench.did() == "A B C"
    assert bench.did() == "B"
    bench.edit("scripts/prices.py", "return 10", "return 20")
    assert bench.did() == "B C"
    assert bench.value("made_c") == 20
