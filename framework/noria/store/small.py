"""Small results, which lie in the database itself."""

import sqlite3

from blake3 import blake3

from noria.errors import Corrupt
from noria.store.blobs import Blobs
from noria.store.database import Database

SMALL = 1 << 16
"""Bytes up to which a blob lies in the database: written as fast as into a file, and not synced by
itself, which costs a file a thousand times more."""


def small_bytes(database: Database, blobs: Blobs, digest: str) -> bytes | None:
    """Return the checked bytes of a blob in the database, ``None`` when it has none.

    Raises Corrupt when they are wrong, which sets them aside.
    """
    rows = database.read("SELECT data FROM blobs WHERE digest = ? AND data IS NOT NULL", (digest,))
    if not rows:
        return None
    ((data,),) = rows
    if isinstance(data, bytes) and blake3(data).hexdigest() == digest:
        return data

    def work(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM blobs WHERE digest = ? AND data IS ?", (digest, data))

    database.write(work, wait=5.0)
    blobs.keep_aside(digest[:16], data=data if isinstance(data, bytes) else b"")
    raise Corrupt(f"the stored result {digest[:16]} is not what was stored", digest)
