"""What a node leaves in a module for another, past all datasets, is there in every run."""

import pytest

from tests.incremental.workbench import PARAMETERS, Workbench

A = "src/shop/a.py"
C = "src/shop/c.py"
STATE = "src/shop/state.py"
HELPER = """\
SEEN = {}

def note(x):
    SEEN["a"] = x
"""
HELPERS = """\
SEEN = set()

def put(x):
    SEEN.add(x)

def note(x):
    put(x)

def told():
    return max(SEEN)
"""
METHOD = """\
SEEN = {}

class Notes:
    def put(self, x):
        SEEN["a"] = x
"""
BINDS = """\
SEEN = None

def note(x):
    global SEEN
    SEEN = x
"""
OBJECT = """\
from types import SimpleNamespace

SEEN = SimpleNamespace(last=None)
"""
CLASS = """\
class Seen:
    last = None
    all = {}
"""
TRACKER = """\
class Tracker:
    def __init__(self):
        self.found = {}

    def log(self, name, x):
        self._keep(name, x)

    def _keep(self, name, x):
        self.found.setdefault(name, []).append(x)

    def last(self, name):
        return self.found[name][-1]

SEEN = Tracker()
"""
BY_CLASS = """\
class Seen:
    last = None

    @classmethod
    def put(cls, x):
        cls.last = x
"""
CACHED = """\
from functools import lru_cache

@lru_cache
def SEEN():
    return [2]
"""
ONE = """\
class Seen:
    one = None
    last = 2

    @classmethod
    def instance(cls):
        if cls.one is None:
            cls.one = cls()
        return cls.one
"""
NEW = """\
class Seen:
    one = None

    def __new__(cls):
        if cls.one is None:
            cls.one = super().__new__(cls)
            cls.one.last = 2
            cls.one.found = {}
        return cls.one

    def put(self, x):
        self.last = x
"""
META = """\
class Single(type):
    made = {}

    def __call__(cls, *args):
        if cls not in cls.made:
            cls.made[cls] = super().__call__(*args)
        return cls.made[cls]

class Seen(metaclass=Single):
    def __init__(self):
        self.last = 2
        self.found = {}

    def put(self, x):
        self.last = x
"""
DECORATED = """\
def single(kind):
    made = {}

    def give(*args):
        if kind not in made:
            made[kind] = kind(*args)
        return made[kind]

    return give

@single
class Seen:
    def __init__(self):
        self.last = 2
        self.found = {}

    def put(self, x):
        self.last = x
"""
CONTEXT = """\
from contextvars import ContextVar

SEEN = ContextVar("seen")
"""
MODEL = """\
class Model:
    def __init__(self):
        self.factor = 100
        self.seen = 2

    def fit(self, raw):
        print("<<A>>")
        self.keep(raw + 1)
        return raw + 1

    def keep(self, x):
        {keep}

    def predict(self, made_b):
        print("<<C>>")
        return made_b + self.factor * self.seen

MODEL = Model()
"""
# Of the module that both import: what stands in it, what A does, what C reads; 2 after A.
LEFT = {
    "a table": ("SEEN = {}", 'state.SEEN["a"] = raw + 1', 'state.SEEN["a"]'),
    "a table by its name": ("SEEN = {}", "SEEN.update(a=raw + 1)", 'SEEN["a"]'),
    "a list": ("SEEN = list()", "state.SEEN.append(raw + 1)", "state.SEEN[-1]"),
    "a table of a library": (
        "from collections import defaultdict\n\nSEEN = defaultdict(int)",
        'SEEN["a"] += raw + 1',
        'SEEN["a"]',
    ),
    "a helper fills": (HELPER, "state.note(raw + 1)", 'state.SEEN["a"]'),
    "a helper's helper fills": (HELPERS, "state.note(raw + 1)", "state.told()"),
    "a method fills": (METHOD, "state.Notes().put(raw + 1)", 'state.SEEN["a"]'),
    "a helper binds a name": (BINDS, "state.note(raw + 1)", "state.SEEN"),
    "a name of the module": ("SEEN = None", "state.SEEN = raw + 1", "state.SEEN"),
    "an attribute": (OBJECT, "state.SEEN.last = raw + 1", "state.SEEN.last"),
    "an attribute of a class": (CLASS, "state.Seen.last = raw + 1", "state.Seen.last"),
    "a table of a class": (CLASS, 'state.Seen.all["a"] = raw + 1', 'state.Seen.all["a"]'),
    "an attribute by its name's text": (OBJECT, 'setattr(SEEN, "last", raw + 1)', "SEEN.last"),
    "what a method keeps": (TRACKER, 'state.SEEN.log("a", raw + 1)', 'SEEN.last("a")'),
    "what a method of a class keeps": (BY_CLASS, "state.Seen.put(raw + 1)", "state.Seen.last"),
    "what a cached function gives": (CACHED, "SEEN().append(raw + 1)", "SEEN()[1]"),
    "what a cached function gave": (CACHED, "x = SEEN(); x[0] = raw + 1", "SEEN()[0]"),
    "what a class gives of itself": (
        ONE,
        "state.Seen.instance().last = raw + 1",
        "state.Seen.instance().last",
    ),
    **{
        f"the one object of a class by {how}, {what}": (holds, does, reads)
        for how, holds in {"__new__": NEW, "its metaclass": META, "decorator": DECORATED}.items()
        for what, does, reads in (
            ("an attribute", "state.Seen().last = raw + 1", "state.Seen().last"),
            ("a method", "state.Seen().put(raw + 1)", "Seen().last"),
            ("an item", 's = state.Seen(); s.found["a"] = raw + 1', 'Seen().found["a"]'),
        )
    },
    "a variable of a context": (CONTEXT, "SEEN.set(raw + 1)", "SEEN.get()"),
    "an item of an array": (
        "import numpy as np\n\nSEEN = np.zeros(1)",
        "SEEN[0] = raw + 1",
        "int(SEEN[0])",
    ),
    "what is written into an object": (
        "import io\n\nSEEN = io.StringIO()",
        "SEEN.write(str(raw + 1))",
        "int(SEEN.getvalue())",
    ),
    "a function in another's place": (
        "def SEEN():\n    return 0",
        "state.SEEN = lambda: raw + 1",
        "state.SEEN()",
    ),
    "an attribute by another name": (OBJECT, "at = SEEN; at.last = raw + 1", "state.SEEN.last"),
}
ONCE = """\
SEEN = {}

def twice(x):
    if x not in SEEN:
        SEEN[x] = x * 2
    return SEEN[x]
"""
ONCE_BY_METHOD = """\
class Once:
    made = None

    def two(self):
        self.made = self.made or 2
        return self.made

SEEN = Once()
"""
FIRST_USE = """\
MADE = None

def made():
    global MADE
    if MADE is None:
        MADE = 2
    return MADE
"""
REGISTRY = """\
KNOWN = {}

def known(function):
    KNOWN[function.__name__] = function
    return function

@known
def two():
    return 2
"""
BOX = """\
from dataclasses import dataclass, field

class Box:
    kind = "box"
    all = []

    def __init__(self):
        self.items = []
        self.last = None

    def put(self, x):
        self.items.append(x)
        self.last = x
        return self

@dataclass
class Row:
    cells: list = field(default_factory=list)
    last: int = 0
"""
ANEW = """\
from abc import ABC

KINDS = {}

def known(kind):
    KINDS[kind.__name__] = kind
    return kind

@known
class Box(ABC):
    def __new__(cls, x):
        box = super().__new__(cls)
        box.last = x
        return box
"""
# Here nothing passes from one to the other but what each would have computed itself.
OWN = {
    "what is computed once": (ONCE, "state.twice(1)", "state.twice(1)"),
    "what is made at first use": (FIRST_USE, "state.made()", "state.made()"),
    "a registry": (REGISTRY, "state.two()", 'state.KNOWN["two"]()'),
    "a copy": ('SEEN = {"a": 2}', "dict(SEEN).update(a=raw)", 'SEEN["a"]'),
    "objects of its own": (
        BOX,
        "box = state.Box().put(raw); box.last = 2; box.items.append(2); box.items[0] = 3",
        "state.Box().put(2).last",
    ),
    "rows of its own": (
        BOX,
        "row = state.Row(); row.last = 2; row.cells.append(2); row.cells += [3]",
        "(state.Row(last=2).last + len(state.Box.all))",
    ),
    "objects that are made by __new__": (
        ANEW,
        "box = state.Box(raw); box.last = 5",
        "state.Box(2).last",
    ),
    "what a cached function is asked": (CACHED, "sum(SEEN())", "SEEN()[0]"),
    "a copy of what a cached function gives": (CACHED, "list(SEEN()).append(3)", "SEEN()[-1]"),
    "what a class is asked of itself": (ONE, "Seen.instance().last", "Seen.instance().last"),
    "what an object is asked": (
        TRACKER + "\nSEEN.log('a', 2)\n",
        'SEEN.last("a")',
        'SEEN.last("a")',
    ),
    "what an object has computed once": (
        ONCE_BY_METHOD,
        "SEEN.two()",
        "SEEN.two()",
    ),
    "an item of an array that is asked": (
        "import numpy as np\n\nSEEN = np.full(1, 2)",
        "SEEN[0].item()",
        "int(SEEN[0].item())",
    ),
    "a logger": (
        'import logging\n\nlog = logging.getLogger("shop")',
        "state.log.setLevel(10)",
        "(2 + 0 * state.log.level)",
    ),
    "a logger that is set up": (
        'import logging\n\nlog = logging.getLogger("shop")',
        "state.log.disabled = True",
        "(2 + 0 * state.log.level)",
    ),
    "an object that is asked": (
        'from pathlib import Path\n\nWHERE = Path("data")',
        "state.WHERE.is_absolute()",
        "(len(state.WHERE.parts) + 1)",
    ),
    "a constant": ('COLUMNS = ["a", "b"]', 'state.COLUMNS.index("b")', "len(state.COLUMNS)"),
    "who fills alone": ("SEEN = []", "state.SEEN.append(raw)", "2"),
}


