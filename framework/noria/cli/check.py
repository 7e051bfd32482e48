"""`noria check`."""

from typing import Any

import click
from click.core import ParameterSource

from noria.cli import findings
from noria.cli.opening import open_session
from noria.cli.options import Selecting, configuration_options, json_option, selection_options
from noria.cli.printing import plural, print_json
from noria.cli.reading import tell_reading
from noria.cli.selecting import take_selection
from noria.project.check import Checked, check_project

MISTAKE = 2


@click.command(cls=Selecting)
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
    session = open_session(given)
    with tell_reading():
        checked = check_project(session, selection if chosen or selection.narrows else None)
    if as_json:
        print_json(_document(checked))
    else:
        nodes = plural(checked.nodes, "node")
        findings.tell(checked, f"{nodes} in {plural(len(checked.pipelines), 'pipeline')}")
    return MISTAKE if checked.errors else 0


def _document(checked: Checked) -> dict[str, Any]:
    return {
        "ok": not checked.errors,
        "pipelines": list(checked.pipelines),
        "nodes": checked.nodes,
        "findings": [findings.as_json(each) for each in checked.findings],
    }
