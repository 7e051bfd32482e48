"""Where modules come from: project sources, the standard library, distributions."""

import ast
import os
import sys
from collections.abc import Iterator, Sequence
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import NamedTuple

from blake3 import blake3

from noria.code.distributions import is_namespace

PROJECT, STANDARD, THIRD_PARTY, OWN = "project", "standard", "third", "own"
# Not to be found; only in memory, made by code.
MISSING, LIVE = "missing", "live"
_OWN_TOP = __name__.partition(".")[0]
_OWN_TOPS = {_OWN_TOP, *(f"{_OWN_TOP}_{each}" for each in ("catalog", "viz", "template"))}
_STANDARD_FOLDER = os.path.realpath(os.path.dirname(os.__file__))
_INSTALLED = ("site-packages", "dist-packages")
_SKIPPED = frozenset({"__pycache__", "node_modules", "site-packages", "dist-packages"})
_BUILT = (".so", ".pyd", ".pyc")
_CODE = (".py", *_BUILT)
# In the order in which Python looks for them; what was built for another one it does not see.
_LOADED = (*EXTENSION_SUFFIXES, ".py", ".pyc")


class Source(NamedTuple):
    """A module of the project: its file, ``None`` for a folder without ``__init__``."""

    name: str
    path: str | None
    is_package: bool

    @property
    def package(self) -> str:
        """The package that relative imports start from."""
        return self.name if self.is_package else self.name.rpartition(".")[0]


