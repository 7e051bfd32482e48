"""Methods that code calls without naming their class: whom they concern, and whom they do not.

In the chain raw -> A -> B -> C all data are JSON files, so that no object of the project's gets
from one node to another but on the ways that are opened here.
"""

from pathlib import Path

import pytest

from tests.incremental.forks import Forks
from tests.incremental.workbench import (
    CATALOG,
    CONF,
    PYPROJECT,
    WHERE_PIPELINE,
    Workbench,
    chain,
    entries,
)

# An object that adds in its own way, with a helper that no other module reaches.
MONEY = """\
from shop.cents import rounded


class Money:
    def __init__(self, amount):
        self.amount = amount

    def __add__(self, other):
        return rounded(self.amount) + other

    def __getitem__(self, key):
        return rounded(self.amount)

    def __len__(self):
        return open("nothing").read()

    def worth(self):
        return rounded(self.amount)
"""
CENTS = "def rounded(x):\n    return x + 0\n"
USES = 'def b(made_a, rate):\n    print("<<B>>")\n    return made_a + 1\n'
PLAIN = (
    'def b(made_a, rate):\n    print("<<B>>")\n'
    '    row = {"a": made_a}\n    return len([row["a"]]) + row["a"] + 1\n'
)


def _made(folder: Path, zygotes: list[Forks], catalog: str = CATALOG, **files: str) -> Workbench:
    own = {"src/shop/money.py": MONEY, "src/shop/cents.py": CENTS, CONF: catalog}
    made = chain(folder, **{**own, **files})
    made.forks = list(zygotes)
    return made


def _without(name: str) -> str:
    """Return the catalog without a dataset, which is then in memory."""
    return CATALOG.replace(entries(name), "")


def _edit(bench: Workbench) -> None:
    bench.edit("src/shop/cents.py", "x + 0", "x + 1")


IMPORTED = "import shop.money\n"
MAKES = 'from shop.money import Money\n\n\ndef a(raw):\n    print("<<A>>")\n    return {made}\n'


@pytest.mark.parametrize("imports", ["", IMPORTED])
def test_a_class_that_nobody_gives_concerns_nobody(
    tmp_path: Path, zygotes: list[Forks], imports: str
) -> None:
    bench = _made(tmp_path, zygotes, **{"src/shop/b.py": imports + PLAIN})
    assert bench.did() == "A B C"
    assert bench.did() == ""  # nor what one of its methods reads
    _edit(bench)
    assert bench.did() == ""


def test_nor_does_it_behind_values_in_memory_of_nodes_that_make_none(
    tmp_path: Path, zygotes: list[Forks]
) -> None:
    adds = 'def c(made_b):\n    print("<<C>>")\n    return made_b + 1\n'
    files = {"src/shop/b.py": PLAIN, "src/shop/c.py": adds}
    bench = _made(tmp_path, zygotes, _without("made_a"), **files)
    assert bench.did() == "A B C"
    assert bench.did() == ""
    _edit(bench)
    assert bench.did() == ""


@pytest.mark.parametrize("use", ["made_a + 1", "made_a['any'] + 1", "made_a.worth() + 1"])
@pytest.mark.parametrize(
    ("made", "take"),
    [
        ("Money(raw)", ""),
        ("[Money(raw)]", "    made_a = made_a[0]\n"),
        ("{'deep': (Money(raw), 1)}", "    made_a = made_a['deep'][0]\n"),
    ],
)
def test_an_object_comes_in_memory(
    tmp_path: Path, zygotes: list[Forks], use: str, made: str, take: str
) -> None:
    taken = f'def b(made_a, rate):\n    print("<<B>>")\n{take}    return {use}\n'
    files = {"src/shop/a.py": MAKES.format(made=made), "src/shop/b.py": taken}
    bench = _made(tmp_path, zygotes, _without("made_a"), **files)
    bench.edit("src/shop/money.py", 'open("nothing").read()', "3")
    assert bench.did() == "A B C"
    assert bench.value("made_b") == 2
    assert bench.did() == ""
    _edit(bench)
    assert "B" in bench.did()
    assert bench.value("made_b") == 3


def test_what_a_method_of_it_reads_is_read_by_who_calls_it(
    tmp_path: Path, zygotes: list[Forks]
) -> None:
    rate = 'def rounded(x):\n    return x + int(open("rate.txt").read())\n'
    bench = _made(
        tmp_path,
        zygotes,
        _without("made_a"),
        **{
            "src/shop/a.py": MAKES.format(made="Money(raw)"),
            "src/shop/b.py": USES,
            "src/shop/cents.py": rate,
            "rate.txt": "1",
        },
    )
    assert bench.did() == "A B C"
    (bench.path / "rate.txt").write_text("5")
    assert "B" in bench.did()
    assert bench.value("made_b") == 7


