"""How much a store takes: the one measure of its status, of verifying it and of making room."""

from collections.abc import Iterable
from os import stat_result
from typing import NamedTuple

from noria.store.blobs import Blobs
from noria.store.database import Database

# A blob whose bytes are a file takes what that file takes.
SMALL_BLOBS = "SELECT digest, length(data) FROM blobs WHERE data IS NOT NULL"
RECORDS = (
    "SELECT (SELECT coalesce(sum(length(body)), 0) FROM entries)"
    " + (SELECT coalesce(sum(length(data)), 0) FROM texts)"
)


class Measured(NamedTuple):
    """Bytes: of the records of results and the texts that explain them, of blobs, and set aside.

    ``small`` blobs lie in the database, others are ``files``; these and ``aside`` are lists of
    sizes, one for each.
    """

    records: int
    small: list[int]
    files: list[int]
    aside: list[int]

    @property
    def size(self) -> int:
        """All that counts against the limit."""
        return self.records + sum(map(sum, (self.small, self.files, self.aside)))


def measure(database: Database, blobs: Blobs) -> Measured:
    """Return what a store takes, looked at file by file."""
    return Measured(
        records_size(database),
        [size for _, size in database.read(SMALL_BLOBS)],
        _sizes(blobs.listed()),
        _sizes(blobs.aside()),
    )


def at_most(database: Database, blobs: Blobs) -> int:
    """Return a number that :func:`quick_size` does not pass, without reading any record."""
    ((pages,),) = database.read("PRAGMA page_count") or [(0,)]
    ((page,),) = database.read("PRAGMA page_size") or [(0,)]
    ((files,),) = database.read("SELECT coalesce(sum(size), 0) FROM blobs WHERE data IS NULL") or [
        (0,)
    ]
    return int(pages) * int(page) + int(files) + sum(_sizes(blobs.aside()))


def quick_size(database: Database, blobs: Blobs) -> int:
    """Return the same in one number, with the blobs' sizes as they were when they were kept."""
    ((kept,),) = database.read("SELECT coalesce(sum(size), 0) FROM blobs") or [(0,)]
    return int(kept) + records_size(database) + sum(_sizes(blobs.aside()))


def records_size(database: Database) -> int:
    """Return the bytes of what is recorded of results, and of the texts that explain them."""
    ((size,),) = database.read(RECORDS) or [(0,)]
    return int(size)


def _sizes(listed: Iterable[tuple[str, stat_result]]) -> list[int]:
    return [status.st_size for _, status in listed]
