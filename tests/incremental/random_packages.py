"""Random packages whose modules name each other at random, and functions that reach into them.

Which names there are is found by looking at the imported modules, and what a function depends on
by changing one number after the other and executing it: neither knows how sources are read.
"""

import importlib
import random
import re
import shutil
import traceback
import types
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from noria.code import CodeReader

from tests.framework.code_projects import importable

PACKAGE = "shop_at_random"
TOOLS = "tools_at_random"
FOLDERS = ("", "sub", "sub.deep")
NODES = "nodes"
MODULES = (*FOLDERS, "a", "b", "c", "sub.d", "sub.e", "sub.deep.f", NODES)
# Some are names of modules, too.
NAMES = ("a", "b", "c", "d", "e", "f", "sub", "deep", "x", "y", "z", "w")
NODES_EACH = 6
_NUMBER = re.compile(r"\b\d*7007\b")

# What a statement is made of: $N and $M are two names, the same ones wherever they stand in it; $n
# is any name, $r a reference, $v an expression, $i a number; $m a module, $f a module as
# ``from`` has it, ``$p import $l`` a module that is imported from its package.
IMPORTS = {
    "from": "from $f import $n",
    "from, renamed": "from $f import $n as $n",
    "two at once": "from $f import $n, $n",
    "star": "from $f import *",
    "module": "import $m",
    "module, renamed": "import $m as $n",
    "module from its package": "from $p import $l",
    "one or the other": "try:\n    from $f import $N\nexcept ImportError:\n    from $f import $n as $N",
    "under a condition": "if len(__name__) > 5:\n    from $f import $N\nelse:\n    $N = $i",
}
SIMPLE = {
    "number": "$N = $i",
    "alias": "$N = $r",
    "function of nothing": "def $N(*q):\n    return $i",
    "function": "def $N(*q):\n    return [$i, go($r)]",
    "function with an import": "def $N(*q):\n    from $f import $M\n    return go($M)",
    "class": "class $N:\n    $n = $i\n    $n = $r\n\n    def $n(*q):\n        return go($r)",
    "exports": "__all__ = ['$n', '$n', '$n']",
}
PLAIN = {
    "value": "$N = $v",
    "default": "def $N(q=$r):\n    return [$i, go(q)]",
    "decorated": "@wrap\ndef $N(*q):\n    return [$i, go($r)]",
    "cached": "@functools.lru_cache\ndef $N(*q):\n    return [$i, go($r)]",
    "decorated by its own": "@$r\ndef $N(*q):\n    return [$i, go($r)]",
    "partial": "$N = functools.partial($r, $i)",
    "class of tables": "class $N:\n    $n = [$i]\n    $M = {'k': $i}",
    "class of values": "class $N:\n    $n = $v\n    $n = $v\n\n    def $n(*q):\n        return go($r)",
    "derived class": (
        "class $N($r):\n    $n = $i\n\n    def $M(self, *q):\n        return [$i, go(self.$n)]"
    ),
    "class with a state": (
        "class $N:\n    def __init__(self, *q):\n        self.$M = $v\n\n"
        "    def $n(self, *q):\n        return go(self.$M)\n\n"
        "    @property\n    def $n(self):\n        return $v"
    ),
    "class to be called": (
        "class $N:\n    def __call__(self, *q):\n        return [$i, go($r)]\n\n"
        "    @staticmethod\n    def $M(*q):\n        return go($r)\n\n"
        "    @classmethod\n    def $n(cls, *q):\n        return go(cls.$M)"
    ),
    "instance": "$N = $r()",
    "loop": "for $N in ($v, $v):\n    pass",
    "attempt": "try:\n    $N = $r\nexcept Exception:\n    $N = $v",
    "walrus": "if $N := $v:\n    $M = $v",
    "comprehension": "$N = [go(each) for each in ($r, $i)]",
    "context": "with contextlib.nullcontext($v) as $N:\n    $M = $r",
    "deleted": "del $n",
    "call": "$r($v)",
}
CHANGING = {
    "attribute": "$r.$n = $v",
    "setattr": "setattr($r, '$n', $v)",
    "item": "$r['k'] = $v",
    "added to": "$r += $i",
    "appended": "$r.append($v)",
    "appended elsewhere": "put($r, $v)",
    "appended by an alias": "$N = $r\n$N.append($v)",
    "decorated and called": "@at_once\ndef $N(*q):\n    $r.append($v)\n    return $i",
    "global": "def $N(*q):\n    global $M\n    $M = $v\n    return $i\n\n\n$N()",
    "attribute by a function": "def $N(*q):\n    $r.$n = $v\n    return $i",
    "attribute of an alias": "$N = $r\n$N.$n = $v",
    "import by name": "$N = importlib.import_module('$m')",
    "getattr": "$N = getattr($r, '$n')",
    "module getattr": (
        "def __getattr__(q):\n    if q == '$n':\n        return [$i, go($r)]\n"
        "    raise AttributeError(q)"
    ),
}
KINDS = {**IMPORTS, **SIMPLE, **PLAIN, **CHANGING}

