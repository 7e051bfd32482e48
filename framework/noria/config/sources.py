"""Where configuration lies: a folder, an archive of one, or a folder of any fsspec store."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from noria_catalog.redact import redacted
from noria_catalog.storage import is_remote, local_path

from noria.errors import ConfigError
from noria.trees import walk

SUFFIXES = (".yml", ".yaml", ".json")
_ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")
_MOST_BYTES = 100_000_000


class Source(Protocol):
    """A folder of configuration; paths in it are relative and joined by ``/``."""

    name: str

    def environments(self) -> list[str]:
        """Return the names of the folders in it."""

    def files(self, layer: str) -> list[str]:
        """Return the paths of a layer's configuration files, at any depth, hidden ones left out.

        Links to folders are followed.
        """

    def exists(self, path: str) -> bool:
        """Tell whether there is a file at ``path``."""

    def read(self, path: str) -> bytes:
        """Return a file's bytes; raises ConfigError."""

    def shown(self, path: str) -> str:
        """Return a path as messages show it."""


def as_source(text: str, base: Path) -> str:
    """Return where ``text`` leads from ``base``: a URL as it is, a path made absolute.

    >>> as_source("s3://bucket/conf", Path("/project")), as_source("conf.zip", Path("/project"))
    ('s3://bucket/conf', '/project/conf.zip')
    """
    return text if is_remote(text) else str(base / local_path(text))


def open_source(place: str | Path, root: Path) -> Source:
    """Return the configuration at ``place``: a folder, ``.zip``, ``.tar.gz`` or fsspec URL.

    Paths in messages are relative to ``root`` where they lie below it.  Raises ConfigError when
    there is nothing at ``place``, or it cannot be read.
    """
    text = str(place)
    archive = text.lower().endswith(_ARCHIVES) and "::" not in text  # fsspec's own zip://
    if is_remote(text):
        return _remote(text, archive=archive)
    if archive and os.path.isfile(text):
        shown = _shown(Path(text), root)
        try:
            data = Path(text).read_bytes()
        except OSError as error:
            raise ConfigError(f"{shown} cannot be read: {error.strerror}") from None
        return _Contents(shown, _unpacked(data, shown))
    if not os.path.isdir(text):
        raise ConfigError(
            f"no configuration folder at {text}",
            hint="it is a folder, a .zip or .tar.gz of one, or an fsspec URL",
        )
    return _Folder(Path(text), root)


class _Folder:
    """A folder on this machine's disks."""

    def __init__(self, path: Path, root: Path) -> None:
        self._path = path
        self._root = root
        self.name = path.name

    def environments(self) -> list[str]:
        found = (entry.name for entry in os.scandir(self._path) if entry.is_dir())
        return sorted(name for name in found if name != "__pycache__")

    def files(self, layer: str) -> list[str]:
        found: list[str] = []
        top = str(self._path)
        for folder, folders, names in walk(os.path.join(top, layer), unlisted=self._tell):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            inside = os.path.relpath(folder, top).replace(os.sep, "/")
            found += [f"{inside}/{name}" for name in sorted(names) if _is_configuration(name)]
        return found

    def exists(self, path: str) -> bool:
        return os.path.isfile(os.path.join(self._path, path))

    def read(self, path: str) -> bytes:
        place = self._path / path
        if place.exists() and not place.is_file():  # opening a pipe waits for who writes to it
            raise ConfigError(f"{self.shown(path)} cannot be read: it is no file")
        try:
            return place.read_bytes()
        except OSError as error:
            raise ConfigError(f"{self.shown(path)} cannot be read: {error.strerror}") from None

    def shown(self, path: str) -> str:
        return _shown(self._path / path, self._root)

    def _tell(self, error: OSError) -> None:
        """Raise ConfigError for a folder that is there and cannot be listed."""
        if not isinstance(error, FileNotFoundError | NotADirectoryError):
            shown = self.shown(error.filename)
            raise ConfigError(f"the folder {shown} cannot be read: {error.strerror}") from None


