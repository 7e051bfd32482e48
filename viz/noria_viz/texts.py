"""The beginning of a text, a JSON value, a figure of Plotly."""

import json
from pathlib import Path
from typing import Any

from noria_viz.errors import ViewError

_MOST_TEXT = 200_000
_LARGEST_FIGURE = 8_000_000


def look_at_text(path: Path, _place: dict[str, Any]) -> dict[str, Any]:
    """Return the beginning of a text."""
    text, cut = _beginning(path)
    return {"kind": "text", "text": text, "truncated": cut}


def look_at_markdown(path: Path, _place: dict[str, Any]) -> dict[str, Any]:
    """Return the beginning of a Markdown text, as it is written."""
    text, cut = _beginning(path)
    return {"kind": "markdown", "text": text, "truncated": cut}


def look_at_json(path: Path, _place: dict[str, Any]) -> dict[str, Any]:
    """Return a JSON value indented, or the beginning of a large one as it is written."""
    text, cut = _beginning(path)
    if not cut:
        try:
            text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)[:_MOST_TEXT]
        except RecursionError:
            raise ViewError("it is nested too deeply for a preview") from None
    return {"kind": "json", "text": text, "truncated": cut}


def look_at_figure(path: Path, _place: dict[str, Any]) -> dict[str, Any]:
    """Return a Plotly figure: a mapping with ``data`` and ``layout``."""
    if path.stat().st_size > _LARGEST_FIGURE:
        raise ViewError("the figure is too large for a preview")
    with path.open(encoding="utf-8") as file:
        figure = json.load(file)
    if not isinstance(figure, dict) or not isinstance(figure.get("data"), list):
        raise ViewError("it is no figure of Plotly")
    # Templates, frames and the like stay; configuration could name other hosts.
    kept = {key: figure[key] for key in ("data", "layout", "frames") if key in figure}
    return {"kind": "plotly", "figure": kept}


def _beginning(path: Path) -> tuple[str, bool]:
    with path.open("rb") as file:
        raw = file.read(_MOST_TEXT + 1)
    cut = len(raw) > _MOST_TEXT
    if b"\x00" in raw[:_MOST_TEXT]:
        raise ViewError("it is no text")
    return raw[:_MOST_TEXT].decode("utf-8", errors="replace").removeprefix("\ufeff"), cut
