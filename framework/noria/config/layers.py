"""Configuration in layers: ``conf/base``, then ``conf/<environment>``, later ones winning."""

import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from noria_catalog.located import Located, Where
from noria_catalog.suggest import nearest

from noria.collection import no_collection
from noria.config.credentials import Credentials, with_variables
from noria.config.interpolate import CREDENTIALS, GLOBALS, Interpolation, Tree
from noria.config.merge import Merge, merge_catalog, merge_deep, merge_whole
from noria.config.names import runtime_names
from noria.config.overrides import apply_overrides, override_where_written
from noria.config.parsed import ParsedFiles
from noria.config.sources import SUFFIXES, Source, open_source
from noria.errors import ConfigError

BASE = "base"
_MERGES: dict[str, Merge] = {
    "catalog": merge_catalog,
    "parameters": merge_deep,
    GLOBALS: merge_deep,
    CREDENTIALS: merge_whole,
}


class Config:
    """The configuration of a project in one environment, read when it is asked for.

    ``source`` is the folder that holds ``base`` and the environments, an archive of one or an
    fsspec URL; ``root`` the folder that places in error messages are relative to; ``runtime`` the
    parameters given for this time, by dotted key; ``parsed`` keeps what was parsed.

    Raises ConfigError when ``source`` or the environment's folder is missing.  The default
    environment may be missing: a fresh clone has no ``conf/local``.
    """

    def __init__(
        self,
        source: str | Path,
        environment: str,
        *,
        root: Path,
        optional: Sequence[str] = (),
        runtime: Mapping[str, Any] | None = None,
        parsed: ParsedFiles | None = None,
    ) -> None:
        self.environment = environment
        self._source: Source = open_source(source, root)
        self._runtime = dict(runtime or {})
        self._parsed = parsed or ParsedFiles()
        known = self._source.environments()
        names = [BASE] if environment == BASE else [BASE, environment]
        for name in names:
            if name not in known and name not in optional:
                raise _no_environment(self._source.name, name, known)
        self._layers = [name for name in names if name in known]
        self._files: dict[str, list[str]] = {}
        self._written: dict[str, list[Located]] = {}
        self._resolved: dict[str, Located] = {}

    def catalog(self) -> Located:
        """Return the merged catalog: dataset name to entry.

        An entry of a later layer replaces the earlier one whole when it names a ``type``, and
        merges into it when it does not.
        """
        return self._kind("catalog")

    def parameters(self) -> Located:
        """Return the merged parameters, those given for this time set in them.

        Layers merge key by key; lists and scalars are replaced.
        """
        if "parameters" not in self._resolved:
            layers = override_where_written(self._layer_of("parameters"), self._runtime)
            tree = self._tree("parameters", layers)._replace(given=self._runtime)
            resolved = self._interpolation.resolved(tree)
            self._resolved["parameters"] = apply_overrides(resolved, self._runtime)
        return self._resolved["parameters"]

    def declared_parameters(self) -> Located:
        """Return the merged parameters as the files alone give them."""
        if not self._runtime:
            return self.parameters()
        return self._interpolation.resolved(self._tree("parameters"))

    def globals(self) -> Located:
        """Return the merged globals: what ``${globals:name}`` refers to."""
        return self._kind(GLOBALS)

    @cached_property
    def credentials(self) -> Credentials:
        """The credentials by name, from the files and from variables; resolved when used."""
        tree = self._credentials_tree
        return Credentials(tree.merged, lambda name: self._interpolation.part(tree, name))

    def written_credentials(self) -> Located:
        """Return where credentials stand; their values are not resolved, and not to be shown."""
        return self._credentials_tree.merged

    def located_logging(self) -> Located | None:
        """Return the logging configuration nearest to the environment, ``None`` without one.

        ``${`` in it is logging's own.
        """
        for folder in [*(f"{layer}/" for layer in reversed(self._layers)), ""]:
            for suffix in SUFFIXES:
                path = f"{folder}logging{suffix}"
                if self._source.exists(path):
                    return self._file(path)
        return None

    def runtime_names(self) -> set[str]:
        """Return the runtime parameters that the configuration asks for by name."""
        layers = [layer for kind in _MERGES for layer in self._layer_of(kind)]
        return {name for layer in layers for name in runtime_names(layer)}

    @property
    def variables(self) -> set[str]:
        """The names of the environment's variables that were looked up so far, set or not."""
        return set(self._interpolation.variables)

    def reads_as_now(self) -> bool:
        """Tell whether the variables that were looked up so far hold what they held then."""
        looked_up = self._interpolation.variables.items()
        return all(os.environ.get(name) == value for name, value in looked_up)

    def _kind(self, kind: str) -> Located:
        if kind not in self._resolved:
            with no_collection():
                self._resolved[kind] = self._interpolation.resolved(self._tree(kind))
        return self._resolved[kind]

    @cached_property
    def _interpolation(self) -> Interpolation:
        runtime = apply_overrides(Located({}), self._runtime)
        return Interpolation(lambda: self._tree(GLOBALS), runtime, os.environ)

    @cached_property
    def _credentials_tree(self) -> Tree:
        tree = self._tree(CREDENTIALS)
        return tree._replace(merged=with_variables(tree.merged, os.environ))

    def _tree(self, kind: str, layers: list[Located] | None = None) -> Tree:
        layers = self._layer_of(kind) if layers is None else layers
        merged: dict[Any, Located] = {}
        for layer in layers:
            _MERGES[kind](merged, layer.value)
        visible = {key: value for key, value in merged.items() if not str(key).startswith("_")}
        files = {
            self._source.shown(path): number
            for number, layer in enumerate(self._layers)
            for path in self._of_kind(layer, kind)
        }
        return Tree(kind, Located(visible), layers, files)

    def _layer_of(self, kind: str) -> list[Located]:
        """Return each layer of a kind as it is written, base first."""
        if kind not in self._written:
            self._written[kind] = [self._layer(layer, kind) for layer in self._layers]
        return self._written[kind]

    def _layer(self, layer: str, kind: str) -> Located:
        found: dict[Any, Located] = {}
        for path in self._of_kind(layer, kind):
            for key, value in self._file(path, secret=kind == CREDENTIALS).value.items():
                if key in found and not str(key).startswith("_"):
                    raise ConfigError(
                        f"the key {key!r} stands twice in one layer; first at {found[key].key}",
                        where=value.key,
                        hint="leave one of them out, or move one to another environment",
                    )
                found[key] = value
        return Located(found)

    def _of_kind(self, layer: str, kind: str) -> list[str]:
        """Return ``<kind>*.yml`` at any depth and every file below a folder ``<kind>*``."""
        if layer not in self._files:
            self._files[layer] = self._source.files(layer)
        return [
            path
            for path in self._files[layer]
            if any(part.startswith(kind) for part in PurePosixPath(path).parts[1:])
        ]

    def _file(self, path: str, *, secret: bool = False) -> Located:
        data, shown = self._source.read(path), self._source.shown(path)
        located = _secret_file(data, shown) if secret else self._parsed.read(data, shown)
        if not isinstance(located.value, dict):
            raise ConfigError(
                "a configuration file holds keys with values, not "
                + ("a list" if isinstance(located.value, list) else "a single value"),
                where=located.where,
            )
        return located


def _secret_file(data: bytes, shown: str) -> Located:
    """Parse a file of secrets: kept nowhere, and no mistake in it is told by quoting it."""
    try:
        return ParsedFiles().read(data, shown)
    except ConfigError as error:
        raise ConfigError(
            "these credentials cannot be read; what stands there is not shown",
            where=error.where or Where(shown, 1, 1),
            hint="a secret that begins with one of ! & * % @ ` [ { or holds `: ` or ` #` wants"
            " quotes",
        ) from None


def _no_environment(source: str, name: str, known: list[str]) -> ConfigError:
    can_be_made = name.strip(".") and not {"/", "\\"} & set(name)
    return ConfigError(
        f"no environment {name!r}: {source} has {', '.join(known) or 'no folder'}",
        nearest=nearest(name, known),
        hint=f"make the folder {source}/{name} for a new one"
        if can_be_made
        else f"an environment is the name of one folder in {source}",
    )
