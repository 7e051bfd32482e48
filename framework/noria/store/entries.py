"""What is remembered: entries by key, by node and by what they made, and texts."""

import time
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from noria.store.opened import OpenedStore
from noria.store.pending import node_bytes, storable
from noria.store.records import EDITED, Entry, ReadAgain, entry_from
from noria.store.texts import packed, unpacked

_FEW = 500  # entries in one query, which take a kilobyte each


class Entries(OpenedStore):
    """Finds entries, and only those that this user has sealed."""

    _looked_for_others = False

    def is_empty(self) -> bool:
        """Tell whether nothing is remembered, by anybody."""
        rows = self.database.read("SELECT 1 FROM entries LIMIT 1")
        return not rows and not self.pending.entries()

    def has_all(self, keys: Collection[str]) -> bool:
        """Tell whether the database has entries of ours under all of these keys."""
        counted = self.database.read_many(
            "SELECT count(*) FROM entries WHERE signer = ? AND key IN (?)",
            list(keys),
            before=[self.seal.signer],
        )
        found: int = sum(count for (count,) in counted)
        return found == len(keys)

    def find(self, key: str) -> Entry | None:
        """Return what is remembered under ``key``, ``None`` when nothing is, or nothing of ours."""
        return self.find_many([key]).get(key)

    def find_many(self, keys: Iterable[str], *, used: bool = True) -> dict[str, Entry]:
        """Return what is remembered under these keys, by key; not ``used``, they are looked at."""
        found: dict[str, Entry] = {}
        asked: list[str] = []
        for key in keys:
            pending = self.pending.entry(key)
            if pending is None:
                asked.append(key)
            else:
                found[key] = pending
        read_again = self._parts_of if len(asked) > 1 else None
        rows = self.database.read_many(
            "SELECT e.key, body, seal, CAST(u.at AS REAL)"
            " FROM entries e LEFT JOIN uses u ON u.key = e.key"
            " WHERE signer = ? AND e.key IN (?)",
            asked,
            before=[self.seal.signer],
            at_once=_FEW,
        )
        found |= {entry.key: entry for entry in self._entries_in(rows, read_again, used=used)}
        if asked and not self._looked_for_others:
            self._look_for_others()
        return found

    def remember(self, entry: Entry) -> None:
        """Remember an entry: found at once, by others within a tenth of a second."""
        if self.is_writable:
            self.pending.add_entry(entry)

    def latest(self, node: str) -> Entry | None:
        """Return the entry of a node's name that was made or used last."""
        waiting = [entry for entry in self.pending.entries() if entry.node == node]
        rows = self.database.read(
            "SELECT e.key, body, seal FROM entries e LEFT JOIN uses u ON u.key = e.key"
            " WHERE node = ? AND signer = ? ORDER BY"
            " max(CAST(made AS REAL), coalesce(CAST(u.at AS REAL), 0)) DESC LIMIT 3",
            (node_bytes(node), self.seal.signer),
        )
        found = [entry for row in rows if (entry := self._unsealed(*row)) and entry.node == node]
        return max(waiting, key=lambda entry: entry.made, default=next(iter(found), None))

    def latest_of(self, nodes: Iterable[str]) -> dict[str, Entry]:
        """Return the entry of each of these nodes' names that was made or used last."""
        names = list(map(node_bytes, nodes))
        # SQLite takes the other columns from the row that has the greatest.
        rows = self.database.read_many(
            "SELECT e.key, body, seal, CAST(u.at AS REAL),"
            " max(max(CAST(made AS REAL), coalesce(CAST(u.at AS REAL), 0)))"
            " FROM entries e LEFT JOIN uses u ON u.key = e.key"
            " WHERE signer = ? AND node IN (?) GROUP BY node",
            names,
            before=[self.seal.signer],
            at_once=_FEW,
        )
        found = {entry.node: entry for entry in self._entries_in(rows, self._parts_of)}
        if names and not self._looked_for_others:
            self._look_for_others()
        return found

    def by_output(self, digest: str) -> list[Entry]:
        """Return the entries of which an output goes by ``digest``, newest first."""
        # First what is pending: it may be written meanwhile.
        waiting = {entry.key: entry for entry in self.pending.entries()}
        rows = self.database.read(
            "SELECT e.key, body, seal FROM links l JOIN entries e ON e.key = l.key"
            " WHERE l.digest = ? AND signer = ?",
            (storable(digest), self.seal.signer),
        )
        entries = {entry.key: entry for row in rows if (entry := self._unsealed(*row))}
        entries |= waiting
        found = [
            entry
            for entry in entries.values()
            if any(output.digest == digest for output in entry.outputs)
        ]
        return sorted(found, key=lambda entry: entry.made, reverse=True)

    def was_made(self, digest: str) -> bool:
        """Tell whether a node has made an output that goes by ``digest``, not somebody by hand."""
        return any(not entry.run.startswith(EDITED) for entry in self.by_output(digest))

    def made_among(self, digests: Collection[str]) -> set[str]:
        """Return those of some digests that a node's output went by, all asked at once."""
        # First what is pending: it may be written meanwhile.
        outputs = [output for entry in self.pending.entries() for output in entry.outputs]
        known = {storable(output.digest) for output in outputs}
        asked = list(map(storable, digests))
        linked = "SELECT DISTINCT digest FROM links WHERE digest IN (?)"
        known.update(digest for (digest,) in self.database.read_many(linked, asked))
        return {each for each in digests if storable(each) in known and self.was_made(each)}

    def forget(self, keys: Iterable[str]) -> None:
        """Forget what is remembered under these keys; their blobs go with the next collection."""
        gone = list(keys)
        self.pending.forget(gone)

        def work(connection: Any) -> None:
            connection.executemany(
                "DELETE FROM entries WHERE key = ? AND signer = ?",
                [(key, self.seal.signer) for key in gone],
            )
            connection.executemany(
                "DELETE FROM links WHERE key = ?"
                " AND NOT EXISTS (SELECT 1 FROM entries WHERE key = ?)",
                [(key, key) for key in gone],
            )

        self.database.write(work, wait=5.0)

    def note_run(self, label: str, keys: Iterable[str]) -> None:
        """Take note that the last run of ``label`` used these keys: they are collected last.

        A label names a project, pipeline and environment.
        """
        if self.is_writable:
            self.pending.add_last_run(label, time.time(), " ".join(sorted(set(keys))))

    def keep_texts(self, texts: Mapping[str, str]) -> None:
        """Keep texts by digest, to show them later."""
        if self.is_writable:
            self.pending.add_texts(
                (digest, packed(text.encode("utf-8", "surrogatepass")))
                for digest, text in texts.items()
            )

    def text(self, digest: str) -> str | None:
        """Return a text that was kept, ``None`` when it was not."""
        data = self.pending.text(digest)
        if data is None:
            rows = self.database.read("SELECT data FROM texts WHERE digest = ?", (digest,))
            if not rows:
                return None
            ((data,),) = rows
        try:
            return str(unpacked(data), "utf-8", "surrogatepass")
        except (zlib.error, ValueError, TypeError):
            return None

    def _entries_in(
        self, rows: Iterable[tuple[Any, ...]], read_again: ReadAgain | None, *, used: bool = True
    ) -> Iterator[Entry]:
        """Yield the entries of ours among some rows, and note that they are ``used``."""
        stale: list[str] = []
        for key, body, seal, at, *_ in rows:
            entry = self._unsealed(key, body, seal, read_again)
            if entry is not None:
                if at is None or at < self.opened:
                    stale.append(entry.key)
                yield entry
        if used and stale and self.is_writable:
            self.pending.add_used(stale, time.time())

    def _parts_of(self, key: str) -> Mapping[str, Any]:
        """Return what the entry of a key was made of, nothing where it has gone meanwhile."""
        rows = self.database.read(
            "SELECT body, seal FROM entries WHERE key = ? AND signer = ?", (key, self.seal.signer)
        )
        entry = self._unsealed(key, *rows[0]) if rows else None
        return {} if entry is None else entry.parts

    def _look_for_others(self) -> None:
        """Tell once of entries that another user wrote, or this one with another secret."""
        self._looked_for_others = True
        rows = self.database.read(
            "SELECT count(*) FROM entries WHERE signer <> ?", (self.seal.signer,)
        )
        if rows and rows[0][0]:
            count = f"{rows[0][0]} result" + ("" if rows[0][0] == 1 else "s")
            self.refused.append(
                f"{count} in {self.folder} were stored by another user or on another machine"
                " and are not used"
            )

    def _unsealed(
        self, key: str, body: bytes, seal: bytes, read_again: ReadAgain | None = None
    ) -> Entry | None:
        """Return the entry of a row, ``None`` after setting it aside when it is not ours."""
        if isinstance(body, bytes) and self.seal.fits(body, seal):
            entry = entry_from(body, read_again)
            if entry is None or entry.key == key:
                return entry
        self.refused.append(
            f"what is stored under the key {key[:16]} was not written by you and is not used"
        )
        if self.is_writable:
            if isinstance(body, bytes):
                self.blobs.keep_aside(f"entry-{key[:16] if key.isalnum() else 'x'}", data=body)
            self.forget([key])
        return None
