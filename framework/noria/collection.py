"""The garbage collector, at rest while something grows in which nothing is garbage."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_SELDOM = 100_000  # new containers before the collector looks for garbage among them

_usual: list[tuple[int, int, int]] = []


@contextmanager
def no_collection() -> Iterator[None]:
    """Let the garbage collector rest while the context lasts.

    Going again and again through a large catalog, or the plan of many nodes, takes it a tenth to a
    third of the time of making one.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def collect_seldom() -> None:
    """Let the collector look seldom for garbage: a command that imports and plans leaves none.

    To be said once, by who owns the process; :func:`collect_as_usual` ends it.
    """
    _usual.append(gc.get_threshold())
    gc.set_threshold(_SELDOM)


def collect_as_usual() -> None:
    """Let the collector work as usual from now on, less on all that is there.

    What a plan is made of lives to the end: nobody's functions shall wait for it to be gone
    through.  Does nothing where :func:`collect_seldom` was not said, or code that was imported
    since has set the collector itself.
    """
    if _usual:
        usual = _usual.pop()
        if gc.get_threshold()[0] == _SELDOM:
            gc.freeze()
            gc.set_threshold(*usual)
