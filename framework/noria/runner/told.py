"""Performing nodes while hooks, listeners and a meter stand beside."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from noria_catalog import DataCatalog
from noria_catalog.attribute import attribute_of

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
from noria.runner.failure import one_line
from noria.runner.flow import DataFlow
from noria.runner.hooking import HookCalls
from noria.runner.meter import MemoryMeter
from noria.runner.perform import Builders, Performer, Step, Stopped

_WITHOUT_ROWS = frozenset({bool, bytes, dict, float, int, list, str, tuple})


class ToldPerformer(Performer):
    """A performer that calls hooks and emits an event for each deed.

    ``hooks`` is ``None`` when nobody hooks in, ``meter`` when nobody measures.
    """

    def __init__(
        self,
        nodes: Sequence[Node],
        flow: DataFlow,
        *,
        builders: Builders | None = None,
        confirming: Mapping[int, Sequence[str]] | None = None,
        catalog: DataCatalog,
        run: str,
        hooks: HookCalls | None,
        emit: Listener,
        meter: MemoryMeter | None,
    ) -> None:
        super().__init__(nodes, flow, builders=builders, confirming=confirming)
        self._catalog = catalog
        self._run_id = run
        self._hooks = hooks
        self._emit = emit
        self._meter = meter
        self._chunked: dict[tuple[str, str], tuple[float, int | None]] = {}

    def __call__(self, number: int) -> None:
        """Perform one node.  Raises NodeError when it fails, from the user's own error."""
        node = self.nodes[number]
        window = self._meter.open() if self._meter else 0
        self._emit(NodeStarted(node.name, time.time()))
        began = time.perf_counter()
        memory = None
        try:
            super().__call__(number)
        except (KeyboardInterrupt, Stopped):
            raise
        except BaseException as error:
            cause = error.__cause__ or error
            seconds = time.perf_counter() - began
            self._emit(NodeFailed(node.name, time.time(), seconds, one_line(cause)))
            raise
        finally:
            if self._meter:
                memory = self._meter.close(window)
        self._emit(NodeFinished(node.name, time.time(), time.perf_counter() - began, memory))

    def _failed(self, error: BaseException, node: Node, step: Step) -> str:
        if self._hooks is None:
            return ""
        about = self._about(node)
        return self._hooks.tell_error("on_node_error", error, inputs=step.inputs, **about)

    def _about(self, node: Node) -> dict[str, Any]:
        return {"node": node, "catalog": self._catalog, "is_async": False, "run_id": self._run_id}

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

    def _run(self, node: Node, inputs: dict[str, Any]) -> dict[str, Any]:
        hooks = self._hooks
        if hooks is None:
            return super()._run(node, inputs)
        about = self._about(node)
        replaced = hooks.replaced_inputs(inputs=inputs, **about)
        if replaced:
            self.replaced[node.name] = replaced
            inputs.update(replaced)
        outputs = super()._run(node, inputs)
        hooks.after_node_run(inputs=inputs, outputs=outputs, **about)
        return outputs

    def _save(self, name: str, value: Any, node: Node) -> None:
        hooks = self._hooks
        if hooks is not None:
            hooks.before_dataset_saved(dataset_name=name, data=value, node=node)
        began = time.perf_counter()
        self._flow.save(name, value)
        seconds = time.perf_counter() - began
        self._tell_saved(name, node, seconds, _rows(value))
        if hooks is not None:
            hooks.after_dataset_saved(dataset_name=name, data=value, node=node)

    def _add_chunk(self, name: str, chunk: Any, node: Node, add: Callable[[Any], None]) -> None:
        hooks = self._hooks
        if hooks is not None:
            hooks.before_dataset_saved(dataset_name=name, data=chunk, node=node)
        began = time.perf_counter()
        add(chunk)
        seconds = time.perf_counter() - began
        rows = _rows(chunk)
        before, sofar = self._chunked.get((node.name, name), (0.0, 0))
        total = None if rows is None or sofar is None else sofar + rows
        self._chunked[node.name, name] = (before + seconds, total)
        if hooks is not None:
            hooks.after_dataset_saved(dataset_name=name, data=chunk, node=node)

    def _published(self, node: Node, names: Sequence[str]) -> None:
        for name in names:
            seconds, rows = self._chunked.pop((node.name, name))
            self._tell_saved(name, node, seconds, rows)

    def _tell_saved(self, name: str, node: Node, seconds: float, rows: int | None) -> None:
        size, place = self._lies(name) if self._flow.declared(name) else (None, None)
        self._emit(DatasetSaved(node.name, name, seconds, rows, size, place))

    def _lies(self, name: str) -> tuple[int | None, str | None]:
        dataset = self._catalog.get(name)
        size: Callable[[], int | None] | None = getattr(dataset, "size", None)
        # A versioned dataset lies in a folder; its last save knows the file.
        last = getattr(getattr(dataset, "last_save", None), "place", None)
        place = last or self._catalog.describe(name).get("filepath")
        return (size() if callable(size) else None), (None if place is None else str(place))

    def _released(self, name: str) -> None:
        self._emit(DatasetReleased(name))


def _rows(value: Any) -> int | None:
    """Return the number of rows of a table or array, ``None`` for anything else."""
    if type(value) in _WITHOUT_ROWS:
        return None
    shape = attribute_of(value, "shape")
    if isinstance(shape, tuple) and shape and isinstance(shape[0], int):
        return shape[0]
    return None
