"""How `noria runs diff` tells two runs apart, in words and as JSON."""

from collections.abc import Iterator, Sequence
from typing import Any

import click

from noria.cli.changed_lines import changed_lines
from noria.cli.printing import duration, moment, table
from noria.project.sides import Sides
from noria.record.difference import Changed

_DIGEST_SHOWN = 12
_MOST_NODES = 3


def tell(sides: Sides) -> None:
    """Print what differs between two runs, and what followed."""
    for run in (sides.before, sides.after):
        began, took = moment(run["started"]), duration(run["seconds"])
        click.echo(
            f"{run['id']}  {run['status']}, {began}, {took}  {run['command'] or ''}".rstrip()
        )
    sections = list(_sections(sides))
    for title, lines in sections:
        click.echo("\n".join(["", title, *lines]))
    if not sections:
        click.echo("\nnothing differs: parameters, code and data are the same")


def document(sides: Sides) -> dict[str, Any]:
    """Return it as JSON-like values."""
    compared = sides.compared
    return {
        "before": sides.before["id"],
        "after": sides.after["id"],
        **{
            what: [changed._asdict() for changed in getattr(compared, what)]
            for what in ("parameters", "code", "libraries", "data", "other", "followed")
        },
        "metrics": [
            {"name": each.name, "before": each.before, "after": each.after}
            for each in sides.metrics
        ],
        "only_before": compared.only_before,
        "only_after": compared.only_after,
        "unknown": compared.unknown,
    }


def _sections(sides: Sides) -> Iterator[tuple[str, Sequence[str]]]:
    compared = sides.compared
    if compared.parameters:
        yield "parameters", _rows(compared.parameters, repr)
    if compared.code:
        yield "code", [line for changed in compared.code for line in _code(changed)]
    if compared.libraries:
        yield "libraries", _rows(compared.libraries, str)
    if compared.data:
        yield "data that no node of theirs makes", _rows(compared.data, _digest)
    if compared.other:
        yield "besides", [f"  {each.name}{_reached(each.nodes)}" for each in compared.other]
    if compared.followed:
        body = [
            (each.node, ", ".join(each.because), _results(each.changed, each.same))
            for each in compared.followed
        ]
        yield "what followed", [table(("node", "because", "its results"), body)]
    if sides.metrics:
        yield "metrics", [_metrics(sides.metrics)]
    yield from _missing(sides)


def _missing(sides: Sides) -> Iterator[tuple[str, Sequence[str]]]:
    compared = sides.compared
    for run, names in ((sides.before, compared.only_before), (sides.after, compared.only_after)):
        if names:
            yield f"only in {run['id']}", [f"  {name}" for name in names]
    if compared.unknown:
        status = {
            run["id"]: {node["node"]: node["status"] for node in run["nodes"]}
            for run in (sides.before, sides.after)
        }
        lines = [
            f"  {name}: " + ", ".join(f"{of[name]} in {run}" for run, of in status.items())
            for name in compared.unknown
        ]
        yield "nothing was recorded of", lines


def _rows(found: Sequence[Changed], shown: Any) -> list[str]:
    body = [
        (
            each.name,
            f"{_value(each.before, shown)} -> {_value(each.after, shown)}",
            _reached(each.nodes).strip(),
        )
        for each in found
    ]
    return table(("", "", ""), body).splitlines()[1:]


def _value(value: Any, shown: Any) -> str:
    return "nothing" if value is None else str(shown(value))


def _digest(digest: str) -> str:
    return digest.rpartition(":")[2][:_DIGEST_SHOWN]


def _reached(nodes: Sequence[str]) -> str:
    if not nodes:
        return ""
    rest = len(nodes) - _MOST_NODES
    return f"  read by {', '.join(nodes[:_MOST_NODES])}" + (f" and {rest} more" if rest > 0 else "")


def _code(changed: Changed) -> Iterator[str]:
    yield f"  {changed.name}{_reached(changed.nodes).replace('read by', 'reached by')}"
    yield from changed_lines(changed.before, changed.after)


def _results(changed: Sequence[str], same: Sequence[str]) -> str:
    told = [f"{name} differs" for name in changed] + [f"{name} is the same" for name in same]
    return ", ".join(told) or "not known any more"


def _metrics(metrics: Sequence[Changed]) -> str:
    body = []
    for each in metrics:
        more = ""
        if each.before is not None and each.after is not None:
            more = f"{each.after - each.before:+.6g}"
        body.append((each.name, _number(each.before), _number(each.after), more))
    return table(("number", "before", "after", "change"), body, right=(1, 2, 3))


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.6g}"
