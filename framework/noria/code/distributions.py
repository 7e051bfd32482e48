"""Installed distributions: which modules are whose, which version, and what they require."""

import os
import re
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from blake3 import blake3

_NOT_CODE = (
    rb"\.\./|.*\.dist-info/(INSTALLER|REQUESTED|direct_url\.json|RECORD|uv_|.*\.jws|.*\.p7s)"
    rb"|.*__pycache__/"
)
_REQUIREMENT = r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^\]]*)\])?([^;]*)(?:;(.*))?"
# What a distribution does not require, and computes otherwise with where it is installed.
_USED_WHERE_INSTALLED = {
    "pandas": ("pyarrow", "numexpr", "bottleneck"),
    "xarray": ("bottleneck", "numbagg", "flox", "numexpr"),
    "seaborn": ("scipy", "statsmodels", "fastcluster"),
    "networkx": ("numpy", "scipy"),
    "dask": ("pyarrow", "numexpr", "bottleneck"),
}
_TOLD_IN = ("RECORD", "METADATA", "top_level.txt", "direct_url.json")
_YOUNG_NS = 2_000_000_000
ANY_TOP = "*"
"""Stands for the first part of any module's name, where code finds modules at run time."""
_OURS = "noria"  # what it keys a result by, it says itself
_EXTRA = r"extra\s*==\s*['\"]([^'\"]+)['\"]"


