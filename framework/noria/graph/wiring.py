"""Who makes and who reads what: the facts of a pipeline, computed once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

from noria.errors import CycleError, DuplicateOutputError, PipelineError
from noria.graph.hints import Hints, hints_of, input_hints, output_hints
from noria.graph.names import TRANSCODING, base_name, is_parameter
from noria.graph.node import Node
from noria.graph.order import layers, order, reach, shortest_circle
from noria.graph.source import same_function
from noria.graph.types import fits, says_nothing


class TypedInput(NamedTuple):
    """An input that is ``wanted`` as a type, and what its ``maker`` gives for it.

    ``at`` is its node's place in ``ordered``; ``maker`` is ``None`` where no node makes it;
    ``given`` ``Any`` where the maker does not say; ``fits`` whether both can be true.
    """

    at: int
    name: str
    wanted: Any
    maker: int | None
    given: Any
    fits: bool


class Wiring:
    """The graph that the names of some nodes make; a node is a number, its place in ``nodes``.

    Time and memory are linear in nodes and edges.  Datasets are keyed by their name without
    transcoding; ``same`` maps those that lie at one place to one of them; ``after`` are datasets
    that nodes wait for and do not read, by the nodes' names.  Raises a
    :class:`~noria.errors.PipelineError` when the nodes do not fit together.

    >>> wiring = Wiring([Node(len, "b", "c"), Node(len, "a", "b")])
    >>> wiring.parents, wiring.ordered
    ([[1], []], [1, 0])
    """

    def __init__(
        self,
        nodes: Iterable[Node],
        same: Mapping[str, str] | None = None,
        after: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.nodes = tuple(nodes)
        self.same = same or {}
        self.after = after or {}
        base_of = self.base if self.same else base_name
        self.names: dict[str, int] = {}
        self.producers: dict[str, int] = {}
        self.consumers: dict[str, list[int]] = {}
        self.parents: list[list[int]] = []
        self.children: list[list[int]] = [[] for _ in self.nodes]
        for number, node in enumerate(self.nodes):
            twin = self.names.setdefault(node.name, number)
            if twin != number:
                raise _two_of_a_name(self.nodes[twin], node)
            for base in map(base_of, node.makes):
                other = self.producers.setdefault(base, number)
                if other != number:
                    raise _two_producers(base, self.nodes[other], node)
        for number, node in enumerate(self.nodes):
            above: list[int] = []
            awaited = {base_of(name): None for name in node.reads}
            for base in awaited:
                self.consumers.setdefault(base, []).append(number)
            if self.after:
                awaited |= dict.fromkeys(map(base_of, self.after.get(node.name, ())))
            for base in awaited:
                maker = self.producers.get(base)
                if maker is not None and maker != number and maker not in above:
                    above.append(maker)
                    self.children[maker].append(number)
            self.parents.append(above)
        self._check_transcoding()
        confirmed = self._confirmed()
        self.ordered = order(self.parents, self.children)
        if len(self.ordered) < len(self.nodes):
            raise self._circle()
        self._awaited = self.parents
        self._confirms_after: dict[str, int] = {}  # where it is not the node that says it
        if confirmed:
            self._let_confirm_last(confirmed)

    def base(self, name: str) -> str:
        """Return what a dataset's name is keyed by: without transcoding, one for each place."""
        base = base_name(name)
        return self.same.get(base, base)

    @cached_property
    def layers(self) -> list[list[int]]:
        """The nodes by the longest way to them."""
        return layers(self.parents, self.ordered)

    @cached_property
    def waits(self) -> list[list[int]]:
        """The places in ``ordered`` of the nodes that each node waits for, in that order too."""
        if self.ordered == list(range(len(self.nodes))):
            return self._awaited
        place = {number: at for at, number in enumerate(self.ordered)}
        return [[place[parent] for parent in self._awaited[number]] for number in self.ordered]

    @cached_property
    def readings(self) -> Mapping[str, int]:
        """How many nodes read each name."""
        count: dict[str, int] = {}
        for node in self.nodes:
            for name in node.reads:
                count[name] = count.get(name, 0) + 1
        return MappingProxyType(count)

    @cached_property
    def confirming(self) -> Mapping[int, list[str]]:
        """The datasets to confirm, by the place in ``ordered`` of the node after which it is done.

        That is the node that says it, or the last of those that read the dataset after it.
        """
        place = {number: at for at, number in enumerate(self.ordered)}
        by_place: dict[int, list[str]] = {}
        for number, node in enumerate(self.nodes):
            for name in node.confirms:
                last = self._confirms_after.get(self.base(name), number)
                by_place.setdefault(place[last], []).append(name)
        return by_place

    @property
    def annotated_parameters(self) -> list[tuple[int, str, Any]]:
        """The parameters whose arguments are annotated: place in ``ordered``, name, annotation."""
        return self._annotated[0]

    @property
    def typed(self) -> list["TypedInput"]:
        """The annotated inputs that are no parameters, with what the functions before them give."""
        return self._annotated[1]

    @cached_property
    def _annotated(self) -> tuple[list[tuple[int, str, Any]], list["TypedInput"]]:
        known: dict[int, Hints] = {}  # by the number of the node
        given: dict[int, dict[str, Any]] = {}
        parameters, typed = [], []
        for at, name, wanted in self._wanted(known):
            if is_parameter(name):
                parameters.append((at, name, wanted))
                continue
            maker, what = self.producers.get(name), Any
            if maker is not None:
                if maker not in given:
                    outputs = self.nodes[maker].declared_outputs
                    given[maker] = output_hints(outputs, self._hints_of(maker, known))
                what = given[maker].get(name, Any)
            typed.append(TypedInput(at, name, wanted, maker, what, fits(what, wanted)))
        return parameters, typed

    def _wanted(self, known: dict[int, Hints]) -> Iterator[tuple[int, str, Any]]:
        """Yield the annotated inputs: place in ``ordered``, name, annotation of the argument."""
        for at, number in enumerate(self.ordered):
            node = self.nodes[number]
            hints = self._hints_of(number, known)
            if hints.by_name:
                for name, hint in input_hints(node.func, node.declared_inputs, hints):
                    if not says_nothing(hint):
                        yield at, name, hint

    def _hints_of(self, number: int, known: dict[int, Hints]) -> Hints:
        hints = known.get(number)
        if hints is None:
            hints = known[number] = hints_of(self.nodes[number].func)
        return hints

    @cached_property
    def transcoded(self) -> list[str]:
        """The names that say a format: ``sales@pandas``."""
        return sorted(name for name in self.read | self.made if TRANSCODING in name)

    @cached_property
    def read(self) -> frozenset[str]:
        """The names that any node reads."""
        return frozenset([name for node in self.nodes for name in node.reads])

    @cached_property
    def made(self) -> frozenset[str]:
        """The names that any node makes."""
        return frozenset([name for node in self.nodes for name in node.makes])

    @cached_property
    def free_inputs(self) -> frozenset[str]:
        """The names that are read and not made."""
        return frozenset([name for name in self.read if self.base(name) not in self.producers])

    @cached_property
    def free_outputs(self) -> frozenset[str]:
        """The names that are made and not read."""
        return frozenset([name for name in self.made if self.base(name) not in self.consumers])

    @cached_property
    def dependencies(self) -> Mapping[Node, frozenset[Node]]:
        """The nodes that each node waits for."""
        nodes = self.nodes
        return MappingProxyType(
            {
                node: frozenset([nodes[parent] for parent in above])
                for node, above in zip(nodes, self.parents, strict=True)
            }
        )

    def _check_transcoding(self) -> None:
        names = self.read | self.made if any("@" in name for name in self.read | self.made) else ()
        mixed = sorted({base_name(name) for name in names if "@" in name}.intersection(names))
        if mixed:
            raise PipelineError(
                f"{_quoted(mixed)} {'is' if len(mixed) == 1 else 'are'} named both with"
                " and without '@'",
                hint="a transcoded dataset says its format wherever it is named",
            )

    def _confirmed(self) -> Mapping[str, int]:
        """Return the datasets that are confirmed, each with the node that does it."""
        by_dataset: dict[str, int] = {}
        for number, node in enumerate(self.nodes):
            for base in map(base_name, node.confirms):
                other = by_dataset.setdefault(base, number)
                if other != number:
                    raise PipelineError(
                        f"two nodes confirm {base!r}: {_placed(self.nodes[other])}"
                        f" and {_placed(node)}",
                    )
        return by_dataset

    def _let_confirm_last(self, confirmed: Mapping[str, int]) -> None:
        """Let a dataset be confirmed when all have read it, who would find it worked through.

        Who confirms it waits for its other readers.  For those that wait for it themselves the
        confirmation waits: it is done after the last of them, which waits for the others.  It is a
        matter of order alone: neither belongs to a part of the pipeline because the other does.
        """
        awaited, children = list(map(list, self.parents)), list(map(list, self.children))
        for base, number in confirmed.items():
            readers = self.consumers.get(self.base(base), ())
            below = reach([number], children) - {number}
            later = [reader for reader in readers if reader in below]
            last = number
            if later:
                last = max(later, key=order(awaited, children).index)
                self._confirms_after[self.base(base)] = last
            for first, then in [
                *((reader, number) for reader in readers if reader not in {number, *below}),
                *((reader, last) for reader in later if reader != last),
            ]:
                if first not in awaited[then]:
                    awaited[then].append(first)
                    children[first].append(then)
        self._awaited, self.ordered = awaited, order(awaited, children)

    def _circle(self) -> CycleError:
        done = set(self.ordered)
        stuck = [number for number in range(len(self.nodes)) if number not in done]
        circle = shortest_circle(self.children, stuck)
        lines = []
        for maker, reader in zip(circle, circle[1:] + circle[:1], strict=True):
            made = {self.base(name) for name in self.nodes[maker].outputs}
            through = [name for name in self.nodes[reader].inputs if self.base(name) in made]
            lines.append(
                f"  {_placed(self.nodes[maker])} makes {_quoted(through)}"
                f" for {self.nodes[reader].name}"
            )
        return CycleError(
            "\n".join(["nodes wait for each other in a circle:", *lines]),
            hint="let one of them read or make another dataset",
        )