def share(bench: Workbench, holds: str, does: str, reads: str) -> None:
    bench.forks = []
    bench.write({STATE: f"{holds}\n"})
    imports = "from shop import state\nfrom shop.state import *\n\n\n"
    bench.edit(A, "def a(raw):\n", f"{imports}def a(raw):\n    {does}\n")
    bench.edit(C, "def c(", f"{imports}def c(")
    bench.edit(C, "made_b + 100", f"made_b + 100 * {reads}")


@pytest.mark.parametrize("how", LEFT)
def test_who_leaves_something_for_another_runs_always_and_so_does_the_other(
    fresh: Workbench, how: str
) -> None:
    share(fresh, *LEFT[how])
    fresh.go()
    assert fresh.value("made_c") == 225
    assert fresh.did() == "A C"  # what A makes of its input is the same, and B need not run
    assert fresh.value("made_c") == 225
    fresh.edit(PARAMETERS, "rate: 5", "rate: 6")
    assert fresh.did() == "A B C"
    assert fresh.value("made_c") == 226
    read = LEFT[how][2].removeprefix("state.").partition("[")[0].partition("(")[0]
    left = read if read.startswith("Seen") else "SEEN"
    assert f"it changes shop.state.{left}, which C reads" in fresh.command("plan", "--why", "A").out
    assert f"it reads shop.state.{left}, which A changes" in fresh.command("plan", "--why", "C").out


