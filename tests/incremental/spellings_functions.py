"""Ways to write functions, and what they carry with them."""

from tests.incremental.spelling import Spelling

TWO = "\n\ndef unrelated(x):\n    return x + $n1\n\n\nUNRELATED = $n2\n"

FUNCTIONS = [
    Spelling(
        "nested functions",
        {
            "helpers.py": "def f(x):\n    return x + $1\n" + TWO,
            "nodes.py": (
                "from .helpers import f\n\n\ndef work(x):\n    def inner(y):\n"
                "        def innermost(z):\n            return f(z) + $2\n\n"
                "        return innermost(y) + $3\n\n    return inner(x)\n"
            ),
        },
    ),
    Spelling(
        "comprehensions",
        {
            "helpers.py": (
                "def f(x):\n    return x + $1\n\n\ndef g(x):\n    return x + $2\n\n\n"
                "def h(x):\n    return x + $3\n\n\ndef k(x):\n    return x + $4\n" + TWO
            ),
            "nodes.py": (
                "from .helpers import f, g, h, k\n\n\ndef work(x):\n"
                "    listed = [f(y) for y in range(2)]\n    keyed = {y: g(y) for y in range(2)}\n"
                "    unique = {h(y) for y in range(2)}\n    lazy = sum(k(y) for y in range(2))\n"
                "    return x + sum(listed) + sum(keyed.values()) + sum(unique) + lazy\n"
            ),
        },
    ),
    Spelling(
        "generators",
        {
            "helpers.py": (
                "def inner(x):\n    yield x + $1\n    got = yield from range(2)\n    return got\n\n\n"
                "def outer(x):\n    yield from inner(x)\n    yield $2\n" + TWO
            ),
            "nodes.py": "from .helpers import outer\n\n\ndef work(x):\n    return sum(outer(x))\n",
        },
    ),
    Spelling(
        "async",
        {
            "helpers.py": (
                "async def inner(x):\n    return x + $1\n\n\nasync def several(x):\n"
                "    for each in range(2):\n        yield each + $2\n\n\n"
                "async def outer(x):\n    return await inner(x) + sum([y async for y in several(x)])\n"
                + TWO
            ),
            "nodes.py": (
                "import asyncio\n\nfrom .helpers import outer\n\n\n"
                "def work(x):\n    return asyncio.run(outer(x))\n"
            ),
        },
    ),
    Spelling(
        "functools.wraps",
        {
            "helpers.py": (
                "from functools import wraps\n\n\ndef more(function):\n    @wraps(function)\n"
                "    def wrapper(*words):\n        return function(*words) + $1\n\n    return wrapper\n"
                + TWO
            ),
            "nodes.py": (
                "from .helpers import more\n\n\n@more\ndef f(x):\n    return x + $2\n\n\n"
                "@more\ndef work(x):\n    return f(x) + $3\n"
            ),
        },
        swaps=(("nodes.py", "@more\ndef f", "def f"),),
    ),
    Spelling(
        "a decorator with arguments",
        {
            "helpers.py": (
                "STEP = $1\n\n\ndef times(count, step=STEP):\n    def decorate(function):\n"
                "        def wrapper(x):\n            return function(x) * count + step\n\n"
                "        return wrapper\n\n    return decorate\n" + TWO
            ),
            "nodes.py": (
                "from . import helpers\n\n\n@helpers.times($2)\ndef work(x):\n    return x + $3\n"
            ),
        },
    ),
    Spelling(
        "lru_cache",
        {
            "helpers.py": (
                "from functools import cache, lru_cache\n\n\n@lru_cache\ndef f(x):\n    return x + $1\n"
                "\n\n@lru_cache(maxsize=7)\ndef g(x):\n    return f(x) + $2\n\n\n"
                "@cache\ndef h(x):\n    return g(x) + $3\n" + TWO
            ),
            "nodes.py": "from .helpers import h\n\n\ndef work(x):\n    return h(x)\n",
        },
    ),
    Spelling(
        "closure",
        {
            "helpers.py": (
                "def make(step):\n    extra = step + $1\n\n    def inner(x):\n"
                "        return x + extra\n\n    return inner\n" + TWO
            ),
            "nodes.py": (
                "from .helpers import make\n\nf = make($2)\n\n\ndef work(x):\n    return f(x)\n"
            ),
        },
    ),
    Spelling(
        "closure over a function",
        {
            "helpers.py": "def f(x):\n    return x + $1\n\n\ndef g(x):\n    return x + $2\n" + TWO,
            "nodes.py": (
                "from . import helpers\n\n\ndef chain(*parts):\n    def run(x):\n"
                "        for part in parts:\n            x = part(x)\n        return x\n\n    return run\n"
                "\n\nwork = chain(helpers.f, helpers.g)\n"
            ),
        },
        swaps=(("nodes.py", ", helpers.g)", ", helpers.f)"),),
    ),
    Spelling(
        "partial",
        {
            "helpers.py": "def f(x, step, more=0):\n    return x + step + more + $1\n" + TWO,
            "nodes.py": (
                "from functools import partial\n\nfrom .helpers import f\n\n"
                "g = partial(f, step=$2)\nwork = partial(g, more=$3)\n"
            ),
        },
    ),
    Spelling(
        "defaults",
        {
            "helpers.py": "RATE = $1\n" + TWO,
            "nodes.py": (
                "from .helpers import RATE\n\n\n"
                "def f(x, rate=RATE, *, keyword=$2, table={'a': [$3]}):\n"
                "    return x + rate + keyword + table['a'][0]\n\n\n"
                "def work(x, step=$4):\n    return f(x) + step\n"
            ),
        },
    ),
    Spelling(
        "a function as a default",
        {
            "helpers.py": "def f(x):\n    return x + $1\n" + TWO,
            "nodes.py": (
                "from .helpers import f\n\n\ndef work(x, function=f):\n    return function(x)\n"
            ),
        },
    ),
    Spelling(
        "lambdas",
        {
            "helpers.py": "f = lambda x: x + $1\nTABLE = {'g': lambda x: x + $2}\n" + TWO,
            "nodes.py": (
                "from .helpers import TABLE, f\n\n\n"
                "def work(x):\n    return (lambda y: f(y) + TABLE['g'](y) + $3)(x)\n"
            ),
        },
    ),
    Spelling(
        "a table of functions",
        {
            "helpers.py": (
                "def f(x):\n    return x + $1\n\n\ndef g(x):\n    return x + $2\n\n\n"
                "TABLE = {'f': f, 'g': (g,)}\n" + TWO
            ),
            "nodes.py": (
                "from .helpers import TABLE\n\n\n"
                "def work(x):\n    return TABLE['f'](x) + TABLE['g'][0](x)\n"
            ),
        },
        swaps=(("helpers.py", "'f': f", "'f': g"),),
    ),
    Spelling(
        "functions handed to others",
        {
            "helpers.py": (
                "def f(x):\n    return x + $1\n\n\ndef add(x, y):\n    return x + y + $2\n\n\n"
                "def key(x):\n    return -x * $3\n" + TWO
            ),
            "nodes.py": (
                "from functools import reduce\n\nfrom .helpers import add, f, key\n\n\ndef work(x):\n"
                "    mapped = list(map(f, [x, 1]))\n"
                "    return reduce(add, mapped) + sum(map(key, sorted(mapped, key=key)))\n"
            ),
        },
    ),
    Spelling(
        "a function defined under a condition",
        {
            "helpers.py": (
                "import sys\n\nif sys.version_info >= (3,):\n\n    def f(x):\n        return x + $1\n\n"
                "else:\n\n    def f(x):\n        return x\n\n\n"
                "try:\n    import there_is_no_such_module\nexcept ImportError:\n\n"
                "    def g(x):\n        return x + $2\n" + TWO
            ),
            "nodes.py": "from .helpers import f, g\n\n\ndef work(x):\n    return f(x) + g(x)\n",
        },
    ),
    Spelling(
        "a function that is made by one",
        {
            "helpers.py": (
                "def make(step):\n    return lambda x: x + step + $1\n\n\n"
                "MADE = [make(each) for each in ($2, $3)]\n" + TWO
            ),
            "nodes.py": (
                "from .helpers import MADE\n\n\n"
                "def work(x):\n    return sum(made(x) for made in MADE)\n"
            ),
        },
    ),
    Spelling(
        "global and del",
        {
            "helpers.py": (
                "RATE = 0\nGONE = $1\n\n\ndef set_rate(rate):\n    global RATE\n    RATE = rate + GONE\n"
                "\n\nset_rate($2)\nUSED = RATE\ndel RATE\n" + TWO
            ),
            "nodes.py": "from .helpers import USED\n\n\ndef work(x):\n    return x + USED\n",
        },
        doubt=True,
    ),
    Spelling(
        "a context manager",
        {
            "helpers.py": (
                "from contextlib import contextmanager\n\n\n@contextmanager\ndef step(x):\n"
                "    yield x + $1\n" + TWO
            ),
            "nodes.py": (
                "from .helpers import step\n\n\n"
                "def work(x):\n    with step(x) as made:\n        return made + $2\n"
            ),
        },
    ),
    Spelling(
        "match, walrus and f-strings",
        {
            "helpers.py": "FIRST = $1\n\n\ndef f(x):\n    return x + $2\n" + TWO,
            "nodes.py": (
                "from . import helpers\n\n\ndef work(x):\n    match x:\n        case int() if (y := x):\n"
                "            pass\n        case _:\n            y = 1\n"
                "    return int(f'{helpers.f(y)}') + helpers.FIRST + int(f'{$3:d}')\n"
            ),
        },
    ),
    Spelling(
        "an exception",
        {
            "helpers.py": (
                "class Wrong(ValueError):\n    def __init__(self, x):\n"
                "        super().__init__(x + $1)\n\n\ndef f(x):\n    raise Wrong(x)\n" + TWO
            ),
            "nodes.py": (
                "from .helpers import Wrong, f\n\n\ndef work(x):\n    try:\n        return f(x)\n"
                "    except Wrong as error:\n        return error.args[0] + $2\n"
            ),
        },
    ),
    Spelling(
        "recursion in a circle",
        {
            "helpers.py": (
                "def even(x):\n    return 0 if x < 1 else odd(x // 2) + $1\n\n\n"
                "def odd(x):\n    return 0 if x < 1 else even(x // 2) + $2\n" + TWO
            ),
            "nodes.py": "from .helpers import even\n\n\ndef work(x):\n    return even(x + 9) + x\n",
        },
    ),
    Spelling(
        "two modules that import each other",
        {
            "first.py": (
                "def f(x):\n    from .second import g\n\n    return g(x) + $1\n\n\n"
                "def h(x):\n    return x + $2\n" + TWO
            ),
            "second.py": "from .first import h\n\n\ndef g(x):\n    return h(x) + $3\n",
            "nodes.py": "from .first import f\n\n\ndef work(x):\n    return f(x)\n",
        },
    ),
    Spelling(
        "values of many types",
        {
            "helpers.py": (
                "import re\nfrom collections import OrderedDict, defaultdict\nfrom decimal import Decimal\n"
                "from fractions import Fraction\nfrom pathlib import PurePosixPath\n\n"
                "LISTED = [1, [$1]]\nFROZEN = frozenset({$2})\nPATTERN = re.compile('a|b|$3')\n"
                "MONEY = Decimal('$4')\nPATH = PurePosixPath('$5')\nBYTES = b'$6'\n"
                "ORDERED = OrderedDict(a=$7)\nPART = Fraction($8, 1)\nRANGE = range($9)\n"
                "SLICE = slice(0, $10)\nCOUNTS = defaultdict(list, a=[$11])\nFLOAT = $12.5\n" + TWO
            ),
            "nodes.py": (
                "from . import helpers as h\n\n\ndef work(x):\n    texts = (h.PATTERN.pattern[4:], "
                "str(h.PATH), h.BYTES.decode())\n    return (\n        x + h.LISTED[1][0] + sum(h.FROZEN)"
                " + int(h.MONEY) + sum(map(int, texts))\n        + h.ORDERED['a'] + int(h.PART) + "
                "len(h.RANGE) + h.SLICE.stop + h.COUNTS['a'][0] + int(h.FLOAT)\n    )\n"
            ),
        },
    ),
]
