"""Saving the graph as a file: what each suffix means."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from noria_catalog.publish import publish

from noria_viz.document import Document
from noria_viz.dot import make_dot
from noria_viz.drawing import make_svg
from noria_viz.errors import ViewError
from noria_viz.mermaid import make_mermaid
from noria_viz.png import make_png
from noria_viz.saved_page import make_page
from noria_viz.scene import View, make_scene
from noria_viz.shown_first import drawn, first_view

Details = Callable[[], dict[str, Any]]
Writer = Callable[[Document, View | None, Details], str | bytes]


def save(document: Document, path: Path, view: View | None = None, details: Details = dict) -> None:
    """Save the graph at ``path``, whole or not at all, in the format of its suffix.

    ``view`` ``None`` is the view that a page shows first; ``details`` returns what the panel of a
    saved page shows, by element id.  Raises ViewError for a suffix that is none of them or whose
    extra is not installed, and SaveError when the file cannot be written.
    """
    made = writer_for(path)(document, view, details)
    content = made.encode() if isinstance(made, str) else made

    def put(temporary: str | Path) -> None:
        Path(temporary).write_bytes(content)

    publish(str(path), put)


def writer_for(path: Path) -> Writer:
    """Return what writes a file of that suffix; raises ViewError naming the valid ones."""
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        raise ViewError(
            f"cannot save the graph as {path.name!r}: the suffix says how",
            hint=f"there are {', '.join(_WRITERS)}",
        )
    return writer


def _html(document: Document, view: View | None, details: Details) -> str:
    return make_page(document, details(), view)


def _svg(document: Document, view: View | None, _details: Details) -> str:
    return make_svg(document, *drawn(document, view or first_view(document)))


def _png(document: Document, view: View | None, details: Details) -> bytes:
    return make_png(_svg(document, view, details))


def _dot(document: Document, view: View | None, _details: Details) -> str:
    return make_dot(make_scene(document, view))


def _mermaid(document: Document, view: View | None, _details: Details) -> str:
    return make_mermaid(make_scene(document, view))


def _json(document: Document, _view: View | None, _details: Details) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


_WRITERS: dict[str, Writer] = {
    ".html": _html,
    ".svg": _svg,
    ".png": _png,
    ".dot": _dot,
    ".mmd": _mermaid,
    ".json": _json,
}
