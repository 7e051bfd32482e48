"""One pipeline used several times: its names renamed, and below a namespace."""

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet

from noria_catalog.suggest import nearest

from noria.errors import PipelineError
from noria.graph.names import PARAMETER_PREFIX, PARAMETERS, TRANSCODING, base_name, is_parameter
from noria.graph.node import Node
from noria.graph.source import calling_place
from noria.graph.wiring import Wiring

# Of what a pipeline has, so many names are listed.
_MOST_LISTED = 8

Renames = str | AbstractSet[str] | Iterable[str] | Mapping[str, str] | None


def renamed_nodes(
    wiring: Wiring,
    *,
    inputs: Renames = None,
    outputs: Renames = None,
    parameters: Renames = None,
    namespace: str | None = None,
    prefix_datasets: bool = True,
) -> list[Node]:
    """Return the nodes below the namespace, with the names in the three mappings renamed.

    A name that is only listed stays as it is; every other dataset and parameter gets the namespace
    in front, ``parameters`` whole never does.  Raises :class:`~noria.errors.PipelineError` for
    names that the pipeline does not have, all of them at once.

    >>> renamed_nodes(Wiring([Node(max, ["a", "params:n"], "b")]), inputs="a", namespace="x")
    [Node(max, ['a', 'params:x.n'], 'x.b', name='x.max__b')]
    """
    from_inputs, from_outputs = _dataset_renames(inputs), _dataset_renames(outputs)
    from_parameters = _parameter_renames(parameters)
    _check_renames(wiring, from_inputs, from_outputs, from_parameters)
    renames = {**from_inputs, **from_outputs, **from_parameters}
    rename = _renamer(renames, namespace if prefix_datasets else None)
    return [node.rename(rename, namespace=namespace) for node in wiring.nodes]


def _renamer(renames: Mapping[str, str], prefix: str | None) -> Callable[[str], str]:
    known = dict(renames)

    def rename(name: str) -> str:
        found = known.get(name)
        if found is None:
            found = known[name] = _new_name(name, renames, prefix)
        return found

    return rename


def _new_name(name: str, renames: Mapping[str, str], prefix: str | None) -> str:
    if name == PARAMETERS:
        return name
    base, at, form = name.partition(TRANSCODING)
    if at and base in renames:
        return f"{renames[base]}{at}{form}"
    if not prefix:
        return name
    if name.startswith(PARAMETER_PREFIX):
        return f"{PARAMETER_PREFIX}{prefix}.{name.removeprefix(PARAMETER_PREFIX)}"
    return f"{prefix}.{name}"


def _dataset_renames(names: Renames) -> dict[str, str]:
    if names is None:
        return {}
    if isinstance(names, str):
        return {names: names}
    return dict(names) if isinstance(names, Mapping) else {name: name for name in names}


def _parameter_renames(names: Renames) -> dict[str, str]:
    return {
        _as_parameter(old): old if old == PARAMETERS else _as_parameter(new)
        for old, new in _dataset_renames(names).items()
    }


def _as_parameter(name: str) -> str:
    return name if is_parameter(name) else f"{PARAMETER_PREFIX}{name}"


def _check_renames(
    wiring: Wiring,
    inputs: Mapping[str, str],
    outputs: Mapping[str, str],
    parameters: Mapping[str, str],
) -> None:
    free = {base_name(name) for name in wiring.free_inputs}
    known = wiring.read | wiring.made | wiring.producers.keys() | wiring.consumers.keys()
    wrong = [
        *(_name_fault("input", name, known) for name in inputs),
        *(_name_fault("output", name, known) for name in outputs),
        *(_name_fault("parameter", name, known) for name in parameters),
    ]
    if not any(wrong):
        wrong = [
            *(_input_fault(name, free, wiring) for name in inputs),
            *(_output_fault(name, free) for name in outputs),
        ]
    faults = [fault for fault in wrong if fault]
    if faults:
        place = calling_place()
        head = "the pipeline cannot be renamed like this" + (
            f" (asked for at {place})" * bool(place)
        )
        reads, makes = _listed(wiring.free_inputs), _listed(wiring.made)
        raise PipelineError(
            "\n  ".join([f"{head}:", *faults]), hint=f"it reads {reads}; it makes {makes}"
        )


def _name_fault(kind: str, name: str, known: AbstractSet[str]) -> str | None:
    if name in known or base_name(name) in known:
        return None
    alike = [each for each in known if is_parameter(each) == (kind == "parameter")]
    close = nearest(name, sorted(alike))
    return f"it has no {kind} {name!r}" + (f", did you mean {close!r}?" if close else "")


def _input_fault(name: str, free: AbstractSet[str], wiring: Wiring) -> str | None:
    if is_parameter(name):
        return f"{name!r} is a parameter: name it in parameters=, not in inputs="
    if base_name(name) in free:
        return None
    maker = wiring.nodes[wiring.producers[base_name(name)]].name
    return f"{name!r} is no free input, {maker} makes it: name it in outputs="


def _listed(names: AbstractSet[str]) -> str:
    first = ", ".join(map(repr, sorted(names)[:_MOST_LISTED]))
    return f"{first}, ..." if len(names) > _MOST_LISTED else first or "nothing"


def _output_fault(name: str, free: AbstractSet[str]) -> str | None:
    if base_name(name) not in free:
        return None
    return f"{name!r} is made by none of its nodes: name it in inputs="
