"""The store of a project, or of several: results by content, and who made them from what."""

import os
import time
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from noria_catalog.leftovers import temporary_name

from noria.errors import NotStorable, StoreError
from noria.store.blobs import Blobs
from noria.store.codecs import decode, encode
from noria.store.collect import LEASES, Collected, clear, collect, others_live
from noria.store.database import Database
from noria.store.pending import Pending, node_bytes
from noria.store.records import Blob, Entry, Kept, entry_from
from noria.store.seal import Seal
from noria.store.sink import Sink, Sunk
from noria.store.small import SMALL, small_bytes
from noria.store.verify import Verified, verify

_MANY = 5000  # keys in one query
_USED_AGAIN = 3600.0  # seconds after which a use is written down again


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


class Store:
    """Results by content; safe from several threads, and beside other processes.

    ``refused`` are sentences about entries that were not used because their seal does not fit,
    ``troubles`` about what cannot be stored or read, each once.
    """

    def __init__(self, folder: Path, secret: bytes, *, largest: int | None) -> None:
        self.folder = folder
        self.refused: list[str] = []
        self._largest = largest
        self._told: dict[str, None] = {}
        self._seal = Seal(secret, "noria store entries 1")
        self.seal_seen = Seal(secret, "noria store seen 1")
        self.blobs = Blobs(folder)
        self._lease: Path | None = None
        self._writable = self._prepared()
        self.database = Database(folder)
        if self.database.trouble:
            self._tell(self.database.trouble)
        self.pending = Pending(self.database, self._seal)
        self._opened = time.time()
        self._others: bool | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Write what is pending and let go of the files."""
        self.pending.close()
        if self.pending.failed and self.is_writable:
            self._tell(f"results of this run were not remembered: {self.pending.failed}")
        self.database.close()
        if self._lease is not None:
            with suppress(OSError):
                self._lease.unlink()
            self._lease = None

    @property
    def troubles(self) -> Sequence[str]:
        """Sentences about what cannot be stored or read, each once."""
        if self.database.trouble:
            self._tell(self.database.trouble)
        return tuple(self._told)

    @property
    def is_writable(self) -> bool:
        """Whether what is kept stays."""
        return self._writable and self.database.writable

    # Entries

    def find(self, key: str) -> Entry | None:
        """Return what is remembered under ``key``, ``None`` when nothing is, or nothing of ours."""
        return self.find_many([key]).get(key)

    def find_many(self, keys: Iterable[str]) -> dict[str, Entry]:
        """Return what is remembered under these keys, by key."""
        found: dict[str, Entry] = {}
        asked: list[str] = []
        for key in keys:
            pending = self.pending.entry(key)
            if pending is None:
                asked.append(key)
            else:
                found[key] = pending
        stale: list[str] = []
        for start in range(0, len(asked), _MANY):
            part = asked[start : start + _MANY]
            for key, body, seal, used in self.database.read(
                "SELECT e.key, body, seal, u.at"  # noqa: S608  # question marks
                " FROM entries e LEFT JOIN uses u ON u.key = e.key"
                f" WHERE signer = ? AND e.key IN ({','.join('?' * len(part))})",
                [self._seal.signer, *part],
            ):
                entry = self._unsealed(key, body, seal)
                if entry is not None:
                    found[key] = entry
                    if used is None or not used > self._opened - _USED_AGAIN:
                        stale.append(key)
        if stale and self.is_writable:
            self.pending.add_used(stale, time.time())
        return found

    def remember(self, entry: Entry) -> None:
        """Remember an entry: found at once, by others within a tenth of a second."""
        if self.is_writable:
            self.pending.add_entry(entry)

    def latest(self, node: str) -> Entry | None:
        """Return the newest entry of a node's name."""
        waiting = [entry for entry in self.pending.entries() if entry.node == node]
        rows = self.database.read(
            "SELECT key, body, seal FROM entries WHERE node = ? AND signer = ?"
            " ORDER BY made DESC LIMIT 3",
            (node_bytes(node), self._seal.signer),
        )
        found = [entry for row in rows if (entry := self._unsealed(*row)) and entry.node == node]
        return max([*waiting, *found], key=lambda entry: entry.made, default=None)

    def by_output(self, digest: str) -> list[Entry]:
        """Return the entries of which an output goes by ``digest``, newest first."""
        rows = self.database.read(
            "SELECT e.key, body, seal FROM links l JOIN entries e ON e.key = l.key"
            " WHERE l.digest = ? AND signer = ?",
            (digest, self._seal.signer),
        )
        entries = {entry.key: entry for row in rows if (entry := self._unsealed(*row))}
        entries |= {entry.key: entry for entry in self.pending.entries()}
        found = [
            entry
            for entry in entries.values()
            if any(output.digest == digest for output in entry.outputs)
        ]
        return sorted(found, key=lambda entry: entry.made, reverse=True)

    def forget(self, keys: Iterable[str]) -> None:
        """Forget what is remembered under these keys; their blobs go with the next collection."""
        gone = list(keys)
        self.pending.forget(gone)

        def work(connection: Any) -> None:
            connection.executemany(
                "DELETE FROM entries WHERE key = ? AND signer = ?",
                [(key, self._seal.signer) for key in gone],
            )
            connection.executemany(
                "DELETE FROM links WHERE key = ?1"
                " AND NOT EXISTS (SELECT 1 FROM entries WHERE key = ?1)",
                [(key,) for key in gone],
            )

        self.database.write(work, wait=5.0)

    def note_run(self, label: str, keys: Iterable[str]) -> None:
        """Take note that the last run of ``label`` used these keys: they are collected last.

        A label names a project, pipeline and environment.
        """
        if self.is_writable:
            self.pending.add_last_run(label, time.time(), " ".join(sorted(set(keys))))

    # Content

    def keep_file(self, path: str | os.PathLike[str]) -> Blob:
        """Copy a file into the store and return its blob.

        Over the limit it is digested and not kept.  Raises NotStorable when it cannot be kept.
        """
        self._check_writable()
        source = os.fspath(path)
        try:
            if os.stat(source).st_size <= SMALL:
                small = self._read_small(source)
                if small is not None:
                    return small
            digest, size, kept = self.blobs.keep_file(source, largest=self._largest)
        except OSError as error:
            raise self._not_kept(error) from error
        if kept:
            self.pending.add_file(digest, size)
        return Blob(digest, size)

    def keep_value(self, value: Any) -> Kept:
        """Encode a value and keep its bytes.

        Over the limit it is digested and not kept.  Raises NotStorable when it does not pickle or
        cannot be kept.
        """
        self._check_writable()
        sink = Sink(self.blobs.open_incoming, small=SMALL, largest=self._largest)
        try:
            codec, refers = encode(value, sink)
            sunk = sink.close()
            if sunk.path is not None:
                self.blobs.publish(sunk.path, sunk.digest)
        except OSError as error:
            raise self._not_kept(error) from error
        finally:
            sink.abort()
        if sunk.path is not None:
            self.pending.add_file(sunk.digest, sunk.size)
        elif sunk.data is not None:
            self._keep_small(sunk)
        return Kept(Blob(sunk.digest, sunk.size), codec, refers)

    def digest_value(self, value: Any) -> str:
        """Return the digest that :meth:`keep_value` gives a value, and keep nothing.

        Raises NotStorable for a value that does not pickle.
        """
        return self.describe_value(value).blob.digest

    def describe_value(self, value: Any) -> Kept:
        """Return what :meth:`keep_value` returns, and keep nothing."""
        sink = Sink(None, small=SMALL)
        try:
            codec, refers = encode(value, sink)
            sunk = sink.close()
        finally:
            sink.abort()
        return Kept(Blob(sunk.digest, sunk.size), codec, refers)

    def has(self, digest: str) -> bool:
        """Tell whether the bytes of a digest are stored; reading tells whether they are right."""
        return (
            self.pending.small(digest) is not None
            or self.blobs.has(digest)
            or bool(
                self.database.read(
                    "SELECT 1 FROM blobs WHERE digest = ? AND data IS NOT NULL", (digest,)
                )
            )
        )

    def value(self, digest: str, codec: str) -> Any:
        """Return the value that was kept.

        Raises Corrupt when its bytes are gone or wrong, which sets them aside; Undecodable when
        they are right and no value of the present code.
        """
        small = self._small(digest)
        return decode(codec, self.blobs.read(digest) if small is None else small)

    def copy_to(self, digest: str, target: str | os.PathLike[str]) -> int:
        """Write the bytes of a digest into the file ``target``; return their number.

        Raises Corrupt when they are gone or wrong, and leaves no file then; OSError when the file
        cannot be written.
        """
        small = self._small(digest)
        if small is None:
            return self.blobs.copy_to(digest, os.fspath(target))
        Path(target).write_bytes(small)
        return len(small)

    def keep_texts(self, texts: Mapping[str, str]) -> None:
        """Keep texts by digest, to show them later."""
        if self.is_writable:
            self.pending.add_texts(
                (digest, zlib.compress(text.encode("utf-8", "surrogatepass"), 1))
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
            return zlib.decompress(data).decode("utf-8", "surrogatepass")
        except (zlib.error, ValueError, TypeError):
            return None

    def sync(self) -> bool:
        """Wait until all that is kept and remembered is on the disk; tell whether it is."""
        if not self.is_writable:
            return False
        try:
            self.blobs.sync()
        except OSError as error:
            self._tell(f"the store {self.folder} cannot be synced: {error.strerror or error}")
            return False
        failed = self.pending.flush(durable=True)
        if failed is not None:
            self._tell(failed)
        return failed is None

    # Care

    def status(self) -> dict[str, Any]:
        """Return what the store holds: counts, and bytes."""
        self.pending.flush()
        read = self.database.read
        ((entries, others, first, last),) = read(
            "SELECT count(*), coalesce(sum(signer <> ?), 0), min(made), max(made) FROM entries",
            (self._seal.signer,),
        ) or [(0, 0, None, None)]
        ((small, small_size),) = read(
            "SELECT count(*), coalesce(sum(size), 0) FROM blobs WHERE data IS NOT NULL"
        ) or [(0, 0)]
        files = [status.st_size for _, status in self.blobs.listed()]
        aside, aside_size = self.blobs.aside()
        return {
            "folder": str(self.folder),
            "writable": self.is_writable,
            "entries": entries - others,
            "others": others,
            "first": first,
            "last": last,
            "blobs": len(files) + small,
            "size": sum(files) + small_size,
            "files": len(files),
            "aside": aside,
            "aside_size": aside_size,
            "troubles": list(self.troubles),
        }

    def size(self) -> int:
        """Return the bytes of all that is stored, as the database knows them."""
        rows = self.database.read("SELECT coalesce(sum(size), 0) FROM blobs")
        return int(rows[0][0]) if rows else 0

    def verify(self, progress: Callable[[int, int], None] | None = None) -> Verified:
        """Check every seal and every byte, and set aside what is wrong; safe beside a run.

        ``progress`` is told the bytes that are done, and all.
        """
        self.pending.flush()
        return verify(
            self.database,
            self.blobs,
            self.find_many,
            self._seal.signer,
            progress or (lambda _done, _all: None),
        )

    def gc(self, limit: int, keep: Collection[str] = ()) -> Collected:
        """Remove what was used longest ago until at most ``limit`` bytes are left.

        Entries that ``keep`` names by key, and those that :meth:`note_run` noted, go only after
        all others; what another live process has used or made since it began stays.
        """
        self.pending.flush()
        return collect(self.database, self.blobs, self._lease, limit=limit, keep=keep)

    def clear(self) -> Collected:
        """Remove everything but what another live process has used or made since it began."""
        self.pending.flush()
        if others_live(self.folder / LEASES, self._lease):
            return collect(self.database, self.blobs, self._lease, limit=-1, respect_pins=False)
        return clear(self.database, self.blobs)

    # Inside

    def _prepared(self) -> bool:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.blobs.prepare()
            ignore = self.folder / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n", encoding="utf-8")
            leases = self.folder / LEASES
            leases.mkdir(exist_ok=True)
            lease = leases / temporary_name("lease")
            lease.touch(exist_ok=False)
        except OSError as error:
            self._tell(f"the store {self.folder} cannot be written: {error.strerror or error}")
            return False
        self._lease = lease
        return True

    def _tell(self, sentence: str) -> None:
        self._told[sentence] = None

    def _check_writable(self) -> None:
        if not self.is_writable or self.pending.is_full:
            told = self.troubles or (self.pending.failed or "the store cannot be written",)
            raise NotStorable(told[0])

    def _not_kept(self, error: OSError) -> NotStorable:
        reason = f"a result cannot be stored: {error.strerror or error}"
        self._tell(f"{reason} ({self.folder})")
        return NotStorable(reason)

    def _unsealed(self, key: str, body: bytes, seal: bytes) -> Entry | None:
        """Return the entry of a row, ``None`` after setting it aside when it is not ours."""
        if isinstance(body, bytes) and self._seal.fits(body, seal):
            entry = entry_from(body)
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

    def _read_small(self, source: str) -> Blob | None:
        with open(source, "rb") as file:
            data = file.read(SMALL + 1)
        if len(data) > SMALL:
            return None
        sink = Sink(None, small=SMALL)
        sink.write(data)
        return self._keep_small(sink.close())

    def _keep_small(self, sunk: Sunk) -> Blob:
        assert sunk.data is not None
        if self._largest is None or sunk.size <= self._largest:
            self.pending.add_small(sunk.digest, sunk.data)
        return Blob(sunk.digest, sunk.size)

    def _small(self, digest: str) -> bytes | None:
        """Return the checked bytes of a blob in the database, ``None`` when it is a file."""
        data = self.pending.small(digest)
        return small_bytes(self.database, self.blobs, digest) if data is None else data
