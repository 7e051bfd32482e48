"""The views that a saved page holds: where it starts, and what one step leads to."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, NotRequired, TypedDict

from noria_viz.document import Document, box_path
from noria_viz.dot import make_dot
from noria_viz.errors import LayoutError
from noria_viz.layout import find_engine, lay_out
from noria_viz.scene import Scene, View, make_scene
from noria_viz.shown_first import first_view

_MOST_VIEWS = 48
_MOST_EDGES = 1_500
_MOST_NODES = 800
_LARGE_BOX = 24


class SavedView(TypedDict):
    """A state of the page, its scene and layout; without an engine the scene has its DOT text."""

    state: dict[str, Any]
    scene: dict[str, Any]
    layout: NotRequired[dict[str, Any]]


def saved_views(document: Document, view: View | None = None) -> list[SavedView]:
    """Return the views, the first one to be shown first.

    >>> from noria.graph import Pipeline, node
    >>> from noria_viz.document import make_document
    >>> shown = Pipeline([node(len, "rows", "size", name="count")])
    >>> document = make_document(
    ...     project="p", env="local", pipeline="a", shown=shown, names=["a"], loaded={"a": shown},
    ...     describe=lambda name: None,
    ... )
    >>> [saved["state"]["direction"] for saved in saved_views(document)]
    ['LR', 'TB']
    """
    has_engine = find_engine() is not None
    first = view or (first_view(document) if has_engine else View())
    collapsed = first.collapsed
    start = replace(
        first, collapsed=frozenset(document["collapsed"]) if collapsed is None else collapsed
    )
    wanted: dict[str, tuple[View, Scene]] = {}
    for each in _worth_saving(document, start):
        key = view_key(each)
        if key not in wanted and len(wanted) < _MOST_VIEWS:
            scene = make_scene(document, each)
            if not wanted or _is_small(scene):
                wanted[key] = (each, scene)
    # The engine is a program of its own: several run at a time.
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        saving = (
            pool.submit(_saved, each, scene, key, has_engine=has_engine)
            for key, (each, scene) in wanted.items()
        )
        return [saved.result() for saved in list(saving)]


def view_key(view: View) -> str:
    """Return the name that the page gives to a state."""
    names = "\n".join(sorted(view.collapsed or ()))
    return f"{names}|{int(view.parameters)}|{view.direction}"


def _worth_saving(document: Document, start: View) -> Iterator[View]:
    """Yield the start, its other direction, parameters, all open, all closed, each box one step."""
    other = replace(start, direction="TB" if start.direction == "LR" else "LR")
    boxes = boxes_of(document)
    outermost = frozenset(path for path in boxes if not _above(path, boxes))
    parameters = any(element["kind"] == "parameter" for element in document["elements"])
    for view in (start, other):
        yield view
        for collapsed in (frozenset[str](), outermost) if boxes else ():
            yield replace(view, collapsed=collapsed)
    if parameters:
        for view in (start, other):
            yield replace(view, parameters=True)
            yield replace(view, parameters=True, collapsed=frozenset())
    for path in sorted(boxes, key=lambda path: (path.count("."), path)):
        yield replace(start, collapsed=toggled(boxes, start.collapsed or frozenset(), path))
        if start.collapsed != outermost and path in outermost:
            yield replace(start, collapsed=toggled(boxes, outermost, path))


def boxes_of(document: Document) -> dict[str, list[str]]:
    """Return all paths of boxes with the paths of the elements inside, as often as there are."""
    boxes: dict[str, list[str]] = {}
    for element in document["elements"]:
        whole = box_path(element)
        path = ""
        for part in whole.split(".") if whole else ():
            path = f"{path}.{part}" if path else part
            boxes.setdefault(path, []).append(whole or "")
    return boxes


def toggled(boxes: dict[str, list[str]], collapsed: frozenset[str], path: str) -> frozenset[str]:
    """Return what is collapsed once a box was opened or closed; a large one opens onto closed ones.

    The page does the same in ``web/graph.js``.

    >>> toggled({"a": ["a"]}, frozenset({"a"}), "a"), toggled({"a": ["a"]}, frozenset(), "a")
    (frozenset(), frozenset({'a'}))
    """
    if path not in collapsed:
        return collapsed | {path}
    rest = collapsed - {path}
    inside = boxes[path]
    if len(inside) <= _LARGE_BOX:
        return rest
    depth = path.count(".") + 1
    children = {
        ".".join(whole.split(".")[: depth + 1]) for whole in inside if whole.count(".") >= depth
    }
    return rest | children


def _above(path: str, boxes: dict[str, list[str]]) -> bool:
    return path.rpartition(".")[0] in boxes


def _is_small(scene: Scene) -> bool:
    return len(scene["nodes"]) <= _MOST_NODES and len(scene["edges"]) <= _MOST_EDGES


def _saved(view: View, scene: Scene, key: str, *, has_engine: bool) -> SavedView:
    told: dict[str, Any] = {each: value for each, value in scene.items() if each != "inside"}
    state = {
        "collapsed": sorted(view.collapsed or ()),
        "params": view.parameters,
        "direction": view.direction,
        "key": key,
    }
    dot = make_dot(scene)
    if has_engine:
        try:
            return {"state": state, "scene": told, "layout": lay_out(dot)}
        except LayoutError:
            pass  # too much for the engine: the page has its own last resort
    return {"state": state, "scene": {**told, "dot": dot}}
