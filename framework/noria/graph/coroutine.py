"""Functions that are coroutines: a node has its result when it has ended."""

from collections.abc import Coroutine
from typing import Any


def ended(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Return what a coroutine returns; where a loop runs already, as in a notebook, from a thread.

    >>> async def half(number): return number / 2
    >>> ended(half(3))
    1.5
    """
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(coroutine)
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()
