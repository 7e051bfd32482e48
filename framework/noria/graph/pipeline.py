"""A pipeline: nodes whose names wire a directed graph without circles."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from noria.errors import PipelineError
from noria.graph.checked import Func
from noria.graph.declared import Tags
from noria.graph.defaults import Defaulted, with_defaults
from noria.graph.functions import Parameters, function_nodes
from noria.graph.groups import GroupedNodes, group_nodes
from noria.graph.names import base_name
from noria.graph.namespace import Renames, renamed_nodes
from noria.graph.node import Node
from noria.graph.slices import Slices
from noria.graph.wiring import Wiring, gather


class _Loose(NamedTuple):
    """Nodes that were wired once, and are again when somebody looks."""

    nodes: tuple[Node, ...]


# Pipelines added up but not looked at yet are pairs of what they were made of, left and right.
_Parts = Wiring | _Loose | tuple[Any, Any]


class Pipeline(Slices):
    """Nodes, wired by the names of their inputs and outputs; immutable.

    ``nodes`` are nodes and pipelines, whose nodes are taken.  With a ``namespace`` every dataset
    and parameter gets it in front, but for those named in ``inputs``, ``outputs`` and
    ``parameters``: names alone stay, a mapping renames them.  ``prefix_datasets_with_namespace=
    False`` puts only the nodes below the namespace.  ``tags`` are added to all nodes.

    Raises :class:`~noria.errors.PipelineError` when the nodes do not fit together: two of one name,
    two that make one dataset, a circle, names to rename that are not there.  A sum of pipelines is
    checked when it is first looked at, so that adding up many costs no more than listing them.

    >>> twice = Pipeline([Node(len, "rows", "size", name="measure")])
    >>> both = Pipeline(twice, namespace="eu", inputs="rows") + Pipeline(twice, namespace="us")
    >>> [each.name for each in both.nodes], sorted(both.inputs())
    (['eu.measure', 'us.measure'], ['rows', 'us.rows'])
    """

    def __init__(
        self,
        nodes: "Iterable[Node | Pipeline] | Pipeline",
        *,
        inputs: Renames = None,
        outputs: Renames = None,
        parameters: Renames = None,
        tags: Tags = None,
        namespace: str | None = None,
        prefix_datasets_with_namespace: bool = True,
    ) -> None:
        if isinstance(nodes, Pipeline):
            self._outside = nodes.made_outside
        wiring = nodes.wiring if isinstance(nodes, Pipeline) else Wiring(_members(nodes))
        if tags:
            wiring = Wiring([node.tag(tags) for node in wiring.nodes])
        if inputs or outputs or parameters or namespace:
            renamed = renamed_nodes(
                wiring,
                inputs=inputs,
                outputs=outputs,
                parameters=parameters,
                namespace=namespace,
                prefix_datasets=prefix_datasets_with_namespace,
            )
            wiring = Wiring(renamed)
        self._parts: _Parts = wiring

    _outside: frozenset[str] = frozenset()

    @property
    def made_outside(self) -> frozenset[str]:
        """What the nodes make that this pipeline was cut off from."""
        return self._outside

    @property
    def wiring(self) -> Wiring:
        """The graph that the nodes make, by numbers; made once and linear in nodes and edges."""
        if not isinstance(self._parts, Wiring):
            self._parts = Wiring(gather(_summands(self._parts)))
        return self._parts

    def let_go(self) -> None:
        """Let go of the graph until somebody asks for it again: of a part of a sum few do."""
        if isinstance(self._parts, Wiring) and not self._parts.same:
            self._parts = _Loose(self._parts.nodes)

    @property
    def nodes(self) -> list[Node]:
        """The nodes in an order in which they can run: as they were added where that is possible.

        >>> late, early = Node(len, "b", "c", name="late"), Node(len, "a", "b", name="early")
        >>> [node.name for node in Pipeline([late, early]).nodes]
        ['early', 'late']
        """
        wiring = self.wiring
        return [wiring.nodes[number] for number in wiring.ordered]

    @property
    def grouped_nodes(self) -> list[list[Node]]:
        """The nodes in layers: each node's dependencies lie in earlier ones."""
        wiring = self.wiring
        return [[wiring.nodes[number] for number in layer] for layer in wiring.layers]

    @property
    def node_dependencies(self) -> Mapping[Node, frozenset[Node]]:
        """The nodes that each node directly waits for; made once."""
        return self.wiring.dependencies

    def inputs(self) -> set[str]:
        """Return the free inputs: what is read and no node makes, parameters included.

        >>> sorted(Pipeline([Node(max, ["a", "params:n"], "b"), Node(len, "b", "c")]).inputs())
        ['a', 'params:n']
        """
        return set(self.wiring.free_inputs)

    def outputs(self) -> set[str]:
        """Return the free outputs: what is made and no node reads."""
        return set(self.wiring.free_outputs)

    def all_inputs(self) -> set[str]:
        """Return all names that any node reads."""
        return set(self.wiring.read)

    def all_outputs(self) -> set[str]:
        """Return all names that any node makes."""
        return set(self.wiring.made)

    def datasets(self) -> set[str]:
        """Return all names that any node reads or makes, parameters included."""
        return set(self.wiring.read | self.wiring.made)

    def with_defaults(self, absent: Callable[[str], bool]) -> "tuple[Pipeline, list[Defaulted]]":
        """Return the pipeline with absent inputs left to the defaults of the functions.

        ``absent`` is asked of every free input whether nothing is declared for it.  An input that
        is made by a node which this pipeline was cut off from is not left out.  The second value
        says what was left out; without any the pipeline is this one.

        >>> def fit(rows, depth=3): return depth
        >>> whole = Pipeline([Node(fit, ["rows", "params:depth"], "model")])
        >>> part, left = whole.with_defaults("params:depth".__eq__)
        >>> part.inputs(), [(each.node.name, each.inputs) for each in left]
        ({'rows'}, [('fit__model', ['params:depth'])])
        """
        gone = {
            name
            for name in self.wiring.free_inputs
            if absent(name) and base_name(name) not in self._outside
        }
        changed, left = with_defaults(self.wiring, gone)
        if not left:
            return self, []
        other = Pipeline(changed)
        other._parts = Wiring(changed, self.wiring.same, self.wiring.after)
        other._outside = self._outside
        return other, left

    def joined(
        self, same: Mapping[str, str], after: Mapping[str, Sequence[str]] | None = None
    ) -> "Pipeline":
        """Return the pipeline whose datasets that lie at one place are one.

        ``same`` maps names, without transcoding, to the one that stands for all of them; ``after``
        says by their names which nodes wait for datasets that they do not read.  Raises
        :class:`~noria.errors.PipelineError` where the nodes do not fit together then.

        >>> apart = Pipeline([Node(len, "b2", "c", name="y"), Node(len, "a", "b", name="x")])
        >>> [node.name for node in apart.joined({"b2": "b"}).nodes]
        ['x', 'y']
        """
        other = Pipeline(self)
        other._parts = Wiring(self.wiring.nodes, same, after)
        return other

    @classmethod
    def from_functions(
        cls,
        functions: Iterable[Func | Node],
        *,
        parameters: Parameters = (),
        tags: Tags = None,
        namespace: str | None = None,
    ) -> "Pipeline":
        """Return the pipeline that functions make by the names of their arguments.

        An argument reads the dataset of its name, and the result is the dataset of the function's
        name, or both what ``Annotated[..., "name"]`` says; in a tuple of such annotations each is
        an output of its own.  ``parameters`` lists the arguments that are parameters, or maps them
        to parameters of another name.  A node among the functions is taken as it is.

        >>> def rows(orders: list) -> list: ...
        >>> def model(rows: list, depth: int = 3) -> dict: ...
        >>> made = Pipeline.from_functions([rows, model], parameters=["depth"])
        >>> [str(node) for node in made.nodes]
        ['rows: rows([orders]) -> [rows]', 'model: model([rows;params:depth]) -> [model]']
        """
        return cls(function_nodes(functions, parameters), tags=tags, namespace=namespace)

    def tag(self, tags: Tags) -> "Pipeline":
        """Return the pipeline with more tags on all its nodes.

        >>> Pipeline([Node(len, "a", "b")]).tag("daily").nodes[0].tags
        {'daily'}
        """
        return Pipeline(self, tags=tags)

    def group_nodes_by(self, group_by: str | None = "namespace") -> list[GroupedNodes]:
        """Return the nodes grouped by outermost namespace, or each alone for ``None``."""
        return group_nodes(self.wiring, group_by)

    def describe(self, names_only: bool = True) -> str:
        """Return inputs, nodes in order and outputs as text; the nodes' wiring too if wanted.

        >>> print(Pipeline([Node(len, "rows", "size")]).describe(names_only=False))
        #### Pipeline execution order ####
        Inputs: rows
        <BLANKLINE>
        len([rows]) -> [size]
        <BLANKLINE>
        Outputs: size
        ##################################
        """
        lines = [node.name if names_only else str(node) for node in self.nodes]
        reads, gives = (", ".join(sorted(names)) for names in (self.inputs(), self.outputs()))
        return "\n".join(
            [
                "#### Pipeline execution order ####",
                f"Inputs: {reads or 'None'}",
                "",
                *lines,
                "",
                f"Outputs: {gives or 'None'}",
                "##################################",
            ]
        )

    def to_json(self) -> str:
        """Return the nodes in their order as JSON, the same text for the same pipeline.

        >>> Pipeline([Node(len, "a", "b", tags="x")]).to_json()
        '{"pipeline": [{"name": "len__b", "inputs": ["a"], "outputs": ["b"], "tags": ["x"]}]}'
        """
        import json

        nodes = [
            {
                "name": node.name,
                "inputs": node.inputs,
                "outputs": node.outputs,
                "tags": sorted(node.tags),
            }
            for node in self.nodes
        ]
        return json.dumps({"pipeline": nodes})

    def __add__(self, other: object) -> "Pipeline":
        """Return the sum unlooked at: a loop over many additions stays linear."""
        if not isinstance(other, Pipeline):
            return NotImplemented
        total = object.__new__(Pipeline)
        total._parts = (self._parts, other._parts)
        total._outside = self._outside | other._outside
        return total

    def __radd__(self, other: object) -> "Pipeline":
        """Let ``sum()`` begin with its 0."""
        return self if isinstance(other, int) and other == 0 else NotImplemented

    def __or__(self, other: object) -> "Pipeline":
        return self + other if isinstance(other, Pipeline) else NotImplemented

    def __sub__(self, other: object) -> "Pipeline":
        if not isinstance(other, Pipeline):
            return NotImplemented
        dropped = set(other.wiring.nodes)
        return self._cut(
            [number for number, node in enumerate(self.wiring.nodes) if node not in dropped]
        )

    def __and__(self, other: object) -> "Pipeline":
        if not isinstance(other, Pipeline):
            return NotImplemented
        kept = set(other.wiring.nodes)
        return self._cut([number for number, node in enumerate(self.wiring.nodes) if node in kept])

    def __repr__(self) -> str:
        names = [node.name for node in self.wiring.nodes]
        shown = ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
        return f"Pipeline({len(names)} node{'' if len(names) == 1 else 's'}: {shown})"

    def __reduce__(self) -> tuple[Any, ...]:
        return (Pipeline, (list(self.wiring.nodes),))

    def _cut(self, numbers: Iterable[int]) -> "Pipeline":
        nodes = self.wiring.nodes
        part = Pipeline([nodes[number] for number in sorted(numbers)])
        part._outside = self._outside.union(self.wiring.producers)
        return part


