"""The files of the page as they are served, by their address below the page."""

import gzip
import hashlib
from functools import cache, cached_property

from noria_viz.page_script import WEB, page_script

PROGRAM = "vendor/graphviz.wasm"
_KINDS = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
}
_PLAIN = ("index.html", "style.css", "icon.svg")
_SCRIPTS = {"page.js": "main.js", "layout-worker.js": "layout-worker.js"}
PAGE_FILES = (*_PLAIN, *_SCRIPTS, PROGRAM)


class PageFile:
    """One file of the page: what it is, its bytes and the same compressed; each made at need."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.kind = _KINDS[name[name.rindex(".") :]]

    @cached_property
    def body(self) -> bytes:
        """The bytes."""
        if self.name == PROGRAM:
            return gzip.decompress(self.packed)
        if self.name in _SCRIPTS:
            return page_script(_SCRIPTS[self.name]).encode()
        return (WEB / self.name).read_bytes()

    @cached_property
    def packed(self) -> bytes:
        """The bytes, compressed."""
        if self.name == PROGRAM:
            return (WEB / f"{self.name}.gz").read_bytes()
        return gzip.compress(self.body, 6, mtime=0)

    @cached_property
    def tag(self) -> str:
        """What tells this version of the file from every other."""
        return f'"{hashlib.sha256(self.packed).hexdigest()[:20]}"'


@cache
def page_file(name: str) -> PageFile:
    """Return the file of that address; raises KeyError where there is none.

    >>> page_file("page.js").kind
    'text/javascript; charset=utf-8'
    """
    if name not in PAGE_FILES:
        raise KeyError(name)
    return PageFile(name)