class _Contents:
    """Files by their path, each with what it holds or how that is fetched."""

    def __init__(self, name: str, files: Mapping[str, bytes | Callable[[], bytes]]) -> None:
        self.name = name
        self._files = _below_one_folder(files)

    def environments(self) -> list[str]:
        return sorted({path.partition("/")[0] for path in self._files if "/" in path})

    def files(self, layer: str) -> list[str]:
        below = [path for path in self._files if path.startswith(f"{layer}/")]
        visible = [path for path in below if "/." not in path]
        return sorted(path for path in visible if _is_configuration(path.rpartition("/")[2]))

    def exists(self, path: str) -> bool:
        return path in self._files

    def read(self, path: str) -> bytes:
        held = self._files[path]
        return held if isinstance(held, bytes) else held()

    def shown(self, path: str) -> str:
        return f"{self.name.rstrip('/')}/{path}"


def _is_configuration(name: str) -> bool:
    return name.endswith(SUFFIXES) and not name.startswith(".")


def _below_one_folder(
    files: Mapping[str, bytes | Callable[[], bytes]],
) -> Mapping[str, bytes | Callable[[], bytes]]:
    """Leave out the folder ``conf`` around everything, which archives of it have."""
    tops = {path.partition("/")[0] for path in files}
    if len(tops) == 1 and not any(path.startswith("base/") for path in files):
        return {path.partition("/")[2]: held for path, held in files.items()}
    return files


def _shown(path: Path, root: Path) -> str:
    try:
        return path.relative_to(root).as_posix()
    except ValueError:
        return str(path)


def _unpacked(data: bytes, shown: str) -> dict[str, bytes]:
    """Return the configuration files of an archive; nothing is written to a disk."""
    import io
    import tarfile
    import zipfile

    found: dict[str, bytes] = {}
    try:
        if zipfile.is_zipfile(io.BytesIO(data)):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for info in archive.infolist():
                    if _wanted(info.filename, info.file_size, shown):
                        found[_tidy(info.filename)] = archive.read(info)
        else:
            with tarfile.open(fileobj=io.BytesIO(data)) as archive:
                for member in archive:
                    held = archive.extractfile(member) if member.isfile() else None
                    if held is not None and _wanted(member.name, member.size, shown):
                        found[_tidy(member.name)] = held.read()
    # A damaged or locked archive: zlib's, lzma's and zipfile's errors have no common root.
    except Exception as error:
        if isinstance(error, ConfigError):
            raise
        raise ConfigError(f"{shown} cannot be unpacked: {error}") from error
    return found


def _wanted(name: str, size: int, shown: str) -> bool:
    if not name.endswith(SUFFIXES):
        return False
    if size > _MOST_BYTES:
        raise ConfigError(f"{shown}: {name} has {size:,} bytes, too many for configuration")
    return True


def _tidy(name: str) -> str:
    return name.replace("\\", "/").removeprefix("./").lstrip("/")


def _remote(url: str, *, archive: bool) -> Source:
    import fsspec
    from noria_catalog.listing import find

    shown = redacted(url)
    try:
        store, top = fsspec.core.url_to_fs(url)
        store.invalidate_cache()
        if archive:
            return _Contents(shown, _unpacked(store.cat_file(top), shown))
        found = find(store, str(top))
    # Every store has its own errors, and an unknown protocol or a missing library is one too.
    except Exception as error:
        if isinstance(error, ConfigError):
            raise
        raise ConfigError(
            f"the configuration at {shown} cannot be read: {type(error).__name__}:"
            f" {redacted(str(error))}"
        ) from error
    start = len(str(top).rstrip("/")) + 1
    files = {str(path)[start:]: _fetching(store, str(path), shown) for path in found}
    if not files:
        raise ConfigError(f"no configuration folder at {shown}")
    return _Contents(shown, files)


def _fetching(store: object, path: str, shown: str) -> Callable[[], bytes]:
    def fetch() -> bytes:
        try:
            data: bytes = store.cat_file(path)  # type: ignore[attr-defined]  # fsspec has no types
        # Every store has its own errors.
        except Exception as error:
            raise ConfigError(
                f"{shown}: {path.rpartition('/')[2]} cannot be read: {type(error).__name__}:"
                f" {redacted(str(error))}"
            ) from error
        return data

    return fetch