VARIABLE = """\
from os import environ, getenv

def note(x):
    environ["SEEN"] = str(x)
"""
# What stands in the module, and what A does so that the variable SEEN is there.
SETS = {
    "an item": ("import os", 'os.environ["SEEN"] = str(raw + 1)'),
    "a method": ("import os", "os.environ.update(SEEN=str(raw + 1))"),
    "a default": ("import os", 'os.environ.setdefault("SEEN", str(raw + 1))'),
    "a helper": (VARIABLE, "state.note(raw + 1)"),
}


@pytest.mark.parametrize("how", SETS)
def test_who_sets_a_variable_that_another_reads_runs_always(fresh: Workbench, how: str) -> None:
    share(fresh, *SETS[how], "int(os.environ['SEEN'])")
    fresh.edit(C, "from shop import state", "import os\n\nfrom shop import state")
    fresh.go()
    assert fresh.value("made_c") == 225
    assert fresh.did() == "A C"
    assert fresh.value("made_c") == 225
    assert "it changes os.environ, which C reads" in fresh.command("plan", "--why", "A").out


@pytest.mark.parametrize("where", [A, STATE])
def test_who_sets_a_variable_for_nobody_does_not(fresh: Workbench, where: str) -> None:
    share(fresh, "import os", 'os.environ["SEEN"] = "2"' if where == A else "2", "2")
    fresh.edit(STATE, "import os", "import os\n\nos.environ['OTHER'] = '3'")
    if where == STATE:  # set when it is imported, in each process
        fresh.edit(C, "100 * 2", "100 * int(state.os.environ['OTHER']) - 100")
    fresh.go()
    assert fresh.value("made_c") == 225
    assert fresh.did() == ("" if where == A else "C")