_TOOLS = '''\
"""What the modules have in common: ``go`` looks into whatever it is given."""

import functools
import types

DEPTH = [0]


def wrap(function):
    @functools.wraps(function)
    def inner(*q):
        return [1, function(*q)]

    return inner


def put(table, value):
    table.append(value)


def at_once(function):
    function()
    return function


def go(value):
    if DEPTH[0] > 12:
        return "deep"
    DEPTH[0] += 1
    try:
        return look(value)
    finally:
        DEPTH[0] -= 1


def look(value):
    if isinstance(value, int | str):
        return value
    if isinstance(value, types.ModuleType):
        return value.__name__
    if value is None:
        return 0
    if isinstance(value, list):
        return [go(each) for each in value[:4]]
    if isinstance(value, dict):
        return [go(value[key]) for key in sorted(value)[:4]]
    names = [name for name in dir(value) if not name.startswith("_")][:5]
    if isinstance(value, type):
        return [1 if isinstance(member, property) else go(member)
                for member in (getattr(value, name, 0) for name in names)]
    if callable(value):
        return go(value())
    return [go(getattr(value, name, 0)) for name in names]
'''
_HEAD = f"import contextlib\nimport functools\nimport importlib\n\nfrom {TOOLS} import at_once, go, put, wrap\n"
_BOUND = frozenset({"contextlib", "functools", "importlib", "go", "wrap", "at_once", "put"})


class Found(NamedTuple):
    """What was found in a package: comparisons, those among them that were needless, faults."""

    compared: int
    needless: int
    stale: list[str]


class RandomPackage:
    """A package below ``root``: by module the statements, each a text.

    A third has the simple statements alone, another none that change what others have made: much
    counts as changed where there is one, which hides what is overlooked.
    """

    def __init__(self, root: Path, seed: int) -> None:
        self._root = root
        self._chance = random.Random(seed)
        self._numbers = 10
        self._kinds = [[*SIMPLE], [*SIMPLE, *PLAIN], [*SIMPLE, *PLAIN, *CHANGING]][seed % 3]
        self.occurred: Counter[str] = Counter()
        self.modules = {name: self._statements(name) for name in MODULES}
        imported = [self._make(self._chance.choice([*IMPORTS]), NODES) for _ in range(5)]
        self.modules[NODES] = imported + self.modules[NODES]
        root.mkdir(parents=True, exist_ok=True)
        (root / f"{TOOLS}.py").write_text(_TOOLS)
        shutil.rmtree(root / PACKAGE, ignore_errors=True)

    def write(self, name: str, statements: list[str] | None = None) -> None:
        """Write a module, with other statements than its own where some are given."""
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_HEAD + "\n".join(statements or self.modules[name]) + "\n")

    @contextmanager
    def imported(self) -> Iterator[types.ModuleType]:
        """Import the modules anew, from the nodes on, and forget them afterwards."""
        with importable(self._root):
            yield importlib.import_module(f"{PACKAGE}.{NODES}")

    def settle(self) -> list[str]:
        """Take away the statements that raise; return what can be named in the modules then."""
        while True:
            for name in self.modules:
                self.write(name)
            try:
                with self.imported() as module:
                    return list(_expressions(module))
            except Exception as error:  # noqa: BLE001  # whatever they raise
                self._take_away(error)

    def edits(self) -> Iterator[tuple[str, str, list[str]]]:
        """Yield every change of one number: the module, the statement, all statements then."""
        for name, statements in self.modules.items():
            for at, statement in enumerate(statements):
                for found in _NUMBER.finditer(statement):
                    new = f"{statement[: found.start()]}5{statement[found.start() :]}"
                    yield name, statement, [*statements[:at], new, *statements[at + 1 :]]

    def _path(self, name: str) -> Path:
        path = self._root.joinpath(PACKAGE, *name.split(".")) if name else self._root / PACKAGE
        return path / "__init__.py" if name in FOLDERS else path.with_suffix(".py")

    def _take_away(self, error: Exception) -> None:
        places = [
            (each.filename, each.lineno) for each in traceback.extract_tb(error.__traceback__)
        ]
        if isinstance(error, SyntaxError):
            places.append((error.filename or "", error.lineno))
        for file, line in reversed(places):
            for name, statements in self.modules.items():
                if str(self._path(name)) == file and line is not None:
                    ends = _HEAD.count("\n")
                    for at, statement in enumerate(statements):
                        ends += statement.count("\n") + 1
                        if line <= ends:
                            del statements[at]
                            return
        raise error

    def _statements(self, name: str) -> list[str]:
        count = self._chance.randrange(3, 8)
        mixed = [
            self._chance.choice([*IMPORTS] if at % 3 == 0 else self._kinds) for at in range(count)
        ]
        self._chance.shuffle(mixed)
        return [self._make(kind, name) for kind in mixed]

    def _make(self, kind: str, name: str) -> str:
        self.occurred[kind] += 1
        module = self._chance.choice([each for each in MODULES if each != NODES])
        above, _, last = module.rpartition(".")
        fixed = {
            "N": self._name(),
            "M": self._name(),
            "p": _relative(name, above),
            "l": last or self._name(),
        }
        made: dict[str, Callable[[], str]] = {
            "n": self._name,
            "r": self._reference,
            "v": self._expression,
            "i": self._number,
            "m": lambda: _absolute(self._chance.choice(MODULES[:-1])),
            "f": lambda: self._from(name),
        }
        return re.sub(r"\$(\w)", lambda one: fixed.get(one[1]) or made[one[1]](), KINDS[kind])

    def _name(self) -> str:
        return self._chance.choice(NAMES)

    def _number(self) -> str:
        self._numbers += 1
        return f"{self._numbers}7007"

    def _reference(self) -> str:
        names = [self._name() for _ in range(self._chance.choice([1, 1, 1, 2, 2, 3]))]
        return ".".join(names) + self._chance.choice([""] * 12 + ["()", "['k']"])

    def _expression(self) -> str:
        of = self._chance.choice(
            ["$i", "$i", "$r", "$r", "go($r)", "[$i, $r]", "{'k': $r, 'l': $i}",
             "(lambda *q: [$i, go($r)])"]
        )  # fmt: skip
        made = {"i": self._number, "r": self._reference}
        return re.sub(r"\$(\w)", lambda one: made[one[1]](), of)

    def _from(self, name: str) -> str:
        module = self._chance.choice(MODULES[:-1])
        return self._chance.choice([_absolute(module), _relative(name, module)])


