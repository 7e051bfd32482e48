"""Ways to reach code by names that are only known when it runs."""

from tests.incremental.spelling import Spelling
from tests.incremental.spellings_functions import TWO

F = "def f_one(x):\n    return x + $1\n" + TWO


def _doubt(name: str, nodes: str, helpers: str = F, **more: str) -> Spelling:
    return Spelling(name, {"helpers.py": helpers, "nodes.py": nodes, **more}, doubt=True)


DOUBTS = [
    _doubt(
        "getattr",
        "from . import helpers\n\n\ndef work(x):\n    return getattr(helpers, 'f_' + 'one')(x)\n",
    ),
    _doubt(
        "getattr with a name from elsewhere",
        "from . import helpers\nfrom .names import NAME\n\n\n"
        "def work(x):\n    return getattr(helpers, NAME)(x)\n",
        helpers=F + "\n\ndef f_two(x):\n    return x + 3\n",
        **{"names.py": "NAME = 'f_one'\n"},
    ),
    _doubt(
        "importlib",
        "from importlib import import_module\n\n\n"
        "def work(x):\n    return import_module('$P.helpers').f_one(x)\n",
    ),
    _doubt(
        "importlib with a name that is put together",
        "import importlib\n\nNAMES = ('$P', 'helpers')\n\n\n"
        "def work(x):\n    return importlib.import_module('.'.join(NAMES)).f_one(x)\n",
    ),
    _doubt(
        "importlib relative",
        "import importlib\n\n\n"
        "def work(x):\n    return importlib.import_module('.helpers', __package__).f_one(x)\n",
    ),
    _doubt(
        "__import__",
        "def work(x):\n    return __import__('$P.helpers', fromlist=['f_one']).f_one(x)\n",
    ),
    _doubt(
        "exec",
        "def work(x):\n    space = {}\n    exec('from $P.helpers import f_one as f', space)\n"
        "    return space['f'](x)\n",
    ),
    _doubt(
        "exec of a text that is put together",
        "MODULE = '$P.' + 'helpers'\n\n\ndef work(x):\n    space = {}\n"
        "    exec('from ' + MODULE + ' import f_one as f', space)\n    return space['f'](x)\n",
    ),
    _doubt(
        "eval of a text that is put together",
        "from . import helpers\n\n\ndef work(x):\n    return eval('helpers.f_' + 'one')(x)\n",
    ),
    _doubt(
        "the __dict__ of a module",
        "from . import helpers\n\nNAME = 'f_one'\n\n\n"
        "def work(x):\n    return helpers.__dict__[NAME](x)\n",
    ),
    _doubt(
        "inspect.getmembers",
        "import inspect\n\nfrom . import helpers\n\n\ndef work(x):\n"
        "    found = dict(inspect.getmembers(helpers, inspect.isfunction))\n"
        "    return found['f_one'](x)\n",
    ),
    _doubt(
        "a function named by a text in a table",
        "import importlib\n\nTABLE = {'one': '$P.helpers:f_one'}\n\n\ndef load(text):\n"
        "    module, _, name = text.partition(':')\n"
        "    return getattr(importlib.import_module(module), name)\n\n\n"
        "def work(x):\n    return load(TABLE['one'])(x)\n",
    ),
    _doubt(
        "pickle by reference",
        "import pickle\n\nfrom .helpers import f_one\n\nPACKED = pickle.dumps(f_one)\n\n\n"
        "def work(x):\n    return pickle.loads(PACKED)(x)\n",
    ),
    _doubt(
        "a module loaded from a file",
        "import importlib.util\nfrom pathlib import Path\n\n\ndef work(x):\n"
        "    place = Path(__file__).with_name('helpers.py')\n"
        "    spec = importlib.util.spec_from_file_location('some_name', place)\n"
        "    module = importlib.util.module_from_spec(spec)\n    spec.loader.exec_module(module)\n"
        "    return module.f_one(x)\n",
    ),
    _doubt(
        "a loader made by hand",
        "from importlib.machinery import SourceFileLoader\nfrom pathlib import Path\n"
        "from types import ModuleType\n\n\ndef work(x):\n"
        "    place = Path(__file__).with_name('helpers.py')\n"
        "    module = ModuleType('some_name')\n"
        "    SourceFileLoader('some_name', str(place)).exec_module(module)\n"
        "    return module.f_one(x)\n",
    ),
    _doubt(
        "runpy",
        "import runpy\n\n\ndef work(x):\n    return runpy.run_module('$P.helpers')['f_one'](x)\n",
    ),
    Spelling(
        "a package that imports lazily",
        {
            "sub/__init__.py": (
                "def __getattr__(name):\n    if name != 'f_one':\n"
                "        raise AttributeError(name)\n    from .impl import f_one\n\n"
                "    return f_one\n"
            ),
            "sub/impl.py": F,
            "nodes.py": "from . import sub\n\n\ndef work(x):\n    return sub.f_one(x)\n",
        },
        doubt=True,
    ),
    Spelling(
        "a name imported from a package that imports lazily",
        {
            "sub/__init__.py": (
                "import importlib\n\nPLACES = {'f_one': '.impl'}\n\n\ndef __getattr__(name):\n"
                "    module = importlib.import_module(PLACES[name], __name__)\n"
                "    return getattr(module, name)\n"
            ),
            "sub/impl.py": F,
            "nodes.py": "from .sub import f_one\n\n\ndef work(x):\n    return f_one(x)\n",
        },
        doubt=True,
    ),
    _doubt(
        "singledispatchmethod and setattr on a class",
        "from .helpers import Tool, extra\n\nsetattr(Tool, 'ex' + 'tra', extra)\n\n\n"
        "def work(x):\n    return Tool().go(x) + Tool().extra(x)\n",
        helpers=(
            "from functools import singledispatchmethod\n\n\nclass Tool:\n"
            "    @singledispatchmethod\n    def go(self, x):\n        return 0\n\n"
            "    @go.register\n    def _(self, x: int):\n        return x + $1\n\n\n"
            "def extra(self, x):\n    return x + $2\n" + TWO
        ),
    ),
    _doubt(
        "eval", "from . import helpers\n\n\ndef work(x):\n    return eval('helpers.f_one(x)')\n"
    ),
    _doubt(
        "globals()",
        "from .helpers import f_one\n\n\ndef work(x):\n    return globals()['f_' + 'one'](x)\n",
    ),
    _doubt(
        "vars of a module",
        "from . import helpers\n\n\n"
        "def work(x):\n    return sum(v(x) for k, v in vars(helpers).items() if k.startswith('f_'))\n",
    ),
    _doubt(
        "sys.modules",
        "import sys\n\nfrom . import helpers\n\n\n"
        "def work(x):\n    return sys.modules['$P.helpers'].f_one(x)\n",
    ),
    Spelling(
        "pkgutil over a package",
        {
            "nodes.py": (
                "import importlib\nimport pkgutil\n\nfrom . import parts\n\n\ndef work(x):\n"
                "    found = pkgutil.iter_modules(parts.__path__, parts.__name__ + '.')\n"
                "    return sum(importlib.import_module(each.name).f(x) for each in found)\n"
            ),
            "parts/__init__.py": "",
            "parts/a.py": "def f(x):\n    return x + $1\n\n\nUNRELATED = $n1\n",
        },
        swaps=(("parts/b.py", None, "def f(x):\n    return x + 4\n"),),
        doubt=True,
    ),
    _doubt(
        "attrgetter and methodcaller",
        "from operator import attrgetter, methodcaller\n\nfrom . import helpers\n\n\ndef work(x):\n"
        "    return attrgetter('f_one')(helpers)(x) + methodcaller('f_one', x)(helpers)\n",
    ),
    _doubt(
        "__getattr__ of a module",
        "from . import helpers\n\n\ndef work(x):\n    return helpers.anything + helpers.f_one(x)\n",
        helpers=F + "\n\ndef __getattr__(name):\n    if name == 'anything':\n        return $2\n"
        "    raise AttributeError(name)\n",
    ),
    _doubt(
        "a monkeypatch in a third module",
        "from . import helpers, patches\n\n\ndef work(x):\n    return helpers.f_one(x)\n",
        helpers="def f_one(x):\n    return x\n" + TWO,
        **{
            "patches.py": (
                "from . import helpers\n\n\ndef better(x):\n    return x + $1\n\n\n"
                "helpers.f_one = better\n"
            )
        },
    ),
    _doubt(
        "a monkeypatched method",
        "from . import patches\nfrom .helpers import Tool\n\n\ndef work(x):\n    return Tool().go(x)\n",
        helpers="class Tool:\n    def go(self, x):\n        return x\n" + TWO,
        **{
            "patches.py": (
                "from .helpers import Tool\n\n\ndef _go(self, x):\n    return x + $1\n\n\n"
                "setattr(Tool, 'go', _go)\n"
            )
        },
    ),
    Spelling(
        "a monkeypatch that only the pipeline imports",
        {
            "helpers.py": "def f(x):\n    return x\n" + TWO,
            "patches.py": "from $P import helpers\n\nhelpers.f = lambda x: x + $1\n",
            "nodes.py": "from . import helpers\n\n\ndef work(x):\n    return helpers.f(x)\n",
        },
        beside="import $P.patches\n",
        doubt=True,
    ),
    Spelling(
        "an object of the project filled by calls of many kinds",
        {
            "rates.py": (
                "class Rates:\n    def __init__(self):\n        self.all = {}\n\n"
                "    def __call__(self, name, rate):\n        self.all[name] = rate\n\n"
                "    def put(self, name, rate):\n        self.all[name] = rate\n\n\n"
                "CALLED = Rates()\nEITHER = Rates()\nNAMED = Rates()\nMAPPED = Rates()\n"
            ),
            "called.py": "from .rates import CALLED\n\nCALLED('a', $1)\n",
            "either.py": "from .rates import EITHER\n\n(None or EITHER).put('a', $2)\n",
            "named.py": "from .rates import NAMED\n\ngetattr(NAMED, 'put')('a', $3)\n",
            "mapped.py": "from .rates import MAPPED\n\nlist(map(MAPPED.put, ['a'], [$4]))\n",
            "nodes.py": (
                "from .rates import CALLED, EITHER, MAPPED, NAMED\n\n\ndef work(x):\n"
                "    return x + CALLED.all['a'] + EITHER.all['a'] + NAMED.all['a'] + MAPPED.all['a']\n"
            ),
        },
        beside="import $P.called\nimport $P.either\nimport $P.named\nimport $P.mapped\n",
        doubt=True,
    ),
    Spelling(
        "a monkeypatch by a text that is executed",
        {
            "helpers.py": "def f(x):\n    return x\n" + TWO,
            "patches.py": (
                "TEXT = 'from $P import helpers; helpers.f = lambda x: x + $1'\nexec(TEXT)\n"
            ),
            "nodes.py": "from . import helpers\n\n\ndef work(x):\n    return helpers.f(x)\n",
        },
        beside="import $P.patches\n",
        doubt=True,
    ),
    Spelling(
        "a monkeypatch by names from a table",
        {
            "helpers.py": "def f(x):\n    return x\n" + TWO,
            "patches.py": (
                "import sys\n\nTABLE = {'f': lambda x: x + $1}\n\n\ndef patch(module):\n"
                "    for name, function in TABLE.items():\n"
                "        setattr(sys.modules[module], name, function)\n\n\npatch('$P.' + 'helpers')\n"
            ),
            "nodes.py": "from . import helpers\n\n\ndef work(x):\n    return helpers.f(x)\n",
        },
        beside="import $P.helpers\nimport $P.patches\n",
        doubt=True,
    ),
    Spelling(
        "a registry by __init_subclass__ in another module",
        {
            "__init__.py": "from . import kinds\n",
            "base.py": (
                "class Base:\n    known = []\n\n    def __init_subclass__(cls):\n"
                "        Base.known.append(cls)\n"
            ),
            "kinds.py": (
                "from .base import Base\n\n\nclass One(Base):\n    def go(self, x):\n"
                "        return x + $1\n"
            ),
            "nodes.py": (
                "from .base import Base\n\n\n"
                "def work(x):\n    return sum(kind().go(x) for kind in Base.known)\n"
            ),
        },
        doubt=True,
    ),
    Spelling(
        "__subclasses__",
        {
            "__init__.py": "from . import kinds\n",
            "base.py": "class Base:\n    pass\n",
            "kinds.py": (
                "from .base import Base\n\n\nclass One(Base):\n    def go(self, x):\n"
                "        return x + $1\n"
            ),
            "nodes.py": (
                "from .base import Base\n\n\n"
                "def work(x):\n    return sum(kind().go(x) for kind in Base.__subclasses__())\n"
            ),
        },
        doubt=True,
    ),
    Spelling(
        "a function that is looked up in a class by name",
        {
            "helpers.py": (
                "class Tool:\n    def go_one(self, x):\n        return x + $1\n\n"
                "    def go_two(self, x):\n        return x + $2\n" + TWO
            ),
            "nodes.py": (
                "from .helpers import Tool\n\n\ndef work(x):\n    tool = Tool()\n"
                "    return sum(getattr(tool, name)(x) for name in dir(tool) if name[:3] == 'go_')\n"
            ),
        },
        doubt=True,
    ),
    Spelling(
        "a docstring that is read",
        {
            "helpers.py": 'def f(x):\n    """$1"""\n    return x\n' + TWO,
            "nodes.py": (
                "from .helpers import f\n\n\ndef work(x):\n    return f(x) + int(f.__doc__)\n"
            ),
        },
    ),
    Spelling(
        "a source that is read",
        {
            "helpers.py": "def f(x):\n    # $1\n    return x\n" + TWO,
            "nodes.py": (
                "import inspect\n\nfrom .helpers import f\n\n\ndef work(x):\n"
                "    source = inspect.getsource(f)\n"
                "    return x + int(source.split('# ')[1].split('\\n')[0])\n"
            ),
        },
        doubt=True,
    ),
]
