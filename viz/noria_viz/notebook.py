"""The graph in a notebook: the same page, in a frame that can reach nothing around it."""

from html import escape
from pathlib import Path
from typing import Any

from noria.project.selection import Selection
from noria.project.session import Session

from noria_viz.details import describe_all
from noria_viz.document import Document
from noria_viz.project_graph import ProjectGraph


class Shown:
    """A graph that a notebook draws when it is the value of a cell.

    ``document`` is what it shows; ``height`` the pixels that it takes.
    """

    def __init__(self, document: Document, details: dict[str, Any], height: int) -> None:
        self.document = document
        self.height = height
        self._details = details

    def save(self, path: str | Path) -> None:
        """Save the graph as a file, its format told by the suffix.  Raises ViewError."""
        from noria_viz.export import save

        save(self.document, Path(path), details=lambda: self._details)

    def _repr_html_(self) -> str:
        from noria_viz.saved_page import make_page

        page = escape(make_page(self.document, self._details), quote=True)
        return (
            f'<iframe sandbox="allow-scripts" srcdoc="{page}" title="Pipeline" loading="lazy"'
            f' style="width:100%;height:{self.height}px;border:1px solid #8884;border-radius:8px">'
            "</iframe>"
        )

    def __repr__(self) -> str:
        functions = sum(each["kind"] == "function" for each in self.document["elements"])
        return f"<graph of {self.document['pipeline']!r}: {functions} functions>"


def show(
    session: Session, pipeline: str | Selection = "__default__", *, height: int = 560
) -> Shown:
    """Return the graph of a pipeline, or of a part of it, which a notebook draws.

    Raises what the project's code and configuration raise, as NoriaError.
    """
    selection = Selection(pipeline) if isinstance(pipeline, str) else pipeline
    graph = ProjectGraph(session, selection)
    document = graph.document()
    return Shown(document, describe_all(graph, document), height)
