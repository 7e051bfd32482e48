"""Room on Python's own stack, for the command line and for the functions of the nodes.

CPython keeps the frames of a thread in chunks of 16 kilobytes.  A loop whose calls just do not fit
into what is left of a chunk maps and unmaps a new one at every call, a hundred times slower than
a call that fits.  Where that happens is chance; our frames below an import of the user's code or
below a node make it likelier.  A frame that wants more than a chunk holds gets one of twice its
size, the rest of which is for the frames above it.
"""

import sys
from collections.abc import Callable
from typing import Any

_WORDS = 132_000  # a chunk of two megabytes, half of it free; memory only where frames come to lie


def with_room(call: Callable[..., Any], *given: Any) -> Any:
    """Return ``call(*given)``, called where some thousand frames fit into one chunk.

    >>> with_room(divmod, 7, 2)
    (3, 1)
    """
    return call(*given)


if sys.implementation.name == "cpython":
    with_room.__code__ = with_room.__code__.replace(co_stacksize=_WORDS)
