"""A session at a prompt: the names it stands under, kept right when files are edited."""

import importlib
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from types import ModuleType
from typing import Any

from noria_catalog.errors import NoriaError

from noria.project.session import Session

Names = MutableMapping[str, Any]


class Workbench:
    """Gives a prompt ``session``, ``catalog`` and ``pipelines``.

    ``names`` is the prompt's namespace, ``tell`` prints a line.  A name that the user has given
    another meaning is left alone.
    """

    def __init__(self, session: Session, names: Names, tell: Callable[[str], None]) -> None:
        self.session = session
        self._names = names
        self._tell = tell
        self._put: dict[str, Any] = {}
        session.watch()

    def lay_out(self) -> None:
        """Set the names, with force; a mistake in the project is told, and its name left out."""
        self._put.clear()
        for name in ("session", "catalog", "pipelines"):
            self._names.pop(name, None)
        self._set()

    def refresh(self) -> None:
        """Read anew what was edited since, so that the next input works on it.

        Functions, classes and modules of the project that stand in the namespace are replaced by
        the new ones of the same name.
        """
        edited, before = self.session.refresh()
        if edited:
            shown = ", ".join(map(self.session.shown, edited))
            self._tell(f"read again: {shown}")
            for name, value in _replacements(self._names, before, self._tell):
                self._names[name] = value
        self._set()

    def clear(self) -> None:
        """Take the names away again."""
        for name, value in self._put.items():
            if self._names.get(name) is value:
                del self._names[name]
        self._put.clear()

    def _set(self) -> None:
        missing: dict[str, list[str]] = {}
        for name in ("session", "catalog", "pipelines"):
            if name in self._names and self._names[name] is not self._put.get(name):
                continue
            try:
                value = self.session if name == "session" else getattr(self.session, name)
            except NoriaError as wrong:
                if name in self._put or name not in self._names:
                    missing.setdefault(str(wrong), []).append(name)
                self._names.pop(name, None)
                continue
            self._names[name] = self._put[name] = value
        for error, names in missing.items():
            self._tell(f"no {' and no '.join(names)}: {error}")


def _replacements(
    names: Mapping[str, Any], before: Mapping[str, ModuleType], tell: Callable[[str], None]
) -> Iterator[tuple[str, Any]]:
    """Yield the names that hold something of the modules ``before``, with what it is now."""
    homes = {
        id(value): (module, attribute)
        for module, old in before.items()
        for attribute, value in vars(old).items()
        if getattr(value, "__module__", module) == module and not attribute.startswith("__")
    }
    for name, value in list(names.items()):
        if isinstance(value, ModuleType) and before.get(value.__name__) is value:
            home, attribute = value.__name__, ""
        elif id(value) in homes and not isinstance(value, bool | int | str | None):
            home, attribute = homes[id(value)]
        else:
            continue
        try:
            module = importlib.import_module(home)
            yield name, getattr(module, attribute) if attribute else module
        # The module is the user's, half-way through an edit: it may raise anything.
        except Exception as error:  # noqa: BLE001
            tell(f"{name} is still the old one: {type(error).__name__}: {error}")
