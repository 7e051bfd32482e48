"""The look of the page, for drawings outside of it: its style sheet and icons are the source."""

import re
from functools import cache

from noria_viz.page_script import WEB

_DRAWN = re.compile(r"^\.(drawing|dense|shape|icon|node|edge|box|title)\b")
_LIVE = re.compile(
    r"[:\[]|\.(far|has-selection|selected|lit|warm|catch|grip|cramped|still|hidden)\b"
)
_OF_THE_PAGE = re.compile(
    r"\s*(cursor|pointer-events|outline|display|overflow|position|inset)\s*:[^;]*;?"
)


@cache
def drawing_style() -> str:
    """Return the rules of the page's style sheet that drawings need, in the light colours."""
    text = re.sub(r"/\*.*?\*/", "", (WEB / "style.css").read_text("utf-8"), flags=re.DOTALL)
    colours = _colours()
    kept = []
    for selectors, body in re.findall(r"^([^\s@{}][^{}]*)\{([^{}]*)\}", text, re.MULTILINE):
        wanted = [
            selector.strip()
            for selector in selectors.split(",")
            if _DRAWN.match(selector.strip()) and not _LIVE.search(selector)
        ]
        rules = _OF_THE_PAGE.sub("", body).strip()
        if wanted and rules:
            plain = re.sub(r"var\((--[\w-]+)\)", lambda name: colours[name[1]], rules)
            kept.append(f"{', '.join(wanted)} {{ {' '.join(plain.split())} }}")
    return "\n".join(kept)


@cache
def background() -> str:
    """Return the colour behind the graph."""
    return _colours()["--back"]


@cache
def icons() -> dict[str, str]:
    """Return the icons by name: path data on a grid of 16 by 16."""
    text = (WEB / "icons.js").read_text("utf-8")
    return dict(re.findall(r'^\s*(\w+): "([^"]+)"', text, re.MULTILINE))


def _colours() -> dict[str, str]:
    text = (WEB / "style.css").read_text("utf-8")
    light = text[text.index(":root") : text.index("}", text.index(":root"))]
    return {name: value.strip() for name, value in re.findall(r"(--[\w-]+):([^;]+);", light)}
