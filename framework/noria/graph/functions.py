"""Nodes from plain functions: the names of arguments and functions are the wiring."""

import typing
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

from noria.errors import PipelineError
from noria.graph.checked import Func
from noria.graph.declared import Names
from noria.graph.hints import RETURN, YIELDING, hints_of
from noria.graph.names import PARAMETER_PREFIX, is_parameter
from noria.graph.node import Node
from noria.graph.source import function_name, show_source

Parameters = Iterable[str] | Mapping[str, str]


def function_nodes(functions: Iterable[Func | Node], parameters: Parameters = ()) -> Iterator[Node]:
    """Yield a node for each function; nodes are handed on.

    Raises :class:`~noria.errors.PipelineError` for a function without a name of its own, with
    ``*args`` or ``**kwargs``, and for a parameter that no function takes.

    >>> def split(rows) -> tuple[Annotated[list, "left"], Annotated[list, "right"]]: ...
    >>> list(function_nodes([split]))
    [Node(split, {'rows': 'rows'}, ['left', 'right'], name='split')]
    """
    named = _named(parameters)
    unused = set(named)
    for function in functions:
        if isinstance(function, Node):
            yield function
        elif callable(function):
            yield _node(function, named, unused)
        else:
            raise PipelineError(
                f"a pipeline is made of functions and nodes, not of {function!r}",
                hint="Pipeline.from_functions([clean, train])",
            )
    if unused:
        names = ", ".join(map(repr, sorted(unused)))
        raise PipelineError(f"no function takes {names}, named in parameters=")


def _node(function: Func, parameters: Mapping[str, str], unused: set[str]) -> Node:
    name = function_name(function)
    if not name.isidentifier():
        raise PipelineError(
            f"the function at {show_source(function)} has no name to call its output by",
            hint="define it with def, or make it a node: node(function, inputs, outputs)",
        )
    hints = hints_of(function).by_name
    inputs: dict[str, str] = {}
    for one in _arguments(function):
        said = _said(hints.get(one.name))
        if one.name in parameters:
            unused.discard(one.name)
            said = parameters[one.name]
        inputs[one.name] = said or one.name
    return Node(function, inputs, _outputs(name, hints), name=name)


def _arguments(function: Func) -> list[Any]:
    import inspect

    found = list(inspect.signature(function, follow_wrapped=False).parameters.values())
    for one in found:
        if one.kind in {one.VAR_POSITIONAL, one.VAR_KEYWORD, one.POSITIONAL_ONLY}:
            raise PipelineError(
                f"{function_name(function)} at {show_source(function)}: the argument {one.name!r}"
                " cannot be given by its name",
                hint="make it a node: node(function, inputs=[...], outputs=...)",
            )
    return found


def _outputs(name: str, hints: Mapping[str, Any]) -> Names:
    if RETURN not in hints:
        return name
    result = hints[RETURN]
    said = _said(result)
    if said:
        return said
    if result is None or result is type(None):
        return None
    if typing.get_origin(result) in YIELDING:
        result = typing.get_args(result)[0]
        said = _said(result)
        if said:
            return said
    if typing.get_origin(result) is tuple:
        each = [_said(one) for one in typing.get_args(result)]
        if all(each):
            return [one for one in each if one]
    return name


def _said(hint: Any) -> str | None:
    """Return the name in ``Annotated[..., "name"]``, ``None`` where there is none."""
    if typing.get_origin(hint) is not Annotated:
        return None
    return next((one for one in typing.get_args(hint)[1:] if isinstance(one, str)), None)


def _named(parameters: Parameters) -> dict[str, str]:
    pairs = parameters if isinstance(parameters, Mapping) else {name: name for name in parameters}
    return {
        argument: name if is_parameter(name) else f"{PARAMETER_PREFIX}{name}"
        for argument, name in pairs.items()
    }
