"""What Python and libraries keep for each thread, as imported modules have set it."""

from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from typing import Any

from noria_catalog.libraries import imported


def as_here(work: Callable[[], object]) -> Callable[[], object]:
    """Return what does some work in one other thread as it would be done in this one.

    ``decimal.getcontext().prec = 50``, ``numpy.seterr(...)`` and ``sklearn.set_config(...)`` hold
    for the thread that executes them alone.

    >>> import decimal
    >>> from threading import Thread
    >>> with decimal.localcontext(prec=3):
    ...     thread = Thread(target=as_here(lambda: print(decimal.getcontext().prec)))
    >>> thread.start(); thread.join()
    3
    """
    sklearn: Any = imported("sklearn")
    settings = sklearn.get_config() if hasattr(sklearn, "get_config") else None

    def there() -> None:
        if settings is not None:
            sklearn.set_config(**settings)
        work()

    return partial(copy_context().run, there)