def test_an_object_goes_through_a_node_that_does_not_name_it(
    tmp_path: Path, zygotes: list[Forks]
) -> None:
    catalog = _without("made_a").replace(entries("made_b"), "")
    files = {
        "src/shop/a.py": MAKES.format(made="Money(raw)"),
        "src/shop/b.py": 'def b(made_a, rate):\n    print("<<B>>")\n    return made_a\n',
        "src/shop/c.py": 'def c(made_b):\n    print("<<C>>")\n    return made_b + 100\n',
    }
    bench = _made(tmp_path, zygotes, catalog, **files)
    assert bench.did() == "A B C"
    _edit(bench)
    assert "C" in bench.did()
    assert bench.value("made_c") == 102


def _entry(name: str, kind: str, ending: str = "json") -> str:
    return f"{name}:\n  type: {kind}\n  filepath: data/{name}.{ending}\n"


def test_an_object_lies_in_a_file(tmp_path: Path, zygotes: list[Forks]) -> None:
    catalog = CATALOG.replace(entries("made_a"), _entry("made_a", "pickle.PickleDataset", "pickle"))
    files = {"src/shop/a.py": MAKES.format(made="Money(raw)"), "src/shop/b.py": USES}
    bench = _made(tmp_path, zygotes, catalog, **files)
    assert bench.did() == "A B C"
    _edit(bench)
    assert "B" in bench.did()
    assert bench.value("made_b") == 3


DATASETS = """\
import json

from noria_catalog import FileDataset

from shop.money import Money


class Priced(FileDataset):
    def read(self, path):
        return Money(json.loads(path.read_text()))

    def write(self, data, path):
        path.write_text(json.dumps(data))
"""


def test_a_dataset_of_the_project_makes_it(tmp_path: Path, zygotes: list[Forks]) -> None:
    own = DATASETS
    catalog = CATALOG.replace(entries("made_a"), _entry("made_a", "shop.priced.Priced"))
    bench = _made(tmp_path, zygotes, catalog, **{"src/shop/priced.py": own, "src/shop/b.py": USES})
    assert bench.did() == "A B C"
    _edit(bench)
    assert "B" in bench.did()
    assert bench.value("made_b") == 4


HOOKS = """\
from noria.hooks import hook_impl

from shop.money import Money


class Prices:
    @hook_impl
    def before_node_run(self, node, inputs):
        if node.name == "B":
            return {"made_a": Money(inputs["made_a"])}
"""


def test_a_hook_puts_it_in_the_place_of_an_input(tmp_path: Path, zygotes: list[Forks]) -> None:
    files = {
        "pyproject.toml": PYPROJECT + 'hooks = ["shop.hooks.Prices"]\n',
        "src/shop/hooks.py": HOOKS,
        "src/shop/b.py": USES,
    }
    bench = _made(tmp_path, zygotes, **files)
    assert bench.did() == "A B C"
    _edit(bench)
    assert "B" in bench.did()
    assert bench.value("made_b") == 4


def test_a_parameter_is_made_one(tmp_path: Path, zygotes: list[Forks]) -> None:
    rates = (
        "from dataclasses import dataclass\n\nfrom shop.cents import rounded\n\n\n"
        "@dataclass\nclass Rate:\n    value: int\n\n    def worth(self):\n"
        "        return rounded(self.value)\n"
    )
    uses = (
        "from shop.rates import Rate\n\n\ndef b(made_a, rate: Rate):\n"
        '    print("<<B>>")\n    return made_a + rate.worth()\n'
    )
    files = {
        "src/shop/rates.py": rates,
        "src/shop/b.py": uses,
        "conf/base/parameters.yml": "rate:\n  value: 5\n",
    }
    bench = _made(tmp_path, zygotes, **files)
    assert bench.did() == "A B C"
    _edit(bench)
    assert bench.did() == "B C"
    assert bench.value("made_b") == 8


