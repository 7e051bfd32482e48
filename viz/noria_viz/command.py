"""`noria viz`."""

from pathlib import Path
from typing import Any

import click
from noria.cli.options import Selecting, configuration_options, not_empty, selection_options
from noria.cli.selecting import take_selection
from noria.project.discover import find_project
from noria.project.selection import Selection

LOOPBACK = "127.0.0.1"


@click.command(cls=Selecting)
@selection_options
@click.option(
    "--save",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Save the graph as .html, .svg, .png, .dot, .mmd or .json and end.",
)
@click.option("--port", type=click.IntRange(1, 65535), help="The port; without it a free one.")
@click.option(
    "--host",
    default=LOOPBACK,
    metavar="ADDRESS",
    callback=not_empty,
    help="The address to listen at.",
)
@click.option(
    "--allow-host",
    "allow_hosts",
    multiple=True,
    metavar="NAME",
    help="Answer under this name too, for tunnels: NAME or NAME:PORT.",
)
@click.option("--browser/--no-browser", default=True, help="Open the browser, or do not.")
@configuration_options
def viz(
    save: Path | None,
    port: int | None,
    host: str,
    allow_hosts: tuple[str, ...],
    browser: bool,
    **given: Any,
) -> None:
    """Show the pipeline in the browser, or save it as a file.

    The page is served on this machine alone, to who has the address that is printed.  It follows
    the project while files are edited.

    \b
    noria viz --pipeline train
    noria viz --save pipeline.html
    noria viz --no-browser --port 8000 --allow-host localhost:9000
    """  # noqa: D301  # click reads the control character as "keep these lines"
    selection = take_selection(given)
    if save is None:
        _serve(selection, given, host=host, port=port, allow_hosts=allow_hosts, browser=browser)
    else:
        _save(selection, given, save)


def _serve(selection: Selection, given: dict[str, Any], **how: Any) -> None:
    """Serve; what imports configuration and pipelines is left to the process that opens them."""
    from noria_viz.serving import serve

    project = find_project(Path.cwd())
    if given["env"] or given["conf_source"]:
        from noria.cli.opening import open_session

        _ = open_session(dict(given)).config  # a misspelt environment is told at once
    serve(project, selection, _opening(given), **how)


def _save(selection: Selection, given: dict[str, Any], path: Path) -> None:
    from noria.cli.opening import open_session

    from noria_viz.details import describe_all
    from noria_viz.export import save, writer_for
    from noria_viz.flags import configuration_flags
    from noria_viz.project_graph import ProjectGraph

    writer_for(path)
    configuration = configuration_flags(_opening(given))
    with open_session(given) as session:
        graph = ProjectGraph(session, selection, configuration=configuration)
        document = graph.document()
        save(document, path, details=lambda: describe_all(graph, document))
    click.echo(f"saved {path}")


def _opening(given: dict[str, Any]) -> dict[str, Any]:
    """Return how the project is opened, in words that another process understands."""
    from noria.config.sources import as_source

    conf_source = given["conf_source"]
    versions: dict[str, str] = {}
    if given["params"]:
        from noria.config.overrides import parse_overrides

        parse_overrides(given["params"])  # a mistake is told at once
    if given["load_versions"]:
        from noria.cli.opening import parse_versions

        versions = parse_versions(given["load_versions"])
    return {
        "env": given["env"],
        "params": list(given["params"]),
        "conf_source": None if conf_source is None else as_source(conf_source, Path.cwd()),
        "load_versions": versions,
    }
