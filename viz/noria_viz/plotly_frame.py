"""The page that draws figures of Plotly: the script of the user's plotly, in a frame of no rights.

A frame without an origin sends no cookie with what it loads, so its scripts stand in it, and its
policy names their hashes.
"""

import importlib.util
from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path

_FRAME = """\
"use strict";
const place = document.getElementById("figure");
let last = null;
const draw = async () => {
  if (last === null) return;
  const { figure, dark } = last;
  const layout = { ...(figure.layout || {}) };
  layout.autosize = true;
  delete layout.width;
  if (dark) {
    layout.paper_bgcolor = "rgba(0,0,0,0)";
    layout.plot_bgcolor = "rgba(0,0,0,0)";
    layout.font = { ...(layout.font || {}), color: "#d7dce2" };
  }
  const quiet = { displaylogo: false, responsive: true, showLink: false, plotlyServerURL: "" };
  try {
    await Plotly.react(place, figure.data, layout, quiet);
    if (figure.frames) await Plotly.addFrames(place, figure.frames);
    parent.postMessage({ height: Math.ceil(place.scrollHeight) }, "*");
  } catch (error) {
    parent.postMessage({ error: String(error).slice(0, 300) }, "*");
  }
};
addEventListener("message", (event) => {
  if (event.source !== parent || !event.data || !event.data.figure) return;
  last = event.data;
  draw();
});
parent.postMessage({ ready: true }, "*");
"""
_STYLE = "html,body{margin:0;background:transparent}#figure{min-height:340px}"


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
    library = _inlined(script.decode("utf-8"))
    scripts = "".join(f"<script>{text}</script>" for text in (library, _FRAME))
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Figure</title>'
        f'<style>{_STYLE}</style><body><div id="figure"></div>{scripts}</body></html>'
    )
    hashes = " ".join(_hash(text) for text in (library, _FRAME))
    policy = (
        f"sandbox allow-scripts; default-src 'none'; script-src {hashes}; "
        "style-src 'unsafe-inline'; img-src data: blob:; font-src data:; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'self'"
    )
    return page.encode("utf-8"), policy


def _inlined(script: str) -> str:
    """Write a script so that it can stand in a page: in strings the escapes mean the same."""
    plain = script.replace("\r\n", "\n").replace("\r", "\n")  # as the browser does, then hashes
    return plain.replace("</script", "<\\/script").replace("<!--", "\\x3c!--")


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode('utf-8')).digest()).decode('ascii')}'"
