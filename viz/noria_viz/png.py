"""An SVG drawing as PNG, by the extra `export`."""

import importlib.util
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from noria_viz.errors import ViewError

Render = Callable[[str, float, list[str]], bytes]
_ZOOM = 2.0
_MOST_PIXELS = 80_000_000
_LONGEST_SIDE = 16_000
_SANS = "DejaVu Sans"
_PROBE = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20">{}</svg>'
_LETTER = '<text x="2" y="16" font-family="sans-serif">A</text>'


def make_png(svg: str) -> bytes:
    """Return the drawing at twice its size, less where that would be too large.

    Raises ViewError when the extra `export` is not installed, and when there is no font at all.
    """
    render = _renderer()
    size = re.search(r'width="([\d.]+)" height="([\d.]+)"', svg)
    assert size is not None
    width, height = float(size[1]), float(size[2])
    zoom = min(
        _ZOOM,
        _LONGEST_SIDE / max(width, height),
        (_MOST_PIXELS / (width * height)) ** 0.5,
    )
    fonts = _fonts()
    if render(_PROBE.format(_LETTER), 1.0, fonts) == render(_PROBE.format(""), 1.0, fonts):
        raise ViewError(
            "there is no font on this machine to write the names with",
            hint="install one, such as DejaVu Sans, or `pip install matplotlib`, which brings it",
        )
    return render(svg, zoom, fonts)


def _renderer() -> Render:
    try:
        import resvg_py
    except ImportError:
        raise ViewError(
            "nothing here makes PNG files", hint="pip install 'noria[export]'"
        ) from None

    draw: Any = resvg_py.svg_to_bytes

    def render(svg: str, zoom: float, fonts: list[str]) -> bytes:
        names = {"sans_serif_family": _SANS, "font_family": _SANS}
        return bytes(draw(svg_string=svg, zoom=zoom, font_dirs=fonts, **names))

    return render


@cache
def _fonts() -> list[str]:
    """Return the folder of the fonts that matplotlib brings, where it is installed."""
    found = importlib.util.find_spec("matplotlib")
    folders = (found.submodule_search_locations or ()) if found else ()
    fonts = [Path(folder) / "mpl-data" / "fonts" / "ttf" for folder in folders]
    return [str(folder) for folder in fonts if folder.is_dir()]