class Modules:
    """All modules whose source is the project's own, and whose the others are."""

    def __init__(self, roots: Sequence[Path], paths: Sequence[str] | None = None) -> None:
        self.roots = list(dict.fromkeys(os.path.realpath(root) for root in roots))
        self.sources: dict[str, Source] = {}
        self.digests: dict[str, str] = {}
        self.folders: list[str] = []
        self.built: dict[str, str] = {}  # compiled modules among the sources
        self.partly: set[str] = set()  # packages of which a part is installed
        self._paths = [
            os.path.realpath(path or ".") for path in (sys.path if paths is None else paths)
        ]
        # Folders before that of the standard library: a module there takes the place of one of its.
        at = self._paths.index(_STANDARD_FOLDER) if _STANDARD_FOLDER in self._paths else 0
        self._ahead = [path for path in self._paths[:at] if path not in self.roots]
        self.loose: dict[str, None] = {}  # files of modules that belong to no distribution
        self._kinds: dict[str, str] = {}
        self._mapped: dict[str, str] | None = None
        for root in self.roots:
            self._add_folder(root, "")

    def kind(self, name: str) -> str:
        """Return whose a module is, by the first part of its name."""
        top = name.partition(".")[0]
        found = self._kinds.get(top)
        if found is None:
            found = self._kinds[top] = self._find(top)
        return found

    def kind_of_part(self, name: str) -> str:
        """Return whose a module is, where a part of its package may be somebody else's."""
        kind = self.kind(name)
        elsewhere = name.partition(".")[0] in self.partly and name not in self.sources
        return THIRD_PARTY if kind == PROJECT and elsewhere else kind

    def kinds(self) -> dict[str, str]:
        """Return whose all modules are that were asked for, by the first part of their names."""
        return dict(self._kinds)

    def read(self, source: Source) -> bytes | None:
        """Return a module's bytes, ``None`` where they cannot be read, and note their digest."""
        if source.path is None:
            return b""
        return self._read(source.path)

    def digest_built(self, name: str) -> str:
        """Return the digest of a compiled module."""
        path = self.built[name]
        if path not in self.digests:
            self._read(path)
        return self.digests[path]

    def _read(self, path: str) -> bytes | None:
        try:
            with open(path, "rb") as file:
                data = file.read()
        except OSError:
            self.digests[path] = ""
            return None
        self.digests[path] = blake3(data).hexdigest()
        return data

    def text(self, path: str) -> bytes:
        """Return the bytes that a module's digest was made of; none where they are not there."""
        try:
            data = Path(path).read_bytes()
        except OSError:
            return b""
        return data if blake3(data).hexdigest() == self.digests.get(path) else b""

    def unowned(self, top: str) -> str:
        """Return the digest of a module that belongs to no distribution, wherever it lies."""
        for path in self._paths:
            place = path if _is_packed(path, top) else _place_of(path, top)
            if place is None:
                continue
            hashed = blake3()
            for each in sorted(_code_below(place)):
                self.loose[each] = None
                hashed.update(os.path.relpath(each, path).encode())
                hashed.update(Path(each).read_bytes())
            return hashed.hexdigest()
        return ""

    def under(self, prefix: str) -> list[str]:
        """Return the names of a package and all that is below it."""
        return [name for name in self.sources if name == prefix or name.startswith(prefix + ".")]

    def parts_elsewhere(self, package: str) -> tuple[str, ...]:
        """Return a package's own name where a part of it may be installed, else nothing."""
        source = self.sources.get(package)
        joined = package.partition(".")[0] in self.partly
        return (package,) if joined and (source is None or source.path is None) else ()

    def _find(self, top: str) -> str:
        mine = self.sources.get(top)
        if mine is not None and mine.path is not None:
            return PROJECT
        if top == "__main__":
            return LIVE
        if mine is None and self._is_standard(top):
            return STANDARD
        if top in _OWN_TOPS:
            return OWN
        portions: dict[str, str] = {}
        for path in self._paths if top else ():
            place = _place_of(path, top)
            if place is not None:
                if mine is None and not is_namespace(place):
                    return self._take(path, place, top)
                portions[path] = place
        kinds = {self._take(path, place, top) for path, place in portions.items()}
        for name, place in self._editable().items() if mine is None else ():
            if name == top or name.startswith(f"{top}."):
                self._add_place(place, name)
                kinds.add(PROJECT)
        if mine is None and not kinds:
            return self._live(top)
        if mine is None and PROJECT not in kinds:
            return THIRD_PARTY
        if THIRD_PARTY in kinds:
            self.partly.add(top)
        return PROJECT

    def _is_standard(self, top: str) -> bool:
        return top in sys.builtin_module_names or (
            top in sys.stdlib_module_names and not any(_place_of(each, top) for each in self._ahead)
        )

    def _take(self, path: str, place: str, top: str) -> str:
        """Return whose the module at a place in a folder of the search path is."""
        if _is_installed(path) or place.endswith(_BUILT):
            return THIRD_PARTY
        if path not in self.roots:
            self._add_place(place, top)
        return PROJECT

    def _live(self, top: str) -> str:
        """Ask an imported module where it came from: paths may have changed since."""
        origin = getattr(getattr(sys.modules.get(top), "__spec__", None), "origin", None)
        if not isinstance(origin, str) or not os.path.isfile(origin):
            if sys.modules.get(top) is not None:
                return LIVE
            return THIRD_PARTY if any(_is_packed(each, top) for each in self._paths) else MISSING
        if any(part in origin for part in _INSTALLED) or not origin.endswith(".py"):
            return THIRD_PARTY
        self._add_place(os.path.dirname(origin) if origin.endswith("__init__.py") else origin, top)
        return PROJECT

    def _add_place(self, place: str, name: str) -> None:
        if os.path.isdir(place):
            self._add_folder(place, name)
        else:
            self.sources[name] = Source(name, place, False)
        while name := name.rpartition(".")[0]:
            self.sources.setdefault(name, Source(name, None, True))

    def _add_folder(self, folder: str, name: str) -> bool:
        """Add all modules of a folder; return whether there is any."""
        try:
            with os.scandir(folder) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except OSError:
            return False
        self.folders.append(folder)
        found = False
        prefix = f"{name}." if name else ""
        for entry in listed:
            stem, suffix = os.path.splitext(entry.name)
            if suffix == ".py" and stem.isidentifier() and entry.is_file():
                if stem == "__init__":
                    if name:
                        self.sources[name] = Source(name, entry.path, True)
                elif prefix + stem not in self.sources:
                    self.sources[prefix + stem] = Source(prefix + stem, entry.path, False)
                found = True
            elif suffix in _BUILT:
                found = self._add_built(entry.path, name) or found
            elif entry.name.isidentifier() and entry.name not in _SKIPPED and entry.is_dir():
                if os.path.islink(entry.path) and _leads_back(entry.path):
                    continue
                found = self._add_folder(entry.path, prefix + entry.name) or found
        if found and name:
            self.sources.setdefault(name, Source(name, None, True))
        return found

    def _add_built(self, path: str, package: str) -> bool:
        """Add a compiled module of a package; return whether Python would load it."""
        folder, file = os.path.split(path)
        for rank, ending in enumerate(_LOADED):
            stem = file.removesuffix(ending)
            if stem == file or not stem.isidentifier():
                continue
            before = (os.path.join(folder, f"{stem}{each}") for each in _LOADED[:rank])
            if any(map(os.path.isfile, before)):
                return False
            self.built[package if stem == "__init__" else f"{package}.{stem}".lstrip(".")] = path
            return True
        return False

    def _editable(self) -> dict[str, str]:
        """Return the packages that finders of editable installs know: name to place."""
        if self._mapped is None:
            self._mapped = {}
            for path in self._paths:
                if _is_installed(path):
                    for finder in _finders(path):
                        self._mapped.update(_mapping(finder))
        return self._mapped


