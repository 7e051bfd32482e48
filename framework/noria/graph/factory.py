"""The short way to a node, and the decorator."""

from collections.abc import Callable, Iterable
from typing import Any, overload

from noria.graph.checked import Func
from noria.graph.declared import Names, Tags
from noria.graph.depends import Dependency
from noria.graph.node import Node


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
    depends_on: Dependency | Iterable[Dependency] | None = ...,
    cache: bool | None = ...,
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
    depends_on: Dependency | Iterable[Dependency] | None = ...,
    cache: bool | None = ...,
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
    depends_on: Dependency | Iterable[Dependency] | None = None,
    cache: bool | None = None,
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
            depends_on=depends_on,
            cache=cache,
        )

    return make if func is None else make(func)
