"""The files of the page, and answers that are compressed where the browser takes that."""

import gzip
import hashlib
from collections.abc import Mapping
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response

from noria_viz.page_files import KINDS, page_files

_WORTH_PACKING = 10_000


class Pages:
    """The files below ``web`` by their address: nothing else can be asked for."""

    def __init__(self) -> None:
        self._files = {f"/{name}": path for name, path in page_files().items()}

    def answer(self, request: Request) -> Response:
        """Answer a file, 404 for anything that is none of them."""
        name = request.url.path if request.url.path != "/" else "/index.html"
        path = self._files.get(name)
        if path is None:
            return Response("There is nothing here.\n", 404, media_type="text/plain")
        body = path.read_bytes()
        tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
        headers = {"etag": tag, "cache-control": "no-cache"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return packed(request, body, KINDS[path.suffix], keep=tag, headers=headers)


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
    takes = "gzip" in request.headers.get("accept-encoding", "")
    if takes and len(body) >= _WORTH_PACKING:
        body = _kept(keep, body) if keep else gzip.compress(body, 3, mtime=0)
        told["content-encoding"] = "gzip"
    return Response(body, status, told, media_type=kind)


@lru_cache(maxsize=100)
def _kept(_name: str, body: bytes) -> bytes:
    return gzip.compress(body, 6, mtime=0)
