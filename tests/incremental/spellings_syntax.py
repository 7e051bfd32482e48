"""What only later Pythons can write: type parameters, aliases of types, quotes in quotes."""

import sys

from tests.incremental.spelling import Spelling

_SINCE_312 = [
    Spelling(
        "type parameters of classes and functions",
        {
            "deep.py": "class Small:\n    SIZE = $1\n\n\ndef kind():\n    return lambda x: x + $2\n",
            "helpers.py": (
                "from .deep import Small, kind\n\n\n"
                "class Box[T: Small]:\n    def size(self):\n        return T.__bound__.SIZE\n\n\n"
                "class Made[T: kind()]:\n    def made(self, x):\n        return T.__bound__(x) + $3\n\n\n"
                "def first[T: (Small, int)](x: T, *more: T) -> T:\n"
                "    return x + first.__type_params__[0].__constraints__[0].SIZE\n\n\n"
                "def other[T: Small](x: T) -> T:\n    return x + $n1\n"
            ),
            "nodes.py": (
                "from .helpers import Box, Made, first\n\n\n"
                "def work(x: int) -> int:\n    return Box().size() + Made().made(x) + first(x)\n"
            ),
        },
    ),
    Spelling(
        "aliases of types",
        {
            "deep.py": "class Small:\n    SIZE = $1\n\n\nclass Large:\n    SIZE = $2\n",
            "helpers.py": (
                "from .deep import Large, Small\n\n"
                "type Size = Small\ntype Sizes[T] = list[T] | Size\ntype Lists[T: Large] = list[T]\n\n\n"
                "def step(x):\n    return x + $3\n\n\n"
                "type Step = lambda x: step(x)\ntype Unread = $n1\n"
            ),
            "nodes.py": (
                "from . import helpers\nfrom .helpers import Size, Step\n\n\n"
                "def work(x: int) -> int:\n"
                "    limit = helpers.Lists.__type_params__[0].__bound__\n"
                "    return Size.__value__.SIZE + Step.__value__(x) + limit.SIZE\n"
            ),
        },
        swaps=(("helpers.py", "type Size = Small", "type Size = Large"),),
    ),
    Spelling(
        "quotes in quotes",
        {
            "helpers.py": "TABLE = {'a': $1}\n\n\ndef f(x):\n    return x + $2\n",
            "nodes.py": (
                "from . import helpers\nfrom .helpers import f\n\n\n"
                'def work(x):\n    return int(f"{helpers.TABLE["a"]}") + len(f"{f"{"-" * f(x)}"}")\n'
            ),
        },
    ),
]
SYNTAX = _SINCE_312 if sys.version_info >= (3, 12) else []
