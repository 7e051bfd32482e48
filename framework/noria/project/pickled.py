"""The code that stored objects count on, the project's and libraries': a pickle holds names only.

An object that is loaded from a file behaves as its class does now, so who reads the file depends on
that class, though the bytes are the same.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from blake3 import blake3
from noria_catalog import DataCatalog
from noria_catalog.attribute import attribute_of
from noria_catalog.dataset import is_built_in, kinds_of

from noria.code import ANY_TOP, CodeReader
from noria.errors import NotStorable
from noria.project.importing import is_own, is_told_by_a_file
from noria.runner.places import Places

# What the bytes of an object's file look like, and of one whose names cannot be read as they lie.
_OBJECTS = ("pickle", "joblib", "skops", "dill")
_PICKLE, _ZIP = b"\x80", b"PK"
_UNREADABLE = "?"
# How protocols from 4 on name a class, how those before do, and how skops does.
_NAMES_OF_MODULES = (
    rb"(?s)\x8c.([A-Za-z_][\w.]*)\x94?(?:\x95.{8})?\x8c.[\w.]+\x94?\x93",
    rb"c([A-Za-z_][\w.]*)\n[\w.]+\n",
    rb'"__module__": *"([\w.]+)"',
)
_PLAIN = {"type", "filepath"}
_ALWAYS, _PERHAPS, _NEVER = "always", "perhaps", "never"


def code_of_things(reader: CodeReader, things: Iterable[Any]) -> str:
    """Return a digest of the classes and functions that a value counts on; empty for none.

    Raises NotStorable for one that is in no file, so that nobody can tell what it does.
    """
    found = []
    for each in things:
        if not is_told_by_a_file(each):
            raise NotStorable(f"nobody can tell what {each!r} does")
        if is_own(each):
            found.append(reader.fingerprint(each).digest)
        elif needs := reader.required_by([each.__module__ or ""]):
            found.append(blake3(repr(needs).encode()).hexdigest())
    return "".join(f"+{digest[:16]}" for digest in sorted(found))


class PickledCode:
    """Returns a digest of the classes and functions that a dataset's file names.

    Those of the project count by their code, others by their libraries.  ``source`` is the folder
    of the project's own packages.  What a file names is noted by its digest, so that it is read
    for this once.
    """

    def __init__(
        self, catalog: DataCatalog, places: Places, reader: CodeReader, source: Path
    ) -> None:
        self._catalog = catalog
        self._places = places
        self._reader = reader
        names = {path.stem for path in source.glob("[!_.]*")}
        self._own = sorted(filter(str.isidentifier, names))
        self._holds: dict[str, str] = {}
        self._known: dict[str, str] = {}
        self._plain: dict[tuple[type[Any], ...], str] = {}

    def __call__(self, name: str, digest: str) -> str:
        """Return the digest for the content ``digest`` of a dataset; empty where it names none."""
        if self.keeps_plain(name):
            return ""
        if digest not in self._known:
            self._known[digest] = self._code_of(self._named(name, digest))
        return self._known[digest]

    def keeps_plain(self, name: str) -> bool:
        """Tell whether a dataset's files can hold no objects, whatever lies there."""
        if name not in self._holds:
            self._holds[name] = self._holds_objects(name)
        return self._holds[name] == _NEVER

    def _holds_objects(self, name: str) -> str:
        """Tell whether objects lie there: a format of ours that keeps plain data has none."""
        if not self._places.place(name):
            return _NEVER
        described, kinds = self._places.described(name), kinds_of(self._catalog[name])
        if not described.keys() <= _PLAIN:
            return self._told_by(kinds, described)
        known = self._plain.get(kinds)  # most differ in their places only
        if known is None:
            known = self._plain[kinds] = self._told_by(kinds, described)
        return known

    @staticmethod
    def _told_by(kinds: Sequence[type[Any]], described: Mapping[str, Any]) -> str:
        modules = [kind.__module__ for kind in kinds]
        said = {key: described[key] for key in described.keys() - {"filepath"}}
        told = f"{modules} {said}".lower()
        if any(word in told for word in _OBJECTS):
            return _ALWAYS
        return _NEVER if all(map(is_built_in, kinds)) else _PERHAPS

    def _named(self, name: str, digest: str) -> list[str]:
        noted = self._places.note(f"named {digest}")
        if noted is None:
            with self._places.stored(name) as files:
                sure = self._holds[name] == _ALWAYS
                found = {each for _, path in files for each in self._names_in(Path(path), sure)}
            noted = " ".join(sorted(found))
            if files:
                self._places.set_note(f"named {digest}", noted)
        return noted.split()

    def _names_in(self, path: Path, sure: bool) -> Iterator[str]:
        """Yield ``module:name`` for what a file names; a question mark where it cannot be read.

        Of a library's it is the module alone.  ``sure``: the file holds objects, however it looks.
        """
        for data in _contents(path):
            if not data.startswith(_PICKLE) and b"__module__" not in data:
                if sure:
                    yield _UNREADABLE
                continue
            for module in _modules_in(data):
                if not self._reader.follows(module):
                    yield module
                elif module.partition(".")[0] not in self._own:
                    yield from _members(module, data)
            if not self._own:
                continue
            own = b"|".join(name.encode() for name in self._own)
            for module in set(re.findall(rb"\b(?:" + own + rb")(?:\.\w+)*", data)):
                yield from _members(module.decode(), data)

    def _code_of(self, names: Sequence[str]) -> str:
        hashed = blake3()
        alone = {name for name in names if ":" not in name}
        followed = [name for name in names if name not in alone or name == _UNREADABLE]
        # Nobody knows what is meant in a file that cannot be read.
        needs = self._reader.required_by(
            {ANY_TOP if name == _UNREADABLE else name for name in alone}
        )
        if needs:
            hashed.update(repr(needs).encode())
        for name in followed:
            module, _, member = name.partition(":")
            thing = getattr(_imported(module), member.partition(".")[0], None)
            if thing is None or not is_own(thing):
                # Whatever the file may mean: all of the project's code.
                for path, digest in sorted(self._reader.files().items()):
                    hashed.update(f"{Path(path).name} {digest}\n".encode())
            else:
                hashed.update(f"{name} {self._reader.fingerprint(thing).digest}\n".encode())
        return f"+{hashed.hexdigest()[:32]}" if followed or needs else ""


