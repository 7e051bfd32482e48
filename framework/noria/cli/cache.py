"""`noria cache`: the store of results."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from noria.cli.color import beginning
from noria.cli.opening import find_here
from noria.cli.options import configuration_options, json_option, not_empty, selection_options
from noria.cli.printing import moment, plural, print_json, size
from noria.cli.selecting import take_selection
from noria.cli.summary import place_shown
from noria.project import freshness
from noria.project.discover import Project
from noria.project.results import open_results, store_folder, store_limit
from noria.project.settings import Settings, read_settings
from noria.store import Store
from noria.store.collect import Collected
from noria.store.sizes import parse_size

WRONG = 1

env_option = click.option(
    "-e", "--env", metavar="NAME", callback=not_empty, help="The environment: its settings."
)


@click.group()
def cache() -> None:
    """Look after the stored results."""


@cache.command()
@env_option
@json_option
def status(env: str | None, as_json: bool) -> None:
    """Show what is stored, and where."""
    project, settings = _here(env)
    folder = store_folder(project, settings)
    if not folder.exists():  # looking makes nothing
        if as_json:
            print_json({"folder": str(folder), "entries": 0, "blobs": 0, "size": 0})
        else:
            click.echo("nothing is stored yet: `noria run` does it")
        return
    with _opened(project, settings) as store:
        found = {"limit": store_limit(settings), **_status(store)}
    if as_json:
        print_json(found)
    else:
        _show(found, place_shown(str(folder), project.path))


def _show(found: dict[str, Any], folder: str) -> None:
    click.echo(f"{folder}: {size(found['size'])} of {size(found['limit'])}")
    between = f", {moment(found['first'])} to {moment(found['last'])}" if found["entries"] else ""
    click.echo(f"  results    {found['entries']:,}{between}")
    click.echo(f"  blobs      {found['blobs']:,}, {found['files']:,} of them files")
    if found["others"]:
        click.echo(f"  of others  {plural(found['others'], 'result')}, not used")
    if found["aside"]:
        click.echo(f"  set aside  {found['aside']:,}, {size(found['aside_size'])}")


@cache.command(short_help="Take outputs that lie there for results.")
@selection_options
@configuration_options
@json_option
def adopt(as_json: bool, **given: Any) -> None:
    """Take the outputs that lie there for results of the nodes as they are now.

    For a project whose outputs were made before, by hand or by another tool: nothing is run, and
    from then on a node runs only when something that it depends on changes.
    """
    from noria.cli.opening import open_session
    from noria.project.adopt import adopt as adopt_outputs

    found = adopt_outputs(open_session(given), take_selection(given))
    if as_json:
        print_json([each._asdict() for each in found])
        return
    for each in found:
        if each.why_not:
            click.echo(f"  {each.node}: not adopted: {each.why_not}")
    taken = [each for each in found if not each.why_not and not each.known]
    known = sum(each.known for each in found)
    click.echo(
        f"{plural(len(taken), 'node')} of {len(found):,} adopted"
        + (f", {known:,} recorded already" if known else "")
    )


@cache.command()
@env_option
@json_option
def verify(env: str | None, as_json: bool) -> int:
    """Check every stored byte and seal.

    What is wrong is set aside: it is never used, and computed again when it is needed.  Exits
    with 1 when something was wrong.  Safe beside a run.
    """
    project, settings = _here(env)
    with _opened(project, settings) as store, _progress("verifying") as progress:
        found = store.verify(progress)
    wrong = bool(found.corrupt or found.refused)
    if as_json:
        print_json(found._asdict())
    else:
        count = f"{plural(found.entries, 'result')}, {plural(found.blobs, 'blob')}"
        click.echo(f"{count}, {size(found.size)}: " + ("wrong are" if wrong else "nothing wrong"))
        for digest in found.corrupt:
            click.echo(f"  a blob with other bytes, set aside: {digest}")
        if found.refused:
            click.echo(f"  not written by you, set aside: {plural(found.refused, 'result')}")
        if found.others:
            click.echo(f"  of other users, not used: {plural(found.others, 'result')}")
        if found.missing:
            click.echo(
                f"  missing, to be computed again when needed: {plural(len(found.missing), 'blob')}"
            )
    return WRONG if wrong else 0


@cache.command()
@click.option("--limit", metavar="SIZE", help="Keep at most so much, instead of store_limit.")
@env_option
@json_option
def gc(limit: str | None, env: str | None, as_json: bool) -> int:
    """Make room: remove what was used longest ago.

    What was set aside goes first, what the last run of each pipeline used last; what a run uses
    at this moment stays.
    """
    project, settings = _here(env)
    try:
        most = store_limit(settings) if limit is None else parse_size(limit)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--limit") from None
    with _opened(project, settings) as store:
        return _removed(store.gc(most), project, as_json)


@cache.command()
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@env_option
@json_option
def clear(yes: bool, env: str | None, as_json: bool) -> int:
    """Remove all stored results: everything runs again.

    What a run uses at this moment stays.
    """
    project, settings = _here(env)
    if not yes:
        if not sys.stdin.isatty():
            raise click.UsageError("`noria cache clear` asks first; --yes answers it")
        question = f"Remove all results in {store_folder(project, settings)}?"
        click.confirm(question, abort=True, err=True)  # the answer may go to a file
    with _opened(project, settings) as store:
        return _removed(store.clear(), project, as_json)


def _here(env: str | None) -> tuple[Project, Settings]:
    project = find_here()
    if env is None:
        return project, read_settings(project, None)
    from noria.project.session import Session

    session = Session(project, env=env)
    _ = session.config  # raises for an environment that there is not
    return project, session.settings


@contextmanager
def _opened(project: Project, settings: Settings) -> Iterator[Store]:
    with open_results(project, settings) as store:
        yield store
        told = [*store.troubles, *store.refused]
    for sentence in told:
        click.echo(beginning("Warning", "yellow") + sentence, err=True)


def _status(store: Store) -> dict[str, Any]:
    found = store.status()
    del found["troubles"]  # told on standard error
    return found


def _removed(found: Collected, project: Project, as_json: bool) -> int:
    if as_json:
        print_json(found._asdict())
    elif found.reason is None:
        aside = f" and {plural(found.aside, 'file')} that had been set aside" if found.aside else ""
        click.echo(
            f"removed {plural(found.entries, 'result')} and {plural(found.blobs, 'blob')}{aside},"
            f" {size(found.freed)}; {size(found.left)} are left"
        )
    else:
        click.echo(f"nothing was removed: {found.reason}", err=True)
    if found.entries:
        freshness.forget(str(project.state))
    return 0 if found.reason is None else WRONG


@contextmanager
def _progress(label: str) -> Iterator[Callable[[int, int], None] | None]:
    """Give a function that shows how much is done; ``None`` where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return

    shown = ""

    def show(done: int, whole: int) -> None:
        nonlocal shown
        now = f"\r{label} {size(done)} of {size(whole)}\033[K"
        if now != shown:
            shown = now
            click.echo(now, err=True, nl=False)

    yield show
    click.echo("\r\033[K", err=True, nl=False)
