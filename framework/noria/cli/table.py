"""Which commands there are: names and summaries, nothing imported."""

# A command's module is imported only when the command is called.
COMMANDS: dict[str, tuple[str, str]] = {
    "new-project": ("noria.cli.new:new_project", "Scaffold a project."),
    "new-pipeline": ("noria.cli.new:new_pipeline", "Add a pipeline, with its test."),
    "run": ("noria.cli.run:run", "Run a pipeline, or a part of one."),
    "plan": ("noria.cli.plan:plan", "Show what a run would do, and why."),
    "check": ("noria.cli.check:check", "Find what is wrong before anything runs."),
    "pipelines": ("noria.cli.pipelines:pipelines", "List and describe the pipelines."),
    "catalog": ("noria.cli.catalog:catalog", "Show, check and preview the declared data."),
    "config": ("noria.cli.config:config", "Show the configuration, merged, with its places."),
    "shell": ("noria.cli.shell:shell", "Open a prompt with the project's catalog and pipelines."),
    "runs": ("noria.cli.runs:runs", "List, show and compare what has been run."),
    "lineage": ("noria.cli.lineage:lineage", "Tell from what a dataset's content came."),
    "cache": ("noria.cli.cache:cache", "Look after the stored results."),
}
# Commands of the rooms above come in by entry points; their words for --help stand here.
SUMMARIES = {"viz": "Draw the pipeline."}
GROUP = "noria.commands"


def installed_commands() -> dict[str, str]:
    """Return the commands of installed packages: name to ``module:attribute``."""
    from noria_catalog.entry_points import entry_points

    return {name: target for name, target, _ in entry_points(GROUP)}


def load(target: str) -> object:
    """Return what ``module:name`` names.

    >>> load("json:dumps")([1])
    '[1]'
    """
    from importlib import import_module

    module, _, name = target.partition(":")
    value: object = getattr(import_module(module), name)
    return value
