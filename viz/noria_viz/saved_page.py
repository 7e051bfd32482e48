"""The page as one file that needs nothing outside of it."""

import json
from base64 import b64encode
from hashlib import sha256
from typing import Any

from noria_viz.document import Document
from noria_viz.page_files import PROGRAM, page_file
from noria_viz.page_script import WEB
from noria_viz.saved_views import saved_views
from noria_viz.scene import View

_NO_SCRIPT = "The pipeline is drawn by a script of this page; it needs JavaScript."
_WASM = "'wasm-unsafe-eval'"


def make_page(
    document: Document, details: dict[str, Any] | None = None, view: View | None = None
) -> str:
    """Return the page with the document, its layouts and all scripts in it.

    ``details`` are what the panel shows, by element id.  Where nothing on this machine lays graphs
    out the file holds the page's own layout program as well, and is larger.
    """
    views = saved_views(document, view)
    lays_out = any("layout" not in each for each in views)
    script = page_file("page.js").body.decode()
    style = (WEB / "style.css").read_text("utf-8")
    icon = b64encode((WEB / "icon.svg").read_bytes()).decode("ascii")
    data = {"document": document, "views": views, "details": details or {}, "saved": True}
    policy = (
        f"default-src 'none'; script-src {_hash(script)}"
        f"{' blob: ' + _WASM if lays_out else ''}; style-src {_hash(style)}; img-src data: blob:; "
        f"worker-src blob:; base-uri 'none'; form-action 'none'"
    )
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="content-security-policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            '<meta name="referrer" content="no-referrer">',
            f"<title>{_title(document)}</title>",
            f'<link rel="icon" href="data:image/svg+xml;base64,{icon}">',
            f"<style>{style}</style></head><body>",
            f"<noscript>{_NO_SCRIPT}</noscript>",
            '<div id="app"></div>',
            f'<script type="application/json" id="noria-document">{_json(data)}</script>',
            *([_worker()] if lays_out else []),
            f"<script>{script}</script></body></html>\n",
        ]
    )


def _worker() -> str:
    """Return the worker that lays out, with its program in it: in a file it can fetch nothing."""
    program = b64encode(page_file(PROGRAM).packed).decode("ascii")
    script = page_file("layout-worker.js").body.decode()
    text = f'globalThis.noriaProgram = "{program}";\n{script}'
    return f'<script type="application/json" id="noria-layout">{_json(text)}</script>'


def _json(value: Any) -> str:
    """Write JSON that can stand in a page: no tag, no comment, no line end that ends a script."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _title(document: Document) -> str:
    from html import escape

    return f"{escape(document['project'])} · Noria"


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode('utf-8')).digest()).decode('ascii')}'"
