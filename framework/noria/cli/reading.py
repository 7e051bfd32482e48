"""A word to who waits in a terminal, before a command has anything to print."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from noria.cli.color import can_take_back

_PATIENCE_SECONDS = 1.0


@contextmanager
def tell_reading() -> Iterator[Callable[[], None]]:
    """Tell, when it takes long, that the project is read; give what takes the word back.

    It is taken back when the context ends as well.
    """
    stream = sys.stderr
    if not can_take_back(stream):
        yield lambda: None
        return
    told = threading.Event()

    def tell() -> None:
        told.set()
        print("reading the project", end="", file=stream, flush=True)

    timer = threading.Timer(_PATIENCE_SECONDS, tell)
    timer.daemon = True

    def take_back() -> None:
        timer.cancel()
        timer.join()
        if told.is_set():
            told.clear()
            print("\r\033[K", end="", file=stream, flush=True)

    timer.start()
    try:
        yield take_back
    finally:
        take_back()