HANDED_OVER = {
    "by a statement": "import decimal\n\nfrom shop.money import Money\n\ndecimal.ours = Money(1)\n",
    "by a function that is called": "import decimal\n\nfrom shop.money import Money\n\n\n"
    "def set_up():\n    decimal.ours = Money(1)\n\n\nset_up()\n",
    "by what a name is bound to": "import decimal\n\nfrom shop.money import Money\n\n"
    'WAS = decimal.__dict__.setdefault("ours", Money(1))\n',
    "by a function of the library": "import yaml\n\nfrom shop.money import Money\n\n"
    'yaml.CSafeLoader.add_constructor("!money", lambda loader, node: Money(int(node.value)))\n',
    "by a function of its own": "import yaml\n\nfrom shop.money import Money\n\n\n"
    "def _make(loader, node):\n    return Money(int(node.value))\n\n\n"
    'yaml.CSafeLoader.add_constructor("!money", _make)\n',
}


@pytest.mark.parametrize("way", HANDED_OVER)
def test_a_library_is_given_it_when_modules_are_imported(
    tmp_path: Path, zygotes: list[Forks], way: str
) -> None:
    kind = "yaml" if "yaml" in HANDED_OVER[way] else "decimal"
    take = 'made_a["price"]' if kind == "yaml" else "decimal.ours"
    files = {
        "src/shop/handed.py": HANDED_OVER[way],
        "src/shop/a.py": "import shop.handed\n\n\ndef a(raw):\n"
        '    print("<<A>>")\n    return {"price": 1}\n',
        "src/shop/b.py": f'import decimal\n\n\ndef b(made_a, rate):\n    print("<<B>>")\n    return {take} + 1\n',
    }
    catalog = CATALOG
    if kind == "yaml":
        catalog = CATALOG.replace(entries("made_a"), _entry("price", "yaml.YAMLDataset", "yml"))
        files["data/price.yml"] = "price: !money 1\n"
    bench = _made(tmp_path, zygotes, catalog, **files)
    if kind == "yaml":
        bench.edit(WHERE_PIPELINE, 'inputs=["made_a", "params:rate"]', 'inputs=["price", "rate"]')
        bench.edit(WHERE_PIPELINE, '"rate"]', '"params:rate"]')
    assert bench.did() == "A B C"
    assert bench.value("made_b") == 2
    _edit(bench)
    assert "B" in bench.did()
    assert bench.value("made_b") == 3


def test_it_is_registered_with_a_library(tmp_path: Path, zygotes: list[Forks]) -> None:
    accessor = (
        "import pandas as pd\n\nfrom shop.cents import rounded\n\n\n"
        '@pd.api.extensions.register_dataframe_accessor("ours")\nclass Ours:\n'
        "    def __init__(self, table):\n        self.table = table\n\n"
        "    def total(self):\n        return rounded(int(self.table.sum().sum()))\n"
    )
    files = {
        "src/shop/accessor.py": accessor,
        "src/shop/a.py": "import pandas as pd\n\nimport shop.accessor\n\n\ndef a(raw):\n"
        '    print("<<A>>")\n    return pd.DataFrame({"x": [raw, 1]})\n',
        "src/shop/b.py": 'def b(made_a, rate):\n    print("<<B>>")\n    return made_a.ours.total()\n',
    }
    catalog = CATALOG.replace(entries("made_a"), _entry("made_a", "pandas.CSVDataset", "csv"))
    bench = _made(tmp_path, zygotes, catalog, **files)
    assert bench.did() == "A B C"
    before = bench.value("made_b")
    _edit(bench)
    assert "B" in bench.did()
    assert bench.value("made_b") == before + 1


def test_a_class_that_is_handed_over_later_counts_from_then_on(
    tmp_path: Path, zygotes: list[Forks]
) -> None:
    """What one module does at its import concerns nodes that never reach it."""
    files = {
        "src/shop/handed.py": "READY = True\n",
        "src/shop/a.py": "import shop.handed\n\n\ndef a(raw):\n"
        '    print("<<A>>")\n    return raw\n',
        "src/shop/b.py": 'import decimal\n\n\ndef b(made_a, rate):\n    print("<<B>>")\n'
        '    return decimal.__dict__.get("ours", made_a) + 1\n',
    }
    bench = _made(tmp_path, zygotes, **files)
    assert bench.did() == "A B C"
    assert bench.value("made_b") == 2
    handed = HANDED_OVER["by what a name is bound to"].replace("Money(1)", "Money(2)")
    bench.edit("src/shop/handed.py", "READY = True\n", handed)
    assert "B" in bench.did()
    assert bench.value("made_b") == 3
    _edit(bench)
    assert "B" in bench.did()
    assert bench.value("made_b") == 4
