"""The routes of the view; who may ask them is decided around them, in security.py."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from noria_viz.child import Child, ChildError
from noria_viz.document import Document
from noria_viz.dot import make_dot
from noria_viz.live import LiveProject, stream
from noria_viz.plotly_frame import frame_page, plotly_script
from noria_viz.preview import nothing
from noria_viz.scene import DIRECTIONS, View, make_scene
from noria_viz.static_files import answer_file, packed

_PREVIEW_SECONDS = 10.0
_FACTS_SECONDS = 5.0
_LARGEST_BODY = 4_000_000


class Views:
    """What the routes answer."""

    def __init__(self, live: LiveProject, ended: asyncio.Event) -> None:
        self._live = live
        self._ended = ended
        self._looking = Child("noria_viz.preview_process", {})
        self._drawn: dict[tuple[str, str, View], bytes] = {}

    @asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        """Follow the project while the server runs."""
        following = asyncio.create_task(self._live.follow())
        try:
            yield
        finally:
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following
            self._live.end()
            self._looking.end()

    async def page(self, request: Request) -> Response:
        """Answer a file of the page."""
        return answer_file(request)

    async def graph(self, request: Request) -> Response:
        """Answer the document."""
        document = await self._live.document(request.query_params.get("pipeline"))
        return _json(request, document, document["revision"])

    async def dot(self, request: Request) -> Response:
        """Answer the scene of a view, with its DOT text."""
        try:
            asked = await _asked(request)
            view = _view(asked)
        except ValueError as error:
            return Response(f"{error}\n", 400, media_type="text/plain")
        document = await self._live.document(asked.get("pipeline") or None)
        key = (document["pipeline"], document["revision"], view)
        if key not in self._drawn:
            if len(self._drawn) > 50:
                self._drawn.clear()
            self._drawn[key] = await asyncio.to_thread(_drawing, document, view)
        return packed(request, self._drawn[key], "application/json")

    async def element(self, request: Request) -> Response:
        """Answer all about one element."""
        answer = await self._element(request)
        element = answer.get("element")
        if element is None:
            return _json(request, answer, status=404)
        if element["kind"] == "dataset" and element["place"]["path"] and element["size"]:
            with suppress(ChildError):
                place = element["place"]
                question = {"ask": "facts", "place": place}
                element.update(await self._looking.ask(question, seconds=_FACTS_SECONDS))
        element.pop("place", None)  # only for us
        return _json(request, element)

    async def preview(self, request: Request) -> Response:
        """Answer a first look at a dataset."""
        answer = await self._element(request)
        element = answer.get("element")
        if element is None or element["kind"] != "dataset":
            return _json(request, nothing("it is no dataset of this pipeline"), status=404)
        question = {"ask": "preview", "place": element["place"]}
        try:
            found = await self._looking.ask(question, seconds=_PREVIEW_SECONDS)
        except ChildError as error:
            found = nothing(f"{error}, so it was given up")
        return _json(request, found)

    async def events(self, request: Request) -> Response:
        """Answer what happens, as it happens."""
        return StreamingResponse(stream(self._live, self._ended), media_type="text/event-stream")

    def script(self, request: Request) -> Response:
        """Answer the script of the user's own plotly."""
        script = plotly_script()
        if script is None:
            return Response("plotly is not installed\n", 404, media_type="text/plain")
        return packed(request, script, "text/javascript", keep="plotly.js")

    def frame(self, request: Request) -> Response:
        """Answer the page that draws a figure of Plotly, with no rights at all."""
        found = frame_page()
        if found is None:
            return Response("plotly is not installed\n", 404, media_type="text/plain")
        page, policy = found
        headers = {"content-security-policy": policy, "x-frame-options": "SAMEORIGIN"}
        return packed(request, page, "text/html; charset=utf-8", keep="frame", headers=headers)

    async def _element(self, request: Request) -> dict[str, Any]:
        query = request.query_params
        return await self._live.element(query.get("id", ""), query.get("pipeline"))


def make_app(live: LiveProject, ended: asyncio.Event) -> Starlette:
    """Return the application: all routes, and none of the guarding."""
    views = Views(live, ended)
    return Starlette(
        lifespan=views.lifespan,
        routes=[
            Route("/api/graph", views.graph),
            Route("/api/dot", views.dot, methods=["GET", "POST"]),
            Route("/api/element", views.element),
            Route("/api/preview", views.preview),
            Route("/api/events", views.events),
            Route("/plotly.js", views.script),
            Route("/frame/plotly", views.frame),
            Route("/{path:path}", views.page),
        ],
    )


def _drawing(document: Document, view: View) -> bytes:
    scene = make_scene(document, view)
    told = {key: value for key, value in scene.items() if key != "inside"}
    about = {"revision": document["revision"], "pipeline": document["pipeline"]}
    return json.dumps({**about, **told, "dot": make_dot(scene)}).encode()


async def _asked(request: Request) -> dict[str, Any]:
    """Return the view's words of a query or a JSON body; raises ValueError for anything else."""
    if request.method != "POST":
        query = request.query_params
        return {key: query.getlist(key) if key in _LISTS else query.get(key) for key in query}
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LARGEST_BODY:
            raise ValueError("the view's state is too large")
    asked = json.loads(body)
    if not isinstance(asked, dict):
        raise ValueError("the view's state is an object")  # noqa: TRY004  one error for the caller
    return asked


_LISTS = ("collapsed", "kind", "tag", "only")


def _view(asked: Mapping[str, Any]) -> View:
    direction = asked.get("direction") or "LR"
    if direction not in DIRECTIONS:
        raise ValueError("direction is LR or TB")
    lists: dict[str, frozenset[str] | None] = {}
    for key in _LISTS:
        value = asked.get(key)
        if value is not None and not (
            isinstance(value, list) and all(isinstance(name, str) for name in value)
        ):
            raise ValueError(f"{key} is a list of names")
        lists[key] = None if value is None else frozenset(name for name in value if name)
    none: frozenset[str] = frozenset()
    return View(
        collapsed=lists["collapsed"],
        parameters=asked.get("params") in (True, 1, "1", "true"),
        direction=direction,
        kinds=lists["kind"] or none,
        tags=lists["tag"] or none,
        only=lists["only"] or none,
    )


def _json(
    request: Request, value: Any, revision: str | None = None, *, status: int = 200
) -> Response:
    headers = {} if revision is None else {"etag": f'"{revision}"', "cache-control": "no-cache"}
    if revision is not None and request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    body = json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
    return packed(request, body, "application/json", headers=headers, status=status)
