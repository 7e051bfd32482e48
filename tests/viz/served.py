"""A real `noria viz` in a process of its own, and raw requests to it."""

import http.client
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from tests.project_on_disk import environment


class Answered:
    """An answer: its status, headers (lower case) and body."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status = status
        self.headers = {key.lower(): value for key, value in headers.items()}
        self.body = body

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Served:
    """A running view: ``address`` is the printed one, ``cookie`` what it gives."""

    def __init__(self, process: "subprocess.Popen[str]", address: str) -> None:
        self.process = process
        self.address = address
        parts = urlsplit(address)
        self.port = parts.port or 80
        self.token = parts.query.removeprefix("token=")
        entered = self.request(f"/?{parts.query}")
        assert entered.status == 303, (entered.status, entered.body)
        self.cookie = entered.headers["set-cookie"].partition(";")[0]

    def request(
        self,
        path: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answered:
        """Ask for exactly this, with these headers and no others but Host."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            given = dict(headers or {})
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in {"Host": f"127.0.0.1:{self.port}", **given}.items():
                if value:
                    connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            return Answered(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answered:
        """Ask as the page does."""
        return self.request(path, headers={"Cookie": self.cookie, **headers})

    def post(self, path: str, value: Any) -> Answered:
        """Send JSON as the page does."""
        headers = {
            "Cookie": self.cookie,
            "Origin": f"http://127.0.0.1:{self.port}",
            "Content-Type": "application/json",
        }
        body = json.dumps(value).encode()
        return self.request(path, method="POST", headers=headers, body=body)

    def events(self) -> "Events":
        """Follow what happens."""
        return Events(self)

    def stop(self) -> tuple[int, str]:
        """Press Ctrl-C; return the exit code and what was said on standard error."""
        self.process.send_signal(signal.SIGINT)
        _, errors = self.process.communicate(timeout=15)
        return self.process.returncode, errors


class Events:
    """The stream of events, read in a thread."""

    def __init__(self, view: Served) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", view.port, timeout=60)
        self._connection.request("GET", "/api/events", headers={"Cookie": view.cookie})
        self._socket = self._connection.sock
        self._answer = self._connection.getresponse()
        assert self._answer.status == 200
        self.seen: list[tuple[str, Any]] = []
        self.ended = threading.Event()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        kind = ""
        try:
            while line := self._answer.readline():
                word, _, rest = line.decode().rstrip("\n").partition(": ")
                if word == "event":
                    kind = rest
                elif word == "data":
                    self.seen.append((kind, json.loads(rest)))
        except (OSError, ValueError, http.client.HTTPException):
            pass  # the test is over, or the view
        self.ended.set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._socket is not None:
            self._socket.shutdown(socket.SHUT_RDWR)
        self.ended.wait(10)
        self._answer.close()
        self._connection.close()

    def wait_for(self, kind: str, *, after: int = 0, seconds: float = 40) -> Any:
        """Return the data of the first event of that kind after so many events."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for each, data in self.seen[after:]:
                if each == kind:
                    return data
            time.sleep(0.02)
        raise AssertionError(f"no {kind} came; there were {self.seen}")


@contextmanager
def served(path: Path, *words: str) -> Iterator[Served]:
    """Serve the project at ``path`` while the context lasts."""
    process = subprocess.Popen(
        [sys.executable, "-m", "noria", "viz", "--no-browser", *words],
        cwd=path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline().strip()
        if not line:
            _, errors = process.communicate(timeout=10)
            raise AssertionError(f"exit {process.returncode}: {errors}")
        yield Served(process, line)
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()
