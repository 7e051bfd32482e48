"""Which names a star import of a module binds."""

from collections.abc import Callable, Mapping

from noria.code.modules import PROJECT, Modules
from noria.code.table import Table


class Stars:
    """Answers for the modules of a project, and each question once.

    ``known`` returns a module's name where its source is read, an empty one for others.
    """

    def __init__(
        self, tables: Mapping[str, Table], modules: Modules, known: Callable[[str], str]
    ) -> None:
        self._tables = tables
        self._modules = modules
        self._known = known
        self._found: dict[tuple[str, str], bool] = {}
        self._left: dict[str, bool] = {}

    def clear(self) -> None:
        """Forget what was found: there are more modules now."""
        self._found.clear()
        self._left.clear()

    def exports(self, module: str, name: str) -> bool:
        """Return whether a star import of a module may bind a name."""
        found = self._found.get((module, name))
        if found is None:
            found = self._found[module, name] = self._exports(module, name, set())
        return found

    def _exports(self, module: str, name: str, seen: set[str]) -> bool:
        """Look for the name; ``seen`` are the modules that were asked already."""
        if module in seen:
            return False
        table = self._tables[module]
        if table.exported is not None and len(table.names.get("__all__", ())) <= 1:
            if name in table.exported:
                return True
            if name.startswith("_") or not self._is_left_before_all(module):
                return False
        if name.startswith("_") and "__all__" not in table.names:
            return False
        if name in table.names or f"{module}.{name}" in self._modules.sources:
            return True
        seen.add(module)
        return any(
            self._exports(origin, name, seen) for origin in map(self._known, table.stars) if origin
        )

    def _is_left_before_all(self, module: str) -> bool:
        """Return whether other modules are executed before a module binds ``__all__``.

        In a circle they see the module without it.
        """
        found = self._left.get(module)
        if found is None:
            table = self._tables[module]
            before = table.statements[: min(table.names.get("__all__", (0,)))]
            found = self._left[module] = any(
                self._modules.kind(origin) == PROJECT
                for statement in before
                for origin in (*statement.stars, *(one[1] for one in statement.imported))
            )
        return found
