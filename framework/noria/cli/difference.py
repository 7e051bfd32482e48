"""How `noria runs diff` tells two runs apart, in words and as JSON."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import click

from noria.cli.changed_lines import changed_lines
from noria.cli.printing import duration, library, moment, table, values
from noria.project.sides import Sides
from noria.record.difference import Changed, Followed

_DIGEST_SHOWN = 12
_MOST_NODES = 3
_ENDED = {"failed": "failed", "crashed": "was cut off", "interrupted": "was interrupted"}


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
        told = [values(each.before, each.after) for each in compared.parameters]
        yield "parameters", _rows(compared.parameters, told)
    if compared.code:
        yield "code", [line for changed in compared.code for line in _code(changed)]
    if compared.libraries:
        told = [library(each.before, each.after) for each in compared.libraries]
        yield "libraries", _rows(compared.libraries, told, "reached by")
    if compared.data:
        yield (
            "data that no node of theirs makes",
            _rows(compared.data, _each(compared.data, _digest)),
        )
    if compared.other:
        yield "besides", [line for each in compared.other for line in _besides(each)]
    if compared.followed:
        body = [
            (each.node, _results(each, sides), ", ".join(each.because))
            for each in compared.followed
        ]
        yield "what followed", [table(("node", "its results", "because"), body)]
    if sides.metrics:
        yield "metrics", [_metrics(sides.metrics)]
    yield from _missing(sides)


def _missing(sides: Sides) -> Iterator[tuple[str, Sequence[str]]]:
    compared = sides.compared
    for run, names in ((sides.before, compared.only_before), (sides.after, compared.only_after)):
        if names:
            yield f"only in {run['id']}", [f"  {name}" for name in names]
    if compared.unknown:
        status = {run["id"]: _statuses(run) for run in (sides.before, sides.after)}
        lines = [
            f"  {name}: " + ", ".join(f"{of[name]} in {run}" for run, of in status.items())
            for name in compared.unknown
        ]
        yield "nothing was recorded of", lines


def _besides(changed: Changed) -> Iterator[str]:
    yield f"  {changed.name}: {_listed(changed.nodes)}"
    if isinstance(changed.before, dict):
        for option, before in changed.before.items():
            yield f"    {option}  {values(before, changed.after[option])}"


def _rows(found: Sequence[Changed], told: Sequence[str], by: str = "read by") -> list[str]:
    body = [
        (each.name, how, _reached(each.nodes, by).strip())
        for each, how in zip(found, told, strict=True)
    ]
    return table(("", "", ""), body).splitlines()[1:]


def _each(found: Sequence[Changed], shown: Callable[[Any], str]) -> list[str]:
    return [
        " -> ".join("nothing" if one is None else shown(one) for one in (each.before, each.after))
        for each in found
    ]


def _digest(digest: str) -> str:
    return digest.rpartition(":")[2][:_DIGEST_SHOWN]


def _reached(nodes: Sequence[str], by: str) -> str:
    return f"  {by} {_listed(nodes)}" if nodes else ""


def _listed(nodes: Sequence[str]) -> str:
    rest = len(nodes) - _MOST_NODES
    return ", ".join(nodes[:_MOST_NODES]) + (f" and {rest} more" if rest > 0 else "")


def _code(changed: Changed) -> Iterator[str]:
    yield f"  {changed.name}{_reached(changed.nodes, 'reached by')}"
    yield from changed_lines(changed.before, changed.after)


def _results(followed: Followed, sides: Sides) -> str:
    told = [f"{name} differs" for name in followed.changed]
    told += [f"{name} is the same" for name in followed.same]
    told += [f"{name} is new" for name in followed.new]
    if not told:
        told = list(_unfinished(followed.node, sides))
    return ", ".join(told) or ("not known any more" if followed.has_outputs else "it has none")


def _unfinished(node: str, sides: Sides) -> Iterator[str]:
    """Yield how a node ended whose results are not there."""
    before, after = (
        _ENDED.get(_statuses(run).get(node, "")) for run in (sides.before, sides.after)
    )
    if before and before == after:
        yield f"it {after} in both"
    elif after or before:
        yield f"it {after or before} in {(sides.after if after else sides.before)['id']}"


def _statuses(run: Mapping[str, Any]) -> dict[str, str]:
    return {node["node"]: node["status"] for node in run["nodes"]}


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
