"""A view's server in a process of its own, from the command to its end."""

import gzip
import http.client
import os
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from benchmarks.measure import environment

# Kedro-Viz asks a package index for its newest version first: here that is refused at once.
NO_INDEX = {"HTTPS_PROXY": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
_BARE = b"<!doctype html><title>Bare</title><p>Nothing but this."


class EndedError(Exception):
    """A server ended that was to serve."""


@dataclass(frozen=True)
class Serving:
    """A server that was started: its address, when its command was given, and its process."""

    address: str
    began: float
    process: "subprocess.Popen[bytes]"

    @property
    def spent(self) -> float:
        """The processor time of the server and of what it started, in seconds."""
        total = 0.0
        server = psutil.Process(self.process.pid)
        for one in [server, *server.children(recursive=True)]:
            with suppress(psutil.Error):
                times = one.cpu_times()
                total += times.user + times.system
                total += getattr(times, "children_user", 0) + getattr(times, "children_system", 0)
        return total


@contextmanager
def noria_view(command: Sequence[str | Path], project: Path, log: Path) -> Iterator[Serving]:
    """Serve until the context ends; the address is the one that is printed."""
    words: list[str | Path] = [*command, "viz", "--no-browser"]
    with _started(words, project, log, stdout=subprocess.PIPE) as (process, began):
        assert process.stdout is not None
        line = process.stdout.readline().decode()
        found = re.search(r"http://\S+", line)
        if found is None:
            raise SystemExit(f"noria viz printed no address: {line!r}\n{_said(log)}")
        yield Serving(found.group(), began, process)


@contextmanager
def kedro_view(
    command: Path, project: Path, log: Path, patience: float
) -> Iterator[Serving | None]:
    """Serve until the context ends; ``None`` where nothing answers within the patience.

    Raises EndedError when it ended by itself: that is no matter of patience.
    """
    port = _free_port()
    words: list[str | Path] = [
        command,
        "viz",
        "run",
        "--no-browser",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    with _started(words, project, log) as (process, began):
        while time.time() < began + patience:
            if process.poll() is not None:
                print(f"kedro viz ended with {process.returncode}\n{_said(log)}", flush=True)
                raise EndedError(f"ended by itself with {process.returncode}")
            with suppress(OSError):
                asked(f"http://127.0.0.1:{port}/")
                yield Serving(f"http://127.0.0.1:{port}/", began, process)
                return
            time.sleep(0.02)
        yield None


@contextmanager
def bare_page() -> Iterator[str]:
    """Serve a page with nothing in it; give its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.send_header("content-length", str(len(_BARE)))
            self.end_headers()
            self.wfile.write(_BARE)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def first_byte(serving: Serving) -> float:
    """Return the seconds from the command to the first byte of the page itself."""
    status, headers, _, ended = asked(serving.address)
    if status == 303:
        status, _, _, ended = asked(_page(serving.address), headers["set-cookie"].partition(";")[0])
    assert status == 200, status
    return ended - serving.began


def weight(serving: Serving, names: Sequence[str]) -> int:
    """Return how many bytes these files of a page are together as they go over the wire."""
    headers = asked(serving.address)[1]
    cookie = headers["set-cookie"].partition(";")[0]
    return sum(len(asked(_page(serving.address) + name, cookie)[2]) for name in names)


def _free_port() -> int:
    """Return a port that nobody has: Kedro-Viz ends at once when it is given one above 49151."""
    for port in range(4200, 49_000, 7):
        with socket.socket() as free, suppress(OSError):
            free.bind(("127.0.0.1", port))
            return port
    raise SystemExit("no port is free")


def _page(address: str) -> str:
    return f"http://{urlsplit(address).netloc}/"


def asked(address: str, cookie: str = "") -> tuple[int, dict[str, str], bytes, float]:
    """Return the status, the headers, the body, and when the first byte was there."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {"Accept-Encoding": "gzip", **({"Cookie": cookie} if cookie else {})}
        connection.request("GET", target, headers=headers)
        answer = connection.getresponse()
        ended = time.time()
        told = {key.lower(): value for key, value in answer.getheaders()}
        return answer.status, told, answer.read(), ended
    finally:
        connection.close()


def packed(path: Path) -> int:
    """Return how many bytes a file is compressed."""
    return len(gzip.compress(path.read_bytes(), 6, mtime=0))


def _said(log: Path) -> str:
    return log.read_text("utf-8", errors="replace")[-4000:]


@contextmanager
def _started(
    command: Sequence[str | Path], project: Path, log: Path, *, stdout: int | None = None
) -> Iterator[tuple["subprocess.Popen[bytes]", float]]:
    """Start a command in a session of its own, and end that with all that it started."""
    with log.open("wb") as out:
        began = time.time()
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=project,
            env=environment() | NO_INDEX,
            stdin=subprocess.DEVNULL,
            stdout=out if stdout is None else stdout,
            stderr=out,
            start_new_session=True,
        )
    try:
        yield process, began
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(3)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