def _contents(path: Path) -> Iterator[bytes]:
    data = path.read_bytes()
    if data.startswith(_ZIP):
        from zipfile import ZipFile

        with ZipFile(path) as archive:
            yield from (archive.read(each) for each in archive.namelist() if each.endswith(".json"))
    else:
        yield _unpacked(data)


def _unpacked(data: bytes) -> bytes:
    """Return what joblib may have packed as it was before; what is not packed as it is."""
    import bz2
    import gzip
    import lzma
    import zlib

    packed = {b"\x1f\x8b": gzip, b"BZh": bz2, b"\xfd7zXZ": lzma, b"x": zlib}
    for begin, module in packed.items():
        if data.startswith(begin):
            with suppress(OSError, EOFError, lzma.LZMAError, zlib.error):
                return bytes(module.decompress(data))
    return data


def _modules_in(data: bytes) -> list[str]:
    """Return the modules that objects name and that are not Python's own."""
    found = {each.decode() for pattern in _NAMES_OF_MODULES for each in re.findall(pattern, data)}
    return sorted(name for name in found if name.partition(".")[0] not in sys.stdlib_module_names)


def _members(module: str, data: bytes) -> Iterator[str]:
    """Yield what of a module a file names; the module whole where it cannot be imported."""
    found = _imported(module)
    if found is None:
        yield f"{module}:{_UNREADABLE}"
        return
    for name, value in vars(found).items():
        if attribute_of(value, "__module__") == module and name.encode() in data:
            yield f"{module}:{name}"


def _imported(module: str) -> Any:
    if module in sys.modules:
        return sys.modules[module]
    try:
        return import_module(module)
    # Importing runs the user's code, which may raise anything; text may look like a module's name.
    except Exception:  # noqa: BLE001
        return None
