"""Code beside a project's source folder that its nodes reach: a local package of a monorepo, say.

A session looks after it as after the project's own: Python goes on with what it has imported.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType

from noria.installed import own_folders
from noria.project.discover import Project
from noria.project.importing import digest_of, is_installed
from noria.project.modules import drop_bytecode, forget

# The files by the project's source folder, each with the digest of what was read in it.
_reached: dict[str, dict[str, str | None]] = {}


def note_reached(project: Project, files: Mapping[str, str]) -> None:
    """Note the sources that a run was judged by, with their digests."""
    below = f"{project.source}/"
    _reached[str(project.source)] = {
        path: digest
        for path, digest in files.items()
        if not path.startswith((below, *own_folders())) and not is_installed(path)
    }


def edited_beside(project: Project) -> list[Path]:
    """Return what of the files beside the project was edited since it was read, or asked for here.

    They are those that the last run of a session has reached.
    """
    reached = _reached.get(str(project.source), {})
    now = {path: digest_of(path) for path in reached}
    edited = [Path(path) for path, digest in reached.items() if now[path] != digest]
    reached.update(now)
    return edited


def forget_edited(project: Project, edited: Iterable[Path]) -> dict[str, ModuleType]:
    """Let the project's code be imported anew if some was edited; return what was imported.

    What lies beside it is let go of where something there was edited.
    """
    sources = [path for path in edited if path.suffix == ".py"]
    if not sources:
        return {}
    for path in sources:
        drop_bytecode(path)
    reached = _reached.get(str(project.source), {})
    return forget(project, reached if any(str(path) in reached for path in sources) else ())
