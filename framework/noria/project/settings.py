"""How a project wants to be run: ``[tool.noria]``, ``conf/<env>/settings.toml``, ``NORIA_*``."""

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from noria_catalog.located import Where
from noria_catalog.suggest import nearest

from noria.errors import ConfigError, ProjectError
from noria.project.discover import Project
from noria.project.setting_places import FILE, PREFIX, place_of
from noria.project.state import prepare_state

LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Settings:
    """The resolved settings of a project in one environment.

    ``env`` is the environment when a command names none; ``workers`` the number of threads,
    ``None`` for the number of processors; ``hooks`` dotted paths ``package.module:Name`` of hook
    classes or objects; ``dataset_packages`` the packages whose dataset classes a catalog may name.
    """

    env: str = LOCAL
    conf_source: str = "conf"
    runner: str = "inline"
    workers: int | None = None
    hooks: tuple[str, ...] = ()
    dataset_packages: tuple[str, ...] = ()


_LAYOUT = ("package", "source_dir")  # of [tool.noria], read when the project is found
_NAMES = tuple(field.name for field in fields(Settings))


def read_settings(project: Project, env: str | None = None) -> Settings:
    """Return the settings of ``project``; ``env`` ``None`` means the default environment.

    Later ones win: ``[tool.noria]``, ``conf/base/settings.toml``, ``conf/<env>/settings.toml``,
    variables such as ``NORIA_RUNNER``.  Dynaconf resolves them; it is asked only when there is a
    settings file or such a variable, and not again until one of them changes.

    Raises ConfigError for a name that is no setting and a value of the wrong type.
    """
    table = {key: value for key, value in project.table.items() if key not in _LAYOUT}
    variables = {
        key: value
        for key, value in os.environ.items()
        if key.startswith(PREFIX) and key.removeprefix(PREFIX).lower().partition("__")[0] in _NAMES
    }
    chosen = env or variables.get("NORIA_ENV") or table.get("env") or LOCAL
    conf = variables.get("NORIA_CONF_SOURCE") or table.get("conf_source", "conf")
    files = [
        path
        for name in ("base", str(chosen))
        if (path := project.path / str(conf) / name / FILE).is_file()
    ]
    if files or variables:
        table = _resolved(project, table, files, variables)
    return _checked(table, env, lambda name: place_of(name, project, files))


def _resolved(
    project: Project, table: Mapping[str, Any], files: list[Path], variables: Mapping[str, str]
) -> dict[str, Any]:
    sources = [table, sorted(variables.items()), [[str(f), f.read_text("utf-8")] for f in files]]
    key = hashlib.sha256(json.dumps(sources, default=str).encode()).hexdigest()
    kept = project.state / "settings.json"
    try:
        remembered = json.loads(kept.read_text("utf-8"))
        if remembered["key"] == key:
            values: dict[str, Any] = remembered["values"]
            return values
    except (OSError, ValueError, KeyError, TypeError):
        pass  # nothing usable is remembered: ask again
    values = _ask_dynaconf(project, table, files)
    _remember(kept, json.dumps({"key": key, "values": values}))
    return values


def _ask_dynaconf(project: Project, table: Mapping[str, Any], files: list[Path]) -> dict[str, Any]:
    from dynaconf import Dynaconf
    from dynaconf.utils import DynaconfDict

    try:
        asked = Dynaconf(
            settings_files=[str(path) for path in files],
            envvar_prefix=PREFIX.rstrip("_"),
            core_loaders=["TOML"],
            load_dotenv=False,
            **{key.upper(): value for key, value in table.items()},
        )
        plain = DynaconfDict(asked.as_dict())
    # Dynaconf lets the TOML reader's own errors through, of one class or another by version.
    except Exception as error:
        _check_toml(files, project)
        names = ", ".join(str(path) for path in files) or "the NORIA_* variables"
        raise ConfigError(f"the settings in {names} cannot be read: {error}") from error
    from_files = {key.lower(): value for key, value in plain.items()}
    known = set(table) | set(_NAMES)
    unknown_in_files = [key for key in from_files if key not in known and _in_files(key, files)]
    return {key: from_files[key] for key in [*known & from_files.keys(), *unknown_in_files]}


def _check_toml(files: list[Path], project: Project) -> None:
    """Find the file that is no TOML, and where it stops being it."""
    import re
    import tomllib

    for path in files:
        shown = path.relative_to(project.path).as_posix()
        try:
            tomllib.loads(path.read_text("utf-8"))
        except UnicodeDecodeError:
            raise ConfigError(f"{shown} is not UTF-8 text") from None
        except tomllib.TOMLDecodeError as error:
            found = re.search(r"^(.*) \(at line (\d+), column (\d+)\)$", str(error))
            if found is None:  # at the end of the document
                raise ConfigError(f"{shown} is not TOML: {error}") from None
            where = Where(shown, int(found[2]), int(found[3]))
            raise ConfigError(f"not TOML: {found[1]}", where=where) from None


def _in_files(key: str, files: list[Path]) -> bool:
    import tomllib

    return any(
        key in {name.lower() for name in tomllib.loads(path.read_text("utf-8"))} for path in files
    )


def _remember(kept: Path, text: str) -> None:
    try:
        prepare_state(kept.parent)
        beside = kept.with_suffix(f".{os.getpid()}.tmp")
        beside.write_text(text, encoding="utf-8")
        beside.replace(kept)
    except (OSError, ProjectError):
        pass  # a read-only project works too, only more slowly


def _checked(
    table: Mapping[str, Any], env: str | None, place: Callable[[str], Where | None]
) -> Settings:
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in _NAMES:
            raise ConfigError(
                f"there is no setting {key!r}",
                where=place(key),
                nearest=nearest(key, (*_NAMES, *_LAYOUT)),
                hint=f"the settings are {', '.join((*_LAYOUT, *_NAMES))}",
            )
        try:
            values[key] = _typed(key, value)
        except ConfigError as error:
            error.where = place(key)
            raise
    if env is not None:
        values["env"] = env
    return Settings(**values)


def _typed(key: str, value: Any) -> Any:
    default = asdict(Settings())[key]
    if isinstance(default, tuple):
        if isinstance(value, str):
            value = [value]
        if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
            return tuple(value)
        raise ConfigError(f"the setting {key} takes a list of texts, not {value!r}")
    if key == "workers":
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and value > 0):
            return value
        raise ConfigError(f"the setting workers takes a number from 1 up, not {value!r}")
    if not isinstance(value, str) or not value:
        raise ConfigError(f"the setting {key} takes a text, not {value!r}")
    return value