def canonical(name: str) -> str:
    """Return a distribution's name in its normal form.

    >>> canonical("Foo.Bar_baz")
    'foo-bar-baz'
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def is_namespace(place: str) -> bool:
    """Tell whether a package may have parts elsewhere, which Python joins."""
    return os.path.isdir(place) and not os.path.isfile(os.path.join(place, "__init__.py"))


class Distributions:
    """What is installed on the search path; each is read when it is asked for."""

    def __init__(self, paths: Sequence[str] | None = None) -> None:
        self._paths = list(sys.path if paths is None else paths)
        self._tops: dict[str, set[str]] = {}
        self._editable: dict[str, bool] = {}
        self._identities: dict[str, str] = {}
        self._requirements: dict[str, list[tuple[str, frozenset[str], str]]] = {}

    @cached_property
    def folders(self) -> dict[str, str]:
        """The metadata folder of each distribution by its canonical name."""
        found: dict[str, str] = {}
        for path in self._paths:
            try:
                names = sorted(os.listdir(path or "."))
            except OSError:
                continue
            for name in names:
                if name.endswith((".dist-info", ".egg-info")):
                    stem = name.rpartition(".")[0]
                    folder = os.path.join(path, name)
                    known = found.setdefault(of := canonical(stem.partition("-")[0]), folder)
                    # One installer may have left what another one had put there.
                    if known != folder and os.path.dirname(known) == path:
                        found[of] = max(known, folder, key=_changed)
        return found

    @cached_property
    def _owners(self) -> dict[str, list[str]]:
        owners: dict[str, list[str]] = {}
        for name in self.folders:
            for top in self._tops_of(name):
                owners.setdefault(top, []).append(name)
        return owners

    def _tops_of(self, name: str) -> set[str]:
        found = self._tops.get(name)
        if found is None:
            found = self._tops[name] = _tops(self.folders[name])
        return found

    def of_module(self, module: str) -> list[str]:
        """Return the canonical names of the distributions that a module may belong to.

        Of :data:`ANY_TOP` that is all but those whose files are watched when they are imported.
        """
        if module == ANY_TOP:
            return [each for each in self.folders if each != _OURS and not self.is_editable(each)]
        top = module.partition(".")[0]
        named = canonical(top)
        if named in self.folders and self._has_alone(named, top):
            return [named]
        owners = self._owners.get(top, [])
        return owners if named in owners or named not in self.folders else [named, *owners]

    def _has_alone(self, name: str, top: str) -> bool:
        """Tell whether a module is a distribution's alone: packages of a namespace are joined."""
        place = os.path.join(os.path.dirname(self.folders[name]), top)
        return not is_namespace(place) and top in self._tops_of(name)

    def identity(self, name: str) -> str:
        """Return what changes with a distribution's files: version and digest of its RECORD."""
        found = self._identities.get(name)
        if found is None:
            folder = self.folders.get(name)
            found = self._identities[name] = "missing" if folder is None else _identity(folder)
        return found

    def stamp(self) -> str:
        """Return what stays equal while nothing is installed, removed or changed.

        It is made of the states of the files that tell what is installed, not of what they say;
        empty where one was written so lately that it may be written again and look the same.
        """
        hashed = blake3(repr(self._paths).encode())
        latest = 0
        for name, folder in self.folders.items():
            hashed.update(f"{name} {folder}".encode("utf-8", "surrogatepass"))
            for told in ("", *_TOLD_IN):
                try:
                    state = os.stat(f"{folder}/{told}" if told else folder)
                except OSError:  # an egg is one file, others have not all of them
                    hashed.update(b"-")
                    continue
                latest = max(latest, state.st_mtime_ns, state.st_ctime_ns)
                said = (state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino)
                hashed.update(repr(said).encode())
        return "" if time.time_ns() - latest < _YOUNG_NS else hashed.hexdigest()

    def is_editable(self, name: str) -> bool:
        """Tell whether what a distribution is lies where somebody may edit it."""
        found = self._editable.get(name)
        if found is None:
            folder = self.folders.get(name)
            found = self._editable[name] = folder is not None and _is_editable(folder)
        return found

    def closure(self, names: Iterable[str]) -> list[tuple[str, str]]:
        """Return these distributions and all that they require, with their identities."""
        seen: set[tuple[str, str]] = set()
        pending = [(name, "") for name in names]
        while pending:
            one = pending.pop()
            if one in seen:
                continue
            seen.add(one)
            name, extra = one
            used = _USED_WHERE_INSTALLED.get(name, ())
            pending.extend((other, "") for other in used if other in self.folders)
            pending.extend((other, "") for other in self._plugins_of(name))
            pending.extend((name, each) for each in self._extras_asked.get(name, ()))
            for required, extras, condition in self._requires(name):
                if required not in self.folders or condition not in {"", extra}:
                    continue
                pending.append((required, ""))
                pending.extend((required, each) for each in extras)
        return sorted((name, self.identity(name)) for name in {name for name, _ in seen})

    def _plugins_of(self, name: str) -> list[str]:
        """Return the distributions with entry points in groups that begin with one's name."""
        return [
            other
            for group, others in self._groups.items()
            if group == name or group.startswith(f"{name}-")
            for other in others
        ]

    @cached_property
    def _groups(self) -> dict[str, list[str]]:
        groups: dict[str, list[str]] = {}
        for name, folder in self.folders.items():
            said = _read(folder, "entry_points.txt").decode("utf-8", "replace")
            for group in re.findall(r"(?m)^\s*\[([^\]]+)\]", said):
                groups.setdefault(canonical(group.strip()), []).append(name)
        return groups

    @cached_property
    def _extras_asked(self) -> dict[str, set[str]]:
        """The extras that somebody's own packages ask for, of which no other one may know."""
        asked: dict[str, set[str]] = {}
        for name, folder in self.folders.items():
            # Setuptools leaves a description beside the sources, too.
            is_apart = not os.path.dirname(folder).endswith(("site-packages", "dist-packages"))
            if is_apart or self.is_editable(name):
                for required, extras, _ in self._requires(name):
                    asked.setdefault(required, set()).update(extras)
        return asked

    def _requires(self, name: str) -> list[tuple[str, frozenset[str], str]]:
        found = self._requirements.get(name)
        if found is None:
            folder = self.folders.get(name)
            found = [] if folder is None else list(_requirements(folder))
            self._requirements[name] = found
        return found


