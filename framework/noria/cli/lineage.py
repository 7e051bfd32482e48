"""`noria lineage`."""

from collections import Counter
from pathlib import Path
from typing import Any

import click

from noria.cli.opening import open_session
from noria.cli.options import configuration_options, json_option
from noria.cli.printing import duration, print_json
from noria.cli.summary import place_shown
from noria.project.origins import Lineage, Origin, lineage_of

_DIGEST_SHOWN = 12
_MOST_MODULES = 6
_LONGEST_LINE = 78


@click.command()
@click.argument("dataset")
@configuration_options
@json_option
def lineage(dataset: str, as_json: bool, **given: Any) -> None:
    """Tell from which inputs, code and parameters the present content of DATASET came.

    What lies there is found by its bytes, so this holds for a file of another branch too. Each
    step stands before what it was made from; the last are raw data.
    """
    session = open_session(given)
    found = lineage_of(session, dataset)
    if as_json:
        print_json(_document(found))
    else:
        _tell(found, session.project.path)


def _tell(found: Lineage, root: Path) -> None:
    if not found.present:
        click.echo(f"nothing lies at {found.dataset} now; this is what was recorded last\n")
    for number, origin in enumerate(found.origins):
        lines = list(_lines(origin, root))
        click.echo("\n".join([lines[0], *(f"  {line}" for line in lines[1:])]))
        if number == 0 and origin.step.making is None:
            click.echo(f"  no run has recorded these bytes: {_untold(origin)}")


def _untold(origin: Origin) -> str:
    if origin.ours:
        return "changed by hand, or by a run that recorded nothing"
    return "raw data, or changed by hand"


def _lines(origin: Origin, root: Path) -> list[str]:
    step, making = origin.step, origin.step.making
    lines = [f"{step.dataset}  {_place(origin, root)}  {_digest(step.digest)}{_state(origin)}"]
    if making is None:
        return lines
    if making.edited_in:
        lines.append(
            f"made by {making.node}, then changed by hand and kept in run {making.edited_in}"
        )
    elif making.is_adopted:
        lines.append(f"taken for the result of {making.node} by `noria cache adopt`")
    else:
        took = duration(making.seconds)
        lines.append(f"made by {making.node} in {took}, run {making.run}")
    if origin.code:
        lines.append(f"code        {_modules(origin.code)}")
    lines += [_parameter(name, value) for name, value in origin.parameters]
    if making.parts.depends:
        lines.append(f"depends on  {', '.join(making.parts.depends)}")
    if origin.besides:
        lines.append(f"besides     {origin.besides}")
    if step.inputs:
        lines.append(f"from        {', '.join(dict.fromkeys(name for name, _ in step.inputs))}")
    return lines


def _place(origin: Origin, root: Path) -> str:
    if origin.place:
        return place_shown(origin.place, root)
    if origin.made_at:
        return f"without a place now (once at {place_shown(origin.made_at, root)})"
    return "in memory"


def _digest(digest: str) -> str:
    """Return what a reader needs of a digest to tell contents apart."""
    if digest.startswith("made:"):
        return "known by the run that made it"
    return digest.rpartition(":")[2][:_DIGEST_SHOWN]


def _state(origin: Origin) -> str:
    raw = _is_raw(origin)
    if origin.lies is False:
        if raw:
            return "  raw data, which is not there any more"
        return f"  ({'nothing' if origin.empty else 'something else'} lies there now)"
    return "  raw data" if raw else ""


def _is_raw(origin: Origin) -> bool:
    """Tell whether no run has ever made it, nor anything else that lay at its place."""
    return origin.step.making is None and not origin.ours


def _modules(symbols: list[str]) -> str:
    """Return how many definitions of which modules."""
    counts = Counter(symbol.partition(":")[0] for symbol in symbols)
    told = [f"{count} of {module}" for module, count in counts.most_common(_MOST_MODULES)]
    rest = len(counts) - len(told)
    return ", ".join([*told, *([f"{rest} modules more"] if rest > 0 else [])])


def _parameter(name: str, value: Any) -> str:
    told = f"parameter   {name.removeprefix('params:')} = {'?' if value is None else repr(value)}"
    return told if len(told) <= _LONGEST_LINE else f"{told[: _LONGEST_LINE - 1]}…"


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
        return {**about, "raw": _is_raw(origin)}
    return {
        **about,
        "raw": False,
        "made_at": origin.made_at or None,
        "node": making.node,
        "run": making.edited_in or making.run,
        "edited": making.edited_in is not None,
        "adopted": making.is_adopted,
        "made": making.made,
        "seconds": None if making.is_adopted else making.seconds,
        "code": origin.code,
        "libraries": origin.libraries,
        "parameters": dict(origin.parameters),
        "depends_on": dict(making.parts.depends),
        "besides": origin.besides or None,
        "inputs": [{"dataset": name, "digest": digest} for name, digest in step.inputs],
    }
