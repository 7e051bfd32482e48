"""What people change in imported modules of a process that lives on: ``nodes.RATES.low = 3``."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.machinery import SourceFileLoader
from pathlib import Path
from threading import local
from types import ModuleType
from typing import TYPE_CHECKING, Any

from noria_catalog.attribute import attribute_of

from noria.project.importing import is_installed

if TYPE_CHECKING:
    from noria.code.as_imported import AsImported

_as_imported: "AsImported | None" = None  # a command needs none: nobody changes anything in it
_executing = SourceFileLoader.exec_module
_under_way = local()


def watch_patches(source: Path) -> None:
    """Note from now on what modules hold when they have been imported.

    Those below ``source`` that were imported before are taken as they are.
    """
    global _as_imported  # noqa: PLW0603
    if _as_imported is None:
        from noria.code.as_imported import AsImported

        _as_imported = AsImported()
        setattr(SourceFileLoader, "exec_module", _exec_module)  # noqa: B010
    earlier = [
        module
        for name, module in list(sys.modules.items())
        if _lies_below(module, source) and not _as_imported.is_noted(name)
    ]
    _as_imported.note(earlier)


def changed_since_import() -> Callable[[str, str], list[Any] | None] | None:
    """Return what tells how a name was changed since the import, if that is watched."""
    return None if _as_imported is None else _as_imported.changed


@contextmanager
def own_changes() -> Iterator[None]:
    """Take what changes meanwhile for the sources' doing: they make pipelines, and run."""
    if _as_imported is None:
        yield
        return
    with _as_imported.changing():
        yield


def _exec_module(loader: SourceFileLoader, module: ModuleType) -> None:
    """Execute a module, and note what it and those that it imports hold when the last is done."""
    if is_installed(loader.path):
        _executing(loader, module)
        return
    started: list[ModuleType] = _under_way.__dict__.setdefault("modules", [])
    outermost = not started
    started.append(module)
    try:
        _executing(loader, module)
    finally:
        if outermost:
            _under_way.modules = []
            assert _as_imported is not None
            _as_imported.note(started)


def _lies_below(module: ModuleType, source: Path) -> bool:
    """Tell whether a module comes from a folder; anything may stand in a module's place."""
    file = attribute_of(module, "__file__") if issubclass(type(module), ModuleType) else None
    return isinstance(file, str) and Path(file).is_relative_to(source) and not is_installed(file)
