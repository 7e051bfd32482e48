"""The scene: what is drawn of a document in one state of the view; sizes, but no places yet."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NotRequired, TypedDict

from noria_viz.document import Document, Element, box_path, in_running_order
from noria_viz.geometry import (
    HEIGHT,
    NAMESPACE_HEIGHT,
    clean_text,
    middle_cut,
    node_width,
)

DIRECTIONS = ("LR", "TB")
_LEAST_NAMESPACE_WIDTH = 120  # "12 functions" stands below the label


@dataclass(frozen=True, slots=True)
class View:
    """The state of a view.

    ``collapsed`` ``None`` means the document's own; ``kinds``, ``tags`` and ``only`` (element ids)
    narrow what is drawn, empty ones do not.
    """

    collapsed: frozenset[str] | None = None
    parameters: bool = False
    direction: str = "LR"
    kinds: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    only: frozenset[str] = frozenset()


class SceneNode(TypedDict):
    """Something drawn: ``name`` is its word in DOT, ``id`` the element or ``n:`` and a namespace.

    ``width`` and ``height`` are pixels; ``count`` are the functions inside of a closed namespace,
    ``datasets`` the datasets.
    """

    name: str
    id: str
    kind: str
    label: str
    width: int
    height: int
    count: NotRequired[int]
    datasets: NotRequired[int]


class SceneBox(TypedDict):
    """A namespace that is open; ``parent`` is the id of the box around it."""

    name: str
    id: str
    namespace: str
    label: str
    parent: str | None


class Scene(TypedDict):
    """Nodes, boxes and folded edges; ``inside`` gives each node's box by the node's name."""

    direction: str
    nodes: list[SceneNode]
    boxes: list[SceneBox]
    edges: list[tuple[str, str]]
    inside: dict[str, str]
    hidden: dict[str, int]


def make_scene(document: Document, view: View | None = None) -> Scene:
    """Return what is drawn of the document.

    >>> from noria.graph import Pipeline, node
    >>> from noria_viz.document import make_document
    >>> shown = Pipeline([node(len, "rows", "size", name="count", namespace="eu")])
    >>> document = make_document(
    ...     project="p", env="local", pipeline="a", shown=shown, names=["a"], loaded={"a": shown},
    ...     describe=lambda name: None,
    ... )
    >>> closed = make_scene(document, View(collapsed=frozenset({"eu"})))
    >>> [node["label"] for node in closed["nodes"]], closed["edges"]
    (['rows', 'eu', 'size'], [('e0', 'e1'), ('e1', 'e2')])
    """
    view = view or View()
    collapsed = frozenset(document["collapsed"]) if view.collapsed is None else view.collapsed
    kept = [element for element in document["elements"] if _is_kept(element, view)]
    nodes: dict[str, SceneNode] = {}
    drawn_as: dict[str, SceneNode] = {}
    homes: dict[str, str | None] = {}
    for element in in_running_order(kept, document["edges"]):
        path = box_path(element)
        closed = _closed(path, collapsed)
        id_ = element["id"] if closed is None else f"n:{closed}"
        if id_ not in nodes:
            label = element["label"] if closed is None else _box_label(document, closed)
            nodes[id_] = _node(len(nodes), id_, element["kind"], label)
            homes[id_] = path if closed is None else _above(closed)
        if closed is not None:
            _count(nodes[id_], element)
        drawn_as[element["id"]] = nodes[id_]
    boxes = _boxes(document, homes.values())
    return {
        "direction": view.direction,
        "nodes": list(nodes.values()),
        "boxes": list(boxes.values()),
        "edges": _folded(_bridged(document["edges"], drawn_as, view), drawn_as),
        "inside": {
            node["name"]: boxes[home]["name"]
            for id_, node in nodes.items()
            if (home := homes[id_]) is not None
        },
        "hidden": _hidden(document, view),
    }


def collapsible(document: Document) -> list[str]:
    """Return all namespaces of the document, outer ones too."""
    found: set[str] = set()
    for element in document["elements"]:
        found.update(_prefixes(box_path(element)))
    return sorted(found)


def _is_kept(element: Element, view: View) -> bool:
    if element["kind"] == "parameter" and not view.parameters and "parameter" not in view.kinds:
        return element["id"] in view.only
    return (
        (not view.kinds or element["kind"] in view.kinds)
        and (not view.tags or not view.tags.isdisjoint(element["tags"]))
        and (not view.only or element["id"] in view.only)
    )


def _closed(namespace: str | None, collapsed: frozenset[str]) -> str | None:
    """Return the outermost collapsed namespace around."""
    return next((prefix for prefix in _prefixes(namespace) if prefix in collapsed), None)


def _prefixes(namespace: str | None) -> Iterator[str]:
    parts = namespace.split(".") if namespace else []
    for end in range(1, len(parts) + 1):
        yield ".".join(parts[:end])


def _above(namespace: str) -> str | None:
    return namespace.rpartition(".")[0] or None


def _node(number: int, id_: str, kind: str, label: str) -> SceneNode:
    closed = id_.startswith("n:")
    label = middle_cut(label)
    return {
        "name": f"e{number}",
        "id": id_,
        "kind": "namespace" if closed else kind,
        "label": label,
        "width": max(node_width(label, heavy=closed), _LEAST_NAMESPACE_WIDTH if closed else 0),
        "height": NAMESPACE_HEIGHT if closed else HEIGHT,
    }


def _count(box: SceneNode, element: Element) -> None:
    box["count"] = box.get("count", 0) + (element["kind"] == "function")
    box["datasets"] = box.get("datasets", 0) + (element["kind"] == "dataset")


def _box_label(document: Document, path: str) -> str:
    return document["folds"].get(path) or clean_text(path.rpartition(".")[2], 200)


def _boxes(document: Document, homes: Iterable[str | None]) -> dict[str, SceneBox]:
    """Return the open namespaces, each after the one around it."""
    boxes: dict[str, SceneBox] = {}
    for home in homes:
        for namespace in _prefixes(home):
            if namespace not in boxes:
                above = _above(namespace)
                boxes[namespace] = {
                    "name": f"cluster_b{len(boxes)}",
                    "id": f"n:{namespace}",
                    "namespace": namespace,
                    "label": middle_cut(_box_label(document, namespace)),
                    "parent": None if above is None else f"n:{above}",
                }
    return boxes


def _bridged(
    edges: list[tuple[str, str]], drawn_as: Mapping[str, SceneNode], view: View
) -> list[tuple[str, str]]:
    """Return the edges, and one past whatever filters hide between two drawn elements."""
    if not view.kinds and not view.tags:
        return edges
    after: dict[str, list[str]] = {}
    for source, target in edges:
        after.setdefault(source, []).append(target)
    found: list[tuple[str, str]] = []
    for source in drawn_as:
        waiting, seen = list(after.get(source, ())), {source}
        while waiting:
            target = waiting.pop()
            if target in drawn_as:
                found.append((source, target))
            elif target not in seen:
                seen.add(target)
                waiting += after.get(target, ())
    return found


def _folded(
    edges: Iterable[tuple[str, str]], drawn_as: dict[str, SceneNode]
) -> list[tuple[str, str]]:
    """Return the edges between what is drawn, each once, none from a node to itself."""
    found: dict[tuple[str, str], None] = {}
    for source, target in edges:
        if source in drawn_as and target in drawn_as:
            pair = (drawn_as[source]["name"], drawn_as[target]["name"])
            if pair[0] != pair[1]:
                found[pair] = None
    return list(found)


def _hidden(document: Document, view: View) -> dict[str, int]:
    parameters = sum(element["kind"] == "parameter" for element in document["elements"])
    shown = view.parameters or "parameter" in view.kinds
    return {"parameters": 0 if shown else parameters}
