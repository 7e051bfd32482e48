"""Order, slices and resumption of any small graph, against their definitions tried by force."""

from dataclasses import dataclass
from itertools import chain, combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from noria.errors import CycleError, SelectionError
from noria.graph import Node, Pipeline, find_resume_nodes

# How long an example takes says something about the machine, nothing about the graph.
thorough = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)


def take(*data: object) -> object:
    return data


@dataclass(frozen=True)
class Case:
    """A pipeline, its nodes as declared, and their parents by name."""

    pipeline: Pipeline
    declared: tuple[str, ...]
    parents: dict[str, frozenset[str]]

    def below(self, names: set[str]) -> set[str]:
        """All that depends on these names, found by repeating until nothing changes."""
        found = set(names)
        while True:
            more = {name for name in self.declared if self.parents[name] & found} - found
            if not more:
                return found
            found |= more

    def above(self, names: set[str]) -> set[str]:
        return {name for name in self.declared if self.below({name}) & names}


@st.composite
def cases(draw: st.DrawFn) -> Case:
    count = draw(st.integers(1, 7))
    parents = {
        f"n{number}": frozenset(
            f"n{above}" for above in draw(st.sets(st.sampled_from(range(number)), max_size=3))
        )
        if number
        else frozenset()
        for number in range(count)
    }
    declared = tuple(draw(st.permutations(list(parents))))
    tags = {name: draw(st.sets(st.sampled_from("xyz"), max_size=2)) for name in declared}
    nodes = [
        Node(
            take,
            ["free", *sorted(f"of_{above}" for above in parents[name])],
            [f"of_{name}", f"also_of_{name}"],
            name=name,
            tags=tags[name],
        )
        for name in declared
    ]
    return Case(Pipeline(nodes), declared, parents)


def subsets(names: tuple[str, ...]) -> list[set[str]]:
    sizes = range(len(names) + 1)
    return [set(each) for each in chain.from_iterable(combinations(names, n) for n in sizes)]


def names(of: Pipeline) -> list[str]:
    return [each.name for each in of.nodes]


@thorough
@given(cases())
def test_the_order_takes_the_first_declared_node_that_can_run(case: Case) -> None:
    expected: list[str] = []
    while len(expected) < len(case.declared):
        expected.append(
            next(
                name
                for name in case.declared
                if name not in expected and case.parents[name] <= set(expected)
            )
        )
    assert names(case.pipeline) == expected


@thorough
@given(cases())
def test_a_layer_is_the_longest_way_to_a_node(case: Case) -> None:
    def depth(name: str) -> int:
        return 1 + max((depth(parent) for parent in case.parents[name]), default=-1)

    expected: dict[int, list[str]] = {}
    for name in case.declared:
        expected.setdefault(depth(name), []).append(name)
    found = [[each.name for each in layer] for layer in case.pipeline.grouped_nodes]
    assert found == [expected[level] for level in range(len(expected))]


@thorough
@given(cases(), st.data())
def test_slices_are_what_is_reached_along_the_edges(case: Case, data: st.DataObject) -> None:
    chosen = data.draw(st.sets(st.sampled_from(case.declared), min_size=1))
    outputs = [f"of_{name}" for name in chosen]
    readers = {name for name in case.declared if case.parents[name] & chosen}
    made = case.pipeline
    assert set(names(made.from_nodes(*chosen))) == case.below(chosen)
    assert set(names(made.to_nodes(*chosen))) == case.above(chosen)
    assert set(names(made.to_outputs(*outputs))) == case.above(chosen)
    assert set(names(made.from_inputs(*outputs))) == case.below(readers)
    assert set(names(made.only_nodes_with_inputs(*outputs))) == readers
    assert set(names(made.only_nodes(*chosen))) == chosen
    assert names(made.from_inputs("free")) == names(made)


@thorough
@given(cases(), st.data())
def test_a_filter_is_the_intersection_of_its_conditions(case: Case, data: st.DataObject) -> None:
    some = st.none() | st.lists(st.sampled_from(case.declared), max_size=3)
    from_nodes, to_nodes, node_names = data.draw(some), data.draw(some), data.draw(some)
    expected = set(case.declared)
    if from_nodes:
        expected &= case.below(set(from_nodes))
    if to_nodes:
        expected &= case.above(set(to_nodes))
    if node_names:
        expected &= set(node_names)
    if expected:
        found = case.pipeline.filter(
            from_nodes=from_nodes, to_nodes=to_nodes, node_names=node_names
        )
        assert set(names(found)) == expected
        assert [name for name in case.declared if name in expected] == [
            each.name for each in found.wiring.nodes
        ]
    else:
        with pytest.raises(SelectionError):
            case.pipeline.filter(from_nodes=from_nodes, to_nodes=to_nodes, node_names=node_names)


@thorough
@given(cases(), st.data())
def test_the_algebra_is_that_of_the_sets_of_nodes(case: Case, data: st.DataObject) -> None:
    some = st.sets(st.sampled_from(case.declared))
    left, right = data.draw(some), data.draw(some)
    one, two = case.pipeline.only_nodes(*left), case.pipeline.only_nodes(*right)
    assert set(names(one + two)) == left | right
    assert set(names(one | two)) == left | right
    assert set(names(one & two)) == left & right
    assert set(names(one - two)) == left - right


@thorough
@given(cases(), st.data())
def test_an_edge_back_is_a_circle_through_real_edges(case: Case, data: st.DataObject) -> None:
    start = data.draw(st.sampled_from(case.declared))
    end = data.draw(st.sampled_from(sorted(case.below({start}))))
    nodes = [
        Node(take, [*each.inputs, "back"], each.outputs, name=each.name)
        if each.name == start
        else each
        for each in case.pipeline.nodes
    ]
    back = Node(take, f"of_{end}", "back", name="back")
    with pytest.raises(CycleError) as caught:
        Pipeline([*nodes, back])
    shown = [line.split()[0] for line in caught.value.message.splitlines()[1:]]
    parents = case.parents | {start: case.parents[start] | {"back"}, "back": frozenset({end})}
    assert "back" in shown
    assert len(set(shown)) == len(shown)
    for maker, reader in zip(shown, shown[1:] + shown[:1], strict=True):
        assert maker in parents[reader]


@thorough
@given(cases(), st.data())
def test_resuming_runs_the_least_that_has_all_it_reads(case: Case, data: st.DataObject) -> None:
    done = data.draw(st.sets(st.sampled_from(case.declared)))
    persisted = data.draw(st.sets(st.sampled_from([f"of_{name}" for name in case.declared])))

    def is_enough(some: set[str]) -> bool:
        return (
            set(case.declared) - done <= some
            and case.below(some) == some
            and all(
                parent in some or f"of_{parent}" in persisted
                for name in some
                for parent in case.parents[name]
            )
        )

    enough = [some for some in subsets(case.declared) if is_enough(some)]
    least = set(case.declared).intersection(*enough)
    starts = find_resume_nodes(case.pipeline, done, persisted.__contains__)
    assert set(names(case.pipeline.from_nodes(*starts))) == least
    for start in starts:
        assert not case.above({start}) & (set(starts) - {start})
