"""Ways to change in one module what functions of others find."""

from tests.incremental.spelling import Spelling
from tests.incremental.spellings_functions import TWO

EFFECTS = [
    Spelling(
        "a module imported for what it does",
        {
            "plugins/__init__.py": "",
            "plugins/steps.py": "import builtins\n\nbuiltins.$L_step = $1\n" + TWO,
            "nodes.py": "import $P.plugins.steps\n\n\ndef work(x):\n    return x + $L_step\n",
        },
    ),
]
