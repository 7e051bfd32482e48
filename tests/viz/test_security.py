"""Who may talk to the view: real requests, real sockets."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.project_on_disk import ProjectOnDisk
from tests.viz.graphs import LIGHT
from tests.viz.served import Served, served

ROUTES = (
    "/",
    "/index.html",
    "/style.css",
    "/page.js",
    "/api/graph",
    "/api/dot",
    "/api/element?id=f:clean",
    "/api/preview?id=d:orders",
    "/api/events",
    "/plotly.js",
    "/frame/plotly",
    "/no/such/page",
    "/api/no-such-thing",
    "/../pyproject.toml",
)


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    project = ProjectOnDisk(tmp_path_factory.mktemp("secure") / "shop")
    project.write(LIGHT)
    with served(project.path, "--allow-host", "box.example", "--allow-host", "localhost:9") as view:
        yield view


@pytest.mark.parametrize("route", ROUTES)
def test_no_route_answers_without_the_cookie(view: Served, route: str) -> None:
    refused = view.request(route)
    assert refused.status == 403
    wrong = view.request(route, headers={"Cookie": view.cookie[:-1]})
    assert wrong.status == 403
    other = view.request(route, headers={"Cookie": f"other={view.cookie.partition('=')[2]}"})
    assert other.status == 403


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        "localhost.evil:{port}",
        "",
    ],
)
def test_no_route_answers_under_another_name(view: Served, route: str, host: str) -> None:
    headers = {"Cookie": view.cookie, "Host": host.format(port=view.port)}
    # Without any Host the HTTP library itself answers 400.
    assert view.request(route, headers=headers).status in {400, 403}


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(
    "origin",
    ["null", "http://evil.example", "http://localhost:{other}", "http://127.0.0.1", "file://"],
)
def test_no_route_answers_another_origin(view: Served, route: str, origin: str) -> None:
    other = origin.format(other=view.port + 1)
    refused = view.request(route, headers={"Cookie": view.cookie, "Origin": other})
    assert refused.status == 403
    assert "access-control-allow-origin" not in refused.headers


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_a_browser_calls_foreign_is_refused(view: Served, site: str) -> None:
    headers = {"Cookie": view.cookie, "Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors"}
    for route in ROUTES:
        assert view.request(route, headers=headers).status == 403, route
    headers["Sec-Fetch-Mode"] = "navigate"
    assert view.request("/", headers=headers).status != 403
    assert view.request("/api/graph", headers=headers).status == 403


@pytest.mark.parametrize("host", ["localhost:{port}", "[::1]:{port}", "box.example", "LOCALHOST:9"])
def test_our_own_names_and_allowed_ones_are_answered(view: Served, host: str) -> None:
    name = host.format(port=view.port)
    headers = {"Cookie": view.cookie, "Host": name, "Origin": f"http://{name.lower()}"}
    assert view.request("/api/graph", headers=headers).status == 200


def test_two_hosts_or_an_absolute_address_do_not_get_by(view: Served) -> None:
    for lines in (
        f"GET /api/graph HTTP/1.1\r\nHost: 127.0.0.1:{view.port}\r\nHost: evil.example\r\n",
        f"GET http://evil.example/api/graph HTTP/1.1\r\nHost: evil.example:{view.port}\r\n",
        "GET /api/graph HTTP/1.0\r\n",
    ):
        with socket.create_connection(("127.0.0.1", view.port), timeout=10) as raw:
            raw.sendall(f"{lines}Cookie: {view.cookie}\r\nConnection: close\r\n\r\n".encode())
            status = raw.recv(4096).split(b" ", 2)[1]
        assert status in {b"400", b"403"}


def test_the_token_gives_a_cookie_of_this_site_and_leaves_the_address(view: Served) -> None:
    entered = view.request(f"/?pipeline=sales&token={view.token}")
    assert (entered.status, entered.headers["location"]) == (303, "/?pipeline=sales")
    assert "HttpOnly" in entered.headers["set-cookie"]
    assert "SameSite=Strict" in entered.headers["set-cookie"]
    assert view.request(f"/?token={view.token}x").status == 403
    assert view.request("/?token=").status == 403
    assert view.request(f"/?token={view.token}", method="POST").status == 403
    assert view.request(f"/api/graph?token={view.token}").status == 403
    # The cookie is no token and the token is no cookie.
    assert view.request(f"/?token={view.cookie.partition('=')[2]}").status == 403


def test_a_link_in_another_page_gets_in_without_a_redirect(view: Served) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    entered = view.request(f'/?a="><script>&token={view.token}', headers=headers)
    assert entered.status == 200
    assert b"<script>" not in entered.body
    assert b"http-equiv" in entered.body


def test_every_answer_has_the_policy(view: Served) -> None:
    for route in ROUTES:
        if route == "/api/events":
            continue
        for answer in (view.get(route), view.request(route)):
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "'unsafe-eval'" not in policy
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert answer.headers["cross-origin-resource-policy"] == "same-origin"
            if route != "/frame/plotly" or answer.status != 200:
                assert "script-src 'self' 'wasm-unsafe-eval';" in policy
                assert "frame-ancestors 'none'" in policy


def test_a_websocket_is_not_opened(view: Served) -> None:
    headers = {
        "Cookie": view.cookie,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13",
    }
    assert view.request("/api/graph", headers=headers).status != 101


@pytest.mark.parametrize(
    "path",
    [
        "/../pyproject.toml",
        "/%2e%2e/%2e%2e/pyproject.toml",
        "/..%2f..%2fpyproject.toml",
        "//etc/passwd",
        "/etc/passwd",
        "/vendor/../../__init__.py",
        "/..\\..\\pyproject.toml",
        "/index.html%00.js",
    ],
)
def test_no_path_leads_out_of_the_page(view: Served, path: str) -> None:
    assert view.get(path).status == 404


def test_other_methods_change_nothing(view: Served) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        answer = view.request("/api/graph", method=method, headers={"Cookie": view.cookie})
        assert answer.status == 405


def test_the_secrets_are_in_no_file_of_the_project(view: Served) -> None:
    view.get("/api/graph")
    root = Path(f"/proc/{view.process.pid}/cwd")
    if not root.exists():
        pytest.skip("not here: /proc")
    for file in root.resolve().rglob("*"):
        if file.is_file():
            assert view.token.encode() not in file.read_bytes()
