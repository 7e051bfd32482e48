"""All spellings."""

from tests.incremental.spellings_classes import CLASSES
from tests.incremental.spellings_doubt import DOUBTS
from tests.incremental.spellings_functions import FUNCTIONS
from tests.incremental.spellings_imports import IMPORTS

EVERY = [*IMPORTS, *FUNCTIONS, *CLASSES, *DOUBTS]
# What is known not to hold yet, and why: results that may be old.
OPEN: dict[str, str] = {
    "a module loaded from a file": "Python's own loader trusts byte code of the same second and size",
}
SPELLINGS = [each for each in EVERY if each.name not in OPEN]
# And nodes that run without need: a method is followed by its name in all classes of the project
# where the kind of its object is not known.
NEEDLESS = frozenset(each.name for each in CLASSES)
