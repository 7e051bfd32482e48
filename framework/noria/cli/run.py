"""`noria run`."""

from typing import Any

import click

from noria.cli.main import BEGAN
from noria.cli.options import (
    Selecting,
    configuration_options,
    json_option,
    names_option,
    not_empty,
    selection_options,
)
from noria.cli.running import run_here


@click.command(cls=Selecting)
@selection_options
@click.option(
    "-r", "--runner", metavar="NAME", callback=not_empty, help="inline (the default) or threads."
)
@click.option("-w", "--workers", type=click.IntRange(min=1), help="How many threads.")
@configuration_options
@click.option("--force", is_flag=True, help="Run all that is selected, whatever is recorded.")
@click.option(
    "--no-cache", is_flag=True, help="Run all that is selected; use and record no results."
)
@names_option(
    "--keep-edited", help="Take the files of these datasets, changed by hand, as the results."
)
@click.option("--wait", is_flag=True, help="Wait when another run holds the project.")
@click.option("-q", "--quiet", is_flag=True, help="Show nothing but errors.")
@click.option("--pdb", "debugging", is_flag=True, help="Open pdb where a node's function failed.")
@click.option("--traceback", "full", is_flag=True, help="Print a failure's whole traceback.")
@json_option
def run(**given: Any) -> int:
    """Run a pipeline, or a part of one: what changed since the last time.

    A node whose code, inputs, parameters and libraries are what they were is not run again; its
    results are used, or put back where they are missing.  `noria plan` says what would run and why.

    Without --pipeline the pipeline `__default__` runs: all of them, unless the project's registry
    says otherwise.  Flags that choose a part narrow each other; names are parted by commas.

    \b
    noria run --pipeline train
    noria run --pipeline train --from-nodes split_flights
    noria run --env full --params model.depth=3 --runner threads --workers 4
    noria run --nodes score --force
    """  # noqa: D301  # click reads the control character as "keep these lines"
    return run_here(began=BEGAN, **given)
