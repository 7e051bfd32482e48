"""Reading the project's sources for what results depend on."""

from noria.code import CodeReader
from noria.project.discover import Project
from noria.project.importing import imported_code
from noria.project.patches import changed_since_import

# What is called by its name before a node runs, by us: functions, and methods of hooks.
_CALLED = frozenset(
    {
        "create_pipeline",
        "register_pipelines",
        "after_context_created",
        "after_catalog_created",
        "before_pipeline_run",
        "before_node_run",
        "after_node_run",
        "on_node_reused",
        "on_node_error",
        "before_dataset_loaded",
        "after_dataset_loaded",
        "before_dataset_saved",
        "after_dataset_saved",
    }
)


def read_code(project: Project) -> CodeReader:
    """Return a reader of the project's code, which knows what was kept from the last time."""
    return CodeReader(
        [project.source],
        cache=project.state / "code",
        called=_CALLED,
        changed_since=changed_since_import(),
        compiled=imported_code,
    )
