"""Configuration in layers: ``conf/base``, then ``conf/<environment>``, later ones winning."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from noria_catalog.located import Located
from noria_catalog.suggest import nearest

from noria.config.yaml_loader import read_yaml
from noria.errors import ConfigError

BASE = "base"
SUFFIXES = (".yml", ".yaml")


class Config:
    """The configuration of a project in one environment, read when it is asked for.

    ``source`` is the folder that holds ``base`` and the environments; ``root`` the folder that
    places in error messages are relative to.

    Raises ConfigError when ``source`` or the environment's folder is missing.  The default
    environment may be missing: a fresh clone has no ``conf/local``.
    """

    def __init__(
        self, source: Path, environment: str, *, root: Path, optional: Sequence[str] = ()
    ) -> None:
        self.source = source
        self.environment = environment
        self._root = root
        if not source.is_dir():
            raise ConfigError(f"no configuration folder at {source}")
        names = [BASE] if environment == BASE else [BASE, environment]
        for name in names:
            if not (source / name).is_dir() and name not in optional:
                raise _no_environment(source, name)
        self._layers = [source / name for name in names if (source / name).is_dir()]
        self._read: dict[str, Located] = {}

    def catalog(self) -> Located:
        """Return the merged catalog: dataset name to entry.

        An entry of a later layer replaces the earlier one whole when it names a ``type``, and
        merges into it when it does not.
        """
        return self._merged("catalog", _merge_catalog)

    def parameters(self) -> Located:
        """Return the merged parameters: key by key, lists and scalars replaced."""
        return self._merged("parameters", _merge_deep)

    def credentials(self) -> Located:
        """Return the credentials: name to values, a later layer's replacing an earlier one's."""
        return self._merged("credentials", _merge_whole)

    def logging(self) -> dict[str, Any] | None:
        """Return the logging configuration nearest to the environment, ``None`` without one."""
        for folder in [*reversed(self._layers), self.source]:
            for suffix in SUFFIXES:
                path = folder / f"logging{suffix}"
                if path.is_file():
                    plain: dict[str, Any] = self._file(path).plain()
                    return plain
        return None

    def files(self, kind: str) -> list[Path]:
        """Return the files that ``kind`` ("catalog", "parameters", ...) is read from, in order."""
        return [path for layer in self._layers for path in _files(layer, kind)]

    def show(self, path: Path) -> str:
        """Return ``path`` as the user would type it in the project's folder."""
        try:
            return path.relative_to(self._root).as_posix()
        except ValueError:
            return str(path)

    def _merged(self, kind: str, merge: Any) -> Located:
        if kind not in self._read:
            merged: dict[Any, Located] = {}
            for layer in self._layers:
                merge(merged, self._layer(layer, kind))
            self._read[kind] = Located(
                {key: value for key, value in merged.items() if not str(key).startswith("_")}
            )
        return self._read[kind]

    def _layer(self, layer: Path, kind: str) -> dict[Any, Located]:
        found: dict[Any, Located] = {}
        for path in _files(layer, kind):
            for key, value in self._file(path).value.items():
                if key in found and not str(key).startswith("_"):
                    raise ConfigError(
                        f"the key {key!r} stands twice in one layer; first at {found[key].key}",
                        where=value.key,
                    )
                found[key] = value
        return found

    def _file(self, path: Path) -> Located:
        shown = self.show(path)
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise ConfigError(f"{shown} is not UTF-8 text (byte {error.start})") from None
        except OSError as error:
            raise ConfigError(f"{shown} cannot be read: {error.strerror}") from None
        located = read_yaml(text, shown)
        if not isinstance(located.value, dict):
            raise ConfigError(
                f"a configuration file holds keys with values, not {_kind(located.value)}",
                where=located.where,
            )
        return located


def _no_environment(source: Path, name: str) -> ConfigError:
    known = sorted(
        entry.name for entry in source.iterdir() if entry.is_dir() and entry.name != "__pycache__"
    )
    return ConfigError(
        f"no environment {name!r}: {source.name} has {', '.join(known) or 'no folder'}",
        nearest=nearest(name, known),
        hint=f"make the folder {source / name} for a new one",
    )


def _files(layer: Path, kind: str) -> Iterator[Path]:
    """Yield ``<kind>*.yml`` at any depth and every file below a folder ``<kind>*``, sorted."""
    for folder, folders, names in os.walk(layer):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        inside = any(part.startswith(kind) for part in Path(folder).relative_to(layer).parts)
        for name in sorted(names):
            if name.endswith(SUFFIXES) and (inside or name.startswith(kind)):
                yield Path(folder, name)


def _merge_catalog(into: dict[Any, Located], layer: dict[Any, Located]) -> None:
    for name, entry in layer.items():
        earlier = into.get(name)
        if earlier is None or not _both_mappings(earlier, entry) or "type" in entry.value:
            into[name] = entry
        else:
            into[name] = _merged(earlier, entry)


def _merge_deep(into: dict[Any, Located], layer: dict[Any, Located]) -> None:
    for key, value in layer.items():
        earlier = into.get(key)
        if earlier is not None and _both_mappings(earlier, value):
            into[key] = _merged(earlier, value)
        else:
            into[key] = value


def _merge_whole(into: dict[Any, Located], layer: dict[Any, Located]) -> None:
    into.update(layer)


def _merged(earlier: Located, later: Located) -> Located:
    values = dict(earlier.value)
    _merge_deep(values, later.value)
    return Located(values, later.where, later.key)


def _both_mappings(one: Located, other: Located) -> bool:
    return isinstance(one.value, dict) and isinstance(other.value, dict)


def _kind(value: Any) -> str:
    return "a list" if isinstance(value, list) else "a single value"
