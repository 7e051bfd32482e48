"""Sending a file to S3: one request, or parts that count only when all of them are there."""

import io
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

PART = 32 * 2**20
"""Bytes of one part; a file of fewer than two is sent by one request."""

_MOST_PARTS = 10_000
_ATTEMPTS = 3
_SECONDS_TO_ANSWER = 60
_SECONDS_TO_ABORT = 5
_AT_ONCE = 2**20
_NOTE = "upload.json"
_READ_PART = 8 * 2**20


def open_bounded(url: str, options: Mapping[str, Any]) -> Any:
    """Return an S3 file system whose requests end: three attempts of a minute, then an error.

    What ``config_kwargs`` say otherwise goes before.
    """
    import fsspec

    config = {
        "retries": {"total_max_attempts": _ATTEMPTS, "mode": "standard"},
        "read_timeout": _SECONDS_TO_ANSWER,
        **(options.get("config_kwargs") or {}),
    }
    files = fsspec.core.url_to_fs(url, **{**options, "config_kwargs": config})[0]
    files.retries = 1  # its own attempts would multiply the client's
    return files


def receive(files: Any, key: str, local: str) -> None:
    """Bring an object here, few parts at a time."""
    files.get_file(key, local, chunksize=_READ_PART, max_concurrency=4)


def send(files: Any, local: str, key: str, folder: str) -> None:
    """Send a local file to ``key``, whole or not at all.

    No more than a megabyte is in memory at a time.  What goes wrong takes the parts back;
    ``folder`` keeps a note of an upload that is under way, so that :func:`take_back` can do it for
    a killed process.
    """
    size = os.path.getsize(local)
    part = files.storage_options.get("default_block_size") or PART
    part = max(part, -(-size // _MOST_PARTS))
    bucket, name, _ = files.split_path(key)
    at = {"Bucket": bucket, "Key": name}
    if size < 2 * part:
        with _Piece(local, 0, size) as body:
            files.call_s3("put_object", Body=body, **at)
        return
    at["UploadId"] = files.call_s3("create_multipart_upload", **at)["UploadId"]
    try:
        with open(os.path.join(folder, _NOTE), "w", encoding="utf-8") as note:
            json.dump({"endpoint": _endpoint(files), "at": at}, note)
        _complete(files, key, at, _send_parts(files, local, part, at))
    except BaseException:
        # The error is what counts; if taking back fails too, a later save does it by the note.
        with suppress(Exception):
            files.call_s3("abort_multipart_upload", timeout=_SECONDS_TO_ABORT, **at)
            os.unlink(os.path.join(folder, _NOTE))
        raise
    os.unlink(os.path.join(folder, _NOTE))


def is_under_way(folder: str) -> bool:
    """Tell whether a folder holds a note of an upload that was neither completed nor taken back."""
    return os.path.exists(os.path.join(folder, _NOTE))


def take_back(files: Any, folder: str) -> bool:
    """Take back the parts that a killed process left; ``False`` where they lie in another store."""
    try:
        with open(os.path.join(folder, _NOTE), encoding="utf-8") as file:
            note = json.load(file)
    except FileNotFoundError:
        return True
    except (OSError, ValueError):  # killed while it wrote the note: nothing was sent yet
        return True
    if note["endpoint"] != _endpoint(files):
        return False
    # One that is gone by now is no error, and a store that is down is told by what comes next.
    with suppress(Exception):
        files.call_s3("abort_multipart_upload", timeout=_SECONDS_TO_ABORT, **note["at"])
    return True


class _Piece(io.RawIOBase):
    """Bytes of a file, to be sent without being in memory: bytes are copied on the way there."""

    def __init__(self, path: str, start: int, length: int) -> None:
        super().__init__()
        self._file = open(path, "rb", buffering=0)  # noqa: SIM115  # closed by close()
        self._start = start
        self._length = length
        self.seek(0)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._file.tell() - self._start

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self.tell(), os.SEEK_END: self._length}[whence]
        return self._file.seek(self._start + base + offset) - self._start

    def read(self, size: int | None = -1) -> bytes:
        left = self._length - self.tell()
        if size is None or size < 0:
            return self._file.read(max(left, 0))
        # Who sends asks for all that is left; a little at a time does as well.
        return self._file.read(max(min(left, size, _AT_ONCE), 0))

    def close(self) -> None:
        self._file.close()
        super().close()


def _send_parts(
    files: Any, local: str, part: int, at: Mapping[str, str]
) -> Sequence[dict[str, Any]]:
    parts: list[dict[str, Any]] = []
    size = os.path.getsize(local)
    for number, start in enumerate(range(0, size, part), start=1):
        with _Piece(local, start, min(part, size - start)) as body:
            sent = files.call_s3("upload_part", PartNumber=number, Body=body, **at)
        parts.append({"PartNumber": number, "ETag": sent["ETag"]})
    return parts


def _complete(
    files: Any, key: str, at: Mapping[str, str], parts: Sequence[Mapping[str, Any]]
) -> None:
    try:
        files.call_s3("complete_multipart_upload", MultipartUpload={"Parts": parts}, **at)
    except Exception:
        # Where the answer was lost the upload is complete, and asking again finds none.
        files.invalidate_cache(key)
        if not files.exists(key) or _tag(files.info(key)) != _tag_of(parts):
            raise


def _tag_of(parts: Sequence[Mapping[str, Any]]) -> str | None:
    """Return the tag that S3 gives to an object of these parts."""
    from hashlib import md5

    try:
        tags = b"".join(bytes.fromhex(part["ETag"].strip('"')) for part in parts)
    except ValueError:  # another store's, or an encrypted one's
        return None
    return f"{md5(tags, usedforsecurity=False).hexdigest()}-{len(parts)}"


def _tag(info: Mapping[str, Any]) -> str:
    return str(info.get("ETag", "")).strip('"')


def _endpoint(files: Any) -> str:
    given = getattr(files, "endpoint_url", None) or files.client_kwargs.get("endpoint_url")
    return str(given or "")
