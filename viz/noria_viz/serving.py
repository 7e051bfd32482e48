"""From a project to a page in the browser: the socket, the server, the address, the end."""

import asyncio
import os
import socket
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import click
from noria.project.discover import Project
from noria.project.selection import Selection
from noria.project.settings import read_settings

from noria_viz.errors import ViewError
from noria_viz.live import LiveProject
from noria_viz.security import Access, Guard, hosts_of

USUAL_PORT = 4141


def serve(
    project: Project,
    selection: Selection,
    given: dict[str, Any],
    *,
    host: str,
    port: int | None,
    allow_hosts: Iterable[str] = (),
    browser: bool = True,
) -> None:
    """Serve the view until it is interrupted.

    ``given`` says how the project is opened, for the process that opens it; ``port`` ``None``
    takes the usual port or, where that is taken, a free one.  Raises ViewError when the port or
    the host cannot be had.
    """
    bound = bind(host, port)
    live = _live(project, selection, given)
    # The project is imported while the server's own libraries are.
    live.start()
    try:
        number = bound.getsockname()[1]
        access = Access(hosts_of(host, number, allow_hosts), f"noria_viz_{number}")
        shown = printed_address(host, number, next(iter(allow_hosts), None))
        click.echo(f"{shown}/?token={access.token}")
        click.echo("Ctrl-C ends it.", err=True)
        if browser:
            _open_browser(f"{shown}/?token={access.ticket}")
        _run(live, access, bound)
    finally:
        live.end()
        bound.close()


def bind(host: str, port: int | None) -> socket.socket:
    """Return a socket that listens; raises ViewError naming the port when it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    error: OSError | None = None
    for number in [port] if port is not None else [USUAL_PORT, 0]:
        # Named as TCP, else asyncio does not send at once, and an answer's body waits 40 ms.
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        if sys.platform == "win32":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, number))
            listening.listen(128)
        except OSError as refused:
            listening.close()
            error = refused
            continue
        listening.setblocking(False)
        return listening
    reason = error.strerror if error is not None and error.strerror else str(error)
    raise ViewError(
        f"cannot listen at {host}{'' if port is None else f', port {port}'}: {reason}",
        hint="leave --port out to take a free one" if port is not None else None,
    )


def _live(project: Project, selection: Selection, given: dict[str, Any]) -> LiveProject:
    settings = read_settings(project, given["env"])
    conf = given["conf_source"] or settings.conf_source
    return LiveProject(
        {"path": str(project.path), "selection": selection._asdict(), **given},
        name=project.name,
        env=settings.env,
        pipeline=selection.pipeline,
        state=project.state,
        watched=[project.source, project.path / "pyproject.toml", project.path / conf],
    )


def _run(live: LiveProject, access: Access, bound: socket.socket) -> None:
    import uvicorn

    from noria_viz.server import make_app

    ended = asyncio.Event()

    class Server(uvicorn.Server):
        """Ends its event streams first, so that stopping does not wait for them."""

        def handle_exit(self, sig: int, frame: Any) -> None:
            ended.set()
            super().handle_exit(sig, frame)

    config = uvicorn.Config(
        Guard(make_app(live, ended), access),
        http="h11",
        ws="none",
        loop="asyncio",
        lifespan="on",
        log_level="critical",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=2,
    )
    # Uvicorn raises the signal again once it has stopped: the end was asked for, so it is none.
    with suppress(KeyboardInterrupt):
        Server(config).run(sockets=[bound])


def printed_address(host: str, port: int, allowed: str | None) -> str:
    """Return the address to open: the first allowed name where it says the port as well.

    >>> printed_address("127.0.0.1", 8000, "localhost:9000")
    'http://localhost:9000'
    """
    if host in {"0.0.0.0", "::"}:  # noqa: S104  compared, not bound
        name = allowed or "localhost"
    elif allowed is not None and ":" in allowed:
        return f"http://{allowed}"
    else:
        name = f"[{host}]" if ":" in host else host
    return f"http://{name}" if ":" in name.rpartition("]")[2] else f"http://{name}:{port}"


def _open_browser(address: str) -> None:
    """Open the browser beside, where there is a screen; without one the address is enough."""
    if sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("BROWSER")
    ):
        return

    def run() -> None:
        import webbrowser

        with suppress(webbrowser.Error, OSError):
            webbrowser.open(address)

    threading.Thread(target=run, name="noria-browser", daemon=True).start()
