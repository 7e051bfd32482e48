"""The store of a project, or of several: results by content, and who made them from what."""

import os
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from noria.errors import StoreError
from noria.store.contents import Contents
from noria.store.entries import Entries
from noria.store.opened import LEASES

if TYPE_CHECKING:  # what looks after a store is imported by who does, after all nodes have run
    from noria.store.collect import Collected
    from noria.store.verify import Verified


def open_store(folder: Path, secret: bytes, *, largest: int | None = None) -> "Store":
    """Return the store in ``folder``, which is made; a context.

    ``secret`` is the user's: entries that were sealed with another are not used.  A value or file
    over ``largest`` bytes is digested and not stored; ``None`` is no limit.  A store that cannot
    be read or written still opens: then nothing is found or kept, and :attr:`Store.troubles` says
    why.  Raises StoreError when ``folder`` is something else than a folder.

    >>> import tempfile
    >>> with open_store(Path(tempfile.mkdtemp()), b"s" * 32) as store:
    ...     blob, codec, _ = store.keep_value({"rows": 3})
    ...     store.value(blob.digest, codec)
    {'rows': 3}
    """
    if os.path.lexists(folder) and not folder.is_dir():
        raise StoreError(
            f"the store {folder} is no folder",
            hint="move it away, or give the setting `store` the path of a folder",
        )
    return Store(folder, secret, largest=largest)


class Store(Entries, Contents):
    """Results by content; safe from several threads, and beside other processes."""

    def status(self) -> dict[str, Any]:
        """Return what the store holds: counts, and bytes."""
        from noria.store.measure import measure

        self.pending.flush()
        read = self.database.read
        ((entries, others, first, last),) = read(
            "SELECT count(*), coalesce(sum(others), 0), min(at), max(at) FROM"
            " (SELECT signer <> ? AS others, CASE WHEN signer = ? THEN CAST(made AS REAL) END AS at"
            " FROM entries)",
            (self.seal.signer, self.seal.signer),
        ) or [(0, 0, None, None)]
        measured = measure(self.database, self.blobs)
        return {
            "folder": str(self.folder),
            "writable": self.is_writable,
            "entries": entries - others,
            "others": others,
            "first": first,
            "last": last,
            "blobs": len(measured.files) + len(measured.small),
            "size": measured.size,
            "files": len(measured.files),
            "aside": len(measured.aside),
            "aside_size": sum(measured.aside),
            "troubles": list(self.troubles),
        }

    def size(self) -> int:
        """Return the bytes of all that is stored, as the database knows them."""
        from noria.store.measure import quick_size

        return quick_size(self.database, self.blobs)

    def is_over(self, limit: int) -> bool:
        """Tell whether more than ``limit`` bytes are stored; at once where it is far less."""
        from noria.store.measure import at_most

        return at_most(self.database, self.blobs) > limit and self.size() > limit

    def verify(self, progress: Callable[[int, int], None] | None = None) -> "Verified":
        """Check every seal and every byte, and set aside what is wrong; safe beside a run.

        ``progress`` is told the bytes that are done, and all.
        """
        from noria.store.verify import verify

        self.pending.flush()
        return verify(
            self.database,
            self.blobs,
            self._unsealed,
            self.seal.signer,
            progress or (lambda _done, _all: None),
        )

    def gc(self, limit: int, keep: Collection[str] = ()) -> "Collected":
        """Remove what was used longest ago until at most ``limit`` bytes are left.

        What was set aside goes first.  Entries that ``keep`` names by key, and those that
        :meth:`note_run` noted, go only after all others; what another live process has used or
        made since it began stays.
        """
        from noria.store.collect import collect

        self.pending.flush()
        return collect(self.database, self.blobs, self.opened, self._lease, limit=limit, keep=keep)

    def keep_within(self, limit: int, keep: Collection[str] = ()) -> "Collected | None":
        """Collect when more than ``limit`` bytes are stored, down to nine tenths of it.

        Returns ``None`` when there was no need.
        """
        return self.gc(limit * 9 // 10, keep) if self.is_over(limit) else None

    def clear(self) -> "Collected":
        """Remove everything but what another live process has used or made since it began."""
        from noria.store.collect import clear, collect, others_live

        self.pending.flush()
        if others_live(self.folder / LEASES, self._lease):
            return collect(
                self.database,
                self.blobs,
                self.opened,
                self._lease,
                limit=-1,
                respect_pins=False,
            )
        return clear(self.database, self.blobs)