def gather(nodes: Iterable[Node]) -> list[Node]:
    """Return the nodes without those that are equal to an earlier one.

    Raises :class:`~noria.errors.PipelineError` for two different nodes of one name.

    >>> gather([Node(len, "a", "b"), Node(len, "a", "b")])
    [Node(len, 'a', 'b', name='len__b')]
    """
    by_name: dict[str, Node] = {}
    for node in nodes:
        other = by_name.setdefault(node.name, node)
        if other is not node and not (other == node and same_function(other.func, node.func)):
            raise _two_of_a_name(other, node)
    return list(by_name.values())


def _two_of_a_name(one: Node, other: Node) -> PipelineError:
    shared = [name for name in one.outputs if name in other.outputs]
    if shared and one != other:
        return _two_producers(shared[0], one, other)
    return PipelineError(
        f"two nodes are called {one.name!r}:\n  {one} ({one.where})\n  {other} ({other.where})",
        hint="give one of them another name: node(..., name=...)",
    )


def _two_producers(dataset: str, one: Node, other: Node) -> DuplicateOutputError:
    return DuplicateOutputError(
        f"two nodes make {dataset!r}:\n  {one} ({one.where})\n  {other} ({other.where})",
        hint="rename one of the outputs, or leave one of the nodes out",
    )


def _placed(node: Node) -> str:
    return f"{node.name} ({node.where})"


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(map(repr, names))
