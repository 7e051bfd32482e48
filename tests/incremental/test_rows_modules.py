"""What lines above all functions read, and modules that are imported by a text."""

import pytest

from tests.incremental.workbench import Workbench

B = "src/shop/b.py"
HELPERS = "src/shop/helpers.py"
NOTES = "data/notes.txt"
# Lines that read a file and give a name what is in it.
READ_ABOVE = {
    "with": f"with open('{NOTES}') as file:\n    NOTES = list(file)",
    "try": f"try:\n    NOTES = list(open('{NOTES}'))\nexcept OSError:\n    NOTES = []",
    "rows": f"NOTES = {{}}\nwith open('{NOTES}') as file:\n"
    "    for row in csv.reader(file):\n        NOTES[row[0]] = row[1:]",
}


@pytest.mark.parametrize("spelling", READ_ABOVE)
def test_what_a_module_reads_into_a_name_concerns_who_uses_the_name(
    fresh: Workbench, spelling: str
) -> None:
    fresh.write({NOTES: "a,1\nb,2\n"})
    fresh.edit(HELPERS, "from", f"import csv\n\n{READ_ABOVE[spelling]}\nfrom")
    fresh.go()
    assert fresh.did() == ""
    fresh.edit(HELPERS, "deep(x) + 0", "deep(x) + len(NOTES)")
    assert fresh.did() == "B C"
    assert fresh.value("made_c") == 145
    fresh.write({NOTES: "a,1\n"})
    assert fresh.did() == "B C"
    assert fresh.value("made_c") == 135
    assert fresh.did() == "B"


@pytest.mark.parametrize(
    "line",
    [
        "for LAST in (1, 2):\n    MADE = add(LAST)",
        "with Step() as LAST:\n    MADE = add(LAST)",
        "try:\n    MADE = add(2)\nexcept ValueError:\n    MADE = 0",
        "ALL = SEEN\nfor LAST in (1, 2):\n    ALL['last'] = LAST",
    ],
)
def test_what_lines_above_change_elsewhere_counts(fresh: Workbench, line: str) -> None:
    fresh.write(
        {
            "src/shop/seen.py": "SEEN = {}\n\n\ndef add(x):\n    SEEN['last'] = x\n    return x\n\n\n"
            "class Step:\n    def __enter__(self):\n        return 2\n\n"
            "    def __exit__(self, *error):\n        return None\n",
            "src/shop/adds.py": f"from shop.seen import SEEN, Step, add\n\n{line}\n",
        }
    )
    fresh.edit(HELPERS, "from", "import shop.adds\nfrom shop.seen import SEEN\nfrom")
    fresh.edit(HELPERS, "deep(x) + 0", "deep(x) + SEEN['last']")
    fresh.go()
    assert fresh.value("made_c") == 145
    assert fresh.did() == ""
    changed = "seen.py" if "Step()" in line else "adds.py"
    fresh.edit(f"src/shop/{changed}", "2", "3")
    assert fresh.did() == "B C"
    assert fresh.value("made_c") == 155


LOAD = """\
from importlib import import_module

import shop.parts

NAME = 'first'
PARTS = 'shop.parts'


def load():
    return {}
"""


@pytest.mark.parametrize(
    "call",
    [
        "import_module('.first', 'shop.parts')",
        "import_module('.first', package=shop.parts.__name__)",
        "import_module('.first', PARTS)",
        "import_module('.' + NAME, f'{__package__}.parts')",
        "import_module(f'.{NAME}', shop.parts.__package__)",
    ],
)
def test_a_module_that_is_imported_from_another_package_counts(fresh: Workbench, call: str) -> None:
    fresh.write(
        {
            "src/shop/parts/__init__.py": "",
            "src/shop/parts/first.py": "STEP = 0\n",
            "src/shop/first.py": "STEP = 50\n",
            "src/shop/load.py": LOAD.format(call),
        }
    )
    fresh.edit(HELPERS, "deep(x) + 0", "deep(x) + load().STEP")
    fresh.edit(HELPERS, "from", "from shop.load import load\nfrom")
    fresh.go()
    fresh.edit_at_once("src/shop/parts/first.py", "STEP = 0", "STEP = 2")
    assert fresh.did() == "B C"
    assert fresh.value("made_c") == 145


