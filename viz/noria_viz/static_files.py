"""The files of the page, and answers that are compressed where the browser takes that."""

import gzip
from collections.abc import Mapping
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response

from noria_viz.page_files import page_file

_WORTH_PACKING = 10_000


def answer_file(request: Request) -> Response:
    """Answer a file of the page, 404 for anything that is none of them."""
    try:
        file = page_file(request.url.path[1:] or "index.html")
    except KeyError:
        return Response("There is nothing here.\n", 404, media_type="text/plain")
    headers = {"etag": file.tag, "cache-control": "no-cache", "vary": "accept-encoding"}
    if request.headers.get("if-none-match") == file.tag:
        return Response(status_code=304, headers=headers)
    if not _takes_packed(request):
        return Response(file.body, 200, headers, media_type=file.kind)
    headers["content-encoding"] = "gzip"
    return Response(file.packed, 200, headers, media_type=file.kind)


def packed(
    request: Request,
    body: bytes,
    kind: str,
    *,
    keep: str | None = None,
    headers: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    """Return the answer, compressed where that is worth it; ``keep`` names bodies met again."""
    told = {**(headers or {}), "vary": "accept-encoding"}
    if _takes_packed(request) and len(body) >= _WORTH_PACKING:
        body = _kept(keep, body) if keep else gzip.compress(body, 3, mtime=0)
        told["content-encoding"] = "gzip"
    return Response(body, status, told, media_type=kind)


def _takes_packed(request: Request) -> bool:
    return "gzip" in request.headers.get("accept-encoding", "")


@lru_cache(maxsize=100)
def _kept(_name: str, body: bytes) -> bytes:
    return gzip.compress(body, 6, mtime=0)
