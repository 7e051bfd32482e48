"""Making room: what nobody used for the longest time goes first, what a live run uses stays."""

import os
import sqlite3
import time
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from noria_catalog.leftovers import sweep

from noria.store.blobs import Blobs
from noria.store.database import Database
from noria.store.measure import measure
from noria.store.opened import LEASES
from noria.store.texts import named_in, unpacked

_TICK = 2.0  # seconds by which the clocks of others may differ from ours
_OWN_TICK = 0.1  # and that of our own file system
_LEASE_DAYS = 7  # a lease of another machine, whose processes cannot be asked, counts so long
_ASIDE_DAYS = 30
_TEXT = "text "  # stands before the digest of a text, which may be that of a blob too


class Collected(NamedTuple):
    """What a collection removed, ``freed`` bytes of it, and the bytes that are ``left``.

    ``reason`` says why nothing could be removed, ``None`` when it could; ``aside`` counts files
    that had been set aside.
    """

    entries: int
    blobs: int
    freed: int
    left: int
    reason: str | None = None
    aside: int = 0


class _Contents:
    """What the database holds, as far as it matters for making room."""

    def __init__(self, connection: sqlite3.Connection, blobs: Blobs) -> None:
        read = connection.execute
        self.made: dict[str, float] = {}
        self.used: dict[str, float] = {}
        self.bodies: dict[str, int] = {}
        for key, made, at, size in read(
            "SELECT e.key, max(CAST(made AS REAL)), max(CAST(coalesce(u.at, 0) AS REAL)),"
            " sum(length(body)) FROM entries e LEFT JOIN uses u ON u.key = e.key GROUP BY e.key"
        ):
            self.made[key], self.used[key] = made, max(made, at)
            self.bodies[key] = size
        self.sizes: dict[str, int] = {}
        self.kept: dict[str, float] = {}
        for digest, size, at in read(
            "SELECT digest, coalesce(length(data), 0), CAST(at AS REAL) FROM blobs"
            " WHERE typeof(digest) = 'text'"
        ):
            self.sizes[digest], self.kept[digest] = size, at
        for digest, status in blobs.listed():
            self.sizes[digest] = status.st_size
            self.kept[digest] = max(status.st_mtime, self.kept.get(digest, 0.0))
        self.needed_by: dict[str, set[str]] = {}
        self.needs: dict[str, list[str]] = {}
        for digest, key in read("SELECT digest, key FROM links"):
            if digest in self.sizes and key in self.used:
                self.needed_by.setdefault(digest, set()).add(key)
                self.needs.setdefault(key, []).append(digest)
        self._texts: dict[str, list[str]] = {}
        self._listed: Counter[str] = Counter()
        self._read_texts(connection)
        _forget_left_projects(connection)
        self.pinned = {
            key for (keys,) in read("SELECT keys FROM last_runs") for key in str(keys).split()
        }

    def _read_texts(self, connection: sqlite3.Connection) -> None:
        """Read the texts, which are needed as blobs are: by entries, sources by the lists of them.

        What a function holds is called as its code, and a word behind.
        """
        self._connection = connection
        read = connection.execute
        for digest, size, at in read("SELECT digest, length(data), CAST(at AS REAL) FROM texts"):
            if isinstance(digest, str):
                self._texts.setdefault(digest.partition(" ")[0], []).append(_TEXT + digest)
                self.sizes[_TEXT + digest], self.kept[_TEXT + digest] = size, at
        for key, body in read("SELECT key, body FROM entries"):
            for text in self._named_in(body) if isinstance(body, bytes) else ():
                self.needed_by.setdefault(text, set()).add(key)
                self.needs.setdefault(key, []).append(text)
        for text in [each for each in self.needed_by if each.startswith(_TEXT)]:
            self._listed.update(self._sources(text))

    def _named_in(self, data: bytes) -> list[str]:
        found = dict.fromkeys(named_in(data))
        return [text for digest in found for text in self._texts.get(digest, ())]

    def _sources(self, text: str) -> list[str]:
        """Return the texts that a text names: a list of sources does, a blob none."""
        if text.startswith(_TEXT):
            asked = "SELECT data FROM texts WHERE digest = ?"
            ((data,),) = self._connection.execute(asked, (text.removeprefix(_TEXT),))
            with suppress(zlib.error, TypeError):
                return self._named_in(unpacked(data))
        return []

    def is_needed(self, digest: str) -> bool:
        """Tell whether an entry needs a blob or text, or a text that is needed names it."""
        return bool(self.needed_by.get(digest) or self._listed[digest])

    def drop(self, key: str) -> Iterator[str]:
        """Let go of what an entry needs, and yield what is needed no more."""
        for digest in self.needs.get(key, ()):
            self.needed_by[digest].discard(key)
            if not self.needed_by[digest]:
                sources = self._sources(digest)
                self._listed.subtract(sources)
                yield from (each for each in (digest, *sources) if not self.is_needed(each))

    def total(self) -> int:
        return sum(self.sizes.values()) + sum(self.bodies.values())


def _forget_left_projects(connection: sqlite3.Connection) -> None:
    """Forget the last runs of projects whose folders are gone: nobody comes back for their results.

    Those of the last day stay: the folder may be another machine's.
    """
    before = time.time() - 86400
    rows = connection.execute("SELECT label FROM last_runs WHERE CAST(at AS REAL) < ?", (before,))
    left = [(label,) for (label,) in rows if not Path(str(label).rsplit(" ", 2)[0]).is_dir()]
    connection.executemany("DELETE FROM last_runs WHERE label = ?", left)


