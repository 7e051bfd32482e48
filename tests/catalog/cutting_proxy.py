"""A real proxy in front of a store, which cuts connections when it is told to."""

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

BEFORE = "before"  # the request never reaches the store
HALF = "half"  # half of the request's body reaches the store
AFTER = "after"  # the store does what it was asked for, and its answer is lost
Cut = Callable[[int], str | None]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing: a client that went away is what these tests are about."""


class CuttingProxy:
    """Counts requests from 1; ``cut`` says for each number where to cut it, ``None`` for not."""

    def __init__(self, target: str) -> None:
        self.target = urlsplit(target).netloc
        self.cut: Cut = lambda _: None
        self.requests: list[str] = []
        self._guard = threading.Lock()
        self.server = _Server(("127.0.0.1", 0), self._handler())

    @property
    def endpoint(self) -> str:
        """Where the proxy answers."""
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def begin(self, cut: Cut) -> None:
        """Count from 1 again, cutting as ``cut`` says."""
        with self._guard:
            self.requests.clear()
            self.cut = cut

    def count(self, request: str) -> str | None:
        """Note a request; return where to cut it."""
        with self._guard:
            self.requests.append(request)
            return self.cut(len(self.requests))

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                """Say nothing."""

            def _forward(self) -> None:
                cut = proxy.count(f"{self.command} {self.path}")
                self.close_connection = True
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if cut == BEFORE:
                    return
                with closing(http.client.HTTPConnection(proxy.target, timeout=30)) as store:
                    self._send(store)
                    if cut == HALF:
                        store.send(body[: len(body) // 2])
                        return
                    store.send(body)
                    answer = store.getresponse()
                    content = answer.read()
                if cut == AFTER:
                    return
                self.send_response_only(answer.status, answer.reason)
                for name, value in answer.getheaders():
                    if name.lower() not in {"transfer-encoding", "connection", "content-length"}:
                        self.send_header(name, value)
                length = answer.getheader("Content-Length") if self.command == "HEAD" else None
                self.send_header("Content-Length", length or str(len(content)))
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(content)

            def _send(self, store: http.client.HTTPConnection) -> None:
                store.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                for name, value in self.headers.items():
                    if name.lower() not in {"expect", "connection"}:
                        store.putheader(name, value)
                store.endheaders()

        for method in ("GET", "PUT", "POST", "HEAD", "DELETE"):
            setattr(Handler, f"do_{method}", Handler._forward)
        return Handler


@contextmanager
def cutting_proxy(target: str) -> Iterator[CuttingProxy]:
    """Run a proxy in front of ``target`` for as long as the context lasts."""
    proxy = CuttingProxy(target)
    thread = threading.Thread(target=proxy.server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield proxy
    finally:
        proxy.server.shutdown()
        thread.join()
        proxy.server.server_close()
