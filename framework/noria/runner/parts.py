"""Folders of files to which runs only add: what each file was like when the last run had ended."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

from noria_catalog import DataCatalog
from noria_catalog.dataset import Restores
from noria_catalog.failures import told
from noria_catalog.file_dataset import FileDataset
from noria_catalog.storage import is_remote

from noria.runner.mark import Mark
from noria.store import Seen

# By so much a file's time may be behind the clock when it was changed.
_COARSE_SECONDS = 0.05


class Looked(Protocol):
    """What is asked of the places at which datasets lie."""

    seen: Seen
    """The digests of files."""

    def place(self, name: str) -> str:
        """Return what names the place; empty in memory."""

    def noted_as(self, name: str) -> str:
        """Return what the note of the place is called; empty in memory."""

    def note(self, name: str) -> str | None:
        """Return a note that was kept under a name."""

    def set_note(self, name: str, text: str) -> None:
        """Keep a note under a name."""

    def stored(self, name: str) -> AbstractContextManager[Any]:
        """Give the local files that a dataset is made of."""


class Parts:
    """Notes and asks of the single files of such folders; of no other datasets."""

    def __init__(self, catalog: DataCatalog, places: Looked) -> None:
        self._catalog = catalog
        self._places = places

    def note(self, name: str, began: float = 0.0) -> list[str]:
        """Note what lies there now; return what earlier runs have made and nobody since ``began``.

        Seconds since the epoch.  Nothing is told of files in a store, or where no file looks as if
        it was made since then: its disk may have a clock of its own.
        """
        if not self._is_added_to(name):
            return []
        before = self._noted(name) or {}
        self._places.set_note(self._key(name), json.dumps(self._digests(name)))
        if not before or is_remote(self._places.place(name)):
            return []
        with self._places.stored(name) as files:
            changed = {inside: os.stat(path).st_ctime for inside, path in files}  # noqa: PTH116
        if max(changed.values(), default=0.0) < began - _COARSE_SECONDS:
            return []
        return [each for each in before if changed.get(each, began) < began - _COARSE_SECONDS]

    def edited(self, name: str) -> list[str]:
        """Return the files on these disks that are not as the last run has left them.

        They cannot be told where the last run was killed, or was told not to remember.
        """
        noted = self._noted(name)
        if noted is None or is_remote(self._places.place(name)):
            return []
        if not Mark.read(self._places.note(self._places.noted_as(name))).known:
            return []
        with self._places.stored(name) as files:
            return [
                path
                for inside, path in files
                if self._places.seen.digest_of(path) != noted.get(inside)
            ]

    def are_edited_in_store(self, name: str) -> bool:
        """Tell whether files in a store, where none is moved away, are not as they were left."""
        noted = self._noted(name) if is_remote(self._places.place(name)) else None
        if noted is None:
            return False
        digests = self._digests(name)
        return any(digests.get(inside, was) != was for inside, was in noted.items())

    def _noted(self, name: str) -> Mapping[str, str] | None:
        text = self._places.note(self._key(name)) if self._is_added_to(name) else None
        return None if text is None else json.loads(text)

    def _key(self, name: str) -> str:
        return f"parts {self._places.noted_as(name)}"

    def _digests(self, name: str) -> Mapping[str, str | None]:
        """Return what tells the content of each file, in a store by its own tags."""
        return dict(self._each(name))

    def _each(self, name: str) -> Iterator[tuple[str, str | None]]:
        dataset: Any = self._catalog[name]
        if not is_remote(self._places.place(name)):
            with self._places.stored(name) as files:
                yield from ((inside, self._places.seen.digest_of(path)) for inside, path in files)
        elif hasattr(dataset, "part_digests"):
            with told(self._catalog, name, "look for"):
                yield from dataset.part_digests()

    def _is_added_to(self, name: str) -> bool:
        if not self._places.place(name):
            return False
        dataset: Any = self._catalog[name]
        return (
            not isinstance(dataset, FileDataset)
            and isinstance(dataset, Restores)
            and not dataset.restorable
        )
