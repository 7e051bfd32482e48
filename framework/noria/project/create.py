"""Making a project from a starter."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from noria_catalog.suggest import nearest

from noria import __version__
from noria.errors import ProjectError
from noria.project.catalog_schema import write_schema
from noria.project.naming import check_package, check_text, folder_name, package_name
from noria.project.scaffold import check_target, make_workspace, move_into_place, render
from noria.project.starters import Starter, find_starter

DEFAULT_STARTER = "minimal"


@dataclass(frozen=True, slots=True)
class CreatedProject:
    """What was made.

    ``package`` is ``None`` when the starter is somebody else's and names its package itself;
    ``next`` are the commands that the starter proposes, to be given in ``path``.
    """

    path: Path
    name: str
    package: str | None
    starter: str
    next: tuple[str, ...]


def create_project(
    path: Path | None = None,
    *,
    starter: str = DEFAULT_STARTER,
    name: str | None = None,
    extra: Mapping[str, str] | None = None,
    checkout: str | None = None,
    no_input: bool = True,
) -> CreatedProject:
    """Scaffold a project and return what was made.

    ``path`` ``None`` means a folder of the project's name in the current one; ``name`` ``None``
    means the name of the folder.  ``starter`` is a bundled one's name, a folder or a git address,
    taken at ``checkout``; a starter of somebody else runs its own hooks, and asks for its own
    variables unless ``no_input``.  ``extra`` are template variables.  The project appears whole or
    not at all, and nothing is written elsewhere.

    Raises ProjectError when the name makes no package, the folder is not free, the starter is not
    there or does not render, or a variable is unknown.
    """
    values = dict(extra or {})
    for key, value in values.items():
        check_text(value, f"the value of {key}")
    title = name or values.get("project_name") or (path.resolve().name if path else "")
    if not title:
        raise ProjectError(
            "the project needs a name", hint="`noria new-project PATH`, or --name NAME"
        )
    check_text(title, "the project name")
    target = (path or Path(folder_name(title) or title)).absolute()
    check_target(target)
    with make_workspace(target) as workspace:
        source = find_starter(starter, workspace, checkout=checkout)
        check_keys(values, source)
        values = _names(source, title, values) | values
        made = _render(source, workspace, values, prompt=not (no_input or source.bundled))
        if source.bundled:
            write_schema(made, [values["package_name"]] if "package_name" in values else [])
        _put(made, target)
    return CreatedProject(
        path=target,
        name=title,
        package=values.get("package_name"),
        starter=starter,
        next=tuple(source.variables().get("_next", ())) if source.bundled else (),
    )


def requirement_of(version: str) -> str:
    """Return how a project requires this very Noria, empty where it cannot.

    On the public index the name is another project's, with versions of its own.  Only a version
    with a local label can never be there; any other could be satisfied by a stranger's release.

    >>> requirement_of("0.1.0+house"), requirement_of("0.1.0")
    ('noria==0.1.0+house', '')
    """
    return f"noria=={version}" if "+" in version else ""


def parse_values(pairs: Iterable[str]) -> dict[str, str]:
    """Return the template variables that were written as ``key=value``.

    Raises ProjectError for what is not, and for a key that comes twice.

    >>> parse_values(["description=Late flights", "owner="])
    {'description': 'Late flights', 'owner': ''}
    """
    values: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key.isidentifier():
            raise ProjectError(f"--set {pair!r} is not key=value", hint="--set description=...")
        if key in values:
            raise ProjectError(f"--set {key} comes twice")
        values[key] = value
    return values


def check_keys(values: Mapping[str, str], starter: Starter) -> None:
    """Raise ProjectError for a variable that the starter does not have, with the nearest one."""
    keys = starter.keys()
    for key in values:
        if key not in keys:
            raise ProjectError(
                f"the starter {starter.name} has no variable {key!r}; it has {', '.join(keys)}",
                nearest=nearest(key, keys),
            )


def _names(starter: Starter, title: str, values: Mapping[str, str]) -> dict[str, str]:
    """Return the names that follow from the project's, for the variables that the starter has."""
    keys = starter.keys()
    names = {"project_name": title, "repo_name": folder_name(title)}
    if "package_name" in values:
        check_package(values["package_name"])
        names["package_name"] = values["package_name"]
        names["repo_name"] = names["repo_name"] or folder_name(values["package_name"])
    elif "package_name" in keys:
        names["package_name"] = package_name(title)
    return {key: value for key, value in names.items() if key in keys and value}


def _render(starter: Starter, workspace: Path, values: Mapping[str, str], *, prompt: bool) -> Path:
    """Render the starter's folders one over the other and return the folder made."""
    # The base of an overlay is rendered with the overlay's defaults, its dependencies for one.
    defaults = {
        key: value
        for key, value in starter.variables().items()
        if isinstance(value, str) and len(starter.folders) > 1 and "{{" not in value
    }
    if starter.bundled:
        defaults["__noria_requirement"] = requirement_of(__version__)
    made = workspace
    for folder in starter.folders:
        made = render(
            folder,
            workspace / "made",
            {**defaults, **values},
            hooks=not starter.bundled,
            prompt=prompt,
        )
    return made


def _put(made: Path, target: Path) -> None:
    try:
        move_into_place(made, target)
    except OSError as error:
        raise ProjectError(f"the project can't be put at {target}: {error.strerror}") from error
