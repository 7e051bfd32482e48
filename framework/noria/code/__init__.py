"""What a function's behaviour depends on: a digest that changes when its code does, and only then.

This room stands alone: it needs nothing else of Noria.
"""

from noria.code.distributions import ANY_TOP as ANY_TOP
from noria.code.distributions import distributions_of as distributions_of
from noria.code.distributions import installed_versions as installed_versions
from noria.code.effects import is_of_well_known as is_of_well_known
from noria.code.effects import is_well_known as is_well_known
from noria.code.facts import READING as READING
from noria.code.facts import SETTINGS as SETTINGS
from noria.code.facts import WRITES as WRITES
from noria.code.facts import ZONE as ZONE
from noria.code.facts import Doubt as Doubt
from noria.code.facts import Effect as Effect
from noria.code.facts import Fingerprint as Fingerprint
from noria.code.facts import Symbol as Symbol
from noria.code.facts import changed as changed
from noria.code.reader import CodeReader as CodeReader
from noria.code.shared import ENVIRONMENT as ENVIRONMENT
from noria.code.shared import Shared as Shared
