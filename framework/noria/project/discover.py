"""Finding the project that a folder belongs to."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from noria_catalog.errors import NoriaError
from noria_catalog.located import Where

from noria.config.parsed import ParsedFiles
from noria.errors import ProjectError

MARKER = "pyproject.toml"
TABLE = "tool.noria"
STATE = ".noria"
FROM_KEDRO = "docs/from-kedro.md"


class Project(NamedTuple):
    """Where the parts of a project lie; all paths are absolute.

    ``package`` is the importable name of its code below ``source``; ``table`` is ``[tool.noria]``
    of its pyproject.toml, as written.
    """

    path: Path
    name: str
    package: str
    source: Path
    table: Mapping[str, Any]

    @property
    def state(self) -> Path:
        """The folder of what Noria keeps about the project, git-ignored: ``.noria``."""
        return self.path / STATE

    @property
    def package_path(self) -> Path:
        """The folder of the project's package."""
        return self.source.joinpath(*self.package.split("."))


def find_project(start: Path) -> Project:
    """Return the project that ``start`` lies in.

    It is the nearest folder up whose pyproject.toml has a ``[tool.noria]`` table.
    Raises ProjectError when there is none.
    """
    start = start.resolve()
    if not start.is_dir():
        raise ProjectError(
            f"no folder at {start}", hint="name the folder of a project, or one in it"
        )
    for folder in (start, *start.parents):
        marker = folder / MARKER
        if _may_be_project(marker):
            project = read_project(folder)
            if project is not None:
                return project
    raise ProjectError(
        f"no Noria project in {start} or above it",
        hint=_kedro_hint(start)
        or "a project's pyproject.toml has a [tool.noria] table\n"
        "`noria new-project` makes a project, or change into the folder of one",
    )


def _kedro_hint(start: Path) -> str | None:
    """Return what makes a Kedro project a project of ours, ``None`` where there is none."""
    for folder in (start, *start.parents):
        marker = folder / MARKER
        if marker.is_file() and b"[tool.kedro]" in marker.read_bytes():
            return (
                f"{marker} is of a Kedro project: it becomes Noria's with a table [tool.noria]"
                f" in it, and imports from noria\n{FROM_KEDRO} goes through it step by step"
            )
    return None


def read_project(folder: Path) -> Project | None:
    """Return the project at ``folder``, ``None`` when its pyproject.toml has no ``[tool.noria]``.

    Raises ProjectError, with the place, when the file is not TOML or the table is unusable.
    """
    marker = folder / MARKER
    document = _document(marker, folder / STATE)
    tool = _table(document, "tool", marker)
    table = tool.get("noria")
    if table is None:
        return None
    if not isinstance(table, dict):
        raise ProjectError("[tool.noria] must be a table", where=_table_place(marker))
    name = _table(document, "project", marker).get("name") or folder.name
    if not isinstance(name, str):
        raise ProjectError(f"{marker}: the name of [project] must be a text, not {name!r}")
    package = table.get("package", _normalised(name))
    source = table.get("source_dir", "src")
    if not isinstance(package, str) or not all(map(str.isidentifier, package.split("."))):
        raise ProjectError(
            f"package = {package!r} is no Python package name", where=_table_place(marker)
        )
    if not isinstance(source, str):
        raise ProjectError(f"source_dir = {source!r} is no path", where=_table_place(marker))
    return Project(folder, name, package, (folder / source).resolve(), table)


def read_toml(path: Path, shown: str, error: type[NoriaError]) -> dict[str, Any]:
    """Return what a TOML file holds; a byte order mark before it does not matter.

    ``shown`` is the name that errors tell, ``error`` their class.
    """
    return _parsed(_bytes(path, shown, error), shown, error)


def _document(marker: Path, state: Path) -> dict[str, Any]:
    """Return what a project's file holds, kept beside what else was parsed of the project."""
    data = _bytes(marker, str(marker), ProjectError)
    kept = ParsedFiles(state if state.is_dir() else None)
    document: dict[str, Any] = kept.plain(
        data, MARKER, lambda: _parsed(data, str(marker), ProjectError)
    )
    return document


def _bytes(path: Path, shown: str, error: type[NoriaError]) -> bytes:
    try:
        return path.read_bytes()
    except OSError as wrong:
        raise error(f"{shown} cannot be read: {wrong.strerror or wrong}") from None


def _parsed(data: bytes, shown: str, error: type[NoriaError]) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n"))
    except tomllib.TOMLDecodeError as wrong:
        raise error(f"{shown} is not TOML: {wrong}") from None
    except RecursionError:
        raise error(f"{shown} is nested too deep") from None
    except UnicodeDecodeError as wrong:
        raise error(f"{shown} is not UTF-8 text (byte {wrong.start})") from None


def _may_be_project(marker: Path) -> bool:
    """Tell, without parsing, whether this may be the file of a project."""
    try:
        if not marker.is_file():
            return False
        content = marker.read_bytes()
    except OSError as error:
        raise ProjectError(f"{marker} cannot be read: {error.strerror or error}") from None
    # UTF-16, as some shells write it, does not show the words; reading it tells what is wrong.
    return TABLE.encode() in content or content.startswith((b"\xff\xfe", b"\xfe\xff"))


def _table(document: Mapping[str, Any], name: str, marker: Path) -> dict[str, Any]:
    table = document.get(name, {})
    if not isinstance(table, dict):
        raise ProjectError(f"{marker}: {name} must be a table, not {table!r}")
    return table


def _normalised(name: str) -> str:
    return name.replace("-", "_").replace(".", "_").replace(" ", "_").lower()


def _table_place(marker: Path) -> Where:
    for number, line in enumerate(marker.read_text(encoding="utf-8-sig").splitlines(), start=1):
        if line.strip().startswith(f"[{TABLE}"):
            return Where(MARKER, number, 1)
    return Where(MARKER, 1, 1)
