"""How a project wants to be run: ``[tool.noria]``, ``conf/<env>/settings.toml``, ``NORIA_*``."""

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from blake3 import blake3
from noria_catalog.located import Where
from noria_catalog.suggest import nearest

from noria.errors import ConfigError, ProjectError
from noria.project.discover import MARKER, TABLE, Project, read_toml
from noria.project.setting_places import line_of
from noria.project.state import prepare_state

PREFIX = "NORIA_"
FILE = "settings.toml"
BASE = "base"
LOCAL = "local"


class Settings(NamedTuple):
    """The resolved settings of a project in one environment.

    ``env`` is the environment when a command names none; ``workers`` the number of threads,
    ``None`` for the number of processors; ``hooks`` dotted paths ``package.module:Name`` of hook
    classes or objects; ``dataset_packages`` the packages whose dataset classes a catalog may name.
    ``store`` is the folder of the store of results, relative to the project, and ``store_limit``
    the bytes that it may take, such as ``10GB``.  ``always_open`` opens the session, and fires its
    hooks, even when there is nothing to do.
    """

    env: str = LOCAL
    conf_source: str = "conf"
    runner: str = "inline"
    workers: int | None = None
    hooks: tuple[str, ...] = ()
    dataset_packages: tuple[str, ...] = ()
    store: str = ".noria/store"
    store_limit: str = "10GB"
    always_open: bool = False


_LAYOUT = ("package", "source_dir")  # of [tool.noria], read when the project is found
_NAMES = Settings._fields
# Variables that mean something else, and the layout, which stands in pyproject.toml only.
_OTHER_VARIABLES = ("NORIA_TRACEBACK", *(PREFIX + name.upper() for name in _LAYOUT))


def read_settings(project: Project, env: str | None = None) -> Settings:
    """Return the settings of ``project``; ``env`` ``None`` means the default environment.

    Later ones win: ``[tool.noria]``, ``conf/base/settings.toml``, ``conf/<env>/settings.toml``,
    variables such as ``NORIA_RUNNER``.  Dynaconf resolves them; it is asked only when there is a
    settings file or such a variable, and not again until one of them changes.

    Raises ConfigError, with the file and line or the variable, for a name that is no setting and
    a value of the wrong type.
    """
    files = [_from_project(project)]
    variables = _variables()
    conf = _where(files, variables)
    files += _from_file(project, project.path / conf / BASE / FILE)
    said = [file.values["env"] for file in reversed(files) if "env" in file.values]
    chosen = env or variables.get(f"{PREFIX}ENV") or (said[0] if said else LOCAL)
    if not isinstance(chosen, str):
        _typed("env", chosen, files)
    if chosen != BASE:
        for own in _from_file(project, project.path / conf / chosen / FILE):
            files.append(own)
            if own.values.get("env", chosen) != chosen:
                raise own.error("env", f"env is chosen before this file is read: {chosen!r}")
    values = files[0].values
    paths = [file.path for file in files[1:]]
    if paths or variables:
        values = _resolved(project, values, paths, variables)
    sources: list[_File | _Variable] = [*files]
    sources += [_Variable(name, variables[name]) for name in sorted(variables)]
    typed = {key: _typed(key, value, sources) for key, value in values.items()}
    return Settings(**{**typed, "env": chosen})


def settings_files(project: Project, settings: Settings) -> list[Path]:
    """Return where :func:`read_settings` looked for these settings, file or no file."""
    conf = project.path / _where([_from_project(project)], _variables())
    return [conf / layer / FILE for layer in dict.fromkeys((BASE, settings.env))]


def are_lasting(project: Project, settings: Settings) -> bool:
    """Tell whether the settings mean the same as long as nobody writes them anew.

    Dynaconf makes values such as ``@format {env[USER]}`` of what is outside of them.
    """
    files = [path for path in settings_files(project, settings) if path.is_file()]
    written = [path.read_text("utf-8-sig") for path in files]
    return "@" not in json.dumps([project.table, _variables(), written], default=str)


def _where(files: Sequence["_File"], variables: Mapping[str, str]) -> str:
    """Return the folder whose environments hold the settings' files."""
    conf = variables.get(f"{PREFIX}CONF_SOURCE") or files[0].values.get("conf_source", "conf")
    if not isinstance(conf, str):
        _typed("conf_source", conf, files)
    return str(conf)


class _File:
    """A file that settings stand in: ``values`` of the known names, in lower case."""

    def __init__(self, path: Path, shown: str, values: Mapping[str, Any], table: str) -> None:
        self.path = path
        self.values: dict[str, Any] = {}
        self._shown = shown
        self._table = table
        for written, value in values.items():
            key = written.lower()
            if key in _NAMES:
                self.values[key] = value
            elif not key.startswith("dynaconf_"):  # its own: how values are merged
                raise self.error(
                    written,
                    f"{f'[{table}] has ' if table else ''}no setting {written!r}",
                    nearest=nearest(key, (*_NAMES, *_LAYOUT) if table else _NAMES),
                    hint=f"the settings are {', '.join((*_LAYOUT, *_NAMES) if table else _NAMES)}",
                )

    def error(
        self, key: str, message: str, *, nearest: str | None = None, hint: str | None = None
    ) -> ConfigError:
        """Return an error at the place where ``key`` stands, or that names the file."""
        found = line_of(key.lower(), self.path.read_text("utf-8-sig"), self._table)
        where = None if found is None else Where(self._shown, *found)
        message = message if where else f"{message} (in {self._shown})"
        return ConfigError(message, where=where, nearest=nearest, hint=hint)


