"""Which functions draw from the random states that all nodes of a process share.

What such a node makes depends on how much was drawn before it: alone it makes something else than
in a run of all, though neither its code nor its inputs differ.
"""

import re
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from noria.graph import Node

_DEFINES = ("def ", "async def ", "class ", "@")
_UNDRAWN = 623  # where the generator of NumPy stands when it has just been imported
_SEEDS = r"seed\w*\(|set_?state\("


class Randomness:
    """Sees which functions draw; ``wanted`` tells whether a node is to be looked at.

    Of functions that are executed at once nobody can tell which one drew.
    """

    def __init__(self, wanted: Callable[[Node], bool]) -> None:
        self._wanted = wanted
        self._drawn: dict[str, str] = {}
        self._mixed: dict[str, str] = {}
        self._guard = threading.Lock()
        self._inside = 0
        self._entered = 0

    def around(
        self, node: Node, inner: AbstractContextManager[None]
    ) -> AbstractContextManager[None]:
        """Return what is to be entered when the node's function is executed, around another."""
        return self._looking(node, inner) if self._wanted(node) else inner

    def drew(self, node: str) -> str:
        """Return whose random state a node has drawn from, empty for none."""
        return self._drawn.pop(node, "")

    def mixed(self, node: str) -> str:
        """Return whose random state was drawn from while a node was executed beside others."""
        return self._mixed.pop(node, "")

    @contextmanager
    def _looking(self, node: Node, inner: AbstractContextManager[None]) -> Iterator[None]:
        with self._guard:
            alone = self._inside == 0
            self._inside += 1
            self._entered += 1
            entered = self._entered
        before, imported = _states(), len(sys.modules)
        try:
            with inner:
                yield
        finally:
            with self._guard:
                self._inside -= 1
                alone = alone and entered == self._entered
        after = _states()
        drawn = [name for name in before if before[name] != after[name]]
        if len(sys.modules) != imported and "random" in drawn:
            drawn.remove("random")  # modules draw names for themselves while they are imported
        if drawn:
            found = self._drawn if alone else self._mixed
            found[node.name] = " and ".join(drawn)


def seeds_itself(texts: Iterable[str]) -> bool:
    r"""Tell whether one of these functions and classes, by their sources, sets a random state.

    A module that does so when it is imported does not count: what was drawn since does.

    >>> seeds_itself(["def draw(seed):\n    random.seed(seed)"]), seeds_itself(["random.seed(1)"])
    (True, False)
    """
    return any(is_definition(text) and re.search(_SEEDS, text) for text in texts)


def is_definition(text: str) -> bool:
    """Tell whether a source is that of a function or class, which is not executed at import.

    >>> is_definition("def f(): ..."), is_definition("seed(1)")
    (True, False)
    """
    return text.startswith(_DEFINES)


def _states() -> dict[str, Any]:
    """Return the random states of those libraries that were imported; ``None`` where none drew."""
    found: dict[str, Any] = {}
    if "random" in sys.modules:
        found["random"] = sys.modules["random"].getstate()
    if "numpy" in sys.modules:
        # NumPy imports it when it is used first, which may be inside of the function.
        found["numpy.random"] = _state_of_numpy(sys.modules.get("numpy.random"))
    return found


def _state_of_numpy(module: Any) -> tuple[Any, ...] | None:
    if module is None:
        return None
    _, key, at, *gauss = module.get_state()
    return (key.tobytes(), at, *gauss) if at != _UNDRAWN or any(gauss) else None
