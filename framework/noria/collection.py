"""The garbage collector, at rest while something grows in which nothing is garbage."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_SELDOM = 500_000  # new containers before the collector looks for garbage among them

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
            if _usual:  # or it goes through all that has grown now
                gc.freeze()
            gc.enable()


@contextmanager
def seldom_collection() -> Iterator[None]:
    """Let the collector look seldom for garbage: what a command imports and plans is none.

    For who owns the process.  It ends with the context, or by :func:`collect_as_usual` before.
    """
    _usual.append(gc.get_threshold())
    gc.set_threshold(_SELDOM)
    try:
        yield
    finally:
        collect_as_usual()


def collect_as_usual() -> None:
    """Let the collector work as usual from now on, but for all that is there.

    What a plan is made of lives to the end: nobody's functions shall wait until it is gone through.
    Does nothing outside of :func:`seldom_collection`, or where code that was imported since has
    set the collector itself.
    """
    if _usual:
        usual = _usual.pop()
        if gc.get_threshold()[0] == _SELDOM:
            gc.freeze()
            gc.set_threshold(*usual)
