"""DOT text of a scene, by the graphviz package; names are made-up words, labels only ever text."""

from typing import Any

from noria_viz.geometry import BOX_MARGIN, FONT_SIZE, NODE_GAP, RANK_GAP
from noria_viz.scene import Scene, SceneBox, SceneNode

_POINTS = 72
_STYLES = {
    "function": "filled",
    "dataset": "rounded",
    "parameter": "dashed",
    "namespace": "rounded,bold",
}
# Layout time follows the edges between clusters: from so many on, Graphviz is told to be content.
_LIMITS = (
    (1200, {"nslimit": "0.2", "nslimit1": "0.4", "mclimit": "0.06"}),
    (300, {"nslimit": "0.5", "nslimit1": "0.5", "mclimit": "0.2"}),
)


def make_dot(scene: Scene) -> str:
    r"""Return the scene as a DOT digraph.

    The words ``e0``, ``cluster_b0`` are those of the scene: a layout's answer is read by them.

    >>> node = SceneNode(name="e0", id="f:x", kind="function", label='"\\x"', width=72, height=36)
    >>> print(make_dot(Scene(direction="LR", nodes=[node], boxes=[], edges=[], inside={},
    ...                      hidden={})).splitlines()[-2].strip())
    e0 [label="\"\\x\"" height=0.5 style=filled width=1]
    """
    import graphviz

    drawing = graphviz.Digraph("noria", graph_attr=_graph_attributes(scene))
    drawing.attr(
        "node",
        shape="box",
        fixedsize="true",
        fillcolor="gray95",
        fontname="Helvetica",
        fontsize=str(FONT_SIZE),
    )
    drawing.attr("edge", arrowsize="0.6")
    members: dict[str, list[SceneNode]] = {}
    for node in scene["nodes"]:
        members.setdefault(scene["inside"].get(node["name"], ""), []).append(node)
    below: dict[str | None, list[SceneBox]] = {}
    for box in scene["boxes"]:
        below.setdefault(box["parent"], []).append(box)
    _fill(drawing, None, "", members, below)
    drawing.edges(scene["edges"])
    return str(drawing.source)


def _fill(
    drawing: Any,
    parent: str | None,
    name: str,
    members: dict[str, list[SceneNode]],
    below: dict[str | None, list[SceneBox]],
) -> None:
    import graphviz

    for node in members.get(name, ()):
        drawing.node(
            node["name"],
            graphviz.escape(node["label"]),
            style=_STYLES[node["kind"]],
            width=f"{node['width'] / _POINTS:.6g}",
            height=f"{node['height'] / _POINTS:.6g}",
        )
    for box in below.get(parent, ()):
        with drawing.subgraph(name=box["name"]) as inner:
            inner.attr(
                label=graphviz.escape(box["label"]), margin=str(BOX_MARGIN), fontname="Helvetica"
            )
            _fill(inner, box["id"], box["name"], members, below)


def _graph_attributes(scene: Scene) -> dict[str, str]:
    edges = len(scene["edges"])
    attributes = {
        "rankdir": scene["direction"],
        "ranksep": f"{RANK_GAP[scene['direction']] / _POINTS:.3g}",
        "nodesep": f"{NODE_GAP / _POINTS:.3g}",
        "splines": "spline",
        "fontsize": str(FONT_SIZE),
        "labeljust": "l",
        "charset": "UTF-8",
    }
    for least, limits in _LIMITS:
        if edges >= least:
            attributes.update(limits)
            break
    return attributes
