"""Tables of modules, kept by the content of their sources in one file."""

import marshal
from pathlib import Path

from blake3 import blake3

from noria.code.kept_file import keep, recall
from noria.code.modules import Modules
from noria.code.table import Table, make_table, pack, unpack

_NAME = "code.tables"


class TableCache:
    """Makes tables, and keeps what it made in ``<folder>/code.tables``; ``None`` keeps nothing."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        # By module, the digest of its source and its table as bytes: as values they take more room.
        self._kept: dict[str, tuple[str, bytes]] = {} if folder is None else recall(folder, _NAME)
        self._names = set(self._kept)
        self._used: dict[str, str] = {}
        self._made: dict[str, tuple[str, bytes]] = {}
        self.digests: dict[str, str] = {}
        """By module, what changes with its table: a comment behind all code changes nothing."""
        self.anew: list[str] = []
        """The paths of sources that are not as they were when they were read the last time."""

    def table(self, modules: Modules, name: str) -> Table:
        """Return the table of a module; what cannot be read has an error in it."""
        source = modules.sources[name]
        data = modules.read(source)
        self.digests[name] = digest = modules.digests.get(source.path or "", "")
        if data is None:
            return Table(error="it cannot be read")
        if source.path is None:
            return Table()
        key = f"{name} {source.is_package}"
        self._used[key] = digest
        kept = self._kept.pop(key, None)
        if kept is not None and kept[0] == digest:
            self.digests[name] = blake3(kept[1]).hexdigest()
            return unpack(marshal.loads(kept[1]))  # noqa: S302  # ours: the checksum said so
        table = make_table(data, source.package)
        self.anew.append(source.path)
        if self._folder is not None:
            packed = marshal.dumps(pack(table))
            self._made[key] = (digest, packed)
            self.digests[name] = blake3(packed).hexdigest()
        return table

    def save(self) -> None:
        """Write what was used, if it differs from what is kept."""
        if self._folder is None or not (self._made or self._used.keys() != self._names):
            return
        # What was used as it was kept still lies there; if not, it is made again the next time.
        kept = recall(self._folder, _NAME)
        tables = {
            key: kept[key]
            for key, digest in self._used.items()
            if key in kept and kept[key][0] == digest
        } | self._made
        if keep(self._folder, _NAME, tables):
            self._names, self._made = set(tables), {}
