"""Finding what is wrong in a project without running anything."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from noria_catalog.errors import NoriaError
from noria_catalog.located import Where
from noria_catalog.suggest import nearest

from noria.code import SETTINGS, CodeReader, Effect, Symbol
from noria.graph import Node, Pipeline
from noria.graph.defaults import Defaulted
from noria.project.parameters import located_datasets, unused_parameters
from noria.project.reading import read_code
from noria.project.registry import DEFAULT
from noria.project.selection import Selection
from noria.project.session import Session
from noria.runner.joined import clashes
from noria.runner.misspelt import describe_default
from noria.runner.prepare import Examination
from noria.runner.randomness import is_definition

ERROR = "error"
WARNING = "warning"
_MEANT = frozenset({"mail", "tracking"})


class Finding(NamedTuple):
    """One thing that is wrong, or that may not be meant.

    ``level`` is "error" or "warning", ``kind`` the name of the error's class or of the warning;
    ``pipelines`` are those in which it was found, none for what is wrong with the project itself.
    """

    level: str
    kind: str
    message: str
    where: Where | None
    nearest: str | None
    hint: str | None
    pipelines: tuple[str, ...]

    def __str__(self) -> str:
        return str(self.error)

    @property
    def error(self) -> NoriaError:
        """The finding as the error that a run would tell."""
        return NoriaError(self.message, where=self.where, nearest=self.nearest, hint=self.hint)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check looked at and what it found, errors first."""

    pipelines: tuple[str, ...]
    nodes: int
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> list[Finding]:
        """The findings that would stop a run."""
        return [finding for finding in self.findings if finding.level == ERROR]


def check_project(session: Session, selection: Selection | None = None) -> Checked:
    """Look at the selected part of the project, or at all of its pipelines for ``None``.

    Nothing is loaded but configuration and parameters, and nothing is written.  What is wrong is
    returned, not raised, unless the configuration or the project itself cannot be read.
    """
    found: dict[tuple[Any, ...], Finding] = {}
    pipelines = _selected(session, selection, found)
    located = dict(located_datasets(session.located_parameters))
    for name, pipeline in pipelines.items():
        examination = Examination(pipeline, session.catalog, located)
        for finding in _examined(examination, session, pipelines):
            _note(found, finding, name)
    reader = read_code(session.project)
    for name, pipeline in pipelines.items():
        for finding in (*_meant(pipeline, reader), *_setting_up(pipeline, reader)):
            _note(found, finding, name)
    # A pipeline that is made from parameters reads them where nobody can see it.
    sure = selection is None and not session.pipelines.parameters_read
    if sure and not any(each.level == ERROR for each in found.values()):
        read = {name for pipeline in pipelines.values() for name in pipeline.all_inputs()}
        for finding in _unused(session, read):
            _note(found, finding, None)
    findings = sorted(found.values(), key=lambda each: each.level != ERROR)
    nodes = {node.name for pipeline in pipelines.values() for node in pipeline.nodes}
    return Checked(tuple(pipelines), len(nodes), tuple(findings))


def _selected(
    session: Session, selection: Selection | None, found: dict[tuple[Any, ...], Finding]
) -> dict[str, Pipeline]:
    if selection is not None:
        return {selection.pipeline: session.select(selection)}
    pipelines, broken = checkable(session)
    for finding in broken_findings(broken):
        found[finding.kind, finding.message, finding.where] = finding
    return pipelines


def checkable(session: Session) -> tuple[dict[str, Pipeline], list[tuple[str, NoriaError]]]:
    """Return the pipelines that can be made, and by name what is wrong with the others."""
    pipelines: dict[str, Pipeline] = {}
    broken: list[tuple[str, NoriaError]] = []
    # The default one last: what is wrong in a part of it is told of that part.
    for name in sorted(session.pipelines, key=lambda name: (name == DEFAULT, name)):
        try:
            pipelines[name] = session.pipelines[name]
        except NoriaError as error:
            if name != DEFAULT or not broken:
                broken.append((name, error))
    return pipelines, broken


def broken_findings(broken: Iterable[tuple[str, NoriaError]]) -> Iterator[Finding]:
    """Yield what is wrong with pipelines that cannot be made: of many one thing is told once."""
    alike: dict[tuple[Any, ...], list[tuple[str, NoriaError]]] = {}
    for name, error in broken:
        said = error.message.replace(f"pipeline {name!r}", "")
        alike.setdefault((type(error), error.where, said), []).append((name, error))
    for together in alike.values():
        name, error = together[0]
        names = tuple(name for name, _ in together)
        finding = finding_of(error)._replace(pipelines=names)
        if len(names) > 1:
            told = f"pipelines {', '.join(map(repr, names))}"
            message = finding.message.replace(f"pipeline {name!r}", told)
            finding = finding._replace(message=message)
        yield finding


def makers(pipelines: Mapping[str, Pipeline]) -> dict[str, str]:
    """Return what pipelines make, each with the smallest one that makes it."""
    largest_first = sorted(pipelines, key=lambda name: -len(pipelines[name].nodes))
    return {output: name for name in largest_first for output in pipelines[name].all_outputs()}


