"""Looking at everything in a store, and setting aside what is wrong."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from noria.errors import Corrupt
from noria.store.blobs import Blobs
from noria.store.database import Database
from noria.store.measure import SMALL_BLOBS, records_size
from noria.store.records import Entry
from noria.store.small import small_bytes

_AT_ONCE = 500


class Verified(NamedTuple):
    """What a look at everything found: counts, and the digests of what is wrong or gone.

    ``entries`` are the user's own whose seals fit, ``refused`` those whose seals do not,
    ``others`` those of other users; ``size`` is the bytes of what is recorded of them all, and of
    the blobs.  ``corrupt`` are blobs that were set aside, ``missing`` blobs that entries name and
    that are not there: these results are computed again when they are needed.
    """

    entries: int
    refused: int
    others: int
    blobs: int
    size: int
    corrupt: tuple[str, ...]
    missing: tuple[str, ...]


def verify(
    database: Database,
    blobs: Blobs,
    unsealed: Callable[[str, bytes, bytes], Entry | None],
    signer: bytes,
    progress: Callable[[int, int], None],
) -> Verified:
    """Check every seal and every byte; ``progress`` is told the bytes that are done, and all."""
    right = refused = 0
    needed: set[str] = set()
    for row in _entries(database, signer):
        entry = unsealed(*row)
        if entry is None:
            refused += 1
        else:
            right += 1
            needed.update(_needed(entry))
    others = database.read("SELECT count(*) FROM entries WHERE signer <> ?", (signer,))
    files = [(digest, status.st_size) for digest, status in blobs.listed()]
    small = database.read(f"{SMALL_BLOBS} AND typeof(digest) = 'text'")
    done = records_size(database)
    whole = done + sum(size for _, size in (*files, *small))
    corrupt = []
    for check, group in ((blobs.check, files), (_check_small(database, blobs), small)):
        for digest, size in group:
            try:
                check(digest)
            except Corrupt:
                corrupt.append(digest)
            done += size
            progress(done, whole)
    have = {
        digest for (digest,) in database.read("SELECT digest FROM blobs WHERE data IS NOT NULL")
    }
    return Verified(
        entries=right,
        refused=refused,
        others=others[0][0] if others else 0,
        blobs=len(files) + len(small) - len(corrupt),
        size=whole,
        corrupt=tuple(sorted(corrupt)),
        missing=tuple(sorted(each for each in needed - have if not blobs.has(each))),
    )


def _entries(database: Database, signer: bytes) -> Iterator[tuple[Any, ...]]:
    last = ""
    while rows := database.read(
        "SELECT key, body, seal FROM entries"
        " WHERE signer = ? AND key > ? AND typeof(key) = 'text' ORDER BY key LIMIT ?",
        (signer, last, _AT_ONCE),
    ):
        yield from rows
        last = rows[-1][0]


def _needed(entry: Entry) -> Iterator[str]:
    for output in entry.outputs:
        if output.form != "none":
            yield from (digest for _, digest, _ in output.blobs)


def _check_small(database: Database, blobs: Blobs) -> Callable[[str], object]:
    return lambda digest: small_bytes(database, blobs, digest)
