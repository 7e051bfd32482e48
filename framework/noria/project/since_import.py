"""What nodes are said to depend on, as it was when the project's code was imported.

Modules may read a file or a variable above all functions. In a process that lives on they hold what
it was then, so when it changes they have to be imported anew.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from noria.graph import Pipeline
from noria.graph.depends import Dependency, FileDependency
from noria.project.discover import Project
from noria.project.modules import times_forgotten

_was: dict[tuple[str, int], dict[Dependency, str | None]] = {}


def has_changed_since_import(project: Project, pipeline: Pipeline) -> bool:
    """Tell whether something that nodes are said to depend on is not what it was.

    It was what it is when this is first asked after the modules were imported.
    """
    now = dict(_depended(pipeline, project.path))
    was = _was.setdefault((str(project.source), times_forgotten(project)), {})
    return any(was.setdefault(one, state) != state for one, state in now.items())


def _depended(pipeline: Pipeline, root: Path) -> Iterator[tuple[Dependency, str | None]]:
    for one in {one for node in pipeline.nodes for one in node.depends_on}:
        if isinstance(one, FileDependency):
            from noria.project.depended import digest_of_dependency

            yield one, digest_of_dependency(one, root, _state_of)
        else:
            yield one, os.environ.get(one.name)


def _state_of(path: str) -> str | None:
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return repr((found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino))
