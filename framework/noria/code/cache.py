"""Tables of modules, kept by the content of their sources in one file."""

import marshal
import os
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from blake3 import blake3

from noria.code.modules import Modules
from noria.code.table import Table, make_table, pack, unpack

_MAGIC = b"noria-code-2\n"
_DIGEST = 32
_PYTHON = f"{sys.version} {sys.implementation.cache_tag} {marshal.version} {sys.flags.optimize}"
_NAME = "code.tables"


class TableCache:
    """Makes tables, and keeps what it made in ``<folder>/code.tables``.

    What is kept is believed only with a checksum over it, this Python and this very folder;
    anything else is as if it were not there.  ``None`` keeps nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        # By module, the digest of its source and its table as bytes: as values they take more room.
        self._kept: dict[str, tuple[str, bytes]] = {} if folder is None else self._recall(folder)
        self._names = set(self._kept)
        self._used: dict[str, str] = {}
        self._made: dict[str, tuple[str, bytes]] = {}

    def table(self, modules: Modules, name: str) -> Table:
        """Return the table of a module; what cannot be read has an error in it."""
        source = modules.sources[name]
        data = modules.read(source)
        if data is None:
            return Table(error="it cannot be read")
        if source.path is None:
            return Table()
        digest = modules.digests[source.path]
        key = f"{name} {source.is_package}"
        self._used[key] = digest
        kept = self._kept.pop(key, None)
        if kept is not None and kept[0] == digest:
            return unpack(marshal.loads(kept[1]))  # noqa: S302  # ours: the checksum said so
        table = make_table(data, source.package)
        if self._folder is not None:
            self._made[key] = (digest, marshal.dumps(pack(table)))
        return table

    def save(self) -> None:
        """Write what was used, if it differs from what is kept; a full disk only costs time."""
        if self._folder is None or not (self._made or self._used.keys() != self._names):
            return
        # What was used as it was kept still lies there; if not, it is made again the next time.
        kept = self._recall(self._folder)
        tables = {
            key: kept[key]
            for key, digest in self._used.items()
            if key in kept and kept[key][0] == digest
        } | self._made
        beside = self._folder / f"{_NAME}.{os.getpid()}.tmp"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            payload = marshal.dumps(tables)
            beside.write_bytes(_MAGIC + _checksum(self._folder, payload) + payload)
            beside.replace(self._folder / _NAME)
            self._names, self._made = set(tables), {}
        except (OSError, ValueError):
            with suppress(OSError):
                beside.unlink(missing_ok=True)

    def _recall(self, folder: Path) -> dict[str, tuple[str, bytes]]:
        try:
            held = (folder / _NAME).read_bytes()
            begin = len(_MAGIC) + _DIGEST
            payload = memoryview(held)[begin:]
            if held[:begin] == _MAGIC + _checksum(folder, payload):
                found: dict[str, tuple[str, bytes]] = marshal.loads(payload)  # noqa: S302  # ours
                return found
        except (OSError, ValueError, EOFError, TypeError):
            pass  # nothing usable is kept: the tables are made again
        return {}


@cache
def _meaning() -> str:
    """Return what the bytes mean: by this Python's compiler and marshal, and by this very code."""
    hashed = blake3(_PYTHON.encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        hashed.update(path.read_bytes())
    return hashed.hexdigest()


def _checksum(folder: Path, payload: Any) -> bytes:
    # The folder's own number: a cache that was copied here with a project is not believed.
    here = folder.stat()
    hashed = blake3(f"{_meaning()}\n{here.st_dev} {here.st_ino} {here.st_uid}\n".encode())
    hashed.update(payload)
    return hashed.digest()
