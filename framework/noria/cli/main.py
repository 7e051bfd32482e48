"""The command `noria`: a static table of commands, each imported when it is called."""

import sys
from typing import Any

# What `noria --help` shows; a command's module is imported only when the command is called.
COMMANDS: dict[str, tuple[str, str]] = {
    "new-project": ("noria.cli.new:new_project", "Scaffold a project."),
    "new-pipeline": ("noria.cli.new:new_pipeline", "Add a pipeline, with its test."),
    "run": ("noria.cli.run:run", "Run a pipeline, or a part of one."),
    "pipelines": ("noria.cli.pipelines:pipelines", "List and describe the project's pipelines."),
    "runs": ("noria.cli.runs:runs", "List and show what has been run."),
}
# Commands of the rooms above come in by entry points; their words for --help stand here.
SUMMARIES = {"viz": "Draw the pipeline."}
GROUP = "noria.commands"


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its code; ``None`` means the process's arguments."""
    words = sys.argv[1:] if arguments is None else arguments
    if words in (["--version"], ["-V"]):
        from noria import __version__

        print(f"noria {__version__}")
        return
    from noria.cli.group import run_command_line

    sys.exit(run_command_line(words))


def load(target: str) -> Any:
    """Return what ``module:name`` names.

    >>> load("json:dumps")([1])
    '[1]'
    """
    from importlib import import_module

    module, _, name = target.partition(":")
    return getattr(import_module(module), name)
