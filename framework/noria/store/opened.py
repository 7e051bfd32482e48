"""A store that is open: its folder, database and blobs, and what went wrong with them."""

import os
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from noria_catalog.leftovers import temporary_name
from noria_catalog.publish import make_folders, sync_folder

from noria.store.blobs import Blobs
from noria.store.database import Database
from noria.store.pending import Pending
from noria.store.seal import Seal

LEASES = "leases"
"""The folder in which each process that has the store open has a file."""


class OpenedStore:
    """The parts of a store, and what it has to tell.

    ``refused`` are sentences about entries that were not used because their seal does not fit,
    ``troubles`` about what cannot be stored or read, each once.
    """

    def __init__(self, folder: Path, secret: bytes, *, largest: int | None) -> None:
        self.folder = folder
        self.refused: list[str] = []
        self.largest = largest
        self._told: dict[str, None] = {}
        self.seal = Seal(secret, "noria store entries 1")
        self.seal_seen = Seal(secret, "noria store seen 1")
        self.seal_marks = Seal(secret, "noria store marks 1")
        self.blobs = Blobs(folder)
        self._process = os.getpid()
        self._lease: Path | None = None
        self._made: list[str] = []
        self._writable = self._prepared()
        self.database = Database(folder)
        self.pending = Pending(self.database, self.seal)
        self.opened = time.time()

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
        if os.getpid() != self._process:
            return  # a forked child: the store is its parent's
        self.pending.close()
        self._told = dict.fromkeys(self.troubles)
        self.database.close()
        if self._lease is not None:
            with suppress(OSError):
                self._lease.unlink()
            self._lease = None

    @property
    def troubles(self) -> Sequence[str]:
        """Sentences about what cannot be stored or read, each once."""
        told = dict.fromkeys(self._told)
        if not self._writable:
            return tuple(told)  # what the database says of the same folder is no other trouble
        if self.database.trouble:
            told[self.database.trouble] = None
        elif self.pending.failed:
            told[f"results are not remembered: {self.pending.failed}"] = None
        return tuple(told)

    @property
    def is_writable(self) -> bool:
        """Whether what is kept stays."""
        return self._writable and self.database.writable

    def sync(self) -> bool:
        """Wait until all that is kept and remembered is on the disk; tell whether it is."""
        if not self.is_writable:
            return False
        try:
            self.blobs.sync()
            sync_folder(str(self.folder))
            while self._made:
                sync_folder(str(Path(self._made[-1]).parent))
                self._made.pop()
        except OSError as error:
            self.tell(f"the store {self.folder} cannot be synced: {error.strerror or error}")
            return False
        return self.pending.flush(durable=True) is None

    def tell(self, sentence: str) -> None:
        """Take note of a sentence for the user, once."""
        self._told[sentence] = None

    def _prepared(self) -> bool:
        try:
            self._made = make_folders(str(self.folder.absolute()))
            self.blobs.prepare()
            ignore = self.folder / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n", encoding="utf-8")
            leases = self.folder / LEASES
            leases.mkdir(exist_ok=True)
            lease = leases / temporary_name("lease")
            lease.touch(exist_ok=False)
        except OSError as error:
            self.tell(f"the store {self.folder} cannot be written: {error.strerror or error}")
            return False
        self._lease = lease
        return True
