"""The pipelines of a project by name, each imported when it is asked for."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from pathlib import Path
from types import FunctionType
from typing import Any

from noria_catalog.errors import NoriaError
from noria_catalog.suggest import nearest

from noria.errors import ProjectCodeError, ProjectError
from noria.graph import Pipeline
from noria.project.code import code_error, has_module, import_code, prepare_import
from noria.project.discover import FROM_KEDRO, Project

DEFAULT = "__default__"
REGISTRY = "pipeline_registry"
FOLDER = "pipelines"
MAKERS = ("create_pipeline", "register_pipelines")
"""The functions of a project that make its pipelines."""


class FoundPipelines(MutableMapping[str, Pipeline]):
    """The pipelines that lie in ``<package>/pipelines``, by folder name.

    Looking one up imports its module and calls ``create_pipeline()``; nothing else is imported.
    A ``create_pipeline(parameters)`` gets the project's ``parameters``.  A registry may add to them
    and take away; ``only`` are the names to look for, ``None`` all.
    """

    def __init__(
        self,
        package: str,
        folder: Path,
        only: Iterable[str] | None = None,
        *,
        parameters: Mapping[str, Any] | None = None,
    ) -> None:
        self._package = package
        self._folder = folder
        self._only = None if only is None else set(only)
        self._parameters = parameters
        self._made: dict[str, Pipeline] = {}
        self._taken: set[str] = set()

    def __getitem__(self, name: str) -> Pipeline:
        if name not in self._made:
            if name not in set(self):
                raise KeyError(name)
            self._made[name] = self._make(name)
        return self._made[name]

    def __setitem__(self, name: str, pipeline: Pipeline) -> None:
        self._made[name] = pipeline
        self._taken.discard(name)

    def __delitem__(self, name: str) -> None:
        if name not in set(self):
            raise KeyError(name)
        self._made.pop(name, None)
        self._taken.add(name)

    def __iter__(self) -> Iterator[str]:
        for name in dict.fromkeys([*self._lying_there(), *self._made]):
            if name not in self._taken:
                yield name

    def _lying_there(self) -> Iterator[str]:
        for name in self._folders():
            if self._only is None or name in self._only:
                yield name

    def _folders(self) -> Iterator[str]:
        try:
            with os.scandir(self._folder) as entries:
                lying = sorted(entries, key=lambda entry: entry.name)
        except (FileNotFoundError, NotADirectoryError):
            return
        for entry in lying:
            stem, ending = os.path.splitext(entry.name)  # noqa: PTH122  # asked for each pipeline
            if entry.name[:1] in "_.":
                continue
            if entry.name.isidentifier() and entry.is_dir():
                if _holds_something(entry.path):
                    yield entry.name
            elif ending == ".py":
                yield stem

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def let_go(self, total: Pipeline) -> None:
        """Let go of the graphs of the parts of a sum; each is made again when it is needed."""
        for pipeline in self._made.values():
            if pipeline is not total:
                pipeline.let_go()

    def _make(self, name: str) -> Pipeline:
        from importlib import import_module

        module = f"{self._package}.{FOLDER}.{name}"
        if has_module("pipeline", self._folder / name):
            module += ".pipeline"
        create = getattr(import_module(module), "create_pipeline", None)
        if create is None:
            raise ProjectError(
                f"the module {module} has no function create_pipeline()",
                hint="it takes nothing and returns a Pipeline",
            )
        return _checked(self._call(create, module), f"{module}.create_pipeline()")

    def _call(self, create: Callable[..., Any], module: str) -> Any:
        if not _takes_parameters(create):
            wanted = _wanted(create)
            if wanted:
                raise ProjectError(
                    f"{module}.create_pipeline({wanted}) asks for more than anybody gives it",
                    hint="it takes nothing, or `parameters`, and returns a Pipeline",
                )
            return create()
        if self._parameters is None:
            raise ProjectError(
                f"{module}.create_pipeline(parameters) was asked for without parameters",
                hint="in pipeline_registry.py: def register_pipelines(parameters), and"
                " find_pipelines(parameters=parameters)",
            )
        return create(parameters=dict(self._parameters))


def find_pipelines(
    package: str | None = None,
    *,
    pipelines_to_find: Iterable[str] | None = None,
    raise_errors: bool = True,  # noqa: ARG001  # Kedro's word, see below
    parameters: Mapping[str, Any] | None = None,
) -> MutableMapping[str, Pipeline]:
    """Return the pipelines in the folder ``pipelines`` of a package, by name.

    The mapping is lazy: a pipeline is imported when its name is looked up.  ``package`` ``None``
    means the package of the module that calls; ``pipelines_to_find`` are the names to look for,
    ``None`` all; ``parameters`` go to a ``create_pipeline`` that takes them.  ``raise_errors`` is
    taken for Kedro's sake and changes nothing: a pipeline that cannot be imported is an error when
    it is looked up.  Raises ProjectError when there is no such package.
    """
    if package is None:
        package = str(sys._getframe(1).f_globals.get("__package__") or "")  # noqa: SLF001  # the documented way to the caller
    module = sys.modules.get(package)
    if module is None or not getattr(module, "__path__", None):
        raise ProjectError(
            f"find_pipelines() was called outside of a package (in {package or 'a script'!r})",
            hint="name the package: find_pipelines('my_package')",
        )
    folder = Path(next(iter(module.__path__))) / FOLDER
    return FoundPipelines(package, folder, pipelines_to_find, parameters=parameters)


def _holds_something(folder: str) -> bool:
    """Tell whether a folder holds more than what is left of one that is gone: compiled files.

    git leaves them when a branch is left.
    """
    with os.scandir(folder) as entries:
        return any(entry.name != "__pycache__" and entry.name[:1] != "." for entry in entries)


class Pipelines(Mapping[str, Pipeline]):
    """All pipelines of a project by name: what ``register_pipelines()`` says, else what is found.

    A value of the registry may be a pipeline or a function that makes one; the function is called
    when that name is asked for.  ``parameters`` returns the project's parameters, for functions
    that take them; it is called when one does.  Errors of the user's code carry the place.
    """

    def __init__(self, project: Project, parameters: Callable[[], Mapping[str, Any]]) -> None:
        self._project = project
        self._read_parameters = parameters
        self.parameters_read = False
        """Whether a function that makes pipelines was given the parameters."""
        prepare_import(project)
        self._found: FoundPipelines | None = None
        self._registered: Mapping[str, Any] = self._register()
        self._made: dict[str, Pipeline] = {}

    def __getitem__(self, name: str) -> Pipeline:
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def get(self, name: str, default: Any = None) -> Any:
        """Return the pipeline of a name, ``default`` where there is none of it."""
        return self[name] if name in self else default  # noqa: SIM401  # this is it

    def __iter__(self) -> Iterator[str]:
        return iter(self._registered)

    def __len__(self) -> int:
        return len(self._registered)

    def __contains__(self, name: object) -> bool:
        return name in self._registered

    def made(self) -> list[Pipeline]:
        """Return the pipelines that were asked for until now."""
        return list(self._made.values())

    def _parameters(self) -> Mapping[str, Any]:
        self.parameters_read = True
        return self._read_parameters()

    def _register(self) -> Mapping[str, Any]:
        project = self._project
        if not has_module(REGISTRY, project.package_path):
            import_code(project.package, project, f"the package {project.package!r}")
            folder = project.package_path / FOLDER
            found = FoundPipelines(project.package, folder, parameters=_WhenAsked(self._parameters))
            self._found = found
            lazy: dict[str, Any] = {name: lambda name=name: found[name] for name in found}
            if lazy:
                lazy[DEFAULT] = lambda: sum((found[name] for name in found), Pipeline([]))
            return lazy
        module = import_code(f"{project.package}.{REGISTRY}", project, "the pipeline registry")
        register = getattr(module, "register_pipelines", None)
        if register is None:
            raise ProjectError(f"{module.__file__} has no function register_pipelines()")
        if _takes_parameters(register):
            given = dict(self._parameters())
            registered = self._call(lambda: register(parameters=given), "the pipeline registry")
        else:
            registered = self._call(register, "the pipeline registry")
        if not isinstance(registered, Mapping):
            raise ProjectError(
                f"register_pipelines() returned {type(registered).__name__}, not a mapping"
                " of names to pipelines",
                hint="does the function return what it has made?" if registered is None else None,
            )
        for name in registered:
            if not isinstance(name, str):
                raise ProjectError(
                    f"register_pipelines() names a pipeline {name!r}, and a name is a text"
                )
        self._found = registered if isinstance(registered, FoundPipelines) else None
        return registered

    def _make(self, name: str) -> Pipeline:
        if name not in self._registered:
            raise unknown_pipeline(name, self._registered, self._project)
        value = self._call(lambda: self._registered[name], f"pipeline {name!r}")
        if not isinstance(value, Pipeline) and callable(value):
            value = self._call(value, f"pipeline {name!r}")
        made = _checked(value, f"pipeline {name!r}")
        if name == DEFAULT and self._found is not None:
            self._found.let_go(made)
        return made

    def _call(self, function: Callable[[], Any], purpose: str) -> Any:
        prepare_import(self._project)  # another project may have had its turn meanwhile
        try:
            return function()
        except (KeyboardInterrupt, NoriaError):
            raise
        # The function is the user's and may raise anything, SystemExit included.
        except BaseException as error:
            raise code_error(error, self._project, purpose) from error


class _WhenAsked(Mapping[str, Any]):
    """A mapping that is read when somebody looks into it."""

    def __init__(self, read: Callable[[], Mapping[str, Any]]) -> None:
        self._read = read

    def __getitem__(self, key: str) -> Any:
        return self._read()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())


def _takes_parameters(function: Callable[..., Any]) -> bool:
    code = getattr(function, "__code__", None)
    return code is not None and "parameters" in code.co_varnames[: code.co_argcount]


def _wanted(function: Callable[..., Any]) -> str:
    """Return the arguments without which a function cannot be called, as they are written."""
    if not isinstance(function, FunctionType):
        return ""  # a method has its first one, and of others nobody can tell
    code = function.__code__
    return ", ".join(code.co_varnames[: code.co_argcount - len(function.__defaults__ or ())])


def unknown_pipeline(name: str, known: Mapping[str, Any], project: Project) -> ProjectError:
    """Return the error for a pipeline that the project does not have."""
    names = [other for other in known if other != DEFAULT]
    if not names:
        return ProjectError(
            f"{project.name} has no pipeline yet", hint="`noria new-pipeline NAME` adds one"
        )
    return ProjectError(
        f"no pipeline {name!r}; there are {', '.join(sorted(names))}",
        nearest=nearest(name, names),
    )


def _checked(value: Any, made_by: str) -> Pipeline:
    if isinstance(value, Pipeline):
        _ = value.wiring  # a sum is checked when it is looked at: now, where its name is known
        return value
    kind = type(value)
    hint = "does the function return what it has made?" if value is None else None
    if kind.__module__.startswith("kedro."):
        hint = f"Kedro's names are imported from noria: {FROM_KEDRO} lists them"
    own = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
    raise ProjectCodeError(f"{made_by} is {own}, not a Pipeline", hint=hint)