def pipeline(
    nodes: "Iterable[Node | Pipeline] | Pipeline",
    *,
    inputs: Renames = None,
    outputs: Renames = None,
    parameters: Renames = None,
    tags: Tags = None,
    namespace: str | None = None,
    prefix_datasets_with_namespace: bool = True,
) -> Pipeline:
    """Return a :class:`Pipeline` of these nodes and pipelines.

    >>> pipeline([Node(len, "rows", "size")], namespace="eu").outputs()
    {'eu.size'}
    """
    return Pipeline(
        nodes,
        inputs=inputs,
        outputs=outputs,
        parameters=parameters,
        tags=tags,
        namespace=namespace,
        prefix_datasets_with_namespace=prefix_datasets_with_namespace,
    )


_SHOWN = 5


def _members(nodes: "Iterable[Node | Pipeline]") -> list[Node]:
    if isinstance(nodes, Node) or not isinstance(nodes, Iterable):
        raise _no_nodes(nodes)
    members: list[Node] = []
    for each in nodes:
        if isinstance(each, Node):
            members.append(each)
        elif isinstance(each, Pipeline):
            members.extend(each.wiring.nodes)
        else:
            raise _no_nodes(each)
    return members


def _no_nodes(value: object) -> PipelineError:
    return PipelineError(
        f"a pipeline is made of a list of nodes and pipelines, not of a {type(value).__name__}",
        hint="Pipeline([node(...), node(...)])",
    )


def _summands(parts: _Parts) -> Iterator[Node]:
    """Yield the nodes from left to right; a long chain of additions is not recursed."""
    waiting = [parts]
    seen = set()
    while waiting:
        part = waiting.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, Wiring | _Loose):
            yield from part.nodes
        else:
            waiting.extend(reversed(part))
