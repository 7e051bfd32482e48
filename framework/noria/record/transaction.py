"""Writing to SQLite: all of it or nothing, and how long to wait for other writers."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress


def wait_at_most(connection: sqlite3.Connection, seconds: float) -> None:
    """Let every later statement wait this long while another process holds the file."""
    connection.execute(f"PRAGMA busy_timeout = {max(0, round(seconds * 1000))}")


@contextmanager
def transaction(connection: sqlite3.Connection, wait: float) -> Iterator[None]:
    """Commit what is done inside, or nothing; wait at most so many seconds for other writers."""
    wait_at_most(connection, wait)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # On a full disk SQLite has rolled back already, or cannot: the first error counts.
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
