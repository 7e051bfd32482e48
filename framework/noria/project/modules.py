"""Whose code a package's name means, where several projects are open in one process.

Python knows one package of a name at a time.  Projects whose packages are called the same take
turns: whoever is asked for something puts its modules in place, and the other's are kept aside.
"""

import importlib
import sys
from collections import Counter
from collections.abc import Collection
from importlib.util import cache_from_source
from pathlib import Path
from types import ModuleType

from noria.errors import ProjectCodeError
from noria.installed import installed_folders
from noria.project.discover import Project
from noria.project.importing import forget_imports

# The root package and the source folder that it stands for now, and the modules kept aside.
_holders: dict[str, str] = {}
_aside: dict[tuple[str, str], dict[str, ModuleType]] = {}
# How often the modules below a source folder were let go of.
_forgotten: Counter[str] = Counter()


def put_in_place(project: Project) -> None:
    """Make the project's source folder the first on the path, and its package the one imported.

    Raises ProjectCodeError when an installed package of the same name was imported before.
    """
    source, root = str(project.source), _root(project)
    if sys.path[:1] != [source]:
        if source in sys.path:
            sys.path.remove(source)
        sys.path.insert(0, source)
    if _holders.get(root) == source:
        return
    present = _group(root)
    strange = [module for module in present.values() if not _lies_below(module, project.source)]
    if strange:
        _check_not_installed(present.get(root, strange[0]), project)
        _take_out(present)
        if root in _holders:
            _aside[root, _holders[root]] = present
        _put_in(_aside.pop((root, source), {}))
        importlib.invalidate_caches()
    _holders[root] = source


def forget(project: Project, beside: Collection[str] = ()) -> dict[str, ModuleType]:
    """Let all code below the project's source folder be imported anew; return what was imported.

    An environment that lies in that folder is not the project's code.  ``beside`` are files
    elsewhere, whose modules are let go of too.
    """
    source, root = str(project.source), _root(project)
    _aside.pop((root, source), None)
    loaded = {
        name: module
        for name, module in list(sys.modules.items())
        if name != "__main__" and _has_file(module) and not _is_installed(module)
        if _lies_below(module, project.source) or module.__file__ in beside
    }
    _take_out(loaded)
    forget_imports(source, beside)
    _forgotten[source] += 1
    importlib.invalidate_caches()
    return loaded


def times_forgotten(project: Project) -> int:
    """Return how often the modules were let go of: what was made of them before is old."""
    return _forgotten[str(project.source)]


def drop_bytecode(source: Path) -> None:
    """Remove what Python has compiled of a file.

    It trusts a compiled file of the same second and size, which a quick edit may leave behind.
    """
    Path(cache_from_source(str(source))).unlink(missing_ok=True)


def _root(project: Project) -> str:
    """Return the outermost package that is the project's own: namespace packages are shared."""
    folder, name = project.source, ""
    for part in project.package.split("."):
        folder, name = folder / part, f"{name}.{part}".lstrip(".")
        if (folder / "__init__.py").is_file():
            break
    return name


def _group(root: str) -> dict[str, ModuleType]:
    return {
        name: module
        for name, module in list(sys.modules.items())
        if name == root or name.startswith(f"{root}.")
    }


def _has_file(module: ModuleType) -> bool:
    return isinstance(getattr(module, "__file__", None), str)


def _lies_below(module: ModuleType, folder: Path) -> bool:
    """Tell whether a module comes from there; one without a file stands in nobody's way."""
    file = getattr(module, "__file__", None)
    if not isinstance(file, str) or Path(file).is_relative_to(folder):  # be it by a link
        return True
    return Path(file).resolve().is_relative_to(folder)


def _is_installed(module: ModuleType) -> bool:
    file = Path(str(module.__file__)).resolve()
    return any(file.is_relative_to(place) for place in installed_folders())


def _check_not_installed(module: ModuleType, project: Project) -> None:
    if _is_installed(module):
        raise ProjectCodeError(
            f"the package {project.package!r} of {project.path} cannot be imported:"
            f" {module.__file__} is imported already under that name",
            hint="uninstall it, install the project itself (pip install -e .), or call the"
            " project's package something else",
        )


def _take_out(modules: dict[str, ModuleType]) -> None:
    for name in modules:
        sys.modules.pop(name, None)


def _put_in(modules: dict[str, ModuleType]) -> None:
    sys.modules.update(modules)
    for name, module in modules.items():
        above, _, last = name.rpartition(".")
        if above in sys.modules:
            setattr(sys.modules[above], last, module)
