"""Mermaid text of a scene: what Markdown pages draw by themselves."""

from noria_viz.scene import Scene, SceneBox, SceneNode

_SHAPES = {
    "function": ("[", "]"),
    "dataset": ("([", "])"),
    "parameter": ("[/", "/]"),
    "namespace": ("[[", "]]"),
}


def make_mermaid(scene: Scene) -> str:
    """Return the scene as a Mermaid flowchart.

    >>> node = SceneNode(name="e0", id="d:x", kind="dataset", label="a<b>", width=72, height=36)
    >>> print(make_mermaid(Scene(direction="LR", nodes=[node], boxes=[], edges=[], inside={},
    ...                          hidden={})), end="")
    flowchart LR
      e0(["a#60;b#62;"])
    """
    lines = [f"flowchart {scene['direction']}"]
    members: dict[str, list[SceneNode]] = {}
    for node in scene["nodes"]:
        members.setdefault(scene["inside"].get(node["name"], ""), []).append(node)
    lines += [f"  {_drawn(node)}" for node in members.get("", ())]
    below: dict[str | None, list[SceneBox]] = {}
    for box in scene["boxes"]:
        below.setdefault(box["parent"], []).append(box)
    _add_boxes(lines, below, members, None, "  ")
    lines += [f"  {source} --> {target}" for source, target in scene["edges"]]
    return "\n".join(lines) + "\n"


def _add_boxes(
    lines: list[str],
    below: dict[str | None, list[SceneBox]],
    members: dict[str, list[SceneNode]],
    parent: str | None,
    indent: str,
) -> None:
    for box in below.get(parent, ()):
        lines.append(f'{indent}subgraph {box["name"]}["{_escaped(box["label"])}"]')
        lines += [f"{indent}  {_drawn(node)}" for node in members.get(box["name"], ())]
        _add_boxes(lines, below, members, box["id"], indent + "  ")
        lines.append(f"{indent}end")


def _drawn(node: SceneNode) -> str:
    before, after = _SHAPES[node["kind"]]
    return f'{node["name"]}{before}"{_escaped(node["label"])}"{after}'


def _escaped(label: str) -> str:
    """Write all but plain words and spaces as Mermaid's entity codes: no markup, no click, no end.

    >>> _escaped('end"; click e0 "javascript:x"')
    'end#34;#59; click e0 #34;javascript#58;x#34;'
    """
    return "".join(char if char.isalnum() or char in " _-." else f"#{ord(char)};" for char in label)