def _place_of(path: str, top: str) -> str | None:
    """Return where a top-level module lies in a folder of the search path, if it does."""
    package = os.path.join(path, top)
    if os.path.isfile(os.path.join(package, "__init__.py")):
        return package
    if os.path.isfile(package + ".py"):
        return package + ".py"
    if os.path.isdir(package):
        for _, _, files in os.walk(package):
            if any(name.endswith((".py", *_BUILT)) for name in files):
                return package
        return None
    try:
        names = os.listdir(path)
    except OSError:
        return None
    for name in names:
        if name.startswith(top + ".") and name.endswith(_BUILT):
            return os.path.join(path, name)
    return None


def _is_packed(path: str, top: str) -> bool:
    """Tell whether a module lies in an archive on the search path."""
    if not top or not os.path.isfile(path):
        return False
    from zipimport import ZipImportError, zipimporter

    try:
        return zipimporter(path).find_spec(top) is not None
    except ZipImportError:
        return False


def _code_below(place: str) -> Iterator[str]:
    if os.path.isfile(place):
        yield place
    for folder, _, names in os.walk(place):
        if os.path.basename(folder) != "__pycache__":
            yield from (os.path.join(folder, name) for name in names if name.endswith(_CODE))


def _leads_back(path: str) -> bool:
    real = os.path.realpath(path)
    return os.path.dirname(os.path.realpath(os.path.dirname(path)) + os.sep).startswith(real)


def _is_installed(path: str) -> bool:
    return os.path.basename(path) in _INSTALLED


def _finders(path: str) -> Iterator[str]:
    try:
        names = os.listdir(path)
    except OSError:
        return
    for name in names:
        if name.startswith("__editable___") and name.endswith("_finder.py"):
            yield os.path.join(path, name)


def _mapping(finder: str) -> dict[str, str]:
    """Return the constant MAPPING of a finder that setuptools wrote."""
    try:
        tree = ast.parse(Path(finder).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return {}
    for node in tree.body:
        target = getattr(node, "target", None) or (getattr(node, "targets", None) or [None])[0]
        if isinstance(target, ast.Name) and target.id == "MAPPING":
            try:
                return dict(ast.literal_eval(node.value))  # type: ignore[attr-defined]
            except (ValueError, TypeError):
                return {}
    return {}
