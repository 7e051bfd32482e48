"""All spellings."""

from tests.incremental.spellings_classes import CLASSES
from tests.incremental.spellings_doubt import DOUBTS
from tests.incremental.spellings_effects import EFFECTS
from tests.incremental.spellings_functions import FUNCTIONS
from tests.incremental.spellings_imports import IMPORTS
from tests.incremental.spellings_syntax import SYNTAX

SPELLINGS = [*IMPORTS, *FUNCTIONS, *CLASSES, *EFFECTS, *DOUBTS, *SYNTAX]
# Of these, nodes that run without need: a method is followed by its name in all classes of the
# project where the kind of its object is not known.
NEEDLESS = frozenset(each.name for each in [*CLASSES, *EFFECTS, *SYNTAX])
