"""Who may talk to the view: a token, the exact host and origin, and what pages may do.

It stands around the whole server as plain ASGI, so that no route, error or 404 is outside of it.
"""

import hmac
import secrets
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

PAGE_POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"x-frame-options": b"DENY",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), microphone=(), geolocation=()",
    b"content-security-policy": PAGE_POLICY.encode(),
    b"cache-control": b"no-store",
}
_OURS = frozenset({"same-origin", "none"})
_FORBIDDEN = "Not allowed. Open the address that `noria viz` printed.\n"


@dataclass(slots=True)
class Access:
    """The secrets of one server and the hosts that it answers as.

    ``token`` opens the page from the printed address as often as wanted; ``ticket`` once, for the
    browser that is started with it on its command line, where other users can read it.
    """

    hosts: frozenset[str]
    cookie_name: str
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    cookie: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    ticket: str | None = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)

    def takes(self, token: str) -> bool:
        """Tell whether the token opens the page; a ticket does so once."""
        given = token.encode()
        if self.ticket is not None and hmac.compare_digest(given, self.ticket.encode()):
            self.ticket = None
            return True
        return hmac.compare_digest(given, self.token.encode())


def hosts_of(host: str, port: int, allowed: Iterable[str] = ()) -> frozenset[str]:
    """Return the exact Host headers to answer: loopback, the address itself, and those allowed.

    >>> sorted(hosts_of("127.0.0.1", 8000, ["box", "box:9000"]))
    ['127.0.0.1:8000', '[::1]:8000', 'box', 'box:8000', 'box:9000', 'localhost:8000']
    """
    names = {f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}"}
    if host not in {"0.0.0.0", "::", ""}:  # noqa: S104  compared, not bound
        names.add(f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
    for name in allowed:
        names.add(name.lower())
        if ":" not in name:
            names.add(f"{name.lower()}:{port}")
    return frozenset(names)


class Guard:
    """The ASGI application that lets through only who may."""

    def __init__(self, app: App, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or refuse one request; websockets are closed unopened."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
        elif not self._knows_host(scope) or not self._knows_origin(scope):
            await _answer(send, 403, _FORBIDDEN)
        elif scope["path"] == "/" and (query := _take_token(scope))[0] is not None:
            await self._let_in(scope, send, *query)
        elif not self._has_cookie(scope) or not _comes_from_us(scope):
            await _answer(send, 403, _FORBIDDEN)
        else:
            await self._app(scope, receive, _with_headers(send))

    def _knows_host(self, scope: Scope) -> bool:
        hosts = _all(scope, b"host")
        return len(hosts) == 1 and hosts[0].lower() in self._access.hosts

    def _knows_origin(self, scope: Scope) -> bool:
        """No Origin is a plain navigation; any other must name the very host that was asked."""
        origins = _all(scope, b"origin")
        if not origins:
            return True
        host = _all(scope, b"host")[0].lower()
        return len(origins) == 1 and origins[0].lower() in {f"http://{host}", f"https://{host}"}

    def _has_cookie(self, scope: Scope) -> bool:
        found = [
            value.strip()
            for header in _all(scope, b"cookie")
            for name, _, value in (part.partition("=") for part in header.split(";"))
            if name.strip() == self._access.cookie_name
        ]
        return any(hmac.compare_digest(v.encode(), self._access.cookie.encode()) for v in found)

    async def _let_in(self, scope: Scope, send: Send, token: str | None, rest: str) -> None:
        if scope["method"] not in {"GET", "HEAD"} or not self._access.takes(token or ""):
            await _answer(send, 403, _FORBIDDEN)
            return
        place = "/" + (f"?{rest}" if rest else "")
        cookie = (
            f"{self._access.cookie_name}={self._access.cookie}; Path=/; HttpOnly; SameSite=Strict"
        )
        headers = {b"set-cookie": cookie.encode(), b"location": place.encode()}
        if _all(scope, b"sec-fetch-site") in (["cross-site"], ["same-site"]):
            # A strict cookie is not sent on a redirect that another site began; on ours it is.
            del headers[b"location"]
            text = f'<!doctype html><meta http-equiv="refresh" content="0;url={_quoted(place)}">'
            await _answer(send, 200, text, headers, b"text/html; charset=utf-8")
            return
        await _answer(send, 303, "", headers)


def _comes_from_us(scope: Scope) -> bool:
    """Refuse what browsers say another page asked for; going to the page itself is not asking."""
    sites = _all(scope, b"sec-fetch-site")
    if all(site in _OURS for site in sites):
        return True
    return scope["path"] == "/" and _all(scope, b"sec-fetch-mode") == ["navigate"]


def _take_token(scope: Scope) -> tuple[str | None, str]:
    """Return the token of the query, ``None`` without one, and the rest of the query."""
    pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    tokens = [value for key, value in pairs if key == "token"]
    rest = urlencode([(key, value) for key, value in pairs if key != "token"])
    return (tokens[0] if tokens else None), rest


def _all(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1").strip() for key, value in scope["headers"] if key == name]


def _quoted(place: str) -> str:
    return place.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")


def _with_headers(send: Send) -> Send:
    """Add our headers to every answer; a route that sets one of them itself keeps its own."""

    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", ()))
            given = {name.lower() for name, _ in headers}
            headers += [(name, value) for name, value in _HEADERS.items() if name not in given]
            message = {**message, "headers": headers}
        await send(message)

    return guarded


async def _answer(
    send: Send,
    status: int,
    text: str,
    headers: MutableMapping[bytes, bytes] | None = None,
    kind: bytes = b"text/plain; charset=utf-8",
) -> None:
    body = text.encode()
    most = {
        **_HEADERS,
        **(headers or {}),
        b"content-type": kind,
        b"content-length": str(len(body)).encode(),
    }
    await send({"type": "http.response.start", "status": status, "headers": list(most.items())})
    await send({"type": "http.response.body", "body": body})
