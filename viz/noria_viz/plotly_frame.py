"""The page that draws figures of Plotly: the script of the user's plotly, in a frame of no rights.

A frame without an origin sends no cookie with what it loads, so its scripts stand in it, and its
policy names their hashes.
"""

import importlib.util
from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path

_INLINE = Path(__file__).with_name("inline")


@cache
def plotly_script() -> bytes | None:
    """Return the script of the installed plotly, ``None`` where it is not installed."""
    found = importlib.util.find_spec("plotly")
    for folder in (found.submodule_search_locations or ()) if found else ():
        path = Path(folder) / "package_data" / "plotly.min.js"
        if path.is_file():
            return path.read_bytes()
    return None


@cache
def frame_page() -> tuple[bytes, str] | None:
    """Return the page and its policy, ``None`` where plotly is not installed."""
    script = plotly_script()
    if script is None:
        return None
    scripts = [_inlined(script.decode("utf-8")), _inlined(_read("plotly_frame.js"))]
    written = "".join(f"<script>{text}</script>" for text in scripts)
    style = _read("plotly_frame.css")
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Figure</title>'
        f'<style>{style}</style><body><div id="figure"></div>{written}</body></html>'
    )
    hashes = " ".join(_hash(text) for text in scripts)
    policy = (
        f"sandbox allow-scripts; default-src 'none'; script-src {hashes}; "
        "style-src 'unsafe-inline'; img-src data: blob:; font-src data:; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'self'"
    )
    return page.encode("utf-8"), policy


def _read(name: str) -> str:
    return (_INLINE / name).read_text("utf-8")


def _inlined(script: str) -> str:
    """Write a script so that it can stand in a page: in strings the escapes mean the same."""
    plain = script.replace("\r\n", "\n").replace("\r", "\n")  # as the browser does, then hashes
    return plain.replace("</script", "<\\/script").replace("<!--", "\\x3c!--")


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode('utf-8')).digest()).decode('ascii')}'"
