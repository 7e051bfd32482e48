"""From named values to a function's arguments, and from its result to named values."""

from collections.abc import Callable, Sequence
from types import GeneratorType
from typing import Any

from noria.errors import NodeOutputError
from noria.graph.chunks import part_chunks
from noria.graph.declared import Declared, list_names
from noria.graph.source import show_source


def call(func: Callable[..., Any], inputs: Declared, given: dict[str, Any]) -> Any:
    """Call the function with the given values as its inputs were declared.

    >>> call(pow, ("base", "power"), {"power": 3, "base": 2})
    8
    """
    if inputs is None:
        return func()
    if isinstance(inputs, str):
        return func(given[inputs])
    if isinstance(inputs, tuple):
        return func(*[given[name] for name in inputs])
    return func(**{argument: given[name] for argument, name in inputs.items()})


def name_outputs(
    node: str, func: Callable[..., Any], outputs: Declared, result: Any
) -> dict[str, Any]:
    """Name what the function returned, as its outputs were declared.

    Of a generator it is an iterator for each output, over its part of what is yielded.  Raises
    :class:`~noria.errors.NodeOutputError` when the result has another form than they do.

    >>> name_outputs("split", divmod, {"low": "a", "high": "b"}, {"high": 2, "low": 1})
    {'a': 1, 'b': 2}
    """
    if outputs is None:
        return {}
    if isinstance(outputs, str):
        return {outputs: result}
    if type(result) is GeneratorType:
        return part_chunks(
            list_names(outputs), result, lambda each: name_outputs(node, func, outputs, each)
        )
    if isinstance(outputs, tuple):
        if not isinstance(result, list | tuple):
            raise _misfit(node, func, outputs, f"returned {_kind(result)}, not a list or tuple")
        if len(result) != len(outputs):
            came = f"returned {len(result)} value{'' if len(result) == 1 else 's'}"
            raise _misfit(node, func, outputs, came)
        return dict(zip(outputs, result, strict=True))
    expected = tuple(outputs)
    if not isinstance(result, dict):
        raise _misfit(node, func, expected, f"returned {_kind(result)}, not a dict")
    if result.keys() != outputs.keys():
        missing = [key for key in outputs if key not in result]
        extra = [key for key in result if key not in outputs]
        faults = [f"without {_quoted(missing)}"] * bool(missing)
        faults += [f"with {_quoted(extra)} that no output takes"] * bool(extra)
        raise _misfit(node, func, expected, f"returned a dict {' and '.join(faults)}")
    return {name: result[key] for key, name in outputs.items()}


def _misfit(
    node: str, func: Callable[..., Any], expected: Sequence[str], came: str
) -> NodeOutputError:
    return NodeOutputError(
        f"node {node} ({show_source(func)}) is to give {_quoted(expected)}, but {came}",
        hint="return a value for each of them, or name others in outputs=",
        node=node,
        expected=expected,
        came=came,
    )


def _quoted(names: Sequence[object]) -> str:
    return ", ".join(map(repr, names))


def _kind(value: object) -> str:
    return "None" if value is None else f"a {type(value).__name__}"
