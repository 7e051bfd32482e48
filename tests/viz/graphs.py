"""Pipelines to look at, and names that no page should trust."""

from collections.abc import Mapping
from typing import Any

from noria.graph import Node, Pipeline, node
from noria_viz.document import Document, make_document

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</script><script>alert(1)</script>",
    "a\\",
    'a\\"',
    "<b>not html</b>",
    "x:port:n",
    "\\N\\G\\l",
    "evil\u202etxt.exe",
    "line\nbreak; click e0 call f()",
    "]]>--><!--",
    "`${1}` {{ 2 }} %s",
    "\x00\x1b[31m",
    "x" * 100_000,
    "\N{SNAKE}" * 300,
)


def first(value: Any) -> Any:
    return value


def hostile_pipeline() -> Pipeline:
    """Each hostile name is a dataset, a namespace and read by a function of its own."""
    nodes: list[Node] = []
    for number, name in enumerate(HOSTILE):
        nodes.append(node(first, name, f"out_{number}", name=f"read_{number}"))
        inner = node(first, f"in_{number}", f"made_{number}", name="inside", namespace=name)
        nodes.append(inner)
    return Pipeline(nodes)


def chain(length: int, namespace: str | None = None) -> Pipeline:
    """One function after the other."""
    nodes = [node(first, f"d{n}", f"d{n + 1}", name=f"step{n}") for n in range(length)]
    return Pipeline(nodes, namespace=namespace)


def document_of(
    shown: Pipeline, entries: Mapping[str, Mapping[str, Any]] | None = None, **changes: Any
) -> Document:
    """Return the document of one pipeline, called `all`."""
    given: dict[str, Any] = {
        "project": "shop",
        "env": "local",
        "pipeline": "all",
        "shown": shown,
        "names": ["all"],
        "loaded": {"all": shown},
        "describe": (entries or {}).get,
    }
    return make_document(**(given | changes))
