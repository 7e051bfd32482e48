"""Importing the project's own code, and telling what is wrong when that fails."""

import importlib
from importlib.machinery import PathFinder
from pathlib import Path
from types import ModuleType

from noria_catalog.located import Where

from noria.errors import ProjectCodeError
from noria.project.discover import FROM_KEDRO, Project
from noria.project.importing import watch_imports
from noria.project.modules import put_in_place


def prepare_import(project: Project) -> None:
    """Make the project's own code the one that is imported, without being installed.

    Raises ProjectCodeError when the package is not there, or its name is another one's.
    """
    watch_imports()
    put_in_place(project)
    if not project.package_path.is_dir():
        raise ProjectCodeError(
            f"the project's package {project.package!r} is not at {project.package_path}",
            hint="`package` and `source_dir` in [tool.noria] of pyproject.toml say where it is",
        )


def has_module(name: str, folder: Path) -> bool:
    """Tell whether ``folder`` holds the module or package ``name``, importing nothing."""
    return PathFinder.find_spec(name, [str(folder)]) is not None


def import_code(module: str, project: Project, purpose: str) -> ModuleType:
    """Import one module of the project.

    ``purpose`` says for what, in the error.  Raises ProjectCodeError at the innermost line of the
    project's own files; any error that is raised by the user's code at import counts.
    """
    try:
        return importlib.import_module(module)
    except KeyboardInterrupt:
        raise
    # Importing runs the user's code, which may raise anything, SystemExit included.
    except BaseException as error:
        raise code_error(error, project, purpose) from error


def code_error(
    error: BaseException, project: Project, purpose: str, doing: str = "imported"
) -> ProjectCodeError:
    """Return the error that tells of ``error``, raised by the project's own code.

    ``doing`` says what ``purpose`` cannot be.
    """
    import traceback

    if isinstance(error, SyntaxError) and error.filename:
        where = Where(_shown(error.filename, project), error.lineno or 1, error.offset or 1)
        line = (error.text or "").strip()
        return ProjectCodeError(
            f"{purpose} cannot be {doing}: {error.msg}", where=where, hint=line or None
        )
    own = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(project.path)
    ]
    message = f"{purpose} cannot be {doing}: {type(error).__name__}: {error}"
    if not own:
        return ProjectCodeError(message, hint=_missing_module_hint(error, project))
    last = own[-1]
    where = Where(_shown(last.filename, project), last.lineno or 1, (last.colno or 0) + 1)
    chain = [f"{_shown(frame.filename, project)}:{frame.lineno} {frame.line}" for frame in own]
    hint = "\n".join(filter(None, ["by way of:", *chain, _missing_module_hint(error, project)]))
    return ProjectCodeError(message, where=where, hint=hint)


def _missing_module_hint(error: BaseException, project: Project) -> str | None:
    if isinstance(error, ModuleNotFoundError) and error.name:
        top = error.name.partition(".")[0]
        if top == "kedro":
            return f"Kedro's names are imported from noria: {FROM_KEDRO} lists them"
        if top != project.package.partition(".")[0]:
            return f"install what brings {top!r}: pip install -e {project.path}"
    return None


def _shown(file: str, project: Project) -> str:
    try:
        return Path(file).relative_to(project.path).as_posix()
    except ValueError:
        return file
