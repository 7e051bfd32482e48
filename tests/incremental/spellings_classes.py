"""Ways to write classes, and to use them."""

from tests.incremental.spelling import Spelling
from tests.incremental.spellings_functions import TWO

CLASSES = [
    Spelling(
        "a method",
        {
            "helpers.py": (
                "class Tool:\n    step = $1\n\n    def __init__(self, x):\n        self.x = x + $2\n\n"
                "    def go(self):\n        return self.x + self.step + self._more()\n\n"
                "    def _more(self):\n        return $3\n" + TWO
            ),
            "nodes.py": "from .helpers import Tool\n\n\ndef work(x):\n    return Tool(x).go()\n",
        },
    ),
    Spelling(
        "a method inherited from another module",
        {
            "base.py": (
                "class Base:\n    def go(self, x):\n        return self.step(x) + $1\n\n"
                "    def step(self, x):\n        return x + 1\n" + TWO
            ),
            "middle.py": "from .base import Base\n\n\nclass Middle(Base):\n    pass\n",
            "nodes.py": (
                "from .middle import Middle\n\n\nclass Tool(Middle):\n    def step(self, x):\n"
                "        return x + $2\n\n\ndef work(x):\n    return Tool().go(x)\n"
            ),
        },
        swaps=(
            ("middle.py", "    pass", "    def go(self, x):\n        return x + 4"),
            ("nodes.py", "def step", "def stop"),
        ),
    ),
    Spelling(
        "super()",
        {
            "base.py": "class Base:\n    def go(self, x):\n        return x + $1\n" + TWO,
            "side.py": (
                "from .base import Base\n\n\nclass Side(Base):\n    def go(self, x):\n"
                "        return super().go(x) + $2\n"
            ),
            "nodes.py": (
                "from .base import Base\nfrom .side import Side\n\n\nclass Left(Base):\n"
                "    def go(self, x):\n        return super().go(x) + $3\n\n\n"
                "class Both(Left, Side):\n    pass\n\n\ndef work(x):\n    return Both().go(x)\n"
            ),
        },
        swaps=(("nodes.py", "(Left, Side)", "(Left)"),),
    ),
    Spelling(
        "properties",
        {
            "helpers.py": (
                "from functools import cached_property\n\n\nclass Tool:\n    @property\n"
                "    def step(self):\n        return $1\n\n    @cached_property\n    def more(self):\n"
                "        return $2\n\n    def set(self, x):\n        self.x = x + $3\n\n"
                "    whole = property(lambda self: self.x, set)\n" + TWO
            ),
            "nodes.py": (
                "from .helpers import Tool\n\n\ndef work(x):\n    tool = Tool()\n    tool.whole = x\n"
                "    return tool.whole + tool.step + tool.more\n"
            ),
        },
    ),
    Spelling(
        "static and class methods",
        {
            "helpers.py": (
                "class Tool:\n    step = $1\n\n    @staticmethod\n    def one(x):\n"
                "        return x + $2\n\n    @classmethod\n    def two(cls, x):\n"
                "        return x + cls.step\n" + TWO
            ),
            "nodes.py": (
                "from . import helpers\n\none = helpers.Tool.one\n\n\n"
                "def work(x):\n    return one(x) + helpers.Tool.two(x)\n"
            ),
        },
    ),
    Spelling(
        "class decorators",
        {
            "helpers.py": (
                "STEP = $1\n\n\ndef stepping(cls):\n    cls.step = STEP\n"
                "    cls.more = lambda self: $2\n    return cls\n" + TWO
            ),
            "nodes.py": (
                "from .helpers import stepping\n\n\n@stepping\nclass Tool:\n    step = 1\n\n"
                "    def go(self, x):\n        return x + self.step + self.more()\n\n\n"
                "def work(x):\n    return Tool().go(x)\n"
            ),
        },
    ),
    Spelling(
        "dataclass defaults",
        {
            "helpers.py": (
                "from dataclasses import dataclass, field\n\nDEFAULT = $1\n\n\n"
                "def make():\n    return [$2]\n\n\n@dataclass\nclass Base:\n    first: int = DEFAULT\n"
                "\n\n@dataclass\nclass Tool(Base):\n    second: int = $3\n"
                "    third: list = field(default_factory=make)\n\n    def __post_init__(self):\n"
                "        self.fourth = self.first + $4\n" + TWO
            ),
            "nodes.py": (
                "from .helpers import Tool\n\n\ndef work(x):\n    tool = Tool()\n"
                "    return x + tool.first + tool.second + tool.third[0] + tool.fourth\n"
            ),
        },
    ),
    Spelling(
        "enums",
        {
            "helpers.py": (
                "from enum import Enum, IntEnum\n\n\nclass Kind(Enum):\n    ONE = $1\n    TWO = $2\n\n"
                "    def more(self):\n        return self.value + $3\n\n\n"
                "class Level(IntEnum):\n    LOW = $4\n" + TWO
            ),
            "nodes.py": (
                "from .helpers import Kind, Level\n\n\ndef work(x):\n"
                "    return x + Kind.ONE.value + Kind['TWO'].value + Kind.ONE.more() + Level.LOW\n"
            ),
        },
    ),
    Spelling(
        "metaclasses",
        {
            "helpers.py": (
                "class Meta(type):\n    def __new__(mcls, name, bases, space):\n"
                "        space['step'] = $1\n        return super().__new__(mcls, name, bases, space)\n"
                "\n    def __call__(cls, x):\n        made = super().__call__()\n"
                "        made.x = x + $2\n        return made\n\n"
                "    @property\n    def extra(cls):\n        return $3\n" + TWO
            ),
            "nodes.py": (
                "from .helpers import Meta\n\n\nclass Tool(metaclass=Meta):\n    pass\n\n\n"
                "def work(x):\n    return Tool(x).x + Tool.step + Tool.extra\n"
            ),
        },
    ),
    Spelling(
        "__init_subclass__ and descriptors",
        {
            "helpers.py": (
                "class Step:\n    def __set_name__(self, owner, name):\n        self.name = name\n\n"
                "    def __get__(self, instance, owner):\n        return len(self.name) + $1\n\n\n"
                "class Base:\n    def __init_subclass__(cls, step=0):\n        cls.step = step + $2\n"
                + TWO
            ),
            "nodes.py": (
                "from .helpers import Base, Step\n\n\nclass Tool(Base, step=$3):\n    more = Step()\n"
                "\n\ndef work(x):\n    return x + Tool.step + Tool().more\n"
            ),
        },
    ),
    Spelling(
        "a callable object",
        {
            "helpers.py": (
                "class Tool:\n    def __init__(self, step):\n        self.step = step\n\n"
                "    def __call__(self, x):\n        return x + self.step + $1\n" + TWO
            ),
            "nodes.py": (
                "from .helpers import Tool\n\ntool = Tool($2)\n\n\ndef work(x):\n    return tool(x)\n"
            ),
        },
    ),
    Spelling(
        "a callable object as the function itself",
        {
            "helpers.py": (
                "class Tool:\n    def __init__(self, **state):\n        self.state = state\n\n"
                "    def __call__(self, x):\n        return x + sum(self.state.values()) + $1\n"
                + TWO
            ),
            "nodes.py": "from .helpers import Tool\n\nwork = Tool(a=$2, b=$3)\n",
        },
    ),
    Spelling(
        "a bound method of an object with state",
        {
            "helpers.py": (
                "class Inner:\n    def __init__(self):\n        self.table = {'a': [$1]}\n\n\n"
                "class Tool:\n    def __init__(self, inner):\n        self.inner = inner\n\n"
                "    def go(self, x):\n        return x + self.inner.table['a'][0] + $2\n" + TWO
            ),
            "nodes.py": "from .helpers import Inner, Tool\n\nwork = Tool(Inner()).go\n",
        },
    ),
    Spelling(
        "operators",
        {
            "helpers.py": (
                "class Number:\n    def __init__(self, x):\n        self.x = x\n\n"
                "    def __add__(self, other):\n        return Number(self.x + other + $1)\n\n"
                "    def __getitem__(self, key):\n        return self.x + $2\n\n"
                "    def __iter__(self):\n        yield $3\n\n    def __len__(self):\n"
                "        return $4\n\n    def __getattr__(self, name):\n        return $5\n\n"
                "    def __format__(self, how):\n        return str($6)\n" + TWO
            ),
            "nodes.py": (
                "from .helpers import Number\n\n\ndef work(x):\n    made = Number(x) + 1\n"
                "    return made[0] + sum(made) + len(made) + made.missing + int(f'{made}')\n"
            ),
        },
    ),
    Spelling(
        "named tuples, protocols and generics",
        {
            "helpers.py": (
                "from abc import ABC, abstractmethod\nfrom typing import Generic, NamedTuple, TypeVar\n\n"
                "T = TypeVar('T')\n\n\nclass Pair(NamedTuple):\n    left: int\n    right: int = $1\n\n"
                "    def both(self):\n        return self.left + self.right + $2\n\n\n"
                "class Shape(ABC):\n    @abstractmethod\n    def area(self): ...\n\n"
                "    def twice(self):\n        return 2 * self.area() + $3\n\n\n"
                "class Box(Generic[T]):\n    def __init__(self, x: T):\n        self.x = x\n\n"
                "    def open(self) -> T:\n        return self.x + $4\n" + TWO
            ),
            "nodes.py": (
                "from .helpers import Box, Pair, Shape\n\n\nclass Square(Shape):\n    def area(self):\n"
                "        return $5\n\n\ndef work(x):\n"
                "    return Pair(x).both() + Square().twice() + Box[int](x).open()\n"
            ),
        },
    ),
    Spelling(
        "classes inside classes and functions",
        {
            "helpers.py": (
                "class Outer:\n    class Inner:\n        def go(self, x):\n            return x + $1\n\n\n"
                "def make(step):\n    class Local(Outer.Inner):\n        def more(self, x):\n"
                "            return self.go(x) + step + $2\n\n    return Local\n\n\n"
                "Built = type('Built', (), {'go': lambda self, x: x + $3})\n" + TWO
            ),
            "nodes.py": (
                "from .helpers import Built, make\n\nLocal = make($4)\n\n\n"
                "def work(x):\n    return Local().more(x) + Built().go(x)\n"
            ),
        },
    ),
    Spelling(
        "annotations that are read",
        {
            "helpers.py": (
                "from typing import Annotated, Literal, get_args, get_type_hints\n\n\n"
                "class Settings:\n    step: Literal[$1]\n    more: Annotated[int, $2]\n" + TWO
            ),
            "nodes.py": (
                "from typing import get_args, get_type_hints\n\nfrom .helpers import Settings\n\n\n"
                "def work(x):\n    hints = get_type_hints(Settings, include_extras=True)\n"
                "    return x + get_args(hints['step'])[0] + get_args(hints['more'])[1]\n"
            ),
        },
    ),
    Spelling(
        "an instance made in another module",
        {
            "kinds.py": (
                "class Tool:\n    def __init__(self, step):\n        self.step = step\n\n"
                "    def go(self, x):\n        return x + self.step + $1\n" + TWO
            ),
            "made.py": "from .kinds import Tool\n\nTOOL = Tool($2)\nTOOL.step += $3\nOTHER = $n3\n",
            "nodes.py": "from .made import TOOL\n\n\ndef work(x):\n    return TOOL.go(x)\n",
        },
    ),
    Spelling(
        "operators on an argument of an unknown kind",
        {
            "kinds.py": (
                "class Number:\n    def __init__(self, x):\n        self.x = x\n\n"
                "    def __add__(self, other):\n        return self.x + other + $1\n\n"
                "    def __iter__(self):\n        yield $2\n\n    def __getitem__(self, key):\n"
                "        return key + $3\n" + TWO
            ),
            "made.py": "from .kinds import Number\n\nNUMBERS = [Number(3)]\n",
            "use.py": "def use(number, x):\n    return number + x + sum(number) + number[1]\n",
            "nodes.py": (
                "from .made import NUMBERS\nfrom .use import use\n\n\n"
                "def work(x):\n    return sum(use(each, x) for each in NUMBERS)\n"
            ),
        },
    ),
    Spelling(
        "an object with slots and a private state",
        {
            "helpers.py": (
                "class Tool:\n    __slots__ = ('_step', '__more')\n\n    def __init__(self):\n"
                "        self._step = $1\n        self.__more = $2\n\n    def go(self, x):\n"
                "        return x + self._step + self.__more\n" + TWO
            ),
            "nodes.py": (
                "from .helpers import Tool\n\n_TOOL = Tool()\n\n\ndef work(x):\n    return _TOOL.go(x)\n"
            ),
        },
    ),
]
