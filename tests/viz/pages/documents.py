"""Documents for the page: generated pipelines of any size, and ones that are hostile."""

import random
from collections.abc import Mapping
from typing import Any

from noria.graph import Node, Pipeline
from noria_viz.document import Document, make_document


def _compute(*_: Any) -> None:
    """Do what every node of these pipelines does."""


def document_of(
    pipelines: Mapping[str, Pipeline],
    shown: str = "__default__",
    *,
    project: str = "shop",
    types: Mapping[str, str] | None = None,
) -> Document:
    """Return the document of the pipeline ``shown``; ``types`` are the datasets' type words."""

    def describe(name: str) -> Mapping[str, Any] | None:
        word = (types or {}).get(name)
        return {"type": word, "filepath": f"data/01_raw/{name}.csv"} if word else None

    return make_document(
        project=project,
        env="local",
        pipeline=shown,
        shown=pipelines[shown],
        names=list(pipelines),
        loaded=dict(pipelines),
        describe=describe,
    )


def generated(
    elements: int, edges: int, *, groups: int = 0, depth: int = 1, seed: int = 7
) -> Pipeline:
    """Return a pipeline with about so many functions and datasets, and edges between them.

    Half of the elements are functions, each with one output; what is left of ``edges`` are inputs,
    four of five from the function's own group.  ``groups`` are namespaces, ``depth`` names deep.
    """
    chance = random.Random(seed)  # noqa: S311  the same graph each time, no secret
    functions = elements // 2
    inputs = max(functions, edges - functions)
    made: list[str] = []
    made_in: dict[str, list[str]] = {}
    nodes: list[Node] = []
    for number in range(functions):
        group = number * groups // functions if groups else -1
        home = _home(group, groups, depth)
        near = made_in.setdefault(home, [])
        wanted = inputs * (number + 1) // functions - inputs * number // functions
        taken: dict[str, None] = {}
        for _ in range(wanted):
            own = bool(near) and (not groups or chance.random() < 0.8)
            pool = near[-12:] if own else made[-functions // 4 :]
            taken[chance.choice(pool) if pool else "raw"] = None
        output = f"{home}.table_{number}" if home else f"table_{number}"
        nodes.append(_node(number, list(taken), output, home))
        made.append(output)
        near.append(output)
    return Pipeline(nodes)


def _home(group: int, groups: int, depth: int) -> str:
    if group < 0:
        return ""
    names = [f"part_{group}"]
    if depth > 1:
        names.insert(0, f"area_{group * max(1, groups // 5) // groups}")
    names += [f"inner_{level}" for level in range(2, depth)]
    return ".".join(names)


def _node(number: int, inputs: list[str], output: str, home: str) -> Node:
    words = ["clean", "join", "fit", "score", "report_on", "split", "aggregate", "encode"]
    return Node(
        _compute,
        inputs,
        output,
        name=f"{words[number % len(words)]}_{number}",
        namespace=home or None,
        tags=[f"tag_{number % 3}"],
    )


def shop() -> dict[str, Pipeline]:
    """Return a small project: three pipelines, parameters, tags, and one namespace in another."""
    prepare = Pipeline(
        [
            Node(_compute, "orders", "clean_orders", name="clean", tags=["prepare"]),
            Node(
                _compute,
                ["clean_orders", "customers", "params:join.how"],
                "sales",
                name="join_sales",
                tags=["prepare"],
            ),
        ]
    )
    train = Pipeline(
        [
            Node(
                _compute,
                ["sales", "params:split.share"],
                ["train.rows", "train.held_out"],
                name="split",
                namespace="train",
                tags=["model"],
            ),
            Node(
                _compute,
                ["train.rows", "params:model.depth"],
                "train.trees.model",
                name="fit",
                namespace="train.trees",
                tags=["model"],
            ),
            Node(
                _compute,
                ["train.trees.model", "train.held_out"],
                "score",
                name="evaluate",
                namespace="train.trees",
                tags=["model", "report"],
            ),
        ]
    )
    report = Pipeline([Node(_compute, ["sales", "score"], "chart", name="draw", tags=["report"])])
    parts = {"prepare": prepare, "train": train, "report": report}
    return {"__default__": prepare + train + report, **parts}


SHOP_TYPES = {
    "orders": "pandas.CSVDataset",
    "customers": "pandas.CSVDataset",
    "sales": "pandas.ParquetDataset",
    "score": "json.JSONDataset",
    "chart": "plotly.JSONDataset",
}
