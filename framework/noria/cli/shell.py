"""`noria shell`."""

from typing import Any

import click

from noria.cli.opening import open_session
from noria.cli.options import configuration_options


@click.command()
@configuration_options
@click.option("--plain", is_flag=True, help="Python's own prompt, even where IPython is installed.")
def shell(plain: bool, **given: Any) -> None:
    """Open a prompt with the project's catalog and pipelines.

    The names `session`, `catalog` and `pipelines` are there, and edited code and configuration are
    read again before each input.  It is IPython where that is installed.
    """
    from importlib.util import find_spec

    session = open_session(given)
    if plain or find_spec("IPython") is None:
        from noria.integrations.prompt import start_prompt

        start_prompt(session)
    else:
        from noria.integrations.ipython import start_ipython

        start_ipython(session)
