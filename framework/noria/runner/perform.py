"""What is done for one node: load, run, save; with the hooks and events around each step."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from noria_catalog import DataCatalog

from noria.graph import Node
from noria.record.events import (
    DatasetLoaded,
    DatasetReleased,
    DatasetSaved,
    Listener,
    NodeFailed,
    NodeFinished,
    NodeStarted,
)
from noria.runner.failure import describe_value, explain, one_line
from noria.runner.flow import DataFlow
from noria.runner.hooking import HookCalls
from noria.runner.meter import MemoryMeter


class Stopped(Exception):  # noqa: N818  # no error: a node that was left behind may not save
    """The run has ended while this node was still under way."""


class _Step:
    """How far a node has come, for the message if it fails."""

    def __init__(self) -> None:
        self.doing = "starting"
        self.inputs: dict[str, Any] = {}


class Performer:
    """Performs the nodes of one run, by number.  ``hooks`` is ``None`` when nobody hooks in."""

    def __init__(
        self,
        nodes: Sequence[Node],
        catalog: DataCatalog,
        flow: DataFlow,
        *,
        run: str,
        hooks: HookCalls | None,
        emit: Listener,
        meter: MemoryMeter | None,
    ) -> None:
        self._nodes = nodes
        self._catalog = catalog
        self._flow = flow
        self._run = run
        self._hooks = hooks
        self._emit = emit
        self._meter = meter
        self._stopped = threading.Event()
        self.done: set[str] = set()

    def stop(self) -> None:
        """Let nothing be saved any more."""
        self._stopped.set()

    def __call__(self, number: int) -> None:
        """Perform one node.  Raises NodeError when it fails, from the user's own error."""
        node = self._nodes[number]
        step = _Step()
        window = self._meter.open() if self._meter else 0
        self._emit(NodeStarted(node.name, time.time()))
        began = time.perf_counter()
        try:
            self._steps(node, step)
        except (KeyboardInterrupt, Stopped):
            raise
        # A node may raise anything, SystemExit too; all of it is told in one way.
        except BaseException as error:
            seconds = time.perf_counter() - began
            self._emit(NodeFailed(node.name, time.time(), seconds, one_line(error)))
            told = explain(error, node, step.doing, step.inputs)
            if self._hooks is not None:
                about = self._about(node)
                told.message += self._hooks.tell_error(
                    "on_node_error", error, inputs=step.inputs, **about
                )
            raise told from error
        finally:
            memory = self._meter.close(window) if self._meter else None
        self.done.add(node.name)
        self._emit(NodeFinished(node.name, time.time(), time.perf_counter() - began, memory))

    def _steps(self, node: Node, step: _Step) -> None:
        for name in dict.fromkeys(node.inputs):
            step.doing = f"loading {name!r}"
            step.inputs[name] = self._load(name, node)
        step.doing = "running"
        outputs = self._call(node, step.inputs)
        # Let the inputs go before the outputs are written: both at once may not fit.
        step.inputs = {}
        for name in list(outputs):
            value = outputs.pop(name)
            step.doing = f"saving {name!r} ({describe_value(value)})"
            self._save(name, value, node)
        for name in dict.fromkeys(node.inputs):
            if self._flow.read(name):
                self._emit(DatasetReleased(name))

    def _load(self, name: str, node: Node) -> Any:
        hooks = self._hooks
        if hooks is not None:
            hooks.before_dataset_loaded(dataset_name=name, node=node)
        began = time.perf_counter()
        value = self._flow.load(name)
        self._emit(DatasetLoaded(node.name, name, time.perf_counter() - began, _rows(value)))
        if hooks is not None:
            hooks.after_dataset_loaded(dataset_name=name, data=value, node=node)
        return value

    def _call(self, node: Node, inputs: dict[str, Any]) -> dict[str, Any]:
        hooks = self._hooks
        if hooks is None:
            return node.run(inputs)
        about = self._about(node)
        inputs.update(hooks.replaced_inputs(inputs=inputs, **about))
        outputs = node.run(inputs)
        hooks.after_node_run(inputs=inputs, outputs=outputs, **about)
        return outputs

    def _about(self, node: Node) -> dict[str, Any]:
        return {"node": node, "catalog": self._catalog, "is_async": False, "run_id": self._run}

    def _save(self, name: str, value: Any, node: Node) -> None:
        if self._stopped.is_set():
            raise Stopped
        hooks = self._hooks
        if hooks is not None:
            hooks.before_dataset_saved(dataset_name=name, data=value, node=node)
        began = time.perf_counter()
        self._flow.save(name, value)
        seconds = time.perf_counter() - began
        size, place = self._lies(name)
        self._emit(DatasetSaved(node.name, name, seconds, _rows(value), size, place))
        if hooks is not None:
            hooks.after_dataset_saved(dataset_name=name, data=value, node=node)
        if self._flow.written(name):
            self._emit(DatasetReleased(name))

    def _lies(self, name: str) -> tuple[int | None, str | None]:
        if not self._flow.declared(name):
            return None, None
        dataset = self._catalog.get(name)
        size: Callable[[], int | None] | None = getattr(dataset, "size", None)
        place = self._catalog.describe(name).get("filepath")
        return (size() if callable(size) else None), (None if place is None else str(place))


def _rows(value: Any) -> int | None:
    """Return the number of rows of a table or array, ``None`` for anything else."""
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple) and shape and isinstance(shape[0], int):
        return shape[0]
    return None
