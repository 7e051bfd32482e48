"""A laid out scene as SVG, drawn as the page draws it (``web/draw.js``)."""

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from noria_viz.document import Document, Element
from noria_viz.geometry import TEXT_LEFT, clean_text
from noria_viz.look import background, drawing_style, icons
from noria_viz.places import Area, Places, edge_path, number
from noria_viz.scene import Scene, SceneBox, SceneNode

_MARGIN = 24
_LONGEST_TITLE = 400
_TITLE_LEFT = 26
_TWO_LINES_FROM = 38
_NONCHARACTERS = str.maketrans(dict.fromkeys((0xFFFE, 0xFFFF), "\ufffd"))


def make_svg(document: Document, scene: Scene, places: Places) -> str:
    """Return the drawing as a file of its own, in the page's light colours."""
    width, height = places.width + 2 * _MARGIN, places.height + 2 * _MARGIN
    box = f'viewBox="{-_MARGIN} {-_MARGIN} {number(width)} {number(height)}"'
    spoken = f'role="img" aria-label={_quoted("pipeline of " + document["project"])}'
    dense = len(places.edges) > 2 * len(places.nodes)
    kind = "drawing dense" if dense else "drawing"
    elements = {element["id"]: element for element in document["elements"]}
    size = f'width="{number(width)}" height="{number(height)}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box} class="{kind}" {spoken}>',
            f"<style>\n{drawing_style()}\n</style>",
            f'<rect x="{-_MARGIN}" y="{-_MARGIN}" {size} fill="{background()}"/>',
            *_boxes(scene, places),
            '<g class="edges">',
            *(f'<path class="edge" d="{edge_path(edge)}"/>' for edge in places.edges),
            "</g>",
            *(
                _node(node, places.nodes[node["id"]], elements.get(node["id"]))
                for node in scene["nodes"]
                if node["id"] in places.nodes
            ),
            *(
                _title(box, places.boxes[box["id"]])
                for box in scene["boxes"]
                if box["id"] in places.boxes
            ),
            "</svg>\n",
        ]
    )


def _boxes(scene: Scene, places: Places) -> Iterable[str]:
    depths: dict[str, int] = {}
    for box in scene["boxes"]:
        depths[box["id"]] = 0 if box["parent"] is None else depths[box["parent"]] + 1
        area = places.boxes.get(box["id"])
        if area is not None:
            place = _rect(area.x, area.y, area.width, area.height, 10)
            yield f'<rect class="box depth-{depths[box["id"]] % 3}" {place}/>'


def _title(box: SceneBox, area: Area) -> str:
    return (
        f'<g class="title" transform="translate({number(area.x)},{number(area.y)})">'
        f'<path class="icon" d="{icons()["open"]}" transform="translate(8,6)"/>'
        f'<text x="{_TITLE_LEFT}" y="18.5">{_text(box["label"])}</text></g>'
    )


def _node(node: SceneNode, area: Area, element: Element | None) -> str:
    kind, middle = node["kind"], area.height / 2
    label = node["label"] or "(no name)"
    two_lines = kind == "namespace" and "count" in node and area.height >= _TWO_LINES_FROM
    baseline = middle + (-2.5 if two_lines else 4.5)
    whole = element["name"] if element is not None else label
    parts = [
        f'<g class="node {kind}" transform="translate({number(area.x)},{number(area.y)})">',
        *_shape(kind, area.width, area.height),
        f'<path class="icon" d="{icons()[kind]}" transform="translate(10,{number(middle - 8)})"/>',
        f'<text x="{TEXT_LEFT}" y="{number(baseline)}">{_text(label)}</text>',
    ]
    if two_lines:
        place = f'x="{TEXT_LEFT}" y="{number(middle + 13.5)}"'
        parts.append(f'<text class="count" {place}>{_counted(node)}</text>')
    if whole != label:
        parts.append(f"<title>{_text(clean_text(whole, _LONGEST_TITLE))}</title>")
    return "".join([*parts, "</g>"])


def _shape(kind: str, width: float, height: float) -> list[str]:
    """Return the outline: kinds differ in it, not only in colour."""
    w, h = width - 1, height - 1
    if kind == "dataset":
        return [f'<rect class="shape" {_rect(0.5, 0.5, w, h, height / 2)}/>']
    if kind == "parameter":
        right, low, cut = width - 0.5, height - 0.5, 7
        d = (
            f"M{cut} .5H{number(right - cut)}L{number(right)} {cut}V{number(low - cut)}"
            f"L{number(right - cut)} {number(low)}H{cut}L.5 {number(low - cut)}V{cut}Z"
        )
        return [f'<path class="shape" d="{d}"/>']
    if kind == "namespace":
        return [
            f'<rect class="under" {_rect(4.5, 3.5, width - 5, h, 8)}/>',
            f'<rect class="shape" {_rect(0.5, 0.5, width - 4, h, 8)}/>',
        ]
    return [f'<rect class="shape" {_rect(0.5, 0.5, w, h, 5)}/>']


def _rect(x: float, y: float, width: float, height: float, radius: float) -> str:
    return (
        f'x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}"'
        f' rx="{number(radius)}"'
    )


def _counted(node: SceneNode) -> str:
    count, word = node.get("count", 0), "function"
    if not count:
        count, word = node.get("datasets", 0), "dataset"
    return f"{count:,} {word}{'' if count == 1 else 's'}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def _text(text: str) -> str:
    return escape(text.translate(_NONCHARACTERS))


def _quoted(text: str) -> str:
    return quoteattr(text.translate(_NONCHARACTERS))
