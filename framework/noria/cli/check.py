"""`noria check`."""

from typing import Any

import click
from click.core import ParameterSource

from noria.cli.opening import open_session
from noria.cli.options import configuration_options, json_option, selection_options, take_selection
from noria.cli.printing import plural, print_json
from noria.project.check import ERROR, Checked, Finding, check_project

MISTAKE = 2


@click.command()
@selection_options
@configuration_options
@json_option
@click.pass_context
def check(context: click.Context, /, as_json: bool, **given: Any) -> int:
    """Find what is wrong before anything runs.

    Looks at all pipelines, or at the selected part of one: names and wiring, catalog entries,
    the types along every edge and of every parameter.  Exits with 2 when something is wrong.
    """
    chosen = context.get_parameter_source("pipeline") is not ParameterSource.DEFAULT
    selection = take_selection(given)
    checked = check_project(open_session(given), selection if chosen or selection.narrows else None)
    if as_json:
        print_json(_document(checked))
    else:
        _tell(checked)
    return MISTAKE if checked.errors else 0


def _tell(checked: Checked) -> None:
    errors = len(checked.errors)
    for finding in checked.findings:
        word = "Error" if finding.level == ERROR else "Warning"
        color = "red" if finding.level == ERROR else "yellow"
        click.echo(click.style(f"{word}: ", fg=color, bold=True) + str(finding))
    looked = f"{plural(checked.nodes, 'node')} in {plural(len(checked.pipelines), 'pipeline')}"
    warnings = len(checked.findings) - errors
    said = ", ".join(
        [plural(errors, "error")] * bool(errors) + [plural(warnings, "warning")] * bool(warnings)
    )
    click.echo(f"{looked}: {said or 'nothing wrong'}")


def _document(checked: Checked) -> dict[str, Any]:
    return {
        "ok": not checked.errors,
        "pipelines": list(checked.pipelines),
        "nodes": checked.nodes,
        "findings": [_finding(each) for each in checked.findings],
    }


def _finding(each: Finding) -> dict[str, Any]:
    return {
        "level": each.level,
        "kind": each.kind,
        "message": each.message,
        "where": None if each.where is None else str(each.where),
        "nearest": each.nearest,
        "hint": each.hint,
        "pipelines": list(each.pipelines),
    }
