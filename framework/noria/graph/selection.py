"""Which nodes of a pipeline are meant: by name, tag, namespace, dataset, and along the edges."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from noria_catalog.suggest import nearest

from noria.errors import SelectionError
from noria.graph.names import base_name
from noria.graph.order import reach
from noria.graph.wiring import Wiring

# Looking for a near name compares with every name there is; past a few, nobody reads on.
_MOST_SUGGESTIONS = 5


def with_names(wiring: Wiring, names: Iterable[str]) -> set[int]:
    """Return the nodes of these names; unknown ones are a :class:`~noria.errors.SelectionError`."""
    wanted = _listed(names)
    unknown = [name for name in wanted if name not in wiring.names]
    if unknown:
        raise _unknown("node", unknown, wiring.names)
    return {wiring.names[name] for name in wanted}


def with_tags(wiring: Wiring, tags: Iterable[str]) -> set[int]:
    """Return the nodes that carry any of these tags."""
    wanted = set(_listed(tags))
    return {number for number, node in enumerate(wiring.nodes) if wanted & node.tags}


def with_namespaces(wiring: Wiring, namespaces: Iterable[str]) -> set[int]:
    """Return the nodes in these namespaces and below; unknown ones are an error."""
    wanted = _listed(namespaces)
    members: dict[str, set[int]] = {}
    for number, node in enumerate(wiring.nodes):
        if node.namespace is not None:
            for prefix in node.namespace_prefixes:
                members.setdefault(prefix, set()).add(number)
    unknown = [name for name in wanted if name not in members]
    if unknown:
        raise _unknown("namespace", unknown, members)
    return set().union(*(members[name] for name in wanted))


def with_inputs(wiring: Wiring, datasets: Iterable[str]) -> set[int]:
    """Return the nodes that read any of these datasets; of ``name@format`` only that format."""
    found: set[int] = set()
    for name in _known_datasets(wiring, datasets):
        readers = wiring.consumers.get(wiring.base(name), [])
        exact = name != base_name(name)
        found.update(
            number for number in readers if not exact or name in wiring.nodes[number].inputs
        )
    return found


def with_outputs(wiring: Wiring, datasets: Iterable[str]) -> set[int]:
    """Return the nodes that make any of these datasets; of ``name@format`` only that format."""
    found = set()
    for name in _known_datasets(wiring, datasets):
        maker = wiring.producers.get(wiring.base(name))
        exact = name != base_name(name)
        if maker is not None and (not exact or name in wiring.nodes[maker].outputs):
            found.add(maker)
    return found


def after(wiring: Wiring, starts: Iterable[int]) -> set[int]:
    """Return the starts and all nodes that depend on them."""
    return reach(list(starts), wiring.children)


def before(wiring: Wiring, ends: Iterable[int]) -> set[int]:
    """Return the ends and all nodes that they depend on."""
    return reach(list(ends), wiring.parents)


def select(
    wiring: Wiring,
    *,
    tags: Iterable[str] | None = None,
    from_nodes: Iterable[str] | None = None,
    to_nodes: Iterable[str] | None = None,
    node_names: Iterable[str] | None = None,
    from_inputs: Iterable[str] | None = None,
    to_outputs: Iterable[str] | None = None,
    node_namespaces: Iterable[str] | None = None,
) -> set[int]:
    """Return the nodes that meet all conditions, each taken on the whole pipeline.

    A condition that is ``None`` or empty does not count.  Raises
    :class:`~noria.errors.SelectionError` for unknown names and for conditions that leave nothing.

    >>> from noria.graph.node import Node
    >>> chain = Wiring([Node(len, "a", "b", name="x"), Node(len, "b", "c", name="y")])
    >>> select(chain, from_nodes=["y"], to_outputs=["c"])
    {1}
    """
    asked = {
        "tags": _listed(tags),
        "from_nodes": _listed(from_nodes),
        "to_nodes": _listed(to_nodes),
        "node_names": _listed(node_names),
        "from_inputs": _listed(from_inputs),
        "to_outputs": _listed(to_outputs),
        "node_namespaces": _listed(node_namespaces),
    }
    _check_tags(wiring, asked["tags"])
    found = {
        condition: _meeting(wiring, condition, names) for condition, names in asked.items() if names
    }
    chosen = set(range(len(wiring.nodes))).intersection(*found.values())
    if not chosen:
        raise _nothing_left(wiring, found, asked)
    return chosen


def _meeting(wiring: Wiring, condition: str, names: Sequence[str]) -> set[int]:
    if condition == "tags":
        return with_tags(wiring, names)
    if condition == "node_namespaces":
        return with_namespaces(wiring, names)
    if condition == "from_inputs":
        return after(wiring, with_inputs(wiring, names))
    if condition == "to_outputs":
        return before(wiring, with_outputs(wiring, names))
    named = with_names(wiring, names)
    if condition == "from_nodes":
        return after(wiring, named)
    return before(wiring, named) if condition == "to_nodes" else named


def _check_tags(wiring: Wiring, tags: Sequence[str]) -> None:
    if tags:
        known = set().union(*(node.tags for node in wiring.nodes))
        unknown = [tag for tag in tags if tag not in known]
        if unknown:
            raise _unknown("tag", unknown, known)


def _known_datasets(wiring: Wiring, datasets: Iterable[str]) -> list[str]:
    wanted = _listed(datasets)
    known = wiring.read | wiring.made | wiring.producers.keys() | wiring.consumers.keys()
    known |= wiring.same.keys()
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise _unknown("dataset", unknown, known)
    return wanted


def _listed(names: Iterable[str] | None) -> list[str]:
    if names is None:
        return []
    return [names] if isinstance(names, str) else list(names)


def _unknown(kind: str, unknown: Sequence[str], known: Iterable[str]) -> SelectionError:
    names = sorted(known)
    close = {name: _close(name, names) for name in unknown[:_MOST_SUGGESTIONS]}
    hint = None if names else f"the pipeline has no {kind}s at all"
    if len(unknown) == 1:
        message = f"the pipeline has no {kind} {unknown[0]!r}"
        if names and not close[unknown[0]]:
            more = f" and {len(names) - _MOST_SUGGESTIONS:,} more"
            listed = ", ".join(names[:_MOST_SUGGESTIONS])
            hint = f"there are {listed}" + (more if len(names) > _MOST_SUGGESTIONS else "")
        return SelectionError(message, nearest=close[unknown[0]], hint=hint)
    lines = [
        f"  {name!r}" + (f", did you mean {close[name]!r}?" if close.get(name) else "")
        for name in unknown
    ]
    return SelectionError("\n".join([f"the pipeline has no {kind}s:", *lines]), hint=hint)


def _close(name: str, names: Sequence[str]) -> str | None:
    """Return the same name below a namespace, else the nearest one."""
    below = [each for each in names if each.endswith(f".{name}")]
    return below[0] if below else nearest(name, names)


def _nothing_left(
    wiring: Wiring, found: Mapping[str, AbstractSet[int]], asked: Mapping[str, Sequence[str]]
) -> SelectionError:
    if not wiring.nodes:
        return SelectionError("the pipeline has no nodes to choose from")
    # Conditions are dropped while the rest still leaves nothing: what stays is to blame together.
    blamed = list(found)
    for condition in list(found):
        rest = [each for each in blamed if each != condition]
        if rest and not set.intersection(*(set(found[each]) for each in rest)):
            blamed = rest
    lines = [
        f"  {condition}={','.join(asked[condition])} leaves {len(found[condition])} of"
        f" {len(wiring.nodes)} nodes"
        for condition in blamed
    ]
    together = "together these conditions leave" if len(blamed) > 1 else "this condition leaves"
    return SelectionError("\n".join([f"{together} no node:", *lines]))
