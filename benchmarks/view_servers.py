"""A view's server in a process of its own, from the command to its end."""

import gzip
import http.client
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.measure import environment

# Kedro-Viz asks a package index for its newest version first: here that is refused at once.
NO_INDEX = {"HTTPS_PROXY": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}


@dataclass(frozen=True)
class Serving:
    """A server that was started: its address, and when its command was given."""

    address: str
    began: float


@contextmanager
def noria_view(command: Sequence[str | Path], project: Path) -> Iterator[Serving]:
    """Serve until the context ends; the address is the one that is printed."""
    with _started(command, project, stdout=subprocess.PIPE) as (process, began):
        assert process.stdout is not None
        line = process.stdout.readline().decode()
        found = re.search(r"http://\S+", line)
        if found is None:
            raise SystemExit(f"noria viz printed no address: {line!r}")
        yield Serving(found.group(), began)


@contextmanager
def kedro_view(command: Path, project: Path, limit: float) -> Iterator[Serving | None]:
    """Serve until the context ends; ``None`` where nothing answers within the limit."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [command, "viz", "run", "--no-browser", "--host", "127.0.0.1", "--port", str(port)]
    with _started(words, project, stdout=subprocess.DEVNULL) as (process, began):
        answers = False
        while not answers and process.poll() is None and time.perf_counter() < began + limit:
            with suppress(OSError):
                answers = bool(asked(f"http://127.0.0.1:{port}/")[0])
            if not answers:
                time.sleep(0.02)
        yield Serving(f"http://127.0.0.1:{port}/", began) if answers else None


def first_byte(serving: Serving) -> float:
    """Return the seconds from the command to the first byte of the page itself."""
    status, headers, ended = asked(serving.address)
    if status == 303:
        parts = urlsplit(serving.address)
        cookie = headers["set-cookie"].partition(";")[0]
        status, _, ended = asked(f"http://{parts.netloc}/", cookie)
    assert status == 200, status
    return ended - serving.began


def asked(address: str, cookie: str = "") -> tuple[int, dict[str, str], float]:
    """Return the status, the headers and when the first byte was there."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", target, headers={"Cookie": cookie} if cookie else {})
        answer = connection.getresponse()
        ended = time.perf_counter()
        headers = {key.lower(): value for key, value in answer.getheaders()}
        answer.read()
        return answer.status, headers, ended
    finally:
        connection.close()


def packed(path: Path) -> int:
    """Return how many bytes a file of the page is on the wire."""
    return len(gzip.compress(path.read_bytes(), 6, mtime=0))


@contextmanager
def _started(
    command: Sequence[str | Path], project: Path, *, stdout: int
) -> Iterator[tuple["subprocess.Popen[bytes]", float]]:
    """Start a command in a session of its own, and end that with all that it started."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [str(word) for word in command],
        cwd=project,
        env=environment() | NO_INDEX,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.DEVNULL,
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
