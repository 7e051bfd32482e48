"""What is done for one node: load, run, save."""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from functools import partial
from typing import Any, TypeVar

from noria_catalog.errors import MissingDataError

from noria.errors import NodeOutputError
from noria.graph import Node
from noria.graph.chunks import are_chunks, interleave
from noria.runner.failure import describe_value, explain
from noria.runner.flow import DataFlow

Called = TypeVar("Called")
Builders = Mapping[int, Mapping[str, Callable[[Any], Any]]]


_UNWATCHED = nullcontext()


def unwatched(node: Node) -> AbstractContextManager[None]:  # noqa: ARG001  # whichever it is
    """Return what is entered where nobody watches a node."""
    return _UNWATCHED


def _unwatched_save(name: str, node: Node) -> AbstractContextManager[None]:  # noqa: ARG001
    return _UNWATCHED


class Stopped(Exception):  # noqa: N818  # no error: a node that was left behind may not save
    """The run has ended while this node was still under way."""


class Step:
    """How far a node has come, for the message if it fails."""

    __slots__ = ("deed", "inputs", "name", "value")

    def __init__(self) -> None:
        self.deed = "starting"
        self.name: str | None = None
        self.value: Any = None
        self.inputs: dict[str, Any] = {}

    @property
    def doing(self) -> str:
        """In words: ``saving 'model' (list of 3)``."""
        if self.deed == "saving":
            return f"saving {self.name!r} ({describe_value(self.value)})"
        return self.deed if self.name is None else f"{self.deed} {self.name!r}"


class Performer:
    """Performs the nodes of one run, by number, and tells nobody.

    ``builders`` make of a node's parameters, by node number and name, what its function takes;
    ``confirming`` are the datasets to confirm, by node number.
    The deeds are methods of their own, so that somebody may stand beside them (``told.py``).
    """

    def __init__(
        self,
        nodes: Sequence[Node],
        flow: DataFlow,
        *,
        builders: Builders | None = None,
        confirming: Mapping[int, Sequence[str]] | None = None,
    ) -> None:
        self.nodes = nodes
        self._flow = flow
        self._builders = builders or {}
        self._confirming = confirming or {}
        self._stopped = False
        self.watch: Callable[[Node], AbstractContextManager[None]] = unwatched
        """What is entered while a node's function is executed."""
        self.watch_load: Callable[[str, Node], AbstractContextManager[None]] | None = None
        """What is entered while a dataset is loaded for a node; ``None``: nobody watches."""
        self.watch_save: Callable[[str, Node], AbstractContextManager[None]] = _unwatched_save
        """What is entered while a node's output is saved."""
        self.told_unreadable: Callable[[str], str] = lambda _: ""
        """Returns what is to be said of data that lies there and cannot be loaded."""
        self.done: set[str] = set()
        self.replaced: dict[str, Mapping[str, Any]] = {}
        """The inputs that hooks have put in place of what was loaded, by node."""

    def stop(self) -> None:
        """Let nothing be saved any more."""
        self._stopped = True

    def __call__(self, number: int) -> None:
        """Perform one node.  Raises NodeError when it fails, from the user's own error."""
        node = self.nodes[number]
        step = Step()
        try:
            self._perform(number, node, step)
        except (KeyboardInterrupt, Stopped):
            raise
        # A node may raise anything, SystemExit too; all of it is told in one way.
        except BaseException as error:
            told = explain(error, node, step.doing, step.inputs)
            told.message += self._failed(error, node, step)
            if step.deed == "loading" and not isinstance(error, MissingDataError):
                told.message += self.told_unreadable(step.name or "")
            raise told from error
        self.done.add(node.name)

    def _perform(self, number: int, node: Node, step: Step) -> None:
        inputs = step.inputs
        step.deed = "loading"
        for name in node.reads:
            step.name = name
            if self.watch_load is None:
                inputs[name] = self._load(name, node)
            else:
                with self.watch_load(name, node):
                    inputs[name] = self._load(name, node)
        if number in self._builders:
            step.deed = "building"
            for name, build in self._builders[number].items():
                step.name = name
                inputs[name] = build(inputs[name])
        step.deed, step.name = "running", None
        outputs = self._run(node, inputs)
        # Let the inputs go before the outputs are written: both at once may not fit.
        step.inputs = {}
        inputs = {}
        if are_chunks(outputs):
            self._save_chunks(node, outputs, step)
        else:
            step.deed = "saving"
            if len(outputs) > 1:
                self._flow.set_apart(outputs)
            for name in list(outputs):
                step.name, step.value = name, outputs.pop(name)
                if self._stopped:
                    raise Stopped
                with self.watch_save(name, node):
                    self._save(name, step.value, node)
        if number in self._confirming:
            self._confirm(number, step)
        for name in self._flow.done(node):
            self._released(name)

    def _confirm(self, number: int, step: Step) -> None:
        step.deed = "confirming"
        for name in self._confirming[number]:
            step.name = name
            self._flow.confirm(name)

    def _save_chunks(self, node: Node, outputs: dict[str, Any], step: Step) -> None:
        """Save what a generator yields; all of it is published after the last chunk, or nothing."""
        with ExitStack() as stack:
            adding = {name: stack.enter_context(self._flow.saving(name)) for name in outputs}
            missing = dict.fromkeys(outputs)
            chunks = interleave(outputs)
            while True:
                found = self._call(node, partial(next, chunks, None))
                if found is None:
                    break
                name, chunk = found
                missing.pop(name, None)
                step.deed, step.name, step.value = "saving", name, chunk
                if self._stopped:
                    raise Stopped
                self._add_chunk(name, chunk, node, adding[name])
                step.deed, step.name, step.value = "running", None, None
            if missing:
                names = ", ".join(map(repr, missing))
                raise NodeOutputError(
                    f"node {node.name} ({node.where}) yielded nothing for {names}",
                    node=node.name,
                    expected=tuple(missing),
                    came="yielded nothing",
                )
            step.deed, step.name = "saving", ", ".join(outputs)
            if self._stopped:
                raise Stopped
        self._published(node, list(outputs))

    def _load(self, name: str, node: Node) -> Any:
        return self._flow.load(name)

    def _run(self, node: Node, inputs: dict[str, Any]) -> dict[str, Any]:
        return self._call(node, partial(node.run, inputs))

    def _call(self, node: Node, call: Callable[[], Called]) -> Called:
        """Call what a node's author wrote, watched; a process that it forks ends where it does."""
        process = os.getpid()
        try:
            with self.watch(node):
                return call()
        finally:
            if os.getpid() != process:
                from noria.runner.forked import end_here

                end_here()

    def _save(self, name: str, value: Any, node: Node) -> None:
        self._flow.save(name, value)

    def _add_chunk(self, name: str, chunk: Any, node: Node, add: Callable[[Any], None]) -> None:
        add(chunk)

    def _published(self, node: Node, names: Sequence[str]) -> None:
        """Be told that these outputs, which came in chunks, lie in their place."""

    def _failed(self, error: BaseException, node: Node, step: Step) -> str:
        """Be told that the node raised; return what is to be said besides."""
        return ""

    def _released(self, name: str) -> None:
        """Be told that nobody needs this data any more."""
