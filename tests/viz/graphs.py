"""Pipelines to look at, and names that no page should trust."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from noria.graph import Node, Pipeline, node
from noria.project.session import Session, open_project
from noria_viz.document import Document, make_document

from tests.project_on_disk import SHOP

NODES = "src/shop/pipelines/sales/nodes.py"
PIPELINE = "src/shop/pipelines/sales/pipeline.py"
# Nothing to import, so that tests of the view do not wait for pandas.
LIGHT = {
    **SHOP,
    NODES: "def clean(orders):\n    return orders\n\n\n"
    "def total(clean_orders, rate):\n    return 1\n",
}
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


@contextmanager
def opened(path: Path) -> Iterator[Session]:
    """Open a project whose package other tests have imported from another place."""
    _forget()
    with open_project(path) as session:
        yield session
    _forget()


def _forget() -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "shop"]:
        del sys.modules[name]
