"""`noria lineage`."""

from collections import Counter
from pathlib import Path
from typing import Any

import click

from noria.cli.opening import open_session
from noria.cli.options import configuration_options, json_option
from noria.cli.printing import duration, moment, print_json
from noria.cli.summary import place_shown
from noria.project.origins import Lineage, Origin, lineage_of

_DIGEST_SHOWN = 12
_MOST_MODULES = 6
_LONGEST_VALUE = 70


@click.command()
@click.argument("dataset")
@configuration_options
@json_option
def lineage(dataset: str, as_json: bool, **given: Any) -> None:
    """Tell from which inputs, code and parameters the present content of DATASET came.

    What lies there is found by its bytes, so this holds for a file of another branch too. Each
    step stands before what it was made from; the last are raw data.
    """
    found = lineage_of(open_session(given), dataset)
    if as_json:
        print_json(_document(found))
    else:
        _tell(found)


def _tell(found: Lineage) -> None:
    if not found.present:
        click.echo(f"nothing lies at {found.dataset} now; this is what was recorded last\n")
    for number, origin in enumerate(found.origins):
        lines = list(_lines(origin))
        click.echo("\n".join([lines[0], *(f"  {line}" for line in lines[1:])]))
        if number == 0 and origin.step.making is None:
            click.echo("  no run has recorded these bytes: raw data, or changed by hand")


def _lines(origin: Origin) -> list[str]:
    step, making = origin.step, origin.step.making
    lines = [f"{step.dataset}  {_place(origin)}  {_digest(step.digest)}{_state(origin)}"]
    if making is None:
        return lines
    if making.edited_in:
        lines.append(
            f"made by {making.node}, then changed by hand and kept in run {making.edited_in},"
            f" {moment(making.made)}"
        )
    else:
        took = duration(making.seconds)
        lines.append(f"made by {making.node} in run {making.run}, {moment(making.made)}, in {took}")
    if origin.code:
        lines.append(f"code        {_modules(origin.code)}")
    lines += [f"parameter   {name} = {_value(value)}" for name, value in origin.parameters]
    if making.parts.depends:
        lines.append(f"depends on  {', '.join(making.parts.depends)}")
    if step.inputs:
        lines.append(f"from        {', '.join(dict.fromkeys(name for name, _ in step.inputs))}")
    return lines


def _place(origin: Origin) -> str:
    here = Path.cwd()
    if origin.place:
        return place_shown(origin.place, here)
    if origin.made_at:
        return f"in memory (once at {place_shown(origin.made_at, here)})"
    return "in memory"


def _digest(digest: str) -> str:
    """Return what a reader needs of a digest to tell contents apart."""
    if digest.startswith("made:"):
        return "known by the run that made it"
    return digest.rpartition(":")[2][:_DIGEST_SHOWN]


def _state(origin: Origin) -> str:
    raw = origin.step.making is None
    if origin.lies is False:
        if raw:
            return "  raw data, which is not there any more"
        return f"  ({'nothing' if origin.empty else 'something else'} lies there now)"
    return "  raw data" if raw else ""


def _modules(symbols: list[str]) -> str:
    """Return how many definitions of which modules."""
    counts = Counter(symbol.partition(":")[0] for symbol in symbols)
    told = [f"{count} of {module}" for module, count in counts.most_common(_MOST_MODULES)]
    rest = len(counts) - len(told)
    return ", ".join([*told, *([f"{rest} modules more"] if rest > 0 else [])])


def _value(value: Any) -> str:
    told = "?" if value is None else repr(value)
    return told if len(told) <= _LONGEST_VALUE else f"{told[:_LONGEST_VALUE]}…"


def _document(found: Lineage) -> dict[str, Any]:
    return {
        "dataset": found.dataset,
        "digest": found.digest,
        "present": found.present,
        "steps": [_step(origin) for origin in found.origins],
    }


def _step(origin: Origin) -> dict[str, Any]:
    step, making = origin.step, origin.step.making
    about = {
        "dataset": step.dataset,
        "digest": step.digest,
        "place": origin.place or None,
        "in_place": origin.lies,
    }
    if making is None:
        return {**about, "raw": True}
    return {
        **about,
        "raw": False,
        "made_at": origin.made_at or None,
        "node": making.node,
        "run": making.edited_in or making.run,
        "edited": making.edited_in is not None,
        "made": making.made,
        "seconds": making.seconds,
        "code": origin.code,
        "libraries": origin.libraries,
        "parameters": dict(origin.parameters),
        "depends_on": dict(making.parts.depends),
        "inputs": [{"dataset": name, "digest": digest} for name, digest in step.inputs],
    }