def _changed(folder: str) -> float:
    try:
        return os.stat(folder).st_mtime
    except OSError:
        return 0.0


def _read(*parts: str) -> bytes:
    try:
        with open(os.path.join(*parts), "rb") as file:
            return file.read()
    except OSError:
        return b""


def _tops(folder: str) -> set[str]:
    listed = _read(folder, "top_level.txt").decode("utf-8", "replace").split()
    if listed:
        return set(listed)
    tops = set()
    # Ten thousand lines, where a library brings its pictures, begin with few names.
    for begun in {line.partition(b"/")[0] for line in _read(folder, "RECORD").splitlines()}:
        first, comma, _ = begun.decode("utf-8", "replace").lstrip('"').partition(",")
        if not comma and not first.endswith((".dist-info", ".data")) and first != "..":
            tops.add(first)
        elif comma and first.strip('"').endswith((".py", ".so", ".pyd")):
            tops.add(first.partition(".")[0])
    return tops


def distributions_of(modules: Iterable[str]) -> set[str]:
    """Return the canonical names of the distributions that modules may belong to."""
    installed = Distributions()
    return {name for module in modules for name in installed.of_module(module)}


def installed_versions() -> dict[str, str]:
    """Return the version of each distribution that is installed, by its canonical name."""
    return {name: _version(folder) for name, folder in Distributions().folders.items()}


def _version(folder: str) -> str:
    return os.path.basename(folder).rpartition(".")[0].partition("-")[2]


def _identity(folder: str) -> str:
    version = _version(folder)
    if os.path.isfile(folder):
        return f"{version} {blake3(_read(folder)).hexdigest()[:32]}"
    record = _read(folder, "RECORD")
    is_no_code = re.compile(_NOT_CODE).match
    lines = sorted(line for line in record.splitlines() if not is_no_code(line))
    hashed = blake3(b"\n".join(lines))
    for path in _editable_roots(folder, record):
        hashed.update(_sources(path))
    if not record:
        hashed.update(_read(folder, "METADATA") or _read(folder, "PKG-INFO"))
    return f"{version} {hashed.hexdigest()[:32]}"


def _is_editable(folder: str) -> bool:
    return re.search(rb'"editable":\s*true', _read(folder, "direct_url.json")) is not None


def _editable_roots(folder: str, record: bytes) -> Iterator[str]:
    """Yield the folders that an editable install points to."""
    if not _is_editable(folder):
        return
    for line in record.splitlines():
        path = line.partition(b",")[0].decode("utf-8", "replace")
        if path.endswith(".pth"):
            for root in _read(os.path.dirname(folder), path).decode("utf-8", "replace").split("\n"):
                if root and not root.startswith(("import ", "import\t", "#")):
                    yield root.strip()


def _sources(root: str) -> bytes:
    hashed = blake3()
    for path, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if name[0] not in "._")
        for name in sorted(files):
            if name.endswith(".py"):
                hashed.update(os.path.relpath(os.path.join(path, name), root).encode())
                hashed.update(blake3(_read(path, name)).digest())
    return hashed.digest()


def _requirements(folder: str) -> Iterator[tuple[str, frozenset[str], str]]:
    """Yield the name, the extras asked for and the extra that asks of each requirement."""
    text = _read(folder, "METADATA") or _read(folder, "PKG-INFO")
    for line in text.decode("utf-8", "replace").splitlines():
        if not line:
            return
        key, _, value = line.partition(":")
        if key != "Requires-Dist":
            continue
        found = re.match(_REQUIREMENT, value)
        if found is None:
            continue
        name, extras, _, marker = found.groups()
        wanted = frozenset(each.strip() for each in (extras or "").split(",") if each.strip())
        asked = re.search(_EXTRA, marker or "")
        yield canonical(name), wanted, asked.group(1) if asked else ""
