"""Importing the project's own code as it stands in its files, and noting which content that was.

Python trusts a compiled file by the time and the size of its source, both of which an edit can
leave as they were.  Here a compiled file must also be younger than the last change of its source.
"""

import os
import sys
import sysconfig
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import cache_from_source
from types import CodeType, ModuleType

from blake3 import blake3

# Times in file systems are as coarse as this; what is younger may be older than it looks.
_COARSE_SECONDS = 2.0

imported: dict[str, str] = {}
"""The files that were imported from, with the digest of what stood in them."""


class SourceLoader(SourceFileLoader):
    """Loads a module from its source; never from a compiled file that may be older."""

    def get_code(self, fullname: str) -> CodeType | None:
        """Return the module's code, and note what stood in its file."""
        _drop_doubtful(self.path)
        with suppress(OSError), open(self.path, "rb") as source:  # noqa: PTH123  # a hot path
            imported[self.path] = blake3(source.read()).hexdigest()
        return super().get_code(fullname)


class SourceFinder(MetaPathFinder):
    """Asks the finders behind it, and loads what is no installed package by its content."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        """Return the module's spec as the other finders know it."""
        for finder in sys.meta_path:
            if finder is self:
                continue
            spec = finder.find_spec(fullname, path, target)
            if spec is not None:
                _watch(spec)
                return spec
        return None


def watch_imports() -> None:
    """Import all code that is not installed by its content, from now on; once a process."""
    if not any(isinstance(finder, SourceFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, SourceFinder())


def _watch(spec: ModuleSpec) -> None:
    loader, origin = spec.loader, spec.origin
    if type(loader) is SourceFileLoader and origin and not origin.startswith(_installed()):
        spec.loader = SourceLoader(loader.name, loader.path)


def is_own(thing: object) -> bool:
    """Tell whether a class or function comes from code that is not installed.

    >>> is_own(ModuleSpec), is_own(5)
    (False, False)
    """
    module = sys.modules.get(getattr(thing, "__module__", None) or "")
    file = getattr(module, "__file__", None)
    return isinstance(file, str) and not file.startswith(_installed())


@cache
def _installed() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    places = {paths[key] for key in ("stdlib", "platstdlib", "purelib", "platlib")}
    return tuple(place + os.sep for place in sorted(places))


def _drop_doubtful(source: str) -> None:
    """Remove the compiled file unless it is surely younger than its source."""
    compiled = cache_from_source(source)
    with suppress(OSError):
        age = os.stat(compiled).st_mtime - os.stat(source).st_ctime  # noqa: PTH116  # a hot path
        if age < _COARSE_SECONDS:
            os.unlink(compiled)  # noqa: PTH108