def test_the_order_in_which_modules_are_imported_by_name_counts(fresh: Workbench) -> None:
    add = "from shop.order import ORDER\n\nORDER.append({})\n"
    fresh.write(
        {
            "src/shop/order.py": "ORDER = []\n",
            "src/shop/parts/__init__.py": "",
            "src/shop/parts/one.py": add.format(1),
            "src/shop/parts/two.py": add.format(2),
            "src/shop/load.py": "from importlib import import_module\n\nNAMES = ['one', 'two']\n"
            "PARTS = [import_module(f'shop.parts.{name}') for name in NAMES]\n",
        }
    )
    fresh.edit(HELPERS, "deep(x) + 0", "deep(x) + ORDER[-1]")
    fresh.edit(HELPERS, "from", "import shop.load\nfrom shop.order import ORDER\nfrom")
    fresh.go()
    assert fresh.value("made_c") == 145
    fresh.edit("src/shop/load.py", "'one', 'two'", "'two', 'one'")
    assert fresh.did() == "B C"
    assert fresh.value("made_c") == 135


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ("src/shop/helpers.py", "__package__ + '.parts.first'"),
        ("src/shop/helpers.py", "f'{__package__}.parts.{NAME}'"),
        ("src/shop/parts/__init__.py", "f'{__name__}.{NAME}'"),
        ("src/shop/parts/__init__.py", "'.' + NAME, __package__"),
    ],
)
def test_a_module_that_is_imported_by_the_name_of_the_package_counts(
    fresh: Workbench, where: str, text: str
) -> None:
    load = "from importlib import import_module\n\nNAME = 'first'\n\n\ndef load():\n"
    load += f"    return import_module({text})\n"
    fresh.write({"src/shop/parts/__init__.py": "", "src/shop/parts/first.py": "STEP = 0\n"})
    fresh.edit(HELPERS, "deep(x) + 0", "deep(x) + load().STEP")
    if where == HELPERS:
        fresh.edit(HELPERS, "from", f"{load}\n\nfrom")
    else:
        fresh.write({where: load})
        fresh.edit(HELPERS, "from", "from shop.parts import load\nfrom")
    fresh.go()
    fresh.edit("src/shop/unimported.py", "return x", "return x + 1")
    fresh.edit("src/shop/a.py", "raw + 1", "raw + 1 + 0")
    assert fresh.did() == "A"
    fresh.edit_at_once("src/shop/parts/first.py", "STEP = 0", "STEP = 2")
    assert fresh.did() == "B C"
    assert fresh.value("made_c") == 145


EXTENSION = """\
from jinja2.ext import Extension


class Loud(Extension):
    def preprocess(self, source, name, filename=None):
        return source + "0"


def unused():
    return 1
"""


def test_a_class_that_a_library_imports_by_a_text_runs_the_node(bench: Workbench) -> None:
    bench.write({"src/shop/loud.py": EXTENSION})
    head = "from jinja2 import Environment\n\nENGINE = Environment(extensions=['shop.loud.Loud'])\n"
    bench.edit("src/shop/b.py", "from shop", f"{head}\nfrom shop")
    bench.edit("src/shop/b.py", "RATE + rate", "RATE + int(ENGINE.from_string('1').render())")
    assert bench.did() == "B C"
    assert bench.value("made_c") == 130
    bench.edit("src/shop/loud.py", "return 1", "return 2")
    assert bench.did() == ""
    bench.edit("src/shop/loud.py", '"0"', '"1"')
    assert bench.did() == "B C"
    assert bench.value("made_c") == 131