def check(root: Path, seed: int) -> Found:
    """Change each number of a random package: who then gives another value must have changed.

    What is kept of the fingerprints from one edit to the next must say what is found anew.
    """
    package = RandomPackage(root, seed)
    names = package.settle()
    chance = random.Random(seed)
    picked = chance.sample(names, min(NODES_EACH, len(names)))
    package.modules[NODES] += [
        f"def node{at}():\n    return go({name})" for at, name in enumerate(picked)
    ]
    package.write(NODES)
    before = _look(package, root, len(picked))
    compared, needless, stale = 0, 0, []
    for module, statement, statements in package.edits():
        package.write(module, statements)
        after = _look(package, root, len(picked))
        for at, (was, now) in enumerate(zip(before, after, strict=True)):
            compared += 1
            told = f"seed {seed}: {picked[at]} after an edit of {module!r}: {statement!r}"
            if now.kept != now.digest:
                stale.append(f"kept otherwise, {told}")
            if was.value == now.value:
                needless += was.digest != now.digest
            elif was.digest == now.digest and _differs(package, module, statements, at):
                stale.append(f"{told}: {was.value} became {now.value}")
        package.write(module)
    return Found(compared, needless, stale)


class _Seen(NamedTuple):
    digest: str
    kept: str
    value: str


def _look(package: RandomPackage, root: Path, count: int) -> list[_Seen]:
    with package.imported() as module:
        nodes = [getattr(module, f"node{at}") for at in range(count)]
        keeping = CodeReader([root], cache=root.with_name("kept"))
        kept = [keeping.fingerprint(node).digest for node in nodes]
        keeping.save_cache()
        anew = CodeReader([root])
        digests = [anew.fingerprint(node).digest for node in nodes]
        return [_Seen(*each) for each in zip(digests, kept, map(_value, nodes), strict=True)]


def _differs(package: RandomPackage, module: str, statements: list[str], at: int) -> bool:
    """Return whether a node gives another value when no other was executed before it."""
    values = []
    for written in (None, statements):
        package.write(module, written)
        with package.imported() as nodes:
            values.append(_value(getattr(nodes, f"node{at}")))
    return values[0] != values[1]


def _value(node: Callable[[], object]) -> str:
    try:
        return repr(node())
    except Exception as error:  # noqa: BLE001  # that is a value like others
        return f"{type(error).__name__}: {error}"


def _expressions(module: types.ModuleType) -> Iterator[str]:
    """Yield what can be named from a module on, by looking at what is there."""
    pending: list[tuple[object, str, int]] = [(module, "", 0)]
    while pending:
        owner, called, depth = pending.pop()
        for name in sorted(vars(owner)):
            if name.startswith("_") or name in _BOUND:
                continue
            value = getattr(owner, name, None)
            whole = f"{called}.{name}".lstrip(".")
            if not isinstance(value, types.ModuleType):
                yield whole
            if isinstance(value, type):
                yield f"{whole}()"
            elif isinstance(value, dict):
                yield f"{whole}['k']"
            is_open = isinstance(value, type | types.ModuleType) or not callable(value)
            if depth < 3 and is_open and hasattr(value, "__dict__"):
                pending.append((value, whole, depth + 1))


def _absolute(module: str) -> str:
    return f"{PACKAGE}.{module}".rstrip(".")


def _relative(here: str, module: str) -> str:
    """Return how a module is named by one of the same package, from its own place."""
    own = here if here in FOLDERS else here.rpartition(".")[0]
    above = own.split(".") if own else []
    parts = module.split(".") if module else []
    same = 0
    while same < min(len(above), len(parts)) and above[same] == parts[same]:
        same += 1
    return "." * (len(above) - same + 1) + ".".join(parts[same:])
