"""`noria new-project` and `noria new-pipeline`."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from noria.cli.opening import find_here
from noria.cli.options import json_option
from noria.cli.printing import print_json
from noria.errors import ProjectError
from noria.project.add_pipeline import AddedPipeline, add_pipeline
from noria.project.create import DEFAULT_STARTER, CreatedProject, create_project, parse_values
from noria.project.naming import check_text, folder_name, package_name
from noria.project.scaffold import check_target
from noria.project.starters import bundled_starters, check_starter


@click.command("new-project")
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("-s", "--starter", metavar="NAME|FOLDER|ADDRESS", help="What to start from.")
@click.option("-n", "--name", help="The project's name; the folder's name if not given.")
@click.option("--set", "pairs", multiple=True, metavar="KEY=VALUE", help="A template variable.")
@click.option("--checkout", metavar="REF", help="Branch, tag or commit of a git starter.")
@click.option("--no-input", is_flag=True, help="Ask nothing; implied where nobody can answer.")
@json_option
def new_project(
    path: Path | None,
    starter: str | None,
    name: str | None,
    pairs: tuple[str, ...],
    checkout: str | None,
    no_input: bool,
    as_json: bool,
) -> None:
    """Scaffold a project in PATH, a folder that is new or empty.

    The starter is a bundled one, a folder with a cookiecutter template, or a git address of one:
    https://..., ssh://..., file://..., user@host:path, gh:owner/name.  The bundled ones run no
    code.  Another's may have hooks, programs that cookiecutter runs as you: take a starter only
    from whom you would take a program.

    \b
    noria new-project late-flights --starter flights
    noria new-project churn --name "Customer churn" --set description="Who leaves."
    """  # noqa: D301  # click reads the control character as "keep these lines"
    values = parse_values(pairs)
    no_input = no_input or as_json or not sys.stdin.isatty()
    if not no_input:
        if path is not None:
            check_target(path.absolute())
        check = _name_check(values, starter)
        name = name or values.get("project_name")
        name = _ask_name(path, check) if name is None else check(name)
        starter = starter or _ask_starter()
    created = create_project(
        path,
        starter=starter or DEFAULT_STARTER,
        name=name,
        extra=values,
        checkout=checkout,
        no_input=no_input,
    )
    if as_json:
        print_json(_project_document(created))
    else:
        click.echo(_project_text(created))


@click.command("new-pipeline")
@click.argument("name")
@json_option
def new_pipeline(name: str, as_json: bool) -> None:
    """Add the pipeline NAME to the project, with a first node and a test, ready to run."""
    added = add_pipeline(find_here(), name)
    if as_json:
        print_json(
            {"name": name, "files": list(map(str, added.files)), "registered": added.registered}
        )
    else:
        click.echo(_pipeline_text(added))


def _name_check(values: Mapping[str, str], starter: str | None) -> Callable[[str], str]:
    """Return what a name goes through: it raises ProjectError for one that makes no package.

    Another's starter may name its package otherwise, and one that is given is no matter of the
    project's name.
    """
    ours = starter is None or starter in bundled_starters()

    def check(name: str) -> str:
        check_text(name, "the project name")
        if ours and "package_name" not in values:
            package_name(name)
        return name

    return check


def _ask_name(path: Path | None, check: Callable[[str], str]) -> str:
    default = path.resolve().name if path else None

    def checked(name: str) -> str:
        check(name)
        if path is None:
            check_target(Path(folder_name(name) or name).absolute())
        return name

    return _ask("The project's name", checked, default)


def _ask_starter() -> str:
    starters = bundled_starters()
    click.echo("Starters:")
    width = max(map(len, starters))
    for name, summary in starters.items():
        click.echo(f"  {name.ljust(width)}  {summary}")

    def checked(starter: str) -> str:
        check_starter(starter)
        return starter

    return _ask("Starter", checked, DEFAULT_STARTER)


def _ask(question: str, check: Callable[[str], str], default: str | None) -> str:
    """Ask until the answer is one."""

    def checked(answer: str) -> str:
        try:
            return check(answer.strip())
        except ProjectError as error:
            raise click.UsageError(str(error)) from None

    answer: str = click.prompt(question, default=default, value_proc=checked)
    return answer


def _project_text(created: CreatedProject) -> str:
    place = _shown(created.path)
    package = f", package {created.package}" if created.package else ""
    lines = [f"made {created.name!r} in {place}{package}, from the starter {created.starter}"]
    lines += ["", "next:"]
    if place != Path():
        lines.append(f"  cd {_quoted(place)}")
    lines += [f"  {command}" for command in created.next]
    return "\n".join(lines)


def _project_document(created: CreatedProject) -> dict[str, object]:
    return {
        "path": str(created.path),
        "name": created.name,
        "package": created.package,
        "starter": created.starter,
        "next": list(created.next),
    }


def _pipeline_text(added: AddedPipeline) -> str:
    lines = [f"made the pipeline {added.name}:", *(f"  {_shown(path)}" for path in added.files)]
    if not added.registered:
        lines += ["", "add it to pipeline_registry.py, which does not use find_pipelines()"]
    lines += ["", "next:", f"  noria run --pipeline {added.name}", "  pytest"]
    return "\n".join(lines)


def _shown(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _quoted(path: Path) -> str:
    import shlex

    return shlex.quote(str(path))