def collect(
    database: Database,
    blobs: Blobs,
    opened: float,
    lease: Path | None,
    *,
    limit: int,
    keep: Collection[str] = (),
    respect_pins: bool = True,
) -> Collected:
    """Remove entries until at most ``limit`` bytes are left, and what nothing needs: blobs, texts.

    Before them goes what was set aside, and what lies there for a month in any case.  Of entries
    what was used longest ago goes first; what ``keep`` names and what the last run of each name
    used goes only after all else; what a process that is open beside us has used or made since it
    began does not go at all, nor what is made since this one was ``opened``, by its ``lease``.
    """
    in_use = live_since(database.path.parent / LEASES, lease)
    since = min(in_use, opened - _OWN_TICK)
    gone: list[str] = []
    removed: dict[str, int] = {}
    aside: list[str] = []
    sizes = [0, 0]

    def work(connection: sqlite3.Connection) -> None:
        gone.clear()  # it is done once more where it could not be written
        removed.clear()
        aside.clear()
        contents = _Contents(connection, blobs)
        set_aside = _oldest_first(blobs)
        sizes[0] = contents.total() + sum(size for _, size, _ in set_aside)
        for each in contents.sizes:
            if contents.kept[each] < since and not contents.is_needed(each):
                removed[each] = contents.sizes[each]
        sizes[1] = sizes[0] - sum(removed.values())
        month_ago = time.time() - _ASIDE_DAYS * 86400
        for path, size, at in set_aside:
            if sizes[1] > limit or at < month_ago:
                aside.append(path)
                sizes[1] -= size
        pinned = contents.pinned | set(keep) if respect_pins else set()
        for key in sorted(contents.used, key=lambda key: (key in pinned, contents.used[key])):
            if sizes[1] <= limit:
                break
            if contents.used[key] >= in_use or contents.made[key] >= since:
                continue
            gone.append(key)
            sizes[1] -= contents.bodies[key]
            for each in contents.drop(key):
                if contents.kept[each] < since:
                    removed[each] = contents.sizes[each]
                    sizes[1] -= contents.sizes[each]
        _delete(connection, gone, removed)

    reason = database.free(work, wait=5.0)
    if reason is not None:
        return Collected(0, 0, 0, 0, reason)
    dropped = [digest for digest in removed if not digest.startswith(_TEXT)]
    for digest in dropped:
        blobs.remove(digest, older_than=since)
    database.shrink()
    blobs.sweep()
    blobs.clear_aside(aside)
    return Collected(len(gone), len(dropped), sizes[0] - sizes[1], sizes[1], aside=len(aside))


def clear(database: Database, blobs: Blobs) -> Collected:
    """Remove everything."""
    files = [digest for digest, _ in blobs.listed()]
    measured = measure(database, blobs)
    counts = [0]

    def work(connection: sqlite3.Connection) -> None:
        counts[0] = connection.execute("SELECT count(*) FROM entries").fetchone()[0]
        for table in ("entries", "links", "blobs", "uses", "last_runs", "texts", "seen"):
            connection.execute(f"DELETE FROM {table}")  # noqa: S608  # a name from the line above

    reason = database.free(work, wait=5.0)
    if reason is not None:
        return Collected(0, 0, 0, 0, reason)
    for digest in files:
        blobs.remove(digest, older_than=float("inf"))
    database.shrink()
    blobs.sweep()
    blobs.clear_aside(path for path, _ in blobs.aside())
    count = len(measured.small) + len(files)
    return Collected(counts[0], count, measured.size, 0, aside=len(measured.aside))


def live_since(leases: Path, own: Path | None) -> float:
    """Return the time since when what is used may be in use: now, or of the oldest process."""
    sweep(str(leases))
    now = time.time()
    began = [now]
    for path in _listed(leases):
        try:
            at = path.stat().st_mtime
        except OSError:
            continue
        if path != own and at > now - _LEASE_DAYS * 86400:
            began.append(at - _TICK)
    return min(began)


def others_live(leases: Path, own: Path | None) -> bool:
    """Tell whether another process has the store open."""
    sweep(str(leases))
    return any(path != own for path in _listed(leases))


def _oldest_first(blobs: Blobs) -> list[tuple[str, int, float]]:
    """Return what was set aside: path, size and since when."""
    found = [(path, status.st_size, status.st_mtime) for path, status in blobs.aside()]
    return sorted(found, key=lambda each: each[2])


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _delete(connection: sqlite3.Connection, keys: Iterable[str], removed: Iterable[str]) -> None:
    many = connection.executemany
    for table in ("entries", "uses"):
        many(
            f"DELETE FROM {table} WHERE key = ?",  # noqa: S608  # a name from the line above
            [(key,) for key in keys],
        )
    # Links are found by what they lead to: looked through once, not for every key.
    connection.execute(
        "DELETE FROM links WHERE NOT EXISTS (SELECT 1 FROM entries WHERE key = links.key)"
    )
    for each in removed:
        table = "texts" if each.startswith(_TEXT) else "blobs"
        digest = each.removeprefix(_TEXT)
        connection.execute(f"DELETE FROM {table} WHERE digest = ?", (digest,))  # noqa: S608  # a name from two lines above
    lost = [
        (path,)
        for (path,) in connection.execute("SELECT path FROM seen").fetchall()
        if not isinstance(path, bytes) or not os.path.lexists(path)
    ]
    many("DELETE FROM seen WHERE path = ?", lost)
