"""The document: all that a view needs to know of a project's pipelines, as JSON.

It is made of pipelines and the words of the catalog; no data, no model and no dataset class is
touched.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NotRequired, TypedDict

from noria.graph import Node, Pipeline
from noria.graph.names import base_name, is_parameter
from noria_catalog.errors import NoriaError

from noria_viz.first_view import collapsed_at_first, folds_at_first
from noria_viz.geometry import clean_text

VERSION = 1
DEFAULT = "__default__"
LONGEST_LABEL = 200
Edge = tuple[str, str]
_LAYER = re.compile(r"(?:^|/)(\d\d_[^/]+)/")


class Element(TypedDict):
    """A function, a dataset or a parameter.

    ``id`` is ``f:``, ``d:`` or ``p:`` and the name; ``label`` the name without its namespace.
    ``type``, ``layer`` and ``role`` are a dataset's; a ``type`` of ``None`` is one in memory.
    ``folds`` is the group around its outermost namespace, in graphs too large to be read without.
    """

    id: str
    kind: str
    name: str
    label: str
    namespace: str | None
    tags: list[str]
    pipelines: list[str]
    type: NotRequired[str | None]
    layer: NotRequired[str | None]
    role: NotRequired[str]
    folds: NotRequired[str]


class PipelineEntry(TypedDict):
    """A pipeline of the project; ``nodes`` is ``None`` for one that nobody asked for yet."""

    name: str
    label: str
    nodes: int | None
    problem: NotRequired[str]


class Problem(TypedDict):
    """Why there is no newer graph; ``where`` is ``file:line:column``."""

    message: str
    where: str | None
    hint: str | None


class Document(TypedDict):
    """The graph of one pipeline of a project; ``edges`` are pairs of element ids.

    ``selection`` and ``configuration`` are the flags of `noria run` that mean what is shown.
    ``collapsed`` are the paths of boxes that are closed at first, ``folds`` the labels of groups.
    """

    version: int
    project: str
    env: str
    pipelines: list[PipelineEntry]
    pipeline: str
    selection: list[str]
    configuration: list[str]
    problem: Problem | None
    revision: str
    collapsed: list[str]
    folds: dict[str, str]
    elements: list[Element]
    edges: list[Edge]


Describe = Callable[[str], Mapping[str, Any] | None]


def make_document(
    *,
    project: str,
    env: str,
    pipeline: str,
    shown: Pipeline,
    names: Iterable[str],
    loaded: Mapping[str, Pipeline | NoriaError],
    describe: Describe,
    selection: Sequence[str] = (),
    configuration: Sequence[str] = (),
) -> Document:
    """Return the document of the pipeline ``shown``.

    ``names`` are all pipelines of the project and ``loaded`` those that were imported, or why they
    could not be; ``describe`` gives a dataset's catalog entry, ``None`` for one in memory.

    >>> from noria.graph import node
    >>> shown = Pipeline([node(len, "rows", "size", name="count")])
    >>> document = make_document(
    ...     project="p", env="local", pipeline="a", shown=shown, names=["a"], loaded={"a": shown},
    ...     describe=lambda name: None,
    ... )
    >>> document["edges"]
    [('d:rows', 'f:count'), ('f:count', 'd:size')]
    """
    nodes = shown.nodes
    homes = _homes(loaded)
    namespaces = {prefix for node in nodes for prefix in node.namespace_prefixes}
    elements: dict[str, Element] = {}
    edges: dict[Edge, None] = {}
    made = {_dataset_id(name) for node in nodes for name in node.outputs}
    read = {_dataset_id(name) for node in nodes for name in node.inputs}
    for node in nodes:
        function = _function(node, homes.get(f"f:{node.name}", [pipeline]))
        elements[function["id"]] = function
        names_read, names_made = node.inputs, node.outputs
        for number, name in enumerate([*names_read, *names_made]):
            id_ = _dataset_id(name)
            if id_ not in elements:
                element = _named(name, id_, homes.get(id_, [pipeline]), namespaces)
                if element["kind"] == "dataset":
                    described = _described(describe, name)
                    element["type"] = _type(described)
                    element["layer"] = _layer(described)
                    element["role"] = _role(id_, made, read)
                elements[id_] = element
            elements[id_]["tags"] = sorted({*elements[id_]["tags"], *node.tags})
            leaves = number >= len(names_read)
            edges[(function["id"], id_) if leaves else (id_, function["id"])] = None
    listed = list(elements.values())
    folds = _fold(listed, edges)
    document: Document = {
        "version": VERSION,
        "project": clean_text(project, LONGEST_LABEL),
        "env": env,
        "pipelines": [_entry(name, loaded.get(name)) for name in _in_order(names)],
        "pipeline": pipeline,
        "selection": list(selection),
        "configuration": list(configuration),
        "problem": None,
        "revision": "",
        "collapsed": collapsed_at_first(
            box_path(element) for element in listed if element["kind"] != "parameter"
        ),
        "folds": folds,
        "elements": listed,
        "edges": list(edges),
    }
    document["revision"] = _revision(document)
    return document


def empty_document(project: str, env: str, pipeline: str, problem: Problem) -> Document:
    """Return the document of a project that shows nothing, for the reason given."""
    document: Document = {
        "version": VERSION,
        "project": clean_text(project, LONGEST_LABEL),
        "env": env,
        "pipelines": [],
        "pipeline": pipeline,
        "selection": [],
        "configuration": [],
        "problem": problem,
        "revision": "",
        "collapsed": [],
        "folds": {},
        "elements": [],
        "edges": [],
    }
    document["revision"] = _revision(document)
    return document


def box_path(element: Element) -> str | None:
    """Return the dotted path of the boxes around an element, ``None`` for none."""
    return ".".join(filter(None, [element.get("folds"), element["namespace"]])) or None


def in_running_order(elements: Iterable[Element], edges: Iterable[Edge]) -> Iterator[Element]:
    """Yield the elements so that inputs stand before the functions that read them."""
    listed = list(elements)
    by_id = {element["id"]: element for element in listed}
    before: dict[str, list[str]] = {}
    for source, target in edges:
        before.setdefault(target, []).append(source)
    done: set[str] = set()
    for element in listed:
        for id_ in (*before.get(element["id"], ()), element["id"]):
            if id_ in by_id and id_ not in done:
                done.add(id_)
                yield by_id[id_]


def problem_of(error: NoriaError) -> Problem:
    """Return what an error tells, field by field."""
    hints = [f"did you mean {error.nearest!r}?" if error.nearest else "", error.hint or ""]
    return {
        "message": error.message,
        "where": None if error.where is None else str(error.where),
        "hint": "\n".join(filter(None, hints)) or None,
    }


def _fold(elements: list[Element], edges: Iterable[Edge]) -> dict[str, str]:
    """Give elements their ``folds`` where there is too much to see; return the groups' labels."""
    drawn = [element for element in elements if element["kind"] != "parameter"]
    members: dict[str, list[Element]] = {}
    for element in in_running_order(drawn, edges):
        members.setdefault(_outermost(element), []).append(element)
    folds = folds_at_first(list(members), lambda thing: _one_pipeline(members[thing]))
    inside: dict[str, list[Element]] = {}
    of_element: dict[str, str] = {}
    for thing, fold in folds.items():
        for element in members[thing]:
            element["folds"] = of_element[element["id"]] = fold
            inside.setdefault(fold, []).append(element)
    readers: dict[str, set[str | None]] = {}
    for source, target in edges:
        readers.setdefault(source, set()).add(of_element.get(target))
    for element in elements:
        groups = readers.get(element["id"], set())
        if element["kind"] == "parameter" and len(groups) == 1:
            (group,) = groups
            if group is not None:
                element["folds"] = group
    return {fold: _fold_label(fold, held) for fold, held in inside.items()}


