"""What the panel shows of one element: for a function its source, for a dataset its entry."""

import shlex
from collections.abc import Iterator
from typing import Any

from noria.graph import Node, Pipeline
from noria.graph.names import base_name, is_parameter
from noria_catalog.located import Located
from noria_catalog.redact import is_secret

from noria_viz.document import DEFAULT, Document
from noria_viz.errors import ViewError
from noria_viz.place import Place, place_of
from noria_viz.project_graph import ProjectGraph
from noria_viz.secrecy import shown_value
from noria_viz.source_text import source_text


def describe_element(
    graph: ProjectGraph, element: str, pipeline: str | None = None
) -> dict[str, Any]:
    """Return all about the element of that id.

    Raises ViewError for an id that the pipeline does not have.
    """
    shown = graph.shown(pipeline)
    wiring = shown.wiring
    kind, _, name = element.partition(":")
    is_known = name in wiring.producers or name in wiring.consumers
    if kind == "f" and name in wiring.names:
        return _function(graph, wiring.nodes[wiring.names[name]], pipeline)
    if kind == "d" and is_known and not is_parameter(name):
        return _dataset(graph, shown, name)
    if kind == "p" and is_parameter(name) and name in wiring.read:
        return _parameter(graph, shown, name)
    raise ViewError(f"no element {element[:200]!r} in this pipeline")


def describe_all(graph: ProjectGraph, document: Document) -> dict[str, Any]:
    """Return what the panel of a saved page shows: the details of all elements, by id."""
    name = document["pipeline"]
    found = {}
    for element in document["elements"]:
        told = describe_element(graph, element["id"], name)
        told.pop("place", None)  # the page only asks for previews of what is served
        found[element["id"]] = {**told, "can_preview": False}
    return found


def _function(graph: ProjectGraph, node: Node, pipeline: str | None) -> dict[str, Any]:
    name = pipeline or graph.selection.pipeline
    words = ["noria", "run", *(["--pipeline", name] if name != DEFAULT else [])]
    return {
        "kind": "function",
        "id": f"f:{node.name}",
        "name": node.name,
        "func": getattr(node.func, "__qualname__", None) or type(node.func).__name__,
        "source": source_text(node, graph.session.project.path),
        "inputs": [each for each in node.inputs if not is_parameter(each)],
        "outputs": node.outputs,
        "parameters": [
            {"name": each, **_value(graph, each)} for each in node.inputs if is_parameter(each)
        ],
        "tags": sorted(node.tags),
        "command": shlex.join([*words, *graph.configuration, "--nodes", node.name]),
    }


def _dataset(graph: ProjectGraph, shown: Pipeline, name: str) -> dict[str, Any]:
    wiring = shown.wiring
    maker = wiring.producers.get(name)
    made_by = None if maker is None else wiring.nodes[maker]
    read_by = [wiring.nodes[number] for number in wiring.consumers.get(name, ())]
    spelt = _declared_as(graph, name, [*([made_by] if made_by else []), *read_by])
    described = graph.describe(spelt) or {}
    where = graph.catalog.where(spelt) if described else None
    place = place_of(described, graph.session.project.path) if described else Place()
    size, modified = place.status()
    return {
        "kind": "dataset",
        "id": f"d:{name}",
        "name": name,
        "type": described.get("type"),
        "filepath": place.shown,
        "config": _configuration(graph, spelt),
        "where": None if where is None else str(where),
        "size": size,
        "modified": modified,
        "rows": None,
        "columns": None,
        "producer": None if made_by is None else f"f:{made_by.name}",
        "consumers": [f"f:{node.name}" for node in read_by],
        "can_preview": place.path is not None,
        "place": place.question(described),
    }


def _parameter(graph: ProjectGraph, shown: Pipeline, name: str) -> dict[str, Any]:
    wiring = shown.wiring
    numbers = wiring.consumers.get(base_name(name), ())
    consumers = [node for node in map(wiring.nodes.__getitem__, numbers) if name in node.inputs]
    return {
        "kind": "parameter",
        "id": f"p:{name}",
        "name": name,
        **_value(graph, name),
        "consumers": [f"f:{node.name}" for node in consumers],
    }


def _declared_as(graph: ProjectGraph, name: str, nodes: list[Node]) -> str:
    """Return the spelling that the catalog declares: with transcoding where it is used."""
    spellings = [
        each for node in nodes for each in (*node.inputs, *node.outputs) if base_name(each) == name
    ]
    return next((each for each in [name, *sorted(spellings)] if each in graph.catalog), name)


def _value(graph: ProjectGraph, name: str) -> dict[str, Any]:
    located: Located | None = graph.session.located_parameters
    keys = name.removeprefix("params:").split(".") if name != "parameters" else []
    for key in keys:
        inside = located.value if located is not None else None
        located = inside.get(key) if isinstance(inside, dict) else None
    if located is None:
        return {"value": None, "where": None, "missing": True}
    where = located.key or located.where
    return {
        "value": shown_value(keys[-1] if keys else "", located.plain()),
        "where": None if where is None else str(where),
    }


def _configuration(graph: ProjectGraph, name: str) -> list[dict[str, Any]]:
    entry = graph.session.config.catalog().value.get(name)
    if entry is None or not isinstance(entry.value, dict):
        return [
            {"key": key, "value": shown_value(key, value), "where": None}
            for key, value in (graph.describe(name) or {}).items()
        ]
    leaves = _leaves("", entry)
    return [_setting(key, shown_value(last, each.plain()), each) for key, last, each in leaves]


def _setting(key: str, value: Any, located: Located) -> dict[str, Any]:
    where = located.key or located.where
    return {"key": key, "value": value, "where": None if where is None else str(where)}


def _leaves(prefix: str, located: Located) -> Iterator[tuple[str, str, Located]]:
    for key, below in located.value.items():
        name = f"{prefix}{key}"
        if isinstance(below.value, dict) and below.value and not is_secret(str(key)):
            yield from _leaves(f"{name}.", below)
        else:
            yield name, str(key), below
