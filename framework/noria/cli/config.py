"""`noria config`: what the configuration comes to, and from where."""

import json
from typing import Any

import click
from noria_catalog.located import Where

from noria.cli.opening import open_session
from noria.cli.options import configuration_options, json_option
from noria.cli.printing import print_json, table
from noria.config.show import Row, rows, select
from noria.project.located import located_configuration
from noria.project.settings import LOCAL

_LONGEST = 60


@click.group()
def config() -> None:
    """Show the project's configuration."""


@config.command()
@click.argument("key", required=False, metavar="[KEY]")
@configuration_options
@json_option
def show(key: str | None, as_json: bool, **given: Any) -> None:
    """Show the merged configuration: every value with the file and line it comes from.

    KEY is a part of it: catalog, parameters.model, catalog.features.filepath.  Secrets are hidden.

    \b
    noria config show parameters --env full
    noria config show catalog.features --json
    """  # noqa: D301  # click reads the control character as "keep these lines"
    session = open_session(given)
    path, found = select(located_configuration(session, key), key) if key else ([], None)
    located = located_configuration(session) if found is None else found
    listed = (
        list(rows(located, path))
        if path
        else [row for name, part in located.value.items() for row in rows(part, [name])]
    )
    if as_json:
        print_json([_document(row) for row in listed])
    else:
        body = [(row.key, _text(row.value), _place(row)) for row in listed if row.value != {}]
        click.echo(table(("key", "value", "from"), body) if body else "nothing is configured")


def _document(row: Row) -> dict[str, Any]:
    where = row.where
    return {"key": row.key, "value": row.value, "where": None if where is None else str(where)}


def _place(row: Row) -> str:
    where: Where | None = row.where
    if where is None:
        if row.key == "settings.env" and row.value != LOCAL:
            return "--env"
        return "default" if row.key.startswith("settings.") else "--params"
    return f"{where.file}:{where.line}" if where.line else where.file


def _text(value: Any) -> str:
    plain = isinstance(value, str) and value.isprintable()
    text = value if plain else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
