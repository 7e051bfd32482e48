"""Ways to change in one module what functions of others find."""

from tests.incremental.spelling import Spelling
from tests.incremental.spellings_functions import TWO

SETTINGS = "class Settings:\n    steps = []\n    tables = {}\n"
SUM = "from .settings import Settings\n\n\ndef work(x):\n    return x + sum(Settings.steps)\n"

EFFECTS = [
    Spelling(
        "a module imported for what it does",
        {
            "plugins/__init__.py": "",
            "plugins/steps.py": "import builtins\n\nbuiltins.$L_step = $1\n" + TWO,
            "nodes.py": "import $P.plugins.steps\n\n\ndef work(x):\n    return x + $L_step\n",
        },
    ),
    Spelling(
        "a list of a class that a function fills",
        {
            "settings.py": SETTINGS,
            "plugins.py": (
                "from .settings import Settings\n\n\ndef add(steps, step):\n    steps.append(step)\n\n\n"
                "add(Settings.steps, $1)\nsteps = Settings.steps\nsteps.append($2)\n" + TWO
            ),
            "nodes.py": SUM,
        },
        beside="import $P.plugins\n",
    ),
    Spelling(
        "a table of a class that a decorator fills",
        {
            "settings.py": SETTINGS.replace("tables", "kinds"),
            "plugins.py": (
                "from .settings import Settings\n\n\ndef register(table, name):\n"
                "    def decorate(function):\n        table[name] = function\n"
                "        return function\n\n    return decorate\n\n\n"
                "@register(Settings.kinds, 'go')\ndef go(x):\n    return x + $1\n" + TWO
            ),
            "nodes.py": (
                "import $P.plugins\nfrom .settings import Settings\n\n\n"
                "def work(x):\n    return Settings.kinds['go'](x)\n"
            ),
        },
    ),
    Spelling(
        "a class whose attributes a function sets",
        {
            "settings.py": SETTINGS.replace("s =", "_set ="),
            "plugins.py": (
                "from .settings import Settings\n\n\ndef patch(kind):\n    kind.steps_set = [$1]\n\n\n"
                "for each in (Settings,):\n    each.tables_set = {'a': $2}\npatch(Settings)\n" + TWO
            ),
            "nodes.py": SUM.replace("steps", "steps_set").replace(
                "\n    return x", "\n    x += Settings.tables_set['a']\n    return x"
            ),
        },
        beside="import $P.plugins\n",
    ),
    Spelling(
        "what a cached function gives",
        {
            "settings.py": (
                "from functools import lru_cache\n\n\nclass Config:\n    step = 1\n"
                "\n\n@lru_cache\ndef config():\n    return Config()\n"
            ),
            "plugins.py": (
                "from .settings import config\n\n\ndef set_up():\n    made = config()\n"
                "    made.more = $1\n\n\nset_up()\nconfig().step = $2\n" + TWO
            ),
            "nodes.py": (
                "from .settings import config\n\n\n"
                "def work(x):\n    return x + config().step + config().more\n"
            ),
        },
        beside="import $P.plugins\n",
    ),
    Spelling(
        "a decorator that calls what it decorates",
        {
            "settings.py": "RATES = {}\nUNRELATED = $n3\n",
            "plugins.py": (
                "from .settings import RATES\n\n\ndef at_once(function):\n    function()\n"
                "    return function\n\n\n@at_once\ndef fill():\n    RATES['a'] = $1\n" + TWO
            ),
            "nodes.py": "from .settings import RATES\n\n\ndef work(x):\n    return x + RATES['a']\n",
        },
        beside="import $P.plugins\n",
    ),
    Spelling(
        "methods given to a library's classes",
        {
            "plugins.py": (
                "from fractions import Fraction\n\n\ndef $L_one(self):\n    return $1\n\n\n"
                "def $L_two(self):\n    return $2\n\n\nfor kind in (Fraction,):\n"
                "    kind.$L_one = $L_one\nsetattr(Fraction, '$L_two', $L_two)\n" + TWO
            ),
            "made.py": "from fractions import Fraction\n\n\ndef make(x):\n    return Fraction(x)\n",
            "nodes.py": (
                "from .made import make\n\n\ndef add(number):\n"
                "    return number.$L_one() + number.$L_two()\n\n\n"
                "def work(x):\n    return x + add(make(x))\n"
            ),
        },
        beside="import $P.plugins\n",
    ),
    Spelling(
        "a module with a class of its own",
        {
            "lazy.py": (
                "import sys\nimport types\n\n\nclass Lazy(types.ModuleType):\n    @property\n"
                "    def lazy_step(self):\n        return $1\n\n\n"
                "sys.modules[__name__].__class__ = Lazy\n"
            ),
            "nodes.py": "from . import lazy\n\n\ndef work(x):\n    return x + lazy.lazy_step\n",
        },
        doubt=True,
    ),
]
