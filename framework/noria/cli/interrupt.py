"""Ctrl-C that always works: also while a node sits in a library that does not listen."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from types import FrameType

GRACE_SECONDS = 4.5
EXIT_CODE = 130
_let_go: list[Callable[[], None]] = []
"""What a process does first that is forked while a run heeds signals."""


@contextmanager
def heed_interrupts(last_words: Callable[[], None]) -> Iterator[None]:
    """Make Ctrl-C, and the signal that asks to terminate, end the run in bounded time.

    The first raises KeyboardInterrupt in the main thread.  When that has not ended the context
    within GRACE_SECONDS, because the node does not return to Python, or at a second Ctrl-C,
    ``last_words`` is called from another thread and the process ends at once.  What processes are
    told that a node forks, as a pool tells its workers to end, is theirs alone.
    """
    reading, writing = os.pipe()
    if os.name == "posix":  # elsewhere it cannot be said, nor is it asked for
        os.set_blocking(writing, False)
    ended = threading.Event()

    heard = 0

    def die() -> None:
        if not ended.is_set():
            try:
                last_words()
            finally:
                os._exit(EXIT_CODE)

    def watch() -> None:
        watched = {signal.SIGINT, signal.SIGTERM}
        nonlocal heard
        while data := os.read(reading, 64):
            for number in data:
                heard += number in watched
            if heard > 1:
                die()
            elif heard == 1:
                timer = threading.Timer(GRACE_SECONDS, die)
                timer.daemon = True
                timer.start()

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    # A parent may have told us to ignore Ctrl-C (`nohup`, a job in the background): so be it.
    ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    before_int = None if ignored else signal.signal(signal.SIGINT, interrupt)
    wakeup = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    thread = threading.Thread(target=watch, name="noria-interrupts", daemon=True)
    thread.start()
    forked = False

    def let_go() -> None:
        nonlocal forked
        forked = True
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGTERM, before)
        if before_int is not None:
            signal.signal(signal.SIGINT, before_int)
        os.close(writing)
        os.close(reading)

    _look_after_forks()
    _let_go.append(let_go)
    try:
        yield
    finally:
        _let_go.remove(let_go)
        if not forked:
            ended.set()
            signal.set_wakeup_fd(wakeup)
            signal.signal(signal.SIGTERM, before)
            if before_int is not None:
                # Who has pressed Ctrl-C is on the way out: a second one shall not cut that short.
                signal.signal(signal.SIGINT, signal.SIG_IGN if heard else before_int)
            os.close(writing)
            thread.join(timeout=1)
            os.close(reading)


@cache
def _look_after_forks() -> None:
    """Let forked processes take back what they are told; Python keeps such a wish for good."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=lambda: [let_go() for let_go in _let_go])
