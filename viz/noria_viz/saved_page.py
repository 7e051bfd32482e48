"""The page as one file that needs nothing outside of it."""

import json
import re
from base64 import b64encode
from hashlib import sha256
from typing import Any

from noria_viz.document import Document
from noria_viz.page_files import WEB, page_files
from noria_viz.saved_views import saved_views
from noria_viz.scene import View

_MAIN = "main.js"
_WORKER = "layout-worker.js"
_IMPORT = re.compile(r'(\bfrom\s*|\bimport\s*)"(\.{1,2}/[^"]+)"')
# Modules become addresses in memory, each after those that it imports.
_START = """\
"use strict";
const modules = JSON.parse(document.getElementById("noria-modules").textContent);
const made = {};
for (const [path, source] of modules) {
  const folder = path.split("/").slice(0, -1);
  const linked = source.replace(/(\\bfrom\\s*|\\bimport\\s*)"(\\.{1,2}\\/[^"]+)"/g, (all, word, to) => {
    const parts = [...folder];
    for (const part of to.split("/")) {
      if (part === "..") parts.pop();
      else if (part !== ".") parts.push(part);
    }
    return `${word}"${made[parts.join("/")]}"`;
  });
  made[path] = URL.createObjectURL(new Blob([linked], { type: "text/javascript" }));
}
globalThis.noriaModules = made;
import(made["main.js"]);
"""


def make_page(
    document: Document, details: dict[str, Any] | None = None, view: View | None = None
) -> str:
    """Return the page with the document, its layouts and all scripts in it.

    ``details`` are what the panel shows, by element id.  Where nothing on this machine lays graphs
    out the file holds the page's own layout program as well, and is larger.
    """
    views = saved_views(document, view)
    lays_out = any("layout" not in each for each in views)
    modules = _in_order(with_worker=lays_out)
    style = (WEB / "style.css").read_text("utf-8")
    icon = b64encode((WEB / "icon.svg").read_bytes()).decode("ascii")
    data = {"document": document, "views": views, "details": details or {}, "saved": True}
    policy = (
        f"default-src 'none'; script-src {_hash(_START)} blob:"
        f"{' ' + _WASM if lays_out else ''}; style-src {_hash(style)}; img-src data: blob:; "
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
            '<noscript>The pipeline is drawn by a script of this page; it needs JavaScript.'
            '</noscript><div id="app"></div>',
            f'<script type="application/json" id="noria-document">{_json(data)}</script>',
            f'<script type="application/json" id="noria-modules">{_json(modules)}</script>',
            f"<script>{_START}</script></body></html>\n",
        ]
    )


_WASM = "'wasm-unsafe-eval'"


def _in_order(*, with_worker: bool) -> list[tuple[str, str]]:
    """Return the modules that the page needs, each after those that it imports."""
    files = page_files()
    found: dict[str, str] = {}

    def add(path: str) -> None:
        if path in found:
            return
        source = files[path].read_text("utf-8")
        for _, target in _IMPORT.findall(source):
            add(_joined(path, target))
        found[path] = source

    add(_MAIN)
    if with_worker:
        found[_WORKER] = _worker()
    return list(found.items())


def _worker() -> str:
    """Return the worker with what it imports in it: in a file a worker can import nothing."""
    source = page_files()[_WORKER].read_text("utf-8")
    parts = []
    for line, names, target in re.findall(
        r'^(import \{([^}]+)\} from "(\./[^"]+)";\n)', source, re.MULTILINE
    ):
        library = page_files()[_joined(_WORKER, target)].read_text("utf-8")
        before, _, exported = library.rpartition("export{")
        local = dict(
            reversed(pair.split(" as ")) if " as " in pair else (pair, pair)
            for pair in exported.partition("}")[0].split(",")
        )
        wanted = ",".join(f"{name}:{local[name]}" for name in map(str.strip, names.split(",")))
        source = source.replace(line, "")
        parts.append(
            f"const {{{names}}}=(()=>{{{before}\nreturn {{{wanted}}};}})();"
        )
    return "\n".join([*parts, source])


def _joined(path: str, target: str) -> str:
    parts = path.split("/")[:-1]
    for part in target.split("/"):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def _json(value: Any) -> str:
    """Write JSON that can stand in a page: no tag, no comment, no line end that ends a script."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _title(document: Document) -> str:
    from html import escape

    return f"{escape(document['project'])} · Noria"


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode('utf-8')).digest()).decode('ascii')}'"
