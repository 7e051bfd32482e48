"""Finding what is wrong with a project's catalog: by itself, and against its pipelines."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

from noria_catalog import DataCatalog
from noria_catalog.entry_check import Problem, entry_problems
from noria_catalog.errors import CatalogError, NoriaError
from noria_catalog.suggest import nearest

from noria.errors import MissingInputError
from noria.graph import Pipeline
from noria.graph.names import is_parameter
from noria.project.check import (
    ERROR,
    WARNING,
    Checked,
    Finding,
    broken_findings,
    checkable,
    finding_of,
    is_passed_on,
    makers,
    not_alone,
)
from noria.project.modules import put_in_place
from noria.project.registry import DEFAULT
from noria.project.session import Session
from noria.runner.joined import clashes


def written_catalog(session: Session) -> DataCatalog:
    """Return the catalog as it is written: without parameters, and without what hooks add."""
    put_in_place(session.project)
    return DataCatalog.from_config(
        session.config.catalog(),
        session.config.credentials,
        base_path=session.project.path,
        dataset_packages=(session.project.package, *session.settings.dataset_packages),
    )


def check_catalog(session: Session) -> Checked:
    """Look at every entry, and at every name that a pipeline uses; load nothing.

    What is wrong is returned, not raised, unless the configuration itself cannot be read.
    """
    catalog = written_catalog(session)
    pipelines, broken = checkable(session)
    findings = list(broken_findings(broken))
    written = catalog.keys()
    used = {name for each in pipelines.values() for name in each.datasets()}
    saved = {name for each in pipelines.values() for name in each.all_outputs()}
    catalog.declare(sorted(used))
    clashing = _clashing(pipelines, catalog)
    findings += clashing.values()
    told = {catalog.where(name) for names in clashing for name in names}
    findings += [
        _finding(problem)
        for problem in entry_problems(catalog, catalog.keys(), saved)
        if problem.kind != "shared" or problem.error.where not in told
    ]
    findings += _undeclared(pipelines, catalog).values()
    if not broken:  # else nobody knows what the broken pipeline uses
        findings += _unused(written, used, catalog)
    ordered = sorted(dict.fromkeys(findings), key=lambda each: each.level != ERROR)
    return Checked(tuple(pipelines), len(catalog), tuple(ordered))


def _finding(problem: Problem) -> Finding:
    found = finding_of(problem.error, WARNING if problem.warning else ERROR)
    return found if problem.kind == "entry" else found._replace(kind=problem.kind)


def _clashing(
    pipelines: Mapping[str, Pipeline], catalog: DataCatalog
) -> dict[tuple[str, ...], Finding]:
    """Return the places at which several nodes of a pipeline save, by the names of these."""
    found: dict[tuple[str, ...], Finding] = {}
    for name, pipeline in pipelines.items():
        with suppress(CatalogError):  # what is wrong with an entry is told beside
            for clash in clashes(pipeline, catalog):
                names = tuple(output for _, output in clash.makers)
                finding = found.get(names) or finding_of(clash.error(catalog))
                found[names] = finding._replace(pipelines=(*finding.pipelines, name))
    return found


def _undeclared(pipelines: Mapping[str, Pipeline], catalog: DataCatalog) -> dict[str, Finding]:
    """Return what is wrong with names that pipelines need and nobody makes or declares."""
    found: dict[str, Finding] = {}
    for name, pipeline in sorted(pipelines.items(), key=lambda pair: pair[0] == DEFAULT):
        needing, _ = pipeline.with_defaults(_not_in(catalog))
        for each in sorted(needing.inputs()):
            if each in catalog or is_parameter(each):
                continue
            if is_passed_on(each, pipelines.values()):
                finding = not_alone(each, needing, makers(pipelines)[each])
            else:
                reader = next(node for node in needing.nodes if each in node.inputs)
                error = MissingInputError(
                    f"nobody makes or declares {each!r}, which node {reader.name!r} needs"
                    f" ({reader.where})",
                    nearest=nearest(each, [*catalog, *pipeline.all_outputs()]),
                    hint="declare it in conf/base/catalog.yml",
                )
                finding = finding_of(error)
            before = found.get(each, finding)
            found[each] = before._replace(pipelines=(*before.pipelines, name))
    return found


def _not_in(catalog: DataCatalog) -> Callable[[str], bool]:
    return lambda name: name not in catalog


def _unused(written: list[str], used: set[str], catalog: DataCatalog) -> Iterator[Finding]:
    memory = sorted(name for name in used if name not in catalog and not is_parameter(name))
    for name in written:
        if name not in used:
            close = nearest(name, memory)
            error = NoriaError(
                f"no pipeline uses the entry {name!r}",
                where=catalog.where(name),
                nearest=close,
                hint=f"{close!r} is declared nowhere, so it stays in memory" if close else None,
            )
            yield finding_of(error, WARNING)._replace(kind="unused")
    for pattern in catalog.factories:
        if not any(catalog.factories.best(name) is pattern for name in used - set(written)):
            error = NoriaError(
                f"no pipeline uses the factory {pattern.name!r}", where=pattern.where
            )
            yield finding_of(error, WARNING)._replace(kind="unused")
