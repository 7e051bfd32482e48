"""`noria runs`: what has been run."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from noria.cli.opening import find_here
from noria.cli.options import json_option
from noria.cli.printing import duration, moment, print_json, rows, size, table
from noria.cli.progress import OBVIOUS
from noria.cli.summary import place_shown
from noria.record.hand import EDITED
from noria.record.ledger import FILE


@click.group()
def runs() -> None:
    """List, show and compare what has been run."""


@runs.command("list")
@click.option("-n", "--limit", type=click.IntRange(min=1), default=20, help="At most so many.")
@json_option
def list_(limit: int, as_json: bool) -> None:
    """List the runs, latest first."""
    from noria.record.history import list_runs

    with _ledger() as connection:
        found = list_runs(connection, limit) if connection is not None else []
    if as_json:
        print_json(found)
    elif not found:
        click.echo("nothing has been run yet: `noria run` does it")
    else:
        body = [
            (
                entry["id"],
                moment(entry["started"])[: -len(":00")],
                entry["status"],
                f"{entry['done']}/{entry['nodes']}",
                duration(entry["seconds"]),
                entry["command"] or "",
            )
            for entry in found
        ]
        header = ("run", "began", "status", "nodes", "time", "command")
        click.echo(table(header, body, right=(3, 4)))


@runs.command(short_help="Show one run.")
@click.argument("run", default="last")
@json_option
def show(run: str, as_json: bool) -> None:
    """Show one RUN: its name, the beginning of it, or `last`."""
    from noria.errors import RunError
    from noria.record.history import show_run

    with _ledger() as connection:
        if connection is None:
            raise RunError("nothing has been run in this project yet", hint="`noria run` does it")
        found = show_run(connection, run)
    if as_json:
        print_json(found)
    else:
        _show(found)


@runs.command(short_help="Show what differs between two runs, and why.")
@click.argument("before", required=False)
@click.argument("after", default="last")
@json_option
def diff(before: str | None, after: str, as_json: bool) -> None:
    """Show what differs between two runs, BEFORE and AFTER, and what followed from it.

    Each is named as in `show`. Without names, the last two runs; with one, that one and the last.
    """
    from noria.cli.difference import document, tell
    from noria.errors import RunError
    from noria.project.results import open_results
    from noria.project.settings import read_settings
    from noria.project.sides import two_runs

    with _ledger() as connection:
        if connection is None:
            raise RunError("nothing has been run in this project yet", hint="`noria run` does it")
        project = find_here()
        with open_results(project, read_settings(project)) as store:
            sides = two_runs(connection, store, before, after)
            if as_json:
                print_json(document(sides))
            else:
                tell(sides)


def _show(run: dict[str, Any]) -> None:
    click.echo(f"{run['id']}  {run['status']} in {duration(run['seconds'])}")
    click.echo(f"  began    {moment(run['started'])}")
    click.echo(f"  command  {run['command']}")
    if run["status"] == EDITED:
        for name, where in run["edited"].items():
            place = f" at {place_shown(where, find_here().path)}" if where else ""
            click.echo(f"  saved    {name}{place}, by hand")
        return
    click.echo(f"  env      {run['env']}, runner {run['runner']}")
    if run["error"]:
        click.echo(f"  error    {run['error']}")
    failed = [node for node in run["nodes"] if node["error"]]
    for node in failed:
        name = f"{node['node']}: " if len(failed) > 1 else ""
        click.echo(f"           {name}{node['error']}")
    if run["notes"]:
        click.echo("\n" + "\n".join(f"  ! {note}" for note in run["notes"]))
    body = [
        (node["node"], _status(node), duration(node["seconds"]), size(node["memory"]), _why(node))
        for node in run["nodes"]
    ]
    header = ("node", "status", "time", "memory", "why" if any(row[-1] for row in body) else "")
    click.echo("\n" + table(header, body, right=(2, 3)))
    saved = [entry for node in run["nodes"] for entry in node["saved"] if entry["place"]]
    if saved:
        root = find_here().path
        places = [
            (
                entry["dataset"],
                rows(entry["rows"]),
                size(entry["bytes"]),
                place_shown(entry["place"], root),
            )
            for entry in saved
        ]
        click.echo("\n" + table(("result", "rows", "size", "place"), places, right=(1, 2)))


def _status(node: dict[str, Any]) -> str:
    """Return what became of a node, in the words that a run says."""
    return "up to date" if node["status"] == "reused" else str(node["status"])


def _why(node: dict[str, Any]) -> str:
    """Return why a node ran or was restored, where that is not plain."""
    reason = str(node.get("reason") or "")
    return "" if node["status"] == "reused" or reason in OBVIOUS else reason


@contextmanager
def _ledger() -> Iterator[Any]:
    from noria.record.ledger import open_ledger

    state = find_here().state
    if not (state / FILE).exists():
        yield None
        return
    with open_ledger(state) as connection:
        yield connection
