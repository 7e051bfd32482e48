"""Modules that are imported by a text."""

import pytest

from tests.incremental.workbench import Workbench

HELPERS = "src/shop/helpers.py"

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