class _Variable:
    """One variable of the process's environment."""

    def __init__(self, name: str, value: str) -> None:
        self.values = {name.removeprefix(PREFIX).lower(): value}
        self._name = name

    def error(self, _key: str, message: str) -> ConfigError:
        """Return an error that names the variable."""
        return ConfigError(f"the variable {self._name}: {message}")


def _from_project(project: Project) -> _File:
    table = {key: value for key, value in project.table.items() if key not in _LAYOUT}
    return _File(project.path / MARKER, MARKER, table, TABLE)


def _from_file(project: Project, path: Path) -> list[_File]:
    shown = str(path)
    with suppress(ValueError):
        shown = path.relative_to(project.path).as_posix()
    try:
        if not path.is_file():
            return []
    except (OSError, ValueError) as error:
        raise ConfigError(f"{shown} cannot be read: {error}") from None
    return [_File(path, shown, read_toml(path, shown, ConfigError), "")]


def _variables() -> dict[str, str]:
    """Return the variables that are settings.  Raises ConfigError for one that nearly is."""
    found: dict[str, str] = {}
    for name, value in os.environ.items():
        key = name.removeprefix(PREFIX).lower()
        if not name.startswith(PREFIX) or name in _OTHER_VARIABLES:
            continue
        if key in _NAMES:
            found[name] = value
        elif close := nearest(key, _NAMES):
            raise ConfigError(
                f"the variable {name} is no setting",
                nearest=PREFIX + close.upper(),
                hint="take it out of the environment, or give it the right name",
            )
    return found


def _resolved(
    project: Project, table: Mapping[str, Any], files: list[Path], variables: Mapping[str, str]
) -> dict[str, Any]:
    contents = [[str(path), path.read_text("utf-8-sig")] for path in files]
    sources = json.dumps([table, sorted(variables.items()), contents], default=str)
    key = blake3(sources.encode()).hexdigest()
    kept = project.state / "settings.json"
    try:
        remembered = json.loads(kept.read_text("utf-8"))
        if remembered["key"] == key:
            values: dict[str, Any] = remembered["values"]
            return values
    except (OSError, ValueError, KeyError, TypeError):
        pass  # nothing usable is remembered: ask again
    values = _ask_dynaconf(table, contents)
    # What a value such as "@format {env[USER]}" means may be another thing the next time.
    if "@" not in sources:
        _remember(kept, json.dumps({"key": key, "values": values}, default=str))
    return values


def _ask_dynaconf(table: Mapping[str, Any], contents: list[list[str]]) -> dict[str, Any]:
    from tempfile import TemporaryDirectory

    from dynaconf import Dynaconf
    from dynaconf.utils import DynaconfDict

    with TemporaryDirectory(prefix="noria-settings-") as folder:
        # Dynaconf gets copies: it stumbles over a byte order mark, and reads files beside these.
        copies = [Path(folder, f"{number}.toml") for number in range(len(contents))]
        for copy, (_, text) in zip(copies, contents, strict=True):
            copy.write_text(text, encoding="utf-8")
        try:
            asked = Dynaconf(
                settings_files=[str(path) for path in copies],
                envvar_prefix=PREFIX.rstrip("_"),
                core_loaders=["TOML"],
                load_dotenv=False,
                **{key.upper(): value for key, value in table.items()},
            )
            plain = DynaconfDict(asked.as_dict())
        # Dynaconf lets its own errors and those of its readers through, of any class.
        except Exception as error:
            names = ", ".join(name for name, _ in contents) or f"the {PREFIX}* variables"
            raise ConfigError(f"the settings in {names} cannot be read: {error}") from error
    return {key.lower(): value for key, value in plain.items() if key.lower() in _NAMES}


def _remember(kept: Path, text: str) -> None:
    try:
        prepare_state(kept.parent)
        beside = kept.with_suffix(f".{os.getpid()}.tmp")
        beside.write_text(text, encoding="utf-8")
        beside.replace(kept)
    except (OSError, ProjectError):
        pass  # a read-only project works too, only more slowly


def _typed(key: str, value: Any, sources: Sequence[_File | _Variable]) -> Any:
    """Return a value as the setting keeps it; the last that sets it is blamed for a wrong one."""
    last = next(source for source in reversed(sources) if key in source.values)
    default = getattr(Settings(), key)
    if isinstance(default, tuple):
        if isinstance(value, str):
            value = [value]
        if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
            return tuple(value)
        raise last.error(key, f"the setting {key} takes a list of texts, not {value!r}")
    if isinstance(default, bool):
        if isinstance(value, bool):
            return value
        raise last.error(key, f"the setting {key} takes true or false, not {value!r}")
    if key == "workers":
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and value > 0):
            return value
        raise last.error(key, f"the setting workers takes a number from 1 up, not {value!r}")
    if isinstance(last, _Variable) and not isinstance(value, str):
        value = last.values[key]  # a variable is text: NORIA_ENV=2026 names an environment
    if not isinstance(value, str) or not value:
        raise last.error(key, f"the setting {key} takes a text, not {value!r}")
    if key == "store_limit":
        from noria.store.sizes import parse_size

        try:
            parse_size(value)
        except ValueError as error:
            raise last.error(key, f"the setting store_limit: {error}") from None
    return value
