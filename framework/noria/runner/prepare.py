"""Before anything runs: find what cannot go well, leave out what has a default."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from noria_catalog import DataCatalog
from noria_catalog.dataset import Confirms, Exists
from noria_catalog.errors import DatasetDefinitionError, NoriaError, told_together
from noria_catalog.file_dataset import FileDataset
from noria_catalog.located import Located, locate
from noria_catalog.memory import MemoryDataset
from noria_catalog.storage import is_remote
from noria_catalog.suggest import nearest

from noria.errors import EdgeTypeError, MissingInputError, ParameterTypeError, RunError
from noria.graph import Node, Pipeline
from noria.graph.build import Built, build
from noria.graph.defaults import Defaulted
from noria.graph.edges import misfits
from noria.graph.hints import hints_of, input_hints
from noria.graph.names import PARAMETER_PREFIX, base_name, is_parameter
from noria.graph.types import show_type
from noria.runner.failure import shown
from noria.runner.loaded import loaded_type

Build = Callable[[Any], Any]

_MOST_TOLD = 10
_TELLING_OF_LIBRARIES = ("needs", "needed_by", "nested_arguments", "wrapped_arguments")
_PUT_IT_THERE = "put the file there, or run the pipeline that makes it first"


class Ready(NamedTuple):
    """A pipeline that can run.

    ``builders`` make of a node's parameters, by the node's place in ``pipeline.nodes`` and the
    parameter's name, what its function takes; ``defaulted`` says which inputs are declared nowhere
    and left to the functions' defaults.
    """

    pipeline: Pipeline
    builders: Mapping[int, Mapping[str, Build]]
    defaulted: list[Defaulted]


def prepare(
    pipeline: Pipeline,
    catalog: DataCatalog,
    parameters: Mapping[str, Located] | None = None,
    given: Mapping[str, Any] | None = None,
    provide: Callable[[Pipeline], Collection[str]] | None = None,
) -> Ready:
    """Return the pipeline ready to run.

    ``parameters`` are located values by dataset name, so that a wrong one is named by its place;
    ``given`` are values that stand in for what the catalog has; ``provide`` is asked, when the
    datasets are known to be right, which inputs will be there that are not there now.
    Raises the catalog's located errors, MissingInputError, EdgeTypeError or ParameterTypeError,
    each naming everything of its kind that is wrong.
    """
    examined = Examination(pipeline, catalog, parameters, given)
    _raise(examined.datasets())
    missing = examined.missing()
    outside, base = examined.pipeline.made_outside, examined.pipeline.wiring.base
    if provide is not None and all(base(name) in outside for name in missing):
        provided = set(map(base, provide(examined.pipeline)))
        asked = catalog.pinned()  # a version that was asked for by name is had by nothing else
        missing = [name for name in missing if base(name) not in provided or name in asked]
    if missing:
        raise _together([examined.why(name) for name in missing[:_MOST_TOLD]], len(missing))
    _raise(examined.edges())
    _raise(examined.parameters())
    return Ready(examined.pipeline, examined.builders, examined.defaulted)


class Examination:
    """What is wrong with a pipeline on a catalog, kind by kind."""

    def __init__(
        self,
        pipeline: Pipeline,
        catalog: DataCatalog,
        parameters: Mapping[str, Located] | None = None,
        given: Mapping[str, Any] | None = None,
    ) -> None:
        self._given = given or {}
        catalog.declare(pipeline.datasets())
        self.pipeline, self.defaulted = pipeline.with_defaults(
            lambda name: name not in catalog and name not in self._given
        )
        self.builders: dict[int, dict[str, Build]] = {}
        self._catalog = catalog
        self._located = parameters or {}

    def datasets(self) -> Iterator[NoriaError]:
        """Yield what is wrong with the entries of the datasets that the pipeline names."""
        catalog = self._catalog
        broken = False
        for name in sorted(self.pipeline.datasets().intersection(catalog.declared)):
            if name in self._given:
                continue
            try:
                catalog.check([name])
            except NoriaError as error:
                broken = True
                yield error
        if not broken:
            yield from _transcoded(self.pipeline, catalog)
            yield from _confirmed(self.pipeline, catalog)
            yield from _unsavable(self.pipeline, catalog)

    def libraries(self) -> Iterator[NoriaError]:
        """Yield the libraries that the datasets need and that are not installed."""
        yield from _missing_libraries(self.pipeline.datasets() - self._given.keys(), self._catalog)

    def missing(self) -> list[str]:
        """Return the inputs that are declared nowhere, or do not exist and are not made here."""
        wanted = sorted(self.pipeline.inputs().difference(self._given))
        missing = [name for name in wanted if _is_missing(name, self._catalog)]
        if not missing:
            return []
        from noria.runner.overlapping import is_filled_by

        made = self.pipeline.all_outputs()
        return [name for name in missing if not is_filled_by(name, made, self._catalog)]

    def why(self, name: str) -> MissingInputError:
        """Return what is to be said of a missing input, with the nearest name, which takes time."""
        return _missing(name, self.pipeline, self._catalog)

    def edges(self) -> Iterator[EdgeTypeError]:
        """Yield the edges along which the types do not fit."""
        for misfit in misfits(self.pipeline.wiring, self._loaded):
            yield EdgeTypeError(
                str(misfit),
                where=self._catalog.where(misfit.dataset) if misfit.maker is None else None,
                hint="change one of the annotations, or what the node reads",
            )

    def parameters(self) -> Iterator[ParameterTypeError]:
        """Yield the parameters that are not what functions take; note what must be built."""
        told = set()
        wiring = self.pipeline.wiring
        known: dict[tuple[str, int], Built] = {}  # many functions take the same in the same way
        for at, name, hint in wiring.annotated_parameters:
            if name in self._given or name in self._catalog:
                node = wiring.nodes[wiring.ordered[at]]
                key = name.removeprefix("params:")
                built = known.get((name, id(hint)))
                if built is None:
                    built = known[name, id(hint)] = build(hint, self._value(name), key)
                if built.changed:
                    makes = self.builders.setdefault(at, {})
                    makes[name] = partial(_build, hint, key)
                for problem in built.problems:
                    if (problem, node.where) not in told:
                        told.add((problem, node.where))
                        yield ParameterTypeError(
                            f"{problem.message}, wanted by node {node.name!r} ({node.where})"
                            f" as {show_type(hint)}",
                            where=problem.where,
                            nearest=problem.nearest,
                            hint="correct the parameter, or what the function says that it takes",
                        )

    def _value(self, name: str) -> Located:
        if name in self._given:
            return locate(self._given[name])
        value = self._catalog.load(name)
        located = self._located.get(name)
        # A hook may have put another value into the catalog than the one that stands in a file.
        return located if located is not None and located.plain() == value else locate(value)

    def _loaded(self, name: str) -> tuple[bool, Any]:
        """Tell whether a dataset stands behind the name, and what it says it loads."""
        if name in self._given:
            return True, Any
        if name not in self._catalog:
            return False, Any
        dataset = self._catalog[name]
        if isinstance(dataset, MemoryDataset):
            return True, Any
        return True, loaded_type(dataset)


def build_inputs(node: Node, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return a node's inputs with its parameters made into what its function takes.

    Raises ParameterTypeError for a parameter that is of another type.
    """
    made = dict(inputs)
    for name, hint in input_hints(node.func, node.declared_inputs, hints_of(node.func)):
        if is_parameter(name) and name in made:
            made[name] = _build(hint, name.removeprefix("params:"), made[name])
    return made


