"""The short way to a node, and the decorator."""

from collections.abc import Callable
from typing import Any, overload

from noria.graph.declared import Names, Tags
from noria.graph.node import Func, Node


@overload
def node(
    func: Func,
    inputs: Names,
    outputs: Names,
    *,
    name: str | None = ...,
    tags: Tags = ...,
    confirms: str | list[str] | None = ...,
    namespace: str | None = ...,
    preview_fn: Callable[..., Any] | None = ...,
) -> Node: ...


@overload
def node(
    *,
    inputs: Names = ...,
    outputs: Names = ...,
    name: str | None = ...,
    tags: Tags = ...,
    confirms: str | list[str] | None = ...,
    namespace: str | None = ...,
    preview_fn: Callable[..., Any] | None = ...,
) -> Callable[[Func], Node]: ...


def node(
    func: Func | None = None,
    inputs: Names = None,
    outputs: Names = None,
    *,
    name: str | None = None,
    tags: Tags = None,
    confirms: str | list[str] | None = None,
    namespace: str | None = None,
    preview_fn: Callable[..., Any] | None = None,
) -> Node | Callable[[Func], Node]:
    """Return a :class:`Node`; without a function, a decorator that makes one.

    The decorated name is the node; its ``func`` is the function itself.

    >>> node(sorted, "rows", "sorted_rows", name="sort").name
    'sort'
    >>> @node(inputs="rows", outputs="size")
    ... def measure(rows):
    ...     return len(rows)
    >>> measure.run({"rows": "abc"}), measure.func("abc")
    ({'size': 3}, 3)
    """

    def make(function: Func) -> Node:
        return Node(
            function,
            inputs,
            outputs,
            name=name,
            tags=tags,
            confirms=confirms,
            namespace=namespace,
            preview_fn=preview_fn,
        )

    return make if func is None else make(func)
