"""Objects that raise what they like when they are asked for an attribute: mappings with dots, say."""

from pathlib import Path

import pytest

from tests.incremental.forks import Forks
from tests.incremental.workbench import WHERE_PIPELINE, chain

KINDS = {
    "a mapping whose keys are attributes": "class Odd(dict):\n    __getattr__ = dict.__getitem__\n",
    "settings that refuse": "class Odd:\n    def __init__(self, **given):\n"
    "        self.__dict__.update(given)\n\n    def __getattr__(self, name):\n"
    "        raise ValueError(f'unknown setting {name}')\n",
    "one that says that it is a dict": "class Odd:\n    __class__ = dict\n\n"
    "    def __init__(self, **given):\n        vars(self).update(given)\n",
    "one that takes everything": "class Odd:\n    def __init__(self, **given):\n"
    "        self.__dict__.update(given)\n\n    def __getattr__(self, name):\n"
    "        if name == 'missing':\n            raise AttributeError(name)\n"
    "        return lambda *given: None\n",
}
DOUBTED = ("one that takes everything", "a callable object")
MORE = (
    "\n    def go(self, made_a, rate):\n        print('<<B>>')\n        return made_a * self.step\n"
    "\n    def __call__(self, made_a: int, rate: int) -> int:\n"
    "        return self.go(made_a, rate)\n"
)
USE = "\n\ndef use(made_a, rate, odd):\n    print('<<B>>')\n    return made_a * odd.step\n\n\n"
WAYS = {
    "a constant": "def b(made_a, rate):\n    return use(made_a, rate, ODD)\n",
    "in a table": "TABLE = {'odd': [ODD]}\n\n\ndef b(made_a, rate):\n"
    "    return use(made_a, rate, TABLE['odd'][0])\n",
    "of a class": "class Settings:\n    odd = ODD\n\n\ndef b(made_a, rate):\n"
    "    return use(made_a, rate, Settings.odd)\n",
    "a partial": "from functools import partial\n\nb = partial(use, odd=ODD)\n",
    "a closure": "def make(odd):\n    return lambda made_a, rate: use(made_a, rate, odd)\n\n\n"
    "b = make(ODD)\n",
    "a bound method": "b = ODD.go\n",
    "a callable object": "b = ODD\n",
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", WAYS)
def test_code_may_hold_it(kind: str, way: str, tmp_path: Path, zygotes: list[Forks]) -> None:
    code = KINDS[kind] + MORE + "\n\nODD = Odd(step=10)\n" + USE + WAYS[way]
    bench = chain(tmp_path, **{"src/shop/b.py": code})
    bench.forks = list(zygotes)
    assert bench.did() == "A B C"
    assert bench.value("made_b") == 20
    assert bench.did() == "" or (kind, way) == DOUBTED
    bench.edit("src/shop/b.py", "step=10", "step=30")
    assert bench.did() == "B C"
    assert bench.value("made_b") == 60
    bench.command("check")
    bench.command("plan", "--why", "B")
    bench.command("pipelines", "describe")


@pytest.mark.parametrize("kind", KINDS)
def test_nodes_may_give_it_to_others(kind: str, tmp_path: Path, zygotes: list[Forks]) -> None:
    code = (
        KINDS[kind] + "\n\ndef b(made_a, rate):\n    print('<<B>>')\n    return Odd(step=made_a)\n"
    )
    use = "def c(odd):\n    print('<<C>>')\n    return odd.step\n"
    bench = chain(tmp_path, **{"src/shop/b.py": code, "src/shop/c.py": use})
    bench.forks = list(zygotes)
    bench.edit(WHERE_PIPELINE, '"made_b"', '"odd"')
    assert bench.did() == "A B C"
    assert bench.did() == ""
    bench.edit("src/shop/c.py", "odd.step", "odd.step + odd.missing")
    said = bench.go(code=1).said.all
    assert "of Noria's own" not in said
    assert "missing" in said
    bench.edit("src/shop/c.py", " + odd.missing", " + 5")
    assert "C" in bench.did()
    assert bench.value("made_c") == 7


def test_what_does_not_come_back_is_made_again(tmp_path: Path, zygotes: list[Forks]) -> None:
    code = (
        "class Wrapped:\n    def __init__(self, inner):\n        self.inner = inner\n\n"
        "    def __getattr__(self, name):\n        return getattr(self.inner, name)\n\n\n"
        "def b(made_a, rate):\n    print('<<B>>')\n    return {'model': [Wrapped(made_a)]}\n"
    )
    use = "def c(odd):\n    print('<<C>>')\n    return odd['model'][0].real\n"
    bench = chain(tmp_path, **{"src/shop/b.py": code, "src/shop/c.py": use})
    bench.forks = list(zygotes)
    bench.edit(WHERE_PIPELINE, '"made_b"', '"odd"')
    assert bench.did() == "A B C"
    assert bench.did() == ""
    bench.edit("src/shop/c.py", ".real", ".real + 5")
    assert bench.did() == "B C"
    assert bench.value("made_c") == 7
