"""One node tried out, with data from the catalog or given."""

from collections.abc import Callable, Mapping
from typing import Any

from noria_catalog import DataCatalog
from noria_catalog.errors import MissingDataError
from noria_catalog.memory import copy_value
from noria_catalog.suggest import nearest

from noria.errors import MissingInputError, SelectionError
from noria.graph import Node, Pipeline
from noria.graph.names import is_parameter
from noria.project.registry import DEFAULT
from noria.runner.prepare import build_inputs


def run_single(
    name: str,
    pipelines: Mapping[str, Pipeline],
    catalog: Callable[[], DataCatalog],
    given: Mapping[str, Any],
    pipeline: str | None,
) -> dict[str, Any]:
    """Run the node ``name`` and return its outputs; ``catalog`` is asked for what is not given.

    Parameters that are declared nowhere are left to the defaults of the function.
    """
    node = find_node(name, pipelines, pipeline)
    for each in filter(is_parameter, node.reads):
        if each not in given and each not in catalog():
            node = node.without_inputs([each]) or node
    reads = dict.fromkeys(node.inputs)
    for each in given:
        if each not in reads:
            raise SelectionError(
                f"inputs={each!r}: node {node.name!r} ({node.where}) does not read it",
                nearest=nearest(each, reads),
                hint=f"it reads {', '.join(reads) or 'nothing'}",
            )
    inputs = {
        each: copy_value(given[each]) if each in given else _load(each, node, catalog())
        for each in reads
    }
    return node.run(build_inputs(node, inputs))


def find_node(name: str, pipelines: Mapping[str, Pipeline], pipeline: str | None) -> Node:
    """Return the node of that name; ``pipeline`` ``None`` looks in the default one first.

    Raises SelectionError with the nearest name.
    """
    names = [pipeline] if pipeline else sorted(pipelines, key=lambda each: each != DEFAULT)
    known: list[str] = []
    for each in names:
        for node in pipelines[each].nodes:
            if node.name == name:
                return node
            known.append(node.name)
    place = f"the pipeline {pipeline!r}" if pipeline else "the project"
    raise SelectionError(f"{place} has no node {name!r}", nearest=nearest(name, known))


def _load(name: str, node: Node, catalog: DataCatalog) -> Any:
    hint = f"give it: session.run_node({node.name!r}, inputs={{{name!r}: ...}})"
    message = f"the input {name!r} of node {node.name!r} ({node.where})"
    if name not in catalog:
        raise MissingInputError(f"{message} is not in the catalog", hint=hint)
    try:
        return catalog.load(name)
    except MissingDataError as error:
        raise MissingInputError(
            f"{message} is not there: {error.message}", where=error.where, hint=hint
        ) from error
