"""Short notes by name: what was last put at a place."""

import os
import threading
from collections.abc import Iterable
from pathlib import Path

from noria.store.store import Store


class Marks:
    """Keeps a short text by name; sealed, so that nobody else's notes are believed.

    Names should be complete: a store may serve several projects.  One that lies in the folder of
    its project, ``root``, moves with it and serves no other: there paths count from that folder.

    >>> import tempfile, pathlib
    >>> from noria.store.store import open_store
    >>> with open_store(pathlib.Path(tempfile.mkdtemp()), b"s" * 32) as store:
    ...     marks = Marks(store)
    ...     marks.set("/data/a.csv", "ea8f163d")
    ...     marks.get("/data/a.csv"), marks.get("/data/b.csv")
    ('ea8f163d', None)
    """

    def __init__(self, store: Store, root: Path | None = None) -> None:
        self._store = store
        home = "" if root is None else os.path.join(os.path.realpath(root), "")  # noqa: PTH118
        self._home = home if os.path.realpath(store.folder).startswith(home) else ""
        self._known: dict[str, str | None] = {}
        self._guard = threading.Lock()

    def called(self, name: str) -> str:
        """Return what a name is in the notes: one with a path in it may count from ``root``."""
        return name.replace(self._home, "", 1) if self._home else name

    def get(self, name: str) -> str | None:
        """Return the note of a name, ``None`` where there is none of ours."""
        name = self.called(name)
        with self._guard:
            if name not in self._known:
                self._known[name] = self._read(name)
            return self._known[name]

    def read_ahead(self, names: Iterable[str]) -> None:
        """Read the notes of many names at once, which is quicker than one by one."""
        with self._guard:
            named = map(self.called, names)
            asked = {_bytes(name): name for name in named if name not in self._known}
            self._known.update(dict.fromkeys(asked.values()))
            rows = self._store.database.read_many(
                "SELECT name, text, seal FROM marks WHERE name IN (?)", list(asked)
            )
            for key, text, seal in rows:
                self._known[asked[key]] = self._opened(key, text, seal)

    def set(self, name: str, text: str) -> None:
        """Note a text; it is written as entries are."""
        name = self.called(name)
        with self._guard:
            self._known[name] = text
        key = _bytes(name)
        seal = self._seal(key, _bytes(text))
        if self._store.is_writable:
            self._store.pending.add_mark(key, (_bytes(text), seal))

    def _seal(self, key: bytes, text: bytes) -> bytes:
        return self._store.seal_marks.short(key + b"\0" + text)

    def _read(self, name: str) -> str | None:
        key = _bytes(name)
        rows = self._store.database.read("SELECT text, seal FROM marks WHERE name = ?", (key,))
        return self._opened(key, *rows[0]) if rows else None

    def _opened(self, key: bytes, text: object, seal: object) -> str | None:
        """Return a note that is ours, ``None`` for any other."""
        if isinstance(text, bytes) and self._seal(key, text) == seal:
            return str(text, "utf-8", "surrogateescape")
        return None


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
