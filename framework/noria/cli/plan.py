"""`noria plan`."""

from typing import Any

import click

from noria.cli.answer import Answer
from noria.cli.changed_lines import changed_lines
from noria.cli.opening import open_session
from noria.cli.options import Selecting, configuration_options, json_option, selection_options
from noria.cli.printing import (
    duration,
    json_lines,
    library,
    plural,
    print_json,
    table,
    value,
    values,
)
from noria.cli.reading import tell_reading
from noria.cli.selecting import take_selection
from noria.code import READING
from noria.plan.decide import SEEN_TO_READ
from noria.project.planning import Change, Planning, document, planning

_WORDS = {"reuse": "up to date", "restore": "restore", "run": "run", "wait": "wait"}
_DIGEST_SHOWN = 12


@click.command(cls=Selecting)
@selection_options
@configuration_options
@click.option("--force", is_flag=True, help="As `noria run --force` would.")
@click.option("--why", metavar="NODE", help="Say of one node what differs from its last result.")
@json_option
def plan(force: bool, why: str | None, as_json: bool, **given: Any) -> None:
    """Show what a run would do, and why; nothing is run.

    For each node: run, up to date, restore (from the store) or wait (its inputs are made by nodes
    that run, or are known only when loaded, as tables are: whether it must run shows then).

    \b
    noria plan --pipeline train
    noria plan --pipeline train --why fit
    """  # noqa: D301  # click reads the control character as "keep these lines"
    selection = take_selection(given)
    session = open_session(given)
    answer = Answer(session)
    with tell_reading() as read, planning(session, selection, force=force) as planned:
        read()
        if why is not None:
            _tell_why(planned, why, as_json=as_json)
        else:
            answer.give(
                lambda: _said(planned, selection.pipeline, as_json=as_json),
                memory=planned.memory,
                keep=planned.is_settled,
            )


def _said(planned: Planning, pipeline: str, *, as_json: bool) -> str:
    return json_lines(document(planned, pipeline)) if as_json else _told(planned)


def _told(planned: Planning) -> str:
    nodes = planned.nodes
    body = [
        (
            each.name,
            _WORDS[each.verdict],
            _seconds(each.verdict, each.seconds),
            _reason(each.reason),
        )
        for each in nodes
    ]
    lines = [table(("node", "verdict", "time", "why"), body, right=(2,))]
    lines += [f"! {line}" for line in (*planned.late, *planned.edited)]
    lines += [
        f"! {planned.shown(orphan.place)}: left by the node {orphan.node!r}, which is gone"
        for orphan in planned.orphans
    ]
    counts = planned.counts()
    told = ", ".join(f"{count:,} {_WORDS[kind]}" for kind, count in counts.items() if count)
    lines.append(f"\n{plural(len(nodes), 'node')}: {told}{_expected(planned)}")
    return "\n".join(lines)


def _expected(planned: Planning) -> str:
    """Say how long it will take, as far as earlier runs tell."""
    to_run = [each for each in planned.nodes if each.verdict in ("run", "wait")]
    known = [each.seconds for each in to_run if each.seconds is not None]
    if not known:
        return ""
    unknown = len(to_run) - len(known)
    rest = f", not counting {unknown} of unknown time" if unknown else ""
    return f"; {duration(sum(known))} at most by earlier runs{rest}"


def _seconds(verdict: str, seconds: float | None) -> str:
    return duration(seconds) if verdict in ("run", "wait") and seconds is not None else ""


def _reason(reason: str) -> str:
    return "" if reason == "up to date" else reason


def _tell_why(planned: Planning, node: str, *, as_json: bool) -> None:
    job, verdict, changes, fingerprint = planned.why(node)
    if as_json:
        print_json(
            {
                "name": node,
                "selected": job.selected,
                "verdict": verdict.kind if job.selected else None,
                "reason": verdict.reason,
                "changes": [_change_document(each) for each in changes],
                "doubts": [each._asdict() for each in fingerprint.doubts],
                "effects": [each._asdict() for each in fingerprint.effects],
                "code": [f"{each.name}" for each in fingerprint.symbols],
            }
        )
        return
    kind = _WORDS[verdict.kind] if job.selected else "not selected"
    said = dict.fromkeys([kind, verdict.reason])  # the reason may be the word
    click.echo(": ".join([node, *said]))
    for change in changes:
        click.echo(_change(change))
    effects = [effect for effect in fingerprint.effects if effect.kind in READING]
    for effect in effects:
        click.echo(f"  {effect.where} reads the {effect.kind}: {effect.what}")
    if job.trusted and effects:
        click.echo("    which does not count: it was said what it depends on")
    elif effects or verdict.reason.startswith(SEEN_TO_READ):
        click.echo("    say what it depends on by depends_on=, or cache=True if by nothing more")
    for doubt in fingerprint.doubts:
        click.echo(f"  {doubt.where}: {doubt.what}\n    {doubt.narrow}")


def _change_document(change: Change) -> dict[str, Any]:
    return {
        "what": change.what,
        "name": change.name,
        "where": change.where,
        **({} if change.forgotten else {"before": change.before}),
        "after": change.after,
        "maker": change.maker,
        **({"option": change.option} if change.option else {}),
    }


def _change(change: Change) -> str:
    where = f" ({change.where})" if change.where else ""
    if change.what == "code":
        return "\n".join([f"  {change.name}{where}", *changed_lines(change.before, change.after)])
    if change.what == "system":
        return f"  Python or the platform: {change.before} -> {change.after}"
    made = f", made by {change.maker}" if change.maker else ""
    if change.what == "parameter":
        name = change.name.removeprefix("params:")
        if change.forgotten:
            return f"  parameter {name}{where}: {value(change.after)}, before it was another one"
        return f"  parameter {name}{where}: {values(change.before, change.after)}"
    if change.option:
        how = values(change.before, change.after)
        return f"  {change.what} {change.name}: {change.option}{where}: {how}"
    if change.what == "library":
        return f"  library {change.name}: {library(change.before, change.after)}"
    if change.what == "shape":
        return f"  its outputs: {change.before} -> {change.after}"
    if change.what == "argument":
        return f"  {change.name} as argument: {change.before} -> {change.after}"
    before, after = _short(change.before), _short(change.after)
    told = f"{change.what} {change.name}".rstrip()
    return f"  {told}{where}{made}: {before} -> {after}"


def _short(value: str | None) -> str:
    return "nothing" if value is None else value[:_DIGEST_SHOWN]
