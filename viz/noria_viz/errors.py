"""The errors of the view.

NoriaError                    (noria_catalog.errors)
└── ViewError                 the graph cannot be shown or saved
    └── LayoutError           no layout engine, or one that failed
"""

from noria_catalog.errors import NoriaError


class ViewError(NoriaError):
    """The graph cannot be shown or saved as asked."""


class LayoutError(ViewError):
    """Nothing here lays graphs out, or what does failed."""
