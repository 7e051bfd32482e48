"""Pictures as they are, when they are whole and of a size that a page can hold."""

from base64 import b64encode
from pathlib import Path
from typing import Any

from noria_viz.errors import ViewError

_LARGEST = 6_000_000
_MOST_PIXELS = 60_000_000
_PNG, _PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"


def look_at_picture(path: Path, _place: dict[str, Any]) -> dict[str, Any]:
    """Return a picture in base64; its kind is told by its first bytes, not by its name."""
    if path.stat().st_size > _LARGEST:
        raise ViewError("the picture is too large for a preview")
    with path.open("rb") as file:
        raw = file.read(_LARGEST + 1)
    return {"kind": "image", "mime": _kind(raw), "data": b64encode(raw).decode("ascii")}


def _kind(raw: bytes) -> str:
    if raw.startswith(_PNG):
        width, height = int.from_bytes(raw[16:20]), int.from_bytes(raw[20:24])
        if width * height > _MOST_PIXELS:
            raise ViewError("the picture has too many pixels for a preview")
        if not raw.rstrip(b"\x00\n").endswith(_PNG_END):
            raise ViewError("the picture is not whole: it is being written, or was cut off")
        return "image/png"
    if raw.startswith(b"\xff\xd8\xff"):
        if b"\xff\xd9" not in raw[-64:]:
            raise ViewError("the picture is not whole: it is being written, or was cut off")
        return "image/jpeg"
    if raw[:6] in (b"GIF87a", b"GIF89a"):
        return "image/gif"
    if raw.startswith(b"RIFF") and raw[8:12] == b"WEBP":
        return "image/webp"
    beginning = raw[:1000].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if beginning.startswith((b"<svg", b"<?xml")) and b"<svg" in raw[:4000].lower():
        return "image/svg+xml"
    raise ViewError("it is no picture that a browser shows, or is being written")
