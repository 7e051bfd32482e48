"""In which order modules are executed, as far as their imports say."""

from noria.code.project import Project


class ImportOrder:
    """Says what the order of several modules depends on: that of the imports that lead to them."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._imports: dict[str, list[str]] = {}
        self._below: dict[str, frozenset[str]] = {}
        self._all: set[str] | None = None
        self._spelled: dict[frozenset[str], bytes] = {}

    def spell(self, modules: frozenset[str]) -> bytes:
        """Return the orders in which imports lead to some modules, where there are several."""
        found = self._spelled.get(modules)
        if found is None:
            lines = []
            for name in sorted(self._project.tables):
                order: list[str] = []
                for imported in self._imported(name):
                    reached = ",".join(sorted(self._reached(imported) & modules))
                    if reached and reached not in order:
                        order.append(reached)
                if len(order) > 1:
                    lines.append(f"{name}: {' then '.join(order)}")
            found = self._spelled[modules] = "\n".join(lines).encode()
        return found

    def is_imported(self, module: str) -> bool:
        """Tell whether any module imports another one; packages are, by what lies in them."""
        if self._all is None:
            self._all = {each for name in self._project.tables for each in self._imported(name)}
        return module in self._all or self._project.modules.sources[module].is_package

    def _imported(self, name: str) -> list[str]:
        """Return the project's modules that a module imports when it is executed, in order."""
        found = self._imports.get(name)
        if found is None:
            table = self._project.tables[name]
            found = self._imports[name] = []
            for statement in table.statements:
                for _, origin, attribute in statement.imported:
                    below = f"{origin}.{attribute}"
                    found.extend(each for each in (origin, below) if each in self._project.tables)
                found.extend(each for each in statement.stars if each in self._project.tables)
        return found

    def _reached(self, name: str) -> frozenset[str]:
        """Return all modules that importing one executes."""
        known = self._below.get(name)
        if known is None:
            seen = {name}
            pending = [name]
            while pending:
                for other in self._imported(pending.pop()):
                    if other not in seen:
                        seen.add(other)
                        pending.append(other)
            known = self._below[name] = frozenset(seen)
        return known
