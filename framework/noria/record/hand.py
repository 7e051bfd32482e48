"""Edits by hand in the ledger: data that was saved outside of a run, from a notebook say."""

import os
import sqlite3
import time

from noria.record.json_text import json_text
from noria.record.transaction import transaction
from noria.record.trouble import explained, place

EDITED = "edited"
_WAIT = 5.0


def record_edit(
    connection: sqlite3.Connection, name: str, *, run: str, env: str, where: str | None
) -> None:
    """Write into the ledger that a dataset was saved by hand.

    ``run`` names the edit as if it was a run, ``where`` is the dataset's place, ``None`` where it
    has none.  Raises RunError when the ledger cannot be written.
    """
    now = time.time()
    row = (
        run, now, now, EDITED, None, "", env, "", f"catalog.save({name!r})",
        json_text({"edited": {name: where}}), os.getpid(), None, 0,
    )  # fmt: skip
    with explained(place(connection)), transaction(connection, _WAIT):
        connection.execute(f"INSERT INTO runs VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608  # our own text
        connection.execute("INSERT INTO plans VALUES (?, '[]')", (run,))
