"""The chain A -> B -> C that every tool is given: one text of the steps and of what they reach."""

from collections.abc import Mapping
from dataclasses import dataclass

# What B's own files are, for the tools that let files be declared.
REACHED_BY_B = (
    "src/shop/prices.py",
    "src/shop/rates.py",
    "src/shop/rounding.py",
    "requirements.txt",
)
# The bytes that are altered in B's result; as long as what they become, whatever the format.
MARK, ALTERED = b"b-0000", b"b-9999"

SHARED = {
    "src/shop/__init__.py": '"""A chain of three steps."""\n',
    "src/shop/prices.py": '''\
"""A helper of B."""

from shop.rates import rate


def price(value):
    return value * 2 + rate(value)
''',
    "src/shop/rates.py": '''\
"""A helper of B's helper."""


def rate(value):
    return value % 5
''',
    "src/shop/rounding.py": '''\
"""What a class of B inherits."""


class Rounded:
    def rounded(self, value):
        return value // 1
''',
    "requirements.txt": "tariff==1.0\n",
    "data/raw.json": '{"values": [3, 1, 2]}',
}

# Names with an underscore are no nodes to a tool that makes a node of every function.
STEPS = {
    "a": (
        '"""The first step."""\n',
        '    """Sort the values."""\n    executed("A")\n',
        '    result = {"made": "a-0000", "values": sorted(raw["values"])}\n',
    ),
    "b": (
        '''\
"""The second step, which is edited."""

from functools import partial

import tariff
from shop.prices import price
from shop.rounding import Rounded

_FACTOR = 3


class _Discount(Rounded):
    def apply(self, value):
        return value - 1


def _local(value):
    return value + 1


def _scaled(by):
    def _scale(value):
        return value * by

    return _scale


def _add(more, value):
    return value + more


def _unrelated(value):
    return value + 1000


_SCALE = _scaled(2)
_ADD = partial(_add, 5)
''',
        '    """Price the values."""\n    executed("B")\n',
        """\
    discount = _Discount()
    values = []
    for value in a["values"]:
        scaled = _ADD(_SCALE(_local(value) * _FACTOR))
        rounded = discount.apply(discount.rounded(scaled))
        values.append(price(rounded) + tariff.duty(rounded) + 10)
    result = {"made": "b-0000", "values": values}
""",
    ),
    "c": (
        '"""The last step."""\n',
        '    """Add the values up."""\n    executed("C")\n',
        '    result = {"from": b["made"], "total": sum(b["values"])}\n',
    ),
}
TAKEN = {"a": "raw", "b": "a", "c": "b"}
# The same steps with nothing around them: what a result must be.
PLAIN = """\
import json
from pathlib import Path

from shop.a import a
from shop.b import b
from shop.c import c

raw = json.loads(Path("data/raw.json").read_text("utf-8"))
Path("truth.json").write_text(json.dumps(c(b(a(raw)))), "utf-8")
"""


@dataclass(frozen=True)
class Frame:
    """What a tool wants around a step; ``{step}`` and ``{taken}`` are its names."""

    imports: str = ""
    header: str = "def {step}({taken}: dict) -> dict:\n"
    opening: str = ""
    ending: str = "    return result\n"
    footer: str = ""


def step_text(step: str, frame: Frame) -> str:
    """Return the module of one step."""
    names = {"step": step, "taken": TAKEN[step]}
    top, docstring, body = STEPS[step]
    first, _, rest = top.partition("\n")
    around = {part: _filled(getattr(frame, part), names) for part in Frame.__dataclass_fields__}
    return (
        f"{first}\n\nfrom chainlog import executed\n{around['imports']}{rest}\n\n"
        f"{around['header']}{docstring}{around['opening']}{body}{around['ending']}"
        f"{around['footer']}"
    )


def _filled(text: str, names: Mapping[str, str]) -> str:
    for name, value in names.items():
        text = text.replace("{" + name + "}", value)
    return text


# What the steps reach is installed, as any library: the log, and one that will be upgraded.
LIBRARIES = {
    "chainlog": {
        "1.0": '''\
"""Writes down which step was executed."""

import os


def executed(name):
    with open(os.environ["CHAIN_LOG"], "a", encoding="utf-8") as log:
        log.write(name + "\\n")
'''
    },
    "tariff": {
        "1.0": "def duty(value):\n    return value % 3\n",
        "2.0": "def duty(value):\n    return value % 3 + 50\n",
    },
}
