"""Where everything is drawn: Graphviz's answer (y upwards, points) as pixels with y downwards.

The page does the same in ``web/geometry.js``; a test holds the two together.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from noria_viz.scene import Scene

Point = tuple[float, float]
_ARROW = 6


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle by its upper left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Curve:
    """An edge: the points of a Bezier curve, and the tip of its arrow."""

    source: str
    target: str
    points: tuple[Point, ...]
    tip: Point


@dataclass(frozen=True, slots=True)
class Places:
    """The areas of nodes and boxes by their ids, the curves, and the size of all."""

    width: float
    height: float
    nodes: dict[str, Area]
    boxes: dict[str, Area]
    edges: tuple[Curve, ...]


def places_of(answer: dict[str, Any], scene: Scene) -> Places:
    """Return the places of a scene in the layout ``answer``, of the format ``json0``."""
    left, bottom, right, top = map(float, answer["bb"].split(","))

    def flip(x: float, y: float) -> Point:
        return _round(x - left), _round(top - y)

    sizes = {node["name"]: node for node in scene["nodes"]}
    box_ids = {box["name"]: box["id"] for box in scene["boxes"]}
    nodes: dict[str, Area] = {}
    boxes: dict[str, Area] = {}
    name_at: dict[int, str] = {}
    for each in answer.get("objects", ()):
        name = name_at[each["_gvid"]] = each["name"]
        if name in sizes:
            width, height = sizes[name]["width"], sizes[name]["height"]
            x, y = flip(*map(float, each["pos"].split(",")))
            corner = _round(x - width / 2), _round(y - height / 2)
            nodes[sizes[name]["id"]] = Area(*corner, width, height)
        elif name in box_ids and each.get("bb"):
            x0, y0, x1, y1 = map(float, each["bb"].split(","))
            boxes[box_ids[name]] = Area(*flip(x0, y1), _round(x1 - x0), _round(y1 - y0))
    edges = tuple(
        _drawn_in(
            Curve(source["id"], target["id"], *_curve(edge["pos"], flip)),
            nodes[source["id"]] if source["kind"] == "dataset" else None,
            nodes[target["id"]] if target["kind"] == "dataset" else None,
        )
        for edge in answer.get("edges", ())
        if (source := sizes.get(name_at.get(edge["tail"], "")))
        and (target := sizes.get(name_at.get(edge["head"], "")))
        and edge.get("pos")
    )
    return Places(_round(right - left), _round(top - bottom), nodes, boxes, edges)


def edge_path(curve: Curve) -> str:
    """Return the SVG path of an edge: one for the line and its head."""
    points = curve.points
    curves = [
        "C" + " ".join(map(_pair, points[at : at + 3])) for at in range(1, len(points) - 2, 3)
    ]
    tip, end = curve.tip, points[-1]
    back = points[-2] if len(points) > 1 else points[0]
    start = end if math.hypot(tip[0] - end[0], tip[1] - end[1]) > 0.5 else back
    angle = math.atan2(tip[1] - start[1], tip[0] - start[0])

    def wing(turn: float) -> Point:
        return (
            _round(tip[0] - _ARROW * math.cos(angle + turn)),
            _round(tip[1] - _ARROW * math.sin(angle + turn)),
        )

    head = f"L{_pair(tip)}M{_pair(wing(0.5))}L{_pair(tip)}L{_pair(wing(-0.5))}"
    return f"M{_pair(points[0])}{''.join(curves)}{head}"


def _curve(pos: str, flip: Callable[[float, float], Point]) -> tuple[tuple[Point, ...], Point]:
    tip: Point | None = None
    points: list[Point] = []
    for part in pos.partition(";")[0].replace("\\\n", "").split():
        numbers = re.findall(r"[-+.\deE]+", part.lstrip("es,"))
        point = flip(float(numbers[0]), float(numbers[1]))
        if part.startswith("e,"):
            tip = point
        elif not part.startswith("s,"):
            points.append(point)
    return tuple(points), tip or points[-1]


def _drawn_in(curve: Curve, source: Area | None, target: Area | None) -> Curve:
    """Let the ends go on to datasets, which are rounder than the boxes that edges are led to."""
    points, tip = list(curve.points), curve.tip
    if source is not None:
        points[0] = _onto_round(points[0], _heading(points[1], points[0]), source)
    if target is not None:
        x, y = points.pop()
        way = _heading((x, y), tip)
        tip = _onto_round(tip, _heading(points[-1], tip) if way == (0, 0) else way, target)
        points.append((_round(x + tip[0] - curve.tip[0]), _round(y + tip[1] - curve.tip[1])))
    return replace(curve, points=tuple(points), tip=tip)


def _heading(before: Point, point: Point) -> Point:
    return point[0] - before[0], point[1] - before[1]


def _onto_round(point: Point, way: Point, area: Area) -> Point:
    radius = area.height / 2
    x = point[0] - min(max(point[0], area.x + radius), area.x + area.width - radius)
    y = point[1] - area.y - radius
    outside = x * x + y * y - radius * radius
    square = way[0] * way[0] + way[1] * way[1]
    if outside <= 0 or not square:
        return point
    along = x * way[0] + y * way[1]
    under = along * along - square * outside
    hits = under > 0 and along < 0
    far = ((-along - math.sqrt(under)) if hits else -along) / square  # a miss: as near as it gets
    return _round(point[0] + way[0] * far), _round(point[1] + way[1] * far)


def _round(number: float) -> float:
    """Round as the page does: halves up."""
    return math.floor(number * 10 + 0.5) / 10


def _pair(point: Point) -> str:
    return f"{number(point[0])},{number(point[1])}"


def number(value: float) -> str:
    """Write a number as short as JavaScript does.

    >>> number(3.0), number(0.25), number(-0.0)
    ('3', '0.25', '0')
    """
    return str(int(value)) if value == int(value) else repr(value)
