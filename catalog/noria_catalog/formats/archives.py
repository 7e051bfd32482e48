"""Compressed files and archives that hold no time, no random name and no machine."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_BY_SUFFIX = {".gz": "gzip", ".zip": "zip", ".tar": "tar", ".tgz": "tar"}
_OTHER = {".bz2": "bz2", ".xz": "xz", ".zst": "zstd"}
_EPOCH = (1980, 1, 1, 0, 0, 0)
_CREATED = rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms)"


def compression_of(given: Any, path: Path) -> tuple[str | None, dict[str, Any]]:
    """Return the method and its options for what pandas' argument ``compression`` says.

    >>> compression_of("infer", Path("a.csv.gz")), compression_of({"method": "zip"}, Path("a"))
    (('gzip', {}), ('zip', {}))
    """
    options = dict(given) if isinstance(given, Mapping) else {}
    method = options.pop("method", "infer") if isinstance(given, Mapping) else given
    if method != "infer":
        return method, options
    if ".tar" in path.suffixes:
        return "tar", options
    suffix = path.suffix.lower()
    return _BY_SUFFIX.get(suffix) or _OTHER.get(suffix), options


def unpacked_beginning(packed: bytes, method: str, most: int) -> bytes | None:
    """Return up to ``most`` bytes of what the beginning of a compressed file holds.

    ``None`` for methods whose files cannot be read from their beginning.

    >>> import gzip
    >>> unpacked_beginning(gzip.compress(b"snow" * 1000)[:-8], "gzip", 8)
    b'snowsnow'
    """
    if method == "gzip":
        import zlib

        return zlib.decompressobj(31).decompress(packed, most)
    if method == "bz2":
        import bz2

        return bz2.BZ2Decompressor().decompress(packed, most)
    if method == "xz":
        import lzma

        return lzma.LZMADecompressor().decompress(packed, most)
    return None


@contextmanager
def writing_compressed(
    path: Path, method: str | None, name: str, options: Mapping[str, Any]
) -> Iterator[Any]:
    """Give a binary file to write, behind what is in it; ``name`` is what a zip archive calls it.

    ``method`` is ``gzip``, ``zip`` or ``None``.
    """
    if method is None:
        with path.open("ab") as file:
            yield file
        return
    opened = _gzip(path, options) if method == "gzip" else _zip(path, name, dict(options))
    with opened as file:
        yield file


def settle(path: Path, change: Callable[[str, bytes], bytes] | None = None) -> None:
    """Write a zip archive anew with no times in it, its members in the order in which they came.

    ``change`` gets the name and content of each member and returns what is kept.
    """
    import zipfile

    with zipfile.ZipFile(path) as archive:
        members = [(info, archive.read(info)) for info in archive.infolist()]
    with zipfile.ZipFile(path, "w") as archive:
        for info, content in members:
            fresh = member(info.filename, info.compress_type)
            archive.writestr(fresh, content if change is None else change(info.filename, content))


def member(name: str, compress_type: int) -> Any:
    """Return what :mod:`zipfile` is told of a member: its name, no time, a plain mode.

    >>> member("a.csv", 0).date_time
    (1980, 1, 1, 0, 0, 0)
    """
    import zipfile

    described = zipfile.ZipInfo(name, _EPOCH)
    described.external_attr = 0o644 << 16
    described.compress_type = compress_type
    return described


def without_office_times(name: str, content: bytes) -> bytes:
    """Return a member of an Office file without when it was made: for :func:`settle`."""
    if name != "docProps/core.xml":
        return content
    return re.sub(_CREATED, rb"\g<1>1980-01-01T00:00:00Z\g<3>", content)


@contextmanager
def _gzip(path: Path, options: Mapping[str, Any]) -> Iterator[Any]:
    import gzip

    # The header would name the temporary file and the time.
    with (
        path.open("ab") as raw,
        gzip.GzipFile("", "wb", fileobj=raw, **{"mtime": 0, **options}) as file,
    ):
        yield file


@contextmanager
def _zip(path: Path, name: str, options: dict[str, Any]) -> Iterator[Any]:
    import zipfile

    inside = member(options.pop("archive_name", name.removesuffix(".zip")), zipfile.ZIP_DEFLATED)
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, **options) as archive,
        archive.open(inside, "w", force_zip64=True) as file,
    ):
        yield file
