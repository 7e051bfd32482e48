"""`noria catalog`: what data there is, where it lies, how it begins, what is wrong with it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from noria_catalog import DataCatalog
from noria_catalog.errors import NoriaError
from noria_catalog.located import Where
from noria_catalog.storage import is_remote

from noria.cli import findings
from noria.cli.opening import open_session
from noria.cli.options import answer_apart, configuration_options, json_option
from noria.cli.printing import plural, print_json, size, table
from noria.cli.shown_data import data_as_json, data_as_text
from noria.project.catalog_check import check_catalog, written_catalog
from noria.project.catalog_schema import SCHEMA, project_schema, write_schema
from noria.project.session import Session

MISTAKE = 2
_ROWS = 10
_IN_MEMORY = "in memory"


@click.group()
def catalog() -> None:
    """Show, check and preview the data that the project declares."""


@catalog.command("list", short_help="List the datasets: type, place, declaration.")
@click.option("-p", "--pipeline", metavar="NAME", help="What this pipeline reads and makes.")
@configuration_options
@json_option
def list_(pipeline: str | None, as_json: bool, **given: Any) -> None:
    """List the datasets: type, place, and where each is declared.

    With --pipeline those that it uses: also what a factory makes, and what stays in memory.
    """
    session = open_session(given)
    written = written_catalog(session)
    if pipeline is None:
        names = written.keys()
        rows = [_row(name, written, session) for name in names]
        rows += [_factory(name, written) for name in written.factories.names]
    else:
        used = sorted(session.pipelines[pipeline].datasets())
        names = [name for name in used if not name.startswith("params:") and name != "parameters"]
        rows = [_row(name, written, session) for name in names]
    if as_json:
        print_json(rows)
    elif not rows:
        click.echo("no dataset yet: they are declared in conf/base/catalog.yml")
    else:
        columns = ("name", "type", "place", "declared")
        body = [[str(row[key] or "-") for key in columns] for row in rows]
        click.echo(table(("dataset", *columns[1:]), body))


@catalog.command(short_help="Show what is declared of one, and what lies there.")
@click.argument("name")
@configuration_options
@json_option
def describe(name: str, as_json: bool, **given: Any) -> None:
    """Show what is declared of the dataset NAME, and what lies at its place."""
    session = open_session(given)
    written = written_catalog(session)
    described = {"name": name, **written.describe(name)}
    described["declared"] = _told(written.where(name))
    factory = written.factories.best(name) if name not in written.keys() else None  # noqa: SIM118
    if factory is not None:
        described["factory"] = factory.name
    described |= _found(name, written)
    if as_json:
        print_json(described)
        return
    width = max(map(len, described))
    for key, value in described.items():
        if key == "filepath":
            told = _shown(value, session)
        else:
            told = size(value) if key == "bytes" else _spelt(value)
        click.echo(f"{key.ljust(width)}  {told}")


@catalog.command(short_help="Show the beginning of a dataset.")
@click.argument("name")
@click.option("--rows", default=_ROWS, show_default=True, type=click.IntRange(1), help="How many.")
@configuration_options
@json_option
def preview(name: str, rows: int, as_json: bool, **given: Any) -> None:
    """Show the beginning of the dataset NAME, reading no more than that."""
    beginning = open_session(given).catalog.preview(name, rows)
    if as_json:
        print_json({"name": name, **data_as_json(beginning, rows)})
    else:
        click.echo(data_as_text(beginning, rows))


@catalog.command(short_help="List the versions of a dataset.")
@click.argument("name")
@configuration_options
@json_option
def versions(name: str, as_json: bool, **given: Any) -> None:
    """List the versions of the dataset NAME, the latest first.

    `noria run --load-versions NAME:VERSION` loads one of them.
    """
    session = open_session(given)
    data = session.catalog
    found = data.versions(name)[::-1]
    loaded = data.pinned().get(name) or (found[0] if found else None)
    if as_json:
        print_json({"name": name, "loaded": loaded, "versions": found})
    elif not found:
        click.echo(f"{name} has no version yet")
    else:
        for version in found:
            click.echo(f"  {version}" + ("  loaded" if version == loaded else ""))


@catalog.command(short_help="Find what is wrong, loading nothing.")
@configuration_options
@json_option
def check(as_json: bool, **given: Any) -> int:
    """Find what is wrong with the catalog, loading nothing.

    Wrong types, arguments and credentials, places that cannot be reached, names that a pipeline
    needs and nobody declares; as warnings, entries that no pipeline uses, several at one place,
    and saves that are not whole or not at all.  Exits with 2 when something is wrong.
    """
    checked = check_catalog(open_session(given))
    if as_json:
        found = [findings.as_json(each) for each in checked.findings]
        print_json({"ok": not checked.errors, "datasets": checked.nodes, "findings": found})
    else:
        findings.tell(checked, plural(checked.nodes, "dataset"))
    return MISTAKE if checked.errors else 0


@catalog.command(short_help="Print the JSON Schema, by which editors check.")
@click.option("--write", is_flag=True, help=f"Write it to {SCHEMA}, where editors look for it.")
@configuration_options
@click.option("--json", "as_json", is_flag=True, callback=answer_apart, help="It is JSON anyway.")
def schema(write: bool, as_json: bool, **given: Any) -> None:
    """Print the JSON Schema of catalog files, by which editors complete and check them.

    It knows the classes that this catalog names, those of the project too.
    """
    session = open_session(given)
    made = project_schema(session)
    if not write:
        print_json(made)
        return
    place = session.shown(write_schema(session.project.path, schema=made))
    if as_json:
        print_json({"wrote": place})
    else:
        click.echo(f"wrote {place}")


def _row(name: str, written: DataCatalog, session: Session) -> dict[str, Any]:
    if name not in written:
        return {"name": name, "type": _IN_MEMORY, "place": None, "declared": None}
    try:
        described: Mapping[str, Any] = written.describe(name)
    except NoriaError:
        described = {"type": "wrong: `noria catalog check` says how"}
    place = described.get("filepath")
    return {
        "name": name,
        "type": described["type"],
        "place": None if place is None else _shown(place, session),
        "declared": _told(written.where(name)),
    }


def _factory(name: str, written: DataCatalog) -> dict[str, Any]:
    pattern = next(each for each in written.factories if each.name == name)
    plain = pattern.entry.plain()
    entry: Mapping[str, Any] = plain if isinstance(plain, dict) else {}
    place = entry.get("filepath", entry.get("path"))
    return {
        "name": name,
        "type": entry.get("type"),
        "place": place,
        "declared": _told(pattern.where),
    }


def _found(name: str, written: DataCatalog) -> dict[str, Any]:
    """Return what lies at a dataset's place; why nobody can tell, where that is so."""
    try:
        dataset: Any = written[name]
        found: dict[str, Any] = {"exists": written.exists(name)}
        if found["exists"] and callable(getattr(dataset, "size", None)):
            found["bytes"] = dataset.size()
        if getattr(dataset, "version", None) is not None:
            found["versions"] = len(written.versions(name))
    except NoriaError as error:
        return {"problem": error.message}
    return found


def _shown(place: Any, session: Session) -> str:
    if not isinstance(place, str):  # a mistake in the entry, which `catalog check` tells
        return str(place)
    return place if is_remote(place) else session.shown(Path(place))


def _told(where: Where | None) -> str | None:
    return None if where is None else str(where)


def _spelt(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={below!r}" for key, below in value.items())
    return (
        {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
    )
