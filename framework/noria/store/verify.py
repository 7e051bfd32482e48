"""Looking at everything in a store, and setting aside what is wrong."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from noria.errors import Corrupt
from noria.store.blobs import Blobs
from noria.store.database import Database
from noria.store.records import Entry
from noria.store.small import small_bytes

_AT_ONCE = 500


class Verified(NamedTuple):
    """What a look at everything found: counts, and the digests of what is wrong or gone.

    ``entries`` are the user's own whose seals fit, ``refused`` those whose seals do not,
    ``others`` those of other users; ``size`` is the bytes of all blobs.  ``corrupt`` are blobs
    that were set aside, ``missing`` blobs that entries name and that are not there: these results
    are computed again when they are needed.
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
    find_many: Callable[[list[str]], dict[str, Entry]],
    signer: bytes,
    progress: Callable[[int, int], None],
) -> Verified:
    """Check every seal and every byte; ``progress`` is told the bytes that are done, and all."""
    keys = [key for (key,) in database.read("SELECT key FROM entries WHERE signer = ?", (signer,))]
    needed: set[str] = set()
    right = 0
    for start in range(0, len(keys), _AT_ONCE):
        found = find_many(keys[start : start + _AT_ONCE])
        right += len(found)
        needed.update(_needed(found))
    others = database.read("SELECT count(*) FROM entries WHERE signer <> ?", (signer,))
    files = [(digest, status.st_size) for digest, status in blobs.listed()]
    small = database.read("SELECT digest, size FROM blobs WHERE data IS NOT NULL")
    whole = sum(size for _, size in (*files, *small))
    done = 0
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
        refused=len(keys) - right,
        others=others[0][0] if others else 0,
        blobs=len(files) + len(small) - len(corrupt),
        size=whole,
        corrupt=tuple(sorted(corrupt)),
        missing=tuple(sorted(each for each in needed - have if not blobs.has(each))),
    )


def _needed(entries: dict[str, Entry]) -> Iterator[str]:
    for entry in entries.values():
        for output in entry.outputs:
            if output.form != "none":
                yield from (digest for _, digest, _ in output.blobs)


def _check_small(database: Database, blobs: Blobs) -> Callable[[str], object]:
    return lambda digest: small_bytes(database, blobs, digest)
