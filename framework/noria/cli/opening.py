"""From a command's arguments to an open session."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from noria.project.discover import Project, find_project
from noria.project.session import Session


def find_here() -> Project:
    """Return the project of the folder that the command was called in."""
    return find_project(Path.cwd())


def open_session(given: dict[str, Any]) -> Session:
    """Take the configuration's values out of a command's arguments and open the project here."""
    from noria.config.overrides import parse_overrides
    from noria.config.sources import as_source

    conf_source = given.pop("conf_source")
    return Session(
        find_here(),
        env=given.pop("env"),
        params=parse_overrides(given.pop("params")),
        conf_source=None if conf_source is None else as_source(conf_source, Path.cwd()),
        load_versions=parse_versions(given.pop("load_versions")),
    )


def parse_versions(texts: Iterable[str]) -> dict[str, str]:
    """Return dataset names with the versions to load.

    >>> parse_versions(["model:2026-01-31T12.30.45.123Z,metrics:1"])
    {'model': '2026-01-31T12.30.45.123Z', 'metrics': '1'}
    """
    versions: dict[str, str] = {}
    for part in (part.strip() for text in texts for part in text.split(",")):
        name, colon, version = part.rpartition(":")
        if not (colon and name and version):
            from click import BadParameter

            raise BadParameter(f"{part!r} is not NAME:VERSION", param_hint="--load-versions")
        versions[name] = version
    return versions
