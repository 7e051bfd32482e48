"""A small server of the page: real files, scenes and policy, and any document a test wants."""

import json
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from noria_viz.document import Document
from noria_viz.dot import make_dot
from noria_viz.page_files import page_file
from noria_viz.scene import View, make_scene
from noria_viz.security import PAGE_POLICY


class PageServer:
    """What is served: documents by pipeline, details and previews by id; ``asked`` is what came."""

    def __init__(self) -> None:
        self.documents: dict[str, Document] = {}
        self.first = "__default__"
        self.details: dict[str, dict[str, Any]] = {}
        self.previews: dict[str, dict[str, Any]] = {}
        self.frame = ""
        self.asked: list[str] = []
        self.followers: list[queue.Queue[str]] = []
        self.followed = threading.Event()
        self.url = ""

    def reset(self) -> None:
        """Forget what the last test showed."""
        self.details, self.previews = {}, {}

    def show(self, document: Document) -> None:
        """Serve this document, and it alone."""
        self.documents = {document["pipeline"]: document}
        self.first = document["pipeline"]
        self.asked.clear()
        self.followed.clear()

    def tell(self, event: str, data: dict[str, Any]) -> None:
        """Send an event to every page that listens, once that which shows the document does."""
        assert self.followed.wait(60)
        for follower in self.followers:
            follower.put(f"event: {event}\ndata: {json.dumps(data)}\n\n")

    def answer(self, path: str, query: dict[str, list[str]], body: Any) -> Any:
        """Return the JSON of one of the routes, ``None`` for anything else."""
        pipeline = query.get("pipeline", [self.first])[0]
        id_ = query.get("id", [""])[0]
        if path == "/api/graph":
            return self.documents[pipeline]
        if path == "/api/element":
            return self.details.get(id_) or bare(id_)
        if path == "/api/preview":
            return self.previews.get(id_, {"kind": "none", "reason": "no preview here"})
        if path == "/api/dot":
            return drawn(self.documents[body.get("pipeline") or self.first], body)
        return None


def bare(id_: str) -> dict[str, Any]:
    """Return the least that is told about an element."""
    kind, _, name = id_.partition(":")
    about: dict[str, Any]
    if kind == "f":
        about = {
            "inputs": [],
            "outputs": [],
            "parameters": [],
            "source": None,
            "command": "noria run",
        }
    elif kind == "d":
        about = {"type": None, "config": [], "consumers": [], "can_preview": True}
    else:
        about = {"value": 3, "where": "conf/base/parameters.yml:2:3", "consumers": []}
    return {"id": id_, "name": name, "tags": [], **about}


def drawn(document: Document, asked: dict[str, Any]) -> dict[str, Any]:
    """Return what the page is told to draw."""
    collapsed = asked.get("collapsed")
    view = View(
        collapsed=None if collapsed is None else frozenset(collapsed),
        parameters=bool(asked.get("params")),
        direction=asked.get("direction", "LR"),
        kinds=frozenset(asked.get("kind", ())),
        tags=frozenset(asked.get("tag", ())),
        only=frozenset(asked.get("only", ())),
    )
    scene = make_scene(document, view)
    return {**scene, "dot": make_dot(scene)}


@contextmanager
def serving() -> Iterator[PageServer]:
    """Serve a page on a free port of loopback."""
    pages = PageServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer(None)

        def do_POST(self) -> None:
            self._answer(json.loads(self.rfile.read(int(self.headers["content-length"]))))

        def _answer(self, body: Any) -> None:
            parts = urlsplit(self.path)
            pages.asked.append(self.path)
            if parts.path == "/api/events":
                self._events()
            elif parts.path == "/frame/plotly":
                self._send(
                    200,
                    pages.frame.encode(),
                    "text/html; charset=utf-8",
                    "default-src 'unsafe-inline'",
                )
            elif parts.path.startswith("/api/"):
                found = pages.answer(parts.path, parse_qs(parts.query), body)
                self._send(
                    404 if found is None else 200, json.dumps(found).encode(), "application/json"
                )
            else:
                try:
                    file = page_file(parts.path[1:] or "index.html")
                except KeyError:
                    self._send(404, b"", "text/plain; charset=utf-8")
                else:
                    self._send(200, file.body, file.kind)

        def _send(self, status: int, body: bytes, kind: str, policy: str = PAGE_POLICY) -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.send_header("content-security-policy", policy)
            self.send_header(
                "cache-control", "max-age=900" if "vendor" in self.path else "no-cache"
            )
            self.end_headers()
            self.wfile.write(body)

        def _events(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.end_headers()
            mine: queue.Queue[str] = queue.Queue()
            pages.followers.append(mine)
            pages.followed.set()
            self.wfile.write(b": here\n\n")
            self.wfile.flush()
            self.close_connection = True
            try:
                while (event := mine.get()) != "end":
                    self.wfile.write(event.encode())
                    self.wfile.flush()
            except OSError:
                pass  # the page went away
            finally:
                pages.followers.remove(mine)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    pages.url = f"http://127.0.0.1:{server.server_port}/"
    try:
        yield pages
    finally:
        for follower in list(pages.followers):
            follower.put("end")
        server.shutdown()
        server.server_close()
