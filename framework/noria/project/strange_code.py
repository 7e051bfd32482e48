"""Code that functions find where no source is looked for: a script that is loaded by its path."""

from collections.abc import Callable
from typing import Any

from noria.code import CodeReader
from noria.project.importing import importers


class StrangeCode:
    """Knows the files that the sources of a run have imported, and that are none of them.

    ``reader`` has read the sources that the run was judged by.
    """

    def __init__(self, reader: CodeReader) -> None:
        self._reader = reader
        self._sources = reader.files()  # what values name is read later, and judged no node
        self._now: CodeReader | None = None
        self._looked_at = -1
        self._found: dict[str, str] = {}

    def used_by(self, function: Callable[..., Any]) -> str:
        """Return the path of such a file that a function may use, empty for none.

        It may where its own code finds other code by what is only known at run time, or where it
        imports a module of that name.
        """
        if len(importers) != self._looked_at:
            self._look()
        if not self._found:
            return ""
        if self._reader.fingerprint(function).doubts:
            return next(iter(self._found))
        now = self._now = self._now or self._reader.anew()
        return next((path for path, name in self._found.items() if now.imports(function, name)), "")

    def _look(self) -> None:
        met = list(importers)
        self._looked_at = len(met)
        self._found = {
            path: name
            for path, name, by in met
            if by in self._sources and path not in self._sources
        }