@pytest.mark.parametrize("how", OWN)
def test_who_only_keeps_what_it_has_computed_does_not(fresh: Workbench, how: str) -> None:
    share(fresh, *OWN[how])
    fresh.go()
    assert fresh.value("made_c") == 225
    assert fresh.did() == ""
    fresh.edit(PARAMETERS, "rate: 5", "rate: 6")
    assert fresh.did() == "B C"
    assert fresh.value("made_c") == 226


@pytest.mark.parametrize(("keep", "both"), [("self.seen = x", "A C"), ("self.last = x", "")])
def test_methods_of_one_object_find_what_another_one_has_left(
    fresh: Workbench, keep: str, both: str
) -> None:
    fresh.write({STATE: MODEL.format(keep=keep)})
    where = "src/shop/pipelines/main/pipeline.py"
    fresh.edit(where, "from shop.a import a", "from shop.state import MODEL")
    fresh.edit(where, "node(a,", "node(MODEL.fit,")
    fresh.edit(where, "node(c,", "node(MODEL.predict,")
    fresh.go()
    assert fresh.value("made_c") == 225
    assert fresh.did() == both
    fresh.edit(PARAMETERS, "rate: 5", "rate: 6")
    assert fresh.did() == ("A B C" if both else "B C")
    assert fresh.value("made_c") == 226
    if both:
        why = fresh.command("plan", "--why", "C").out
        assert "it reads shop.state.Model.seen, which A changes" in why


def test_a_node_that_is_trusted_is_left_alone(fresh: Workbench) -> None:
    share(fresh, *LEFT["a table"])
    where = "src/shop/pipelines/main/pipeline.py"
    fresh.edit(where, 'outputs="made_c", name="C")', 'outputs="made_c", name="C", cache=True)')
    fresh.go()
    assert fresh.did() == "A"


def test_an_edit_that_begins_to_leave_something_is_seen(fresh: Workbench) -> None:
    share(fresh, "SEEN = {'a': 2}", "state.SEEN.get('a', raw + 2)", 'state.SEEN["a"]')
    fresh.go()
    assert fresh.did() == ""
    fresh.edit_at_once(A, "state.SEEN.get('a', raw + 2)", "state.SEEN.update(a=raw + 2)")
    assert fresh.did() == "A C"
    assert fresh.value("made_c") == 325


def test_a_file_that_a_node_writes_beside_its_outputs_is_that_of_its_result(
    fresh: Workbench,
) -> None:
    path = "from pathlib import Path\n\nSEEN = Path('seen.txt')\n\n\n"
    fresh.edit(A, "def a(raw):\n", f"{path}def a(raw):\n    SEEN.write_text(str(2))\n")
    fresh.edit(C, "def c(", f"{path}def c(")
    fresh.edit(C, "made_b + 100", "made_b + 100 * int(SEEN.read_text())")
    fresh.go()
    assert fresh.value("made_c") == 225
    assert fresh.did() == "C"  # it reads a file
    fresh.edit(A, "str(2)", "str(3)")
    assert fresh.did() == "A C"
    assert fresh.value("made_c") == 325
    fresh.edit(A, "str(3)", "str(2)")
    why = fresh.command("plan", "--why", "A").out
    assert "it writes files, which may not be this result's: .write_text() (src/shop/a.py:7)" in why
    assert fresh.did() == "A C"
    assert fresh.value("made_c") == 225
    assert fresh.did() == "C"
    where = "src/shop/pipelines/main/pipeline.py"
    fresh.edit(where, 'outputs="made_a", name="A")', 'outputs="made_a", name="A", cache=True)')
    for number in (3, 2):
        fresh.edit(A, f"str({5 - number})", f"str({number})")
        assert fresh.did() == "C"