def _outermost(element: Element) -> str:
    return f"n:{element['namespace'].partition('.')[0]}" if element["namespace"] else element["id"]


def _one_pipeline(members: list[Element]) -> str | None:
    found = {tuple(name for name in one["pipelines"] if name != DEFAULT) for one in members}
    names = found.pop() if len(found) == 1 else ()
    return names[0] if len(names) == 1 else None


def _fold_label(fold: str, members: list[Element]) -> str:
    if not fold[1:].isdecimal():
        return clean_text(fold[1:], LONGEST_LABEL)
    functions = [one for one in members if one["kind"] == "function"] or members
    ends = [functions[0]["label"]] + ([functions[-1]["label"]] if len(functions) > 1 else [])
    return " … ".join(ends)


def _revision(document: Document) -> str:
    import hashlib
    import json

    told = {key: value for key, value in document.items() if key not in ("revision", "problem")}
    text = json.dumps(told, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _homes(loaded: Mapping[str, Pipeline | NoriaError]) -> dict[str, list[str]]:
    """Return the pipelines that each element is in, by its id."""
    homes: dict[str, list[str]] = {}
    for name, pipeline in loaded.items():
        if isinstance(pipeline, Pipeline):
            ids = {f"f:{node.name}" for node in pipeline.nodes}
            ids.update(map(_dataset_id, pipeline.datasets()))
            for id_ in ids:
                homes.setdefault(id_, []).append(name)
    for names in homes.values():
        names.sort(key=_order)
    return homes


def _function(node: Node, pipelines: list[str]) -> Element:
    label = node.name.removeprefix(f"{node.namespace}.") if node.namespace else node.name
    return {
        "id": f"f:{node.name}",
        "kind": "function",
        "name": node.name,
        "label": clean_text(label, LONGEST_LABEL),
        "namespace": node.namespace,
        "tags": sorted(node.tags),
        "pipelines": pipelines,
    }


def _named(name: str, id_: str, pipelines: list[str], namespaces: set[str]) -> Element:
    kind = "parameter" if is_parameter(name) else "dataset"
    whole = name if kind == "parameter" else base_name(name)
    bare = whole.removeprefix("params:")
    namespace = _namespace(bare, namespaces)
    label = bare.removeprefix(f"{namespace}.") if namespace else bare
    return {
        "id": id_,
        "kind": kind,
        "name": whole,
        "label": clean_text(label, LONGEST_LABEL),
        "namespace": namespace,
        "tags": [],
        "pipelines": pipelines,
    }


def _namespace(name: str, namespaces: set[str]) -> str | None:
    """Return the innermost namespace that the dotted name lies in."""
    above = name.rpartition(".")[0]
    while above:
        if above in namespaces:
            return above
        above = above.rpartition(".")[0]
    return None


def _described(describe: Describe, name: str) -> Mapping[str, Any]:
    return describe(name) or describe(base_name(name)) or {}


def _type(described: Mapping[str, Any]) -> str | None:
    word = described.get("type")
    in_memory = word in (None, "", "MemoryDataset")
    return None if in_memory else clean_text(str(word), LONGEST_LABEL)


def _layer(described: Mapping[str, Any]) -> str | None:
    """Return the layer that the entry names, else the numbered folder that its file lies in."""
    metadata = described.get("metadata")
    if isinstance(metadata, Mapping):
        below = [metadata, metadata.get("noria"), metadata.get("kedro-viz")]
        for each in below:
            if isinstance(each, Mapping) and isinstance(each.get("layer"), str):
                return clean_text(each["layer"], LONGEST_LABEL)
    path = described.get("filepath") or described.get("path")
    found = _LAYER.findall(path.replace("\\", "/")) if isinstance(path, str) else []
    return clean_text(found[-1], LONGEST_LABEL) if found else None


def _role(id_: str, made: set[str], read: set[str]) -> str:
    if id_ not in made:
        return "input"
    return "intermediate" if id_ in read else "output"


def _dataset_id(name: str) -> str:
    return f"p:{name}" if is_parameter(name) else f"d:{base_name(name)}"


def _entry(name: str, loaded: Pipeline | NoriaError | None) -> PipelineEntry:
    label = "all" if name == DEFAULT else clean_text(name, LONGEST_LABEL)
    if isinstance(loaded, NoriaError):
        return {"name": name, "label": label, "nodes": None, "problem": str(loaded)}
    nodes = None if loaded is None else len(loaded.nodes)
    return {"name": name, "label": label, "nodes": nodes}


def _in_order(names: Iterable[str]) -> list[str]:
    return sorted(names, key=_order)


def _order(name: str) -> tuple[bool, str]:
    return (name != DEFAULT, name)
