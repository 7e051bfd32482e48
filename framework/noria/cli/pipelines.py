"""`noria pipelines`: which there are and what is in them."""

from typing import Any

import click
from noria_catalog.errors import NoriaError

from noria.cli.answer import Answer
from noria.cli.opening import find_here
from noria.cli.options import json_option
from noria.cli.printing import json_lines, plural, table
from noria.graph import Node, Pipeline
from noria.project.registry import DEFAULT, Pipelines
from noria.project.session import Session
from noria.runner.failure import shown


@click.group()
def pipelines() -> None:
    """List and describe the project's pipelines."""


@pipelines.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the pipelines; one that does not import is listed with its error."""
    session = Session(find_here())
    answer = Answer(session)
    registered = session.pipelines
    found = [_listed(name, registered) for name in sorted(registered)]
    errors = [entry["error"] for entry in found if entry["error"]]
    answer.give(lambda: _list_text(found, as_json=as_json), keep=not errors)
    for error in errors if not as_json else ():
        click.echo(f"\n{error}", err=True)


@pipelines.command()
@click.argument("name", default=DEFAULT)
@json_option
def describe(name: str, as_json: bool) -> None:
    """Show the nodes of the pipeline NAME, in the order in which they run."""
    session = Session(find_here())
    answer = Answer(session)
    pipeline = session.pipelines[name]
    answer.give(lambda: _description(name, pipeline, as_json=as_json))


def _list_text(found: list[dict[str, Any]], *, as_json: bool) -> str:
    if as_json:
        return json_lines(found)
    if not found:
        return "no pipeline yet: `noria new-pipeline NAME` adds one"
    return table(("pipeline", "nodes"), [(entry["name"], _count(entry)) for entry in found])


def _description(name: str, pipeline: Pipeline, *, as_json: bool) -> str:
    if as_json:
        return json_lines({"name": name, **_described(pipeline)})
    lines = [
        f"{name}: {plural(len(pipeline.nodes), 'node')}",
        "needs  " + (", ".join(sorted(pipeline.inputs())) or "nothing"),
        "gives  " + (", ".join(sorted(pipeline.outputs())) or "nothing"),
    ]
    for node in pipeline.nodes:
        tags = f"  [{', '.join(sorted(node.tags))}]" if node.tags else ""
        lines += [
            f"\n{node.name}{tags}  {_source(node) or ''}".rstrip(),
            f"  {', '.join(node.inputs) or 'nothing'}",
            f"  -> {', '.join(node.outputs) or 'nothing'}",
        ]
    return "\n".join(lines)


def _listed(name: str, registered: Pipelines) -> dict[str, Any]:
    try:
        pipeline = registered[name]
        nodes: int | None = len(pipeline.nodes)
    except NoriaError as error:
        return {"name": name, "nodes": None, "error": str(error)}
    return {"name": name, "nodes": nodes, "error": None}


def _count(entry: dict[str, Any]) -> str:
    return "does not import" if entry["error"] else str(entry["nodes"])


def _described(pipeline: Pipeline) -> dict[str, Any]:
    return {
        "inputs": sorted(pipeline.inputs()),
        "outputs": sorted(pipeline.outputs()),
        "nodes": [
            {
                "name": node.name,
                "inputs": list(node.inputs),
                "outputs": list(node.outputs),
                "tags": sorted(node.tags),
                "namespace": node.namespace,
                "source": _source(node),
            }
            for node in pipeline.nodes
        ],
    }


def _source(node: Node) -> str | None:
    source = node.source
    return None if source is None else f"{shown(source[0])}:{source[1]}"