def _build(hint: Any, key: str, value: Any) -> Any:
    built = build(hint, locate(value), key)
    if built.problems:
        raise ParameterTypeError("; ".join(problem.message for problem in built.problems))
    return built.value


def check_libraries(names: Iterable[str], catalog: DataCatalog) -> None:
    """Raise DatasetDefinitionError where datasets need a library that is not installed.

    Before any work is done: else a save would find it out when what it saves is made, and lose it.
    """
    _raise(_missing_libraries(names, catalog))


def _missing_libraries(names: Iterable[str], catalog: DataCatalog) -> Iterator[NoriaError]:
    asked = [name for name in sorted(catalog.declared & set(names)) if _may_need(catalog[name])]
    if asked:
        from noria_catalog.needed import missing_libraries  # of few that run

        yield from missing_libraries(asked, catalog)


def _may_need(dataset: Any) -> bool:
    """Tell whether a dataset, or one within it, may need a library of its own."""
    return any(getattr(type(dataset), told, None) for told in _TELLING_OF_LIBRARIES)


def _raise(problems: Iterator[NoriaError]) -> None:
    told = list(islice(problems, _MOST_TOLD))
    if told:
        raise _together(told, len(told) + sum(1 for _ in problems))


def _together(errors: Sequence[NoriaError], count: int) -> NoriaError:
    """Return one error that tells of the first ``errors`` of ``count``."""
    first = errors[0]
    if count == 1:
        return first
    kind: Any = type(first) if all(type(error) is type(first) for error in errors) else RunError
    what = "inputs are missing" if kind is MissingInputError else "mistakes"
    rest = count - len(errors)
    told = [*told_together(errors), *([f"and {rest:,} more"] if rest else [])]
    together: NoriaError = kind("\n".join([f"{count:,} {what}", *told]))
    return together


def _transcoded(pipeline: Pipeline, catalog: DataCatalog) -> Iterator[NoriaError]:
    """Yield the transcoded names that are not declared, or that lie in another place."""
    forms: dict[str, list[str]] = {}
    for name in pipeline.wiring.transcoded:
        forms.setdefault(base_name(name), []).append(name)
    for base, names in forms.items():
        unknown = [name for name in names if name not in catalog]
        for name in unknown:
            yield MissingInputError(
                f"the transcoded dataset {name!r}{_wanted_by(name, pipeline)}"
                " is not declared in the catalog",
                nearest=nearest(name, catalog),
                hint=f"every form of {base!r} has an entry of its own, all with one filepath",
            )
        places = {name: catalog.describe(name).get("filepath") for name in names if name in catalog}
        if len(set(places.values())) > 1:
            told = ", ".join(f"{name!r} at {place}" for name, place in places.items())
            yield DatasetDefinitionError(
                f"the forms of {base!r} lie in several places: {told}",
                where=catalog.where(names[-1]),
                hint="they are one dataset, so they have one filepath",
            )


