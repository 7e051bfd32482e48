"""Texts that explain results, sources say: as the database keeps them, and which name others."""

import re
import zlib
from collections.abc import Iterator

_AS_WRITTEN = b"\0"  # no compressed text begins so
_SHORT = 500  # bytes that compressing makes hardly fewer, and not at once
_NAMED = rb"\b[0-9a-f]{32,64}\b"  # compiled when it is first asked for


def packed(text: bytes) -> bytes:
    """Return a text as the database keeps it.

    >>> unpacked(packed(b"x = 1")), unpacked(packed(b"x = 1" * 1000)) == b"x = 1" * 1000
    (b'x = 1', True)
    """
    return _AS_WRITTEN + text if len(text) < _SHORT else zlib.compress(text, 1)


def unpacked(data: bytes) -> bytes:
    """Return the text; raises zlib.error for other bytes, TypeError for none."""
    return data[1:] if data[:1] == _AS_WRITTEN else zlib.decompress(data)


def named_in(text: bytes) -> Iterator[str]:
    """Yield what may be digests in the record of a result, or in a list of names and digests.

    >>> list(named_in(b'[["shop.nodes:clean", "dc057ee72a8b0c4ee1726c5eac53d805"]]'))
    ['dc057ee72a8b0c4ee1726c5eac53d805']
    """
    return (found.decode() for found in re.findall(_NAMED, text))
