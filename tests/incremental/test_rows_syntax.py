"""What Python 3.12 and later can write: who runs after an edit of it, by the real command line."""

import sys

import pytest

from tests.incremental.workbench import CHAIN, CONF, Workbench

pytestmark = pytest.mark.skipif(sys.version_info < (3, 12), reason="not here: Python 3.12")

A = "src/shop/a.py"
B = "src/shop/b.py"
KINDS = "src/shop/kinds.py"
MADE_A = "made_a:\n  type: json.JSONDataset\n  filepath: data/made_a.json\n"
IN_PICKLES = "made_a:\n  type: pickle.PickleDataset\n  filepath: data/made_a.pkl\n"


@pytest.mark.parametrize("kept", ["", IN_PICKLES], ids=["in memory", "in a file"])
def test_an_alias_that_is_handed_on_brings_what_it_stands_for(fresh: Workbench, kept: str) -> None:
    """A pickle names it, and holds nothing of it."""
    fresh.write(
        {
            CONF: CHAIN[CONF].replace(MADE_A, kept),
            KINDS: "type Size = Small\n\n\nclass Small:\n    N = 1\n\n\nclass Large:\n    N = 2\n",
            A: "from shop.kinds import Size\n\n\ndef a(raw):\n    print('<<A>>')\n    return Size\n",
            B: "def b(size, rate):\n    print('<<B>>')\n    return size.__value__.N * 10 + rate\n",
        }
    )
    assert fresh.did() == "A B C"
    assert fresh.value("made_c") == 115
    fresh.edit(KINDS, "type Size = Small", "type Size = Large")
    assert fresh.did() == "A B C"
    assert fresh.value("made_c") == 125
    fresh.edit(KINDS, "N = 2", "N = 4")
    assert fresh.did() == "A B C"
    assert fresh.value("made_c") == 145


def test_a_bound_that_a_class_is_made_with_runs_its_readers(fresh: Workbench) -> None:
    fresh.write(
        {
            KINDS: "def kind():\n    return int\n\n\ndef other():\n    return 1\n",
            B: "from shop.kinds import kind\n\n\nclass Box[T: kind()]:\n"
            "    def made(self, x):\n        return T.__bound__(x)\n\n\n"
            "def b(x, rate):\n    print('<<B>>')\n    return Box().made(x) + rate\n",
        }
    )
    assert fresh.did() == "A B C"
    assert fresh.value("made_c") == 107
    fresh.edit(KINDS, "return 1", "return 2")
    assert fresh.did() == ""
    fresh.edit(KINDS, "return int", "return lambda x: x * 10")
    assert fresh.did() == "B C"
    assert fresh.value("made_c") == 125


def test_a_folder_that_is_walked_through_is_a_reading(fresh: Workbench) -> None:
    body = "sorted(name for *_, names in Path('texts').walk() for name in names)"
    fresh.write(
        {
            "texts/a.txt": "",
            B: "from pathlib import Path\n\n\ndef b(x, rate):\n    print('<<B>>')\n"
            f"    return len({body})\n",
        }
    )
    assert fresh.did() == "A B C"
    fresh.write({"texts/deeper/b.txt": ""})
    assert fresh.did() == "B C"
    assert fresh.value("made_c") == 102
