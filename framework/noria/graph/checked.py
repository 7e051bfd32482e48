"""What a user wrote for a node, checked before it is kept."""

from collections.abc import Callable, Iterable
from typing import Any

from noria.errors import PipelineError
from noria.graph.declared import Declared, Names, as_written, keep, list_names
from noria.graph.depends import Dependency, list_dependencies
from noria.graph.signature import keyword_order, near_argument, show_signature, takes_positions
from noria.graph.source import calling_place, function_name, show_source

Func = Callable[..., Any]


def keep_names(func: Func, what: str, names: Names) -> Declared:
    """Check the names that the user wrote and return them as a node keeps them."""
    try:
        declared = keep(names)
    except TypeError:
        raise mistake(
            f"node of {function_name(func)} ({show_source(func)}): its {what} are {kind(names)}",
            hint="they can be a name, a list of names, a dict or None",
        ) from None
    for name in list_names(declared):
        if not isinstance(name, str) or not name or name.count("@") > 1:
            raise mistake(
                f"node of {function_name(func)} ({show_source(func)}): {name!r} in its {what}"
                " is not a dataset's name",
                hint="a name is a string that is not empty, with at most one '@'",
            )
    return declared


def keep_dependencies(
    func: Func, said: Dependency | Iterable[Dependency] | None
) -> tuple[Dependency, ...]:
    """Return the files and variables that a node was said to read."""
    try:
        return list_dependencies(said)
    except TypeError as error:
        raise mistake(
            f"node of {function_name(func)} ({show_source(func)}): depends_on holds {error}",
            hint='it is a list of file("path") and env("NAME"), both from noria',
        ) from None


def in_call_order(func: Func, inputs: Declared) -> tuple[str, ...]:
    """Return the input names in the order of the arguments; refuse what cannot be called."""
    if isinstance(inputs, dict):
        order = keyword_order(func, inputs)
        if order is not None:
            return tuple([inputs[argument] for argument in order])
    else:
        names = list_names(inputs)
        if takes_positions(func, len(names)):
            return names
    raise mistake(
        f"{function_name(func)}{show_signature(func)} at {show_source(func)} cannot be called"
        f" {'without inputs' if inputs is None else f'with the inputs {as_written(inputs)!r}'}",
        nearest=near_argument(func, inputs) if isinstance(inputs, dict) else None,
        hint="name one input for each argument without a default: in their order as a list, or as"
        " {argument: name}",
    )


def kind(value: object) -> str:
    """Return what a value is, in words: ``a list``."""
    return f"a {type(value).__name__}"


def mistake(message: str, *, nearest: str | None = None, hint: str | None = None) -> PipelineError:
    """Say also which line of the user's asked for the node: the traceback will not be shown."""
    place = calling_place()
    message = f"{message} (asked for at {place})" if place else message
    return PipelineError(message, nearest=nearest, hint=hint)
