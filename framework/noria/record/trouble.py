"""What is wrong with a ledger that cannot be read or written, in words."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from noria.errors import RunError
from noria.full_disk import is_full

_BROKEN = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)
# What SQLite says where a disk, or the rights to it, let nobody write: also of a disk that is full.
_UNWRITABLE = {
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
}


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn SQLite's errors inside into a RunError that says what is wrong with the ledger."""
    try:
        yield
    except sqlite3.Error as error:
        if primary_code(error) in _BROKEN:
            raise RunError(
                f"the ledger {path} cannot be read: {error}",
                hint="move it away and a new one is begun; only the history of runs is lost",
            ) from None
        raise RunError(f"the ledger {path} cannot be used: {reason(path, error)}") from None


def reason(path: Path, error: sqlite3.Error) -> str:
    """Return, in a few words, why SQLite could not do its work on the ledger at ``path``."""
    match primary_code(error):
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return "another process keeps it locked"
        case sqlite3.SQLITE_FULL:
            return "the disk is full"
        case sqlite3.SQLITE_READONLY:
            return "the disk is full" if is_full(path.parent) else "it is read-only"
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_IOERR | sqlite3.SQLITE_PERM:
            return _on_disk(path) or str(error)
    return str(error)


def primary_code(error: sqlite3.Error) -> int:
    """Return SQLite's number for the kind of error, -1 when it did not come from SQLite."""
    code: int = getattr(error, "sqlite_errorcode", -1)
    return code & 0xFF if code >= 0 else -1


def is_unwritable(error: sqlite3.Error) -> bool:
    """Tell whether the error is that the ledger, or the folder it lies in, cannot be written."""
    return primary_code(error) in _UNWRITABLE


def place(connection: sqlite3.Connection) -> Path:
    """Return the file that the connection has open."""
    return Path(connection.execute("PRAGMA database_list").fetchone()[2])


def _on_disk(path: Path) -> str | None:
    if is_full(path.parent):
        return "the disk is full"
    try:
        with path.open("r+b"):
            return None
    except OSError as error:
        return error.strerror
