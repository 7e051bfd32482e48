"""Reading the project's sources for what results depend on."""

from noria.code import CodeReader
from noria.project.discover import Project

# What is called by its name before any node runs, by us: functions, and methods of hooks.
_CALLED = frozenset(
    {
        "create_pipeline",
        "register_pipelines",
        "after_context_created",
        "after_catalog_created",
        "before_pipeline_run",
    }
)


def read_code(project: Project, *, keeping: bool = True) -> CodeReader:
    """Return a reader of the project's code; ``keeping`` what it reads for the next time."""
    cache = project.state / "code" if keeping else None
    return CodeReader([project.source], cache=cache, called=_CALLED)
