"""Ways to reach code in another module."""

from tests.incremental.spelling import Spelling

HELPER = """\
def f(x):
    return x + $1


def unrelated(x):
    return x + $n1


UNRELATED = $n2
"""

PLAIN = "def work(x):\n    return f(x)\n"

IMPORTS = [
    Spelling(
        "relative import",
        {"helpers.py": HELPER, "nodes.py": f"from .helpers import f\n\n\n{PLAIN}"},
    ),
    Spelling(
        "absolute import",
        {"helpers.py": HELPER, "nodes.py": f"from $P.helpers import f\n\n\n{PLAIN}"},
    ),
    Spelling(
        "two dots",
        {
            "deep/__init__.py": "",
            "deep/inner.py": "from ..helpers import f\n\n\ndef g(x):\n    return f(x) + $2\n",
            "helpers.py": HELPER,
            "nodes.py": "from .deep.inner import g\n\n\ndef work(x):\n    return g(x)\n",
        },
    ),
    Spelling(
        "star import", {"helpers.py": HELPER, "nodes.py": f"from $P.helpers import *\n\n\n{PLAIN}"}
    ),
    Spelling(
        "star import with __all__",
        {
            "helpers.py": "__all__ = ['_f']\n\n\ndef _f(x):\n    return x + $1\n\n\ndef f(x):\n    return $n1\n",
            "nodes.py": "from .helpers import *\n\n\ndef work(x):\n    return _f(x)\n",
        },
    ),
    Spelling(
        "star import of a star import",
        {
            "helpers.py": HELPER,
            "front.py": "from .helpers import *\n\nOTHER = $n3\n",
            "nodes.py": f"from .front import *\n\n\n{PLAIN}",
        },
        swaps=(("front.py", "OTHER", "\n\ndef f(x):\n    return x + 7\n\n\nOTHER"),),
    ),
    Spelling(
        "renamed import",
        {
            "helpers.py": HELPER,
            "nodes.py": "from .helpers import f as g\n\n\ndef work(x):\n    return g(x)\n",
        },
        swaps=(("nodes.py", "import f as g", "import unrelated as g"),),
    ),
    Spelling(
        "renamed module",
        {
            "helpers.py": HELPER,
            "nodes.py": "import $P.helpers as h\n\n\ndef work(x):\n    return h.f(x)\n",
        },
    ),
    Spelling(
        "conditional import by try",
        {
            "slow.py": HELPER,
            "nodes.py": (
                "try:\n    from $P.fast import f\nexcept ImportError:\n    from $P.slow import f\n"
                f"\n\n{PLAIN}"
            ),
        },
        swaps=(("fast.py", None, "def f(x):\n    return x + 5\n"),),
    ),
    Spelling(
        "conditional import by if",
        {
            "config.py": "QUICK = False\nOTHER = $n3\n",
            "slow.py": HELPER,
            "fast.py": "def f(x):\n    return x + 6\n",
            "nodes.py": (
                "from .config import QUICK\n\nif QUICK:\n    from .fast import f\n"
                f"else:\n    from .slow import f\n\n\n{PLAIN}"
            ),
        },
        swaps=(("config.py", "QUICK = False", "QUICK = True"),),
    ),
    Spelling(
        "import inside a function",
        {
            "helpers.py": HELPER,
            "nodes.py": "def work(x):\n    from .helpers import f\n\n    return f(x)\n",
        },
    ),
    Spelling(
        "module imported inside a function",
        {
            "helpers.py": HELPER,
            "nodes.py": "def work(x):\n    import $P.helpers\n\n    return $P.helpers.f(x)\n",
        },
    ),
    Spelling(
        "module.attribute",
        {
            "helpers.py": HELPER,
            "nodes.py": "from $P import helpers\n\n\ndef work(x):\n    return helpers.f(x)\n",
        },
    ),
    Spelling(
        "module.constant",
        {
            "helpers.py": "RATE = $1\nUNRELATED = $n1\n",
            "nodes.py": "from . import helpers\n\n\ndef work(x):\n    return x + helpers.RATE\n",
        },
    ),
    Spelling(
        "package.module.function",
        {
            "helpers.py": HELPER,
            "nodes.py": "import $P.helpers\n\n\ndef work(x):\n    return $P.helpers.f(x)\n",
        },
    ),
    Spelling(
        "a submodule that somebody else imported",
        {
            "deep/__init__.py": "",
            "deep/inner.py": HELPER,
            "first.py": "import $P.deep.inner\n",
            "nodes.py": (
                "import $P.deep\nfrom . import first\n\n\n"
                "def work(x):\n    return $P.deep.inner.f(x)\n"
            ),
        },
    ),
    Spelling(
        "a submodule that its package imports",
        {
            "sub/__init__.py": "from . import impl\n",
            "sub/impl.py": HELPER,
            "nodes.py": "from . import sub\n\n\ndef work(x):\n    return sub.impl.f(x)\n",
        },
    ),
    Spelling(
        "a submodule in the place of a name",
        {
            "sub/__init__.py": "impl = None\n",
            "sub/impl.py": HELPER,
            "nodes.py": ("import $P.sub.impl\n\n\ndef work(x):\n    return $P.sub.impl.f(x)\n"),
        },
    ),
    Spelling(
        "re-export through __init__",
        {
            "sub/__init__.py": "from .impl import f\n",
            "sub/impl.py": HELPER,
            "sub/other.py": "def f(x):\n    return x + 9\n",
            "nodes.py": f"from .sub import f\n\n\n{PLAIN}",
        },
        swaps=(("sub/__init__.py", "from .impl", "from .other"),),
    ),
    Spelling(
        "re-export twice, renamed, by attribute",
        {
            "sub/__init__.py": "from .middle import g as f\n",
            "sub/middle.py": "from .impl import f as g\n\nUNRELATED = $n3\n",
            "sub/impl.py": HELPER,
            "nodes.py": "from . import sub\n\n\ndef work(x):\n    return sub.f(x)\n",
        },
    ),
    Spelling(
        "the helper's helper two modules away",
        {
            "third.py": HELPER,
            "second.py": "from .third import f\n\n\ndef g(x):\n    return f(x) + $2\n",
            "first.py": "from .second import g\n\n\ndef h(x):\n    return g(x) + $3\n",
            "nodes.py": "from .first import h\n\n\ndef work(x):\n    return h(x)\n",
        },
    ),
    Spelling(
        "a helper in the same module",
        {
            "nodes.py": (
                "def other(x):\n    return x + $n1\n\n\ndef f(x):\n    return x + $1\n\n\n"
                f"{PLAIN}\n\nOTHER = $n2\n"
            )
        },
    ),
    Spelling(
        "replaced by one of the same name from elsewhere",
        {
            "first.py": "def f(x):\n    return x + 8\n",
            "second.py": HELPER,
            "nodes.py": f"from .first import f\nfrom .second import f\n\n\n{PLAIN}",
        },
        swaps=(("nodes.py", "from .second import f\n", ""),),
    ),
    Spelling(
        "a function that replaces an imported one",
        {
            "first.py": "def f(x):\n    return x + 3\n",
            "nodes.py": (
                f"from .first import f\n\n\ndef f(x):\n    return x + $1\n\n\n{PLAIN}\n\nOTHER = $n1\n"
            ),
        },
        swaps=(("nodes.py", "def f(x)", "def g(x)"),),
    ),
    Spelling(
        "an alias of an alias",
        {
            "helpers.py": HELPER + "\n\ng = f\n",
            "nodes.py": "from .helpers import g\n\nh = g\n\n\ndef work(x):\n    return h(x)\n",
        },
        swaps=(("helpers.py", "g = f\n", "g = unrelated\n"),),
    ),
    Spelling(
        "constants from other modules' constants",
        {
            "base.py": "BASE = $1\nOTHER = $n1\n",
            "derived.py": "from .base import BASE\n\nSCALE = BASE * 2 + $2\nUNUSED = $n2\n",
            "nodes.py": (
                "from .derived import SCALE\n\nLAST = SCALE + $3\n\n\n"
                "def work(x):\n    return x + LAST\n"
            ),
        },
    ),
    Spelling(
        "a constant made by calls in another module",
        {
            "make.py": "def make(n):\n    return [n + i + $1 for i in range(3)]\n\n\nOTHER = $n1\n",
            "base.py": "from .make import make\n\nVALUES = tuple(make($2))\n",
            "nodes.py": "from .base import VALUES\n\n\ndef work(x):\n    return x + sum(VALUES)\n",
        },
    ),
    Spelling(
        "module-level code with effects",
        {
            "table.py": "TABLE = {}\nOTHER = $n1\n",
            "fill.py": (
                "from .table import TABLE\n\nTABLE['a'] = $1\nfor each in range(3):\n"
                "    TABLE[each] = each + $2\n"
            ),
            "nodes.py": (
                "from . import fill\nfrom .table import TABLE\n\n\n"
                "def work(x):\n    return x + sum(TABLE.values())\n"
            ),
        },
    ),
    Spelling(
        "module-level code of a package's __init__",
        {
            "table.py": "TABLE = {}\nOTHER = $n1\n",
            "sub/__init__.py": "from ..table import TABLE\n\nTABLE['a'] = $1\n",
            "sub/inner.py": "def f(x):\n    return x + $2\n",
            "nodes.py": (
                "from .sub.inner import f\nfrom .table import TABLE\n\n\n"
                "def work(x):\n    return f(x) + TABLE['a']\n"
            ),
        },
    ),
    Spelling(
        "a constant grown at module level",
        {
            "helpers.py": (
                "RATE = $1\nRATE += $2\nfirst, (second, *rest) = 1, ($3, 4, 5)\nUNRELATED = $n1\n"
                "if RATE > 0:\n    RATE = RATE + $4\nfor step in range(2):\n    RATE += step * $5\n"
            ),
            "nodes.py": (
                "from .helpers import RATE, second\n\n\ndef work(x):\n    return x + RATE + second\n"
            ),
        },
    ),
    Spelling(
        "a registry filled by decorators in a third module",
        {
            "__init__.py": "from . import plugins\n",
            "registry.py": (
                "TABLE = {}\n\n\ndef register(function):\n"
                "    TABLE[function.__name__] = function\n    return function\n"
            ),
            "plugins.py": (
                "from .registry import register\n\n\n@register\ndef one(x):\n    return x + $1\n\n\n"
                "@register\ndef two(x):\n    return x + $2\n"
            ),
            "nodes.py": (
                "from .registry import TABLE\n\n\n"
                "def work(x):\n    return sum(each(x) for each in TABLE.values())\n"
            ),
        },
        swaps=(("plugins.py", "@register\ndef two", "def two"),),
        doubt=True,
    ),
    Spelling(
        "a registry filled by a module that only the pipeline imports",
        {
            "registry.py": (
                "TABLE = {}\n\n\ndef register(name):\n    def keep(function):\n"
                "        TABLE[name] = function\n        return function\n\n    return keep\n"
            ),
            "plugins.py": (
                "from $P.registry import register\n\n\n"
                "@register('one')\ndef one(x):\n    return x + $1\n"
            ),
            "nodes.py": (
                "from .registry import TABLE\n\n\ndef work(x):\n    return TABLE['one'](x)\n"
            ),
        },
        beside="import $P.plugins\n",
        doubt=True,
    ),
    Spelling(
        "a registry filled by a method called like one of tables",
        {
            "registry.py": (
                "class Pages:\n    def __init__(self):\n        self.known = {}\n\n"
                "    def map(self, name, function):\n        self.known[name] = function\n\n\n"
                "PAGES = Pages()\n"
            ),
            "plugins.py": "from $P.registry import PAGES\n\nPAGES.map('one', lambda x: x + $1)\n",
            "nodes.py": (
                "from .registry import PAGES\n\n\ndef work(x):\n    return PAGES.known['one'](x)\n"
            ),
        },
        beside="import $P.plugins\n",
        doubt=True,
    ),
    Spelling(
        "singledispatch registered in another module",
        {
            "shape.py": (
                "from functools import singledispatch\n\n\n"
                "@singledispatch\ndef f(x):\n    raise TypeError(x)\n"
            ),
            "cases.py": (
                "from .shape import f\n\n\n@f.register\ndef _(x: int):\n    return x + $1\n\n\n"
                "@f.register(str)\ndef for_text(x):\n    return len(x) + $2\n"
            ),
            "nodes.py": (
                "from . import cases\nfrom .shape import f\n\n\n"
                "def work(x):\n    return f(x) + f('ab')\n"
            ),
        },
        doubt=True,
    ),
    Spelling(
        "a local package in editable mode",
        {
            "lib/$L/__init__.py": "from .inner import f\n",
            "lib/$L/inner.py": HELPER,
            "nodes.py": f"from $L import f\n\n\n{PLAIN}",
        },
    ),
    Spelling(
        "two functions that change names",
        {
            "helpers.py": "def f(x):\n    return x + $1\n\n\ndef k(x):\n    return x + $2\n",
            "nodes.py": (
                "from .helpers import f as g\nfrom .helpers import k as h\n\n\n"
                "def work(x):\n    return g(x) * 2 + h(x)\n"
            ),
        },
        swaps=(
            (
                "nodes.py",
                "import f as g\nfrom .helpers import k as h",
                "import k as g\nfrom .helpers import f as h",
            ),
        ),
    ),
    Spelling(
        "two modules that change names",
        {
            "one.py": "def f(x):\n    return x + $1\n",
            "two.py": "def f(x):\n    return x + $2\n",
            "nodes.py": (
                "from . import one as g\nfrom . import two as h\n\n\n"
                "def work(x):\n    return g.f(x) * 2 + h.f(x)\n"
            ),
        },
        swaps=(
            (
                "nodes.py",
                "import one as g\nfrom . import two as h",
                "import two as g\nfrom . import one as h",
            ),
        ),
    ),
    Spelling(
        "two names that change places in a re-export",
        {
            "sub/__init__.py": "from .impl import f as a\nfrom .impl import k as b\n",
            "sub/impl.py": "def f(x):\n    return x + $1\n\n\ndef k(x):\n    return x + $2\n",
            "nodes.py": ("from .sub import a, b\n\n\ndef work(x):\n    return a(x) * 2 + b(x)\n"),
        },
        swaps=(
            (
                "sub/__init__.py",
                "import f as a\nfrom .impl import k as b",
                "import k as a\nfrom .impl import f as b",
            ),
        ),
    ),
    Spelling(
        "two imports inside a function that change names",
        {
            "helpers.py": "def f(x):\n    return x + $1\n\n\ndef k(x):\n    return x + $2\n",
            "nodes.py": (
                "def work(x):\n    from .helpers import f as g\n    from .helpers import k as h\n\n"
                "    return g(x) * 2 + h(x)\n"
            ),
        },
        swaps=(
            (
                "nodes.py",
                "import f as g\n    from .helpers import k as h",
                "import k as g\n    from .helpers import f as h",
            ),
        ),
    ),
    Spelling(
        "an import that changes where all is taken",
        {
            "helpers.py": "def f(x):\n    return x + $1\n\n\ndef k(x):\n    return x + 5\n",
            "nodes.py": (
                "import importlib\n\nfrom .helpers import f as g\n\nNAMES = ('$P', 'helpers')\n\n\n"
                "def work(x):\n    importlib.import_module('.'.join(NAMES))\n    return g(x)\n"
            ),
        },
        swaps=(("nodes.py", "import f as g", "import k as g"),),
        doubt=True,
    ),
]