def _confirmed(pipeline: Pipeline, catalog: DataCatalog) -> Iterator[NoriaError]:
    for node in pipeline.nodes:
        for name in node.confirms:
            if name not in catalog or not isinstance(catalog[name], Confirms):
                yield RunError(
                    f"node {node.name!r} ({node.where}) confirms {name!r}, which "
                    + ("has no confirm()" if name in catalog else "the catalog does not declare"),
                    nearest=None if name in catalog else nearest(name, catalog),
                    hint="an incremental dataset can be confirmed",
                )


def _unsavable(pipeline: Pipeline, catalog: DataCatalog) -> Iterator[NoriaError]:
    """Yield the outputs that no save can do for, which would show when what is saved is made."""
    declared = catalog.declared
    for node in pipeline.nodes:
        for name in node.makes:
            problem = catalog.explain_unsavable(name) if name in declared else None
            if problem is not None:
                yield DatasetDefinitionError(
                    f"node {node.name!r} ({node.where}) cannot save {name!r}: {problem.message}",
                    where=problem.where,
                    hint=problem.hint,
                )


def _is_missing(name: str, catalog: DataCatalog) -> bool:
    if name not in catalog:
        return True
    # A file's class comes first: to look through a protocol takes longer.
    return isinstance(catalog.get(name), FileDataset | Exists) and not catalog.exists(name)


def _missing(name: str, pipeline: Pipeline, catalog: DataCatalog) -> MissingInputError:
    if name not in catalog:
        if name.startswith(PARAMETER_PREFIX):
            own = name.removeprefix(PARAMETER_PREFIX)
            known = [
                each.removeprefix(PARAMETER_PREFIX)
                for each in catalog
                if each.startswith(PARAMETER_PREFIX)
            ]
            return MissingInputError(
                f"no parameter {own!r}{_wanted_by(name, pipeline)}",
                nearest=nearest(own, known),
                hint="declare it in conf/base/parameters.yml or give it with --params",
            )
        if "{" in name:
            return MissingInputError(
                f"nobody makes the input {name!r}{_wanted_by(name, pipeline)}",
                where=next((one.where for one in catalog.factories if one.name == name), None),
                nearest=nearest(name, [*catalog, *pipeline.all_outputs()]),
                hint="braces in a name of the catalog are placeholders, so none is declared with"
                " them: call it otherwise, or run the pipeline that makes it too",
            )
        return MissingInputError(
            f"nobody makes the input {name!r}{_wanted_by(name, pipeline)},"
            " and the catalog does not declare it",
            nearest=nearest(name, [*catalog, *pipeline.all_outputs()]),
            hint="declare it in conf/base/catalog.yml, or run the pipeline that makes it too",
        )
    place = catalog.describe(name).get("filepath")
    # Something else may lie there, and a store that cannot be reached may say that nothing does.
    if name in catalog.pinned() or not place or is_remote(str(place)) or Path(place).is_file():
        problem = catalog.explain_missing(name)
        return MissingInputError(
            f"the input {name!r}{_wanted_by(name, pipeline)} cannot be loaded: {problem.message}",
            where=problem.where,
            nearest=problem.nearest,
            hint=problem.hint or (_PUT_IT_THERE if place else None),
        )
    if Path(place).is_dir():
        suffix = catalog.describe(name).get("filename_suffix")
        ending = f" that ends with {suffix!r}" if suffix else ""
        return MissingInputError(
            f"the input {name!r}{_wanted_by(name, pipeline)} has nothing in"
            f" {shown(str(place))}{ending}",
            where=catalog.where(name),
            hint="put the files there, or run the pipeline that makes them first",
        )
    return MissingInputError(
        f"the input {name!r}{_wanted_by(name, pipeline)} does not exist at {shown(str(place))}",
        where=catalog.where(name),
        nearest=_file_beside(Path(place)),
        hint=_PUT_IT_THERE,
    )


def _file_beside(missing: Path) -> str | None:
    """Return the file of the same kind that is called nearly like a missing one."""
    ending = "".join(missing.suffixes)
    try:
        alike = [path for path in missing.parent.iterdir() if "".join(path.suffixes) == ending]
    except OSError:  # nor is its folder there, or it is no path but an address
        return None
    close = nearest(missing.name.removesuffix(ending), [p.name.removesuffix(ending) for p in alike])
    return None if close is None else shown(str(missing.with_name(close + ending)))


def _wanted_by(name: str, pipeline: Pipeline) -> str:
    wiring = pipeline.wiring
    base = wiring.base(name)
    numbers = wiring.consumers.get(base) or [wiring.producers[base]]
    exact = [at for at in numbers if name in wiring.nodes[at].reads]
    node = wiring.nodes[(exact or numbers)[0]]
    source = node.source
    return f", wanted by node {node.name!r}" + (
        f" ({shown(source[0])}:{source[1]})" if source else ""
    )
