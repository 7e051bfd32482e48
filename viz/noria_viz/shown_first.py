"""The view that a file shows: the direction in which more of the graph fits a window."""

from dataclasses import replace

from noria_viz.document import Document
from noria_viz.dot import make_dot
from noria_viz.layout import lay_out
from noria_viz.places import Places, places_of
from noria_viz.scene import DIRECTIONS, Scene, View, make_scene

_WINDOW = (1040, 848)
_BOTH_UP_TO = 120
_MARGIN = 48
_BETTER = 1.05


def drawn(document: Document, view: View) -> tuple[Scene, Places]:
    """Return the scene of a view with its places.  Raises LayoutError where nothing lays out."""
    scene = make_scene(document, view)
    return scene, places_of(lay_out(make_dot(scene)), scene)


def first_view(document: Document) -> View:
    """Return the view of which more fits a window, as the page chooses it.

    Raises LayoutError where nothing lays out.
    """
    view = View()
    if len(make_scene(document, view)["nodes"]) > _BOTH_UP_TO:
        return view
    best, most = view, 0.0
    for direction in DIRECTIONS:
        tried = replace(view, direction=direction)
        _, places = drawn(document, tried)
        share = min(
            _WINDOW[0] / (places.width + _MARGIN), _WINDOW[1] / (places.height + _MARGIN), 1.0
        )
        if share > most * _BETTER:
            best, most = tried, share
    return best
