"""The slicing that a pipeline offers: the same pipeline with fewer nodes."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Self

from noria.graph import selection
from noria.graph.wiring import Wiring


class Slices(ABC):
    """What can be cut from a pipeline; each cut is a pipeline of its own, in the same order.

    Names that the pipeline does not have are a :class:`~noria.errors.SelectionError` that says the
    nearest ones it has.  The examples cut this one:

    >>> from noria.graph import Pipeline, node
    >>> daily = Pipeline([
    ...     node(len, "raw", "clean", name="clean", tags="fast"),
    ...     node(len, "clean", "model", name="fit", namespace="ml"),
    ...     node(len, "model", "report", name="report", tags="fast"),
    ... ])
    >>> [each.name for each in daily.filter(tags=["fast"], from_nodes=["ml.fit"]).nodes]
    ['report']
    """

    __slots__ = ()

    @property
    @abstractmethod
    def wiring(self) -> Wiring:
        """The graph that the nodes make."""

    @abstractmethod
    def _cut(self, numbers: Iterable[int]) -> Self:
        """Return the pipeline of these nodes."""

    def filter(
        self,
        tags: Iterable[str] | None = None,
        from_nodes: Iterable[str] | None = None,
        to_nodes: Iterable[str] | None = None,
        node_names: Iterable[str] | None = None,
        from_inputs: Iterable[str] | None = None,
        to_outputs: Iterable[str] | None = None,
        node_namespaces: Iterable[str] | None = None,
    ) -> Self:
        """Return the nodes that meet all conditions, each taken on the whole pipeline.

        Conditions that are ``None`` or empty do not count.  Unknown names, tags too, and
        conditions that together leave nothing are a :class:`~noria.errors.SelectionError`.
        """
        return self._cut(
            selection.select(
                self.wiring,
                tags=tags,
                from_nodes=from_nodes,
                to_nodes=to_nodes,
                node_names=node_names,
                from_inputs=from_inputs,
                to_outputs=to_outputs,
                node_namespaces=node_namespaces,
            )
        )

    def from_nodes(self, *node_names: str) -> Self:
        """Return these nodes and all that depend on them."""
        starts = selection.with_names(self.wiring, node_names)
        return self._cut(selection.after(self.wiring, starts))

    def to_nodes(self, *node_names: str) -> Self:
        """Return these nodes and all that they depend on."""
        ends = selection.with_names(self.wiring, node_names)
        return self._cut(selection.before(self.wiring, ends))

    def from_inputs(self, *inputs: str) -> Self:
        """Return all nodes that depend on these datasets, at first hand or further."""
        starts = selection.with_inputs(self.wiring, inputs)
        return self._cut(selection.after(self.wiring, starts))

    def to_outputs(self, *outputs: str) -> Self:
        """Return all nodes that are needed to make these datasets."""
        ends = selection.with_outputs(self.wiring, outputs)
        return self._cut(selection.before(self.wiring, ends))

    def only_nodes(self, *node_names: str) -> Self:
        """Return the nodes of these names."""
        return self._cut(selection.with_names(self.wiring, node_names))

    def only_nodes_with_tags(self, *tags: str) -> Self:
        """Return the nodes that carry any of these tags; nothing for a tag that nobody carries."""
        return self._cut(selection.with_tags(self.wiring, tags))

    def only_nodes_with_inputs(self, *inputs: str) -> Self:
        """Return the nodes that read any of these datasets."""
        return self._cut(selection.with_inputs(self.wiring, inputs))

    def only_nodes_with_outputs(self, *outputs: str) -> Self:
        """Return the nodes that make any of these datasets."""
        return self._cut(selection.with_outputs(self.wiring, outputs))

    def only_nodes_with_namespaces(self, node_namespaces: Iterable[str]) -> Self:
        """Return the nodes in these namespaces and in those below them."""
        return self._cut(selection.with_namespaces(self.wiring, node_namespaces))