def is_passed_on(name: str, pipelines: Iterable[Pipeline]) -> bool:
    """Tell whether a pipeline both makes and reads what others of them only read."""
    return any(name in each.all_outputs() and name in each.all_inputs() for each in pipelines)


def not_alone(name: str, pipeline: Pipeline, maker: str) -> Finding:
    """Return the warning of an input that is in memory only, where another pipeline makes it."""
    reader = next(node for node in pipeline.nodes if name in node.inputs)
    message = (
        f"the input {name!r} of node {reader.name!r} ({reader.where}) is made in pipeline"
        f" {maker!r} and stays in memory: without that one it cannot run"
    )
    hint = "to run them one by one, declare it in conf/base/catalog.yml"
    return Finding(WARNING, "alone", message, None, None, hint, ())


def _examined(
    examination: Examination, session: Session, pipelines: Mapping[str, Pipeline]
) -> Iterator[Finding]:
    wrong = list(examination.datasets())
    yield from map(finding_of, wrong)
    if not wrong:
        yield from map(finding_of, examination.libraries())
        missing = examination.missing()
        made = makers(pipelines) if missing else {}
        for name in missing:
            declared = name in session.catalog
            if not declared and is_passed_on(name, pipelines.values()):
                yield not_alone(name, examination.pipeline, made[name])
            # Data may lie on another machine; what is declared nowhere is nowhere.
            elif not (declared and name in made):
                yield finding_of(examination.why(name), WARNING if declared else ERROR)
        for clash in clashes(examination.pipeline, session.catalog):
            yield finding_of(clash.error(session.catalog))
        yield from map(finding_of, examination.edges())
        yield from map(finding_of, examination.parameters())
    for each in examination.defaulted:
        yield from _defaults(each, session.catalog)


def _defaults(each: Defaulted, known: Iterable[str]) -> Iterator[Finding]:
    for name in each.inputs:
        message = describe_default(each, name)
        yield Finding(WARNING, "default", message, None, nearest(name, known), None, ())


def _remembered(pipeline: Pipeline) -> Iterator[Node]:
    """Yield the nodes that need not run where their results are recorded."""
    yield from (node for node in pipeline.nodes if node.outputs and node.cache is not False)


def _meant(pipeline: Pipeline, reader: CodeReader) -> Iterator[Finding]:
    """Yield the effects that look meant, of nodes that need not run to be up to date."""
    for node in _remembered(pipeline):
        kept = node.cache is True or bool(node.depends_on)
        effects: dict[str, list[str]] = {}
        for effect in reader.fingerprint(node.func).effects:
            if effect.kind in _MEANT or (effect.kind == "network" and kept):
                effects.setdefault(effect.kind, []).append(f"{effect.what}, {effect.where}")
        for kind, places in effects.items():
            message = (
                f"node {node.name!r} ({node.where}) has an effect beside its outputs"
                f" ({kind}: {'; '.join(places)}), which is not had while its recorded result is"
                " used"
            )
            hint = "if it is to be had in every run: node(..., cache=False)"
            yield Finding(WARNING, "effect", message, None, None, hint, ())


def _setting_up(pipeline: Pipeline, reader: CodeReader) -> Iterator[Finding]:
    """Yield what nodes set up for all others, which is not so while their results are used."""
    for node in _remembered(pipeline):
        fingerprint = reader.fingerprint(node.func)
        found = [
            f"{effect.what}, {effect.where}"
            for effect in fingerprint.effects
            if effect.kind == SETTINGS and _is_inside(effect, fingerprint.symbols, reader)
        ]
        if found:
            message = (
                f"node {node.name!r} ({node.where}) changes what all nodes share"
                f" ({'; '.join(found)}): what others make can depend on whether it was executed"
            )
            hint = "say it above all functions, where the library is imported"
            yield Finding(WARNING, "settings", message, None, None, hint, ())


def _is_inside(effect: Effect, symbols: Iterable[Symbol], reader: CodeReader) -> bool:
    """Tell whether an effect is that of a function or class, not of a module's import."""
    return any(_stands_in(effect, each) and is_definition(reader.text(each)) for each in symbols)


def _stands_in(effect: Effect, symbol: Symbol) -> bool:
    file, _, line = effect.where.rpartition(":")
    return file == symbol.file and line.isdigit() and symbol.line <= int(line) <= symbol.end


def _unused(session: Session, read: set[str]) -> Iterator[Finding]:
    for name, value in unused_parameters(session.located_parameters, read):
        message = f"no node reads the parameter {name!r}"
        yield Finding(WARNING, "unused", message, value.key or value.where, None, None, ())


def finding_of(error: NoriaError, level: str = ERROR) -> Finding:
    """Return an error as a finding."""
    kind = type(error).__name__
    return Finding(level, kind, error.message, error.where, error.nearest, error.hint, ())


def _note(found: dict[tuple[Any, ...], Finding], finding: Finding, pipeline: str | None) -> None:
    key = (finding.kind, finding.message, finding.where)
    before = found[key].pipelines if key in found else ()
    after = before if pipeline is None or pipeline in before else (*before, pipeline)
    found[key] = finding._replace(pipelines=after)
